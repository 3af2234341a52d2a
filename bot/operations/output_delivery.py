"""Delivery to outputs, put together: the loop, the media of the outputs, and how owners hear of one that fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.app import Base
from bot.delivery.outputs.loop import OutputLoop
from bot.i18n import Say, words
from bot.model import Output
from bot.notify.media import find_media
from bot.ports.output_store import Capabilities, OutputSender, OutputServices

log = logging.getLogger(__name__)


def make_output_loop(base: Base, notice: Callable[[Say], None]) -> OutputLoop:
    """Return the loop. It asks the configuration in force which outputs there are."""
    services = OutputServices(base.settings.user_agent, base.settings.proxy.get_secret_value(), base.home)

    @asynccontextmanager
    async def opened(output: Output) -> AsyncIterator[tuple[Capabilities, OutputSender]]:
        medium = find_media()[output.medium]
        async with medium.open_sender(output, services) as sender:
            yield medium.describe(output.address), sender

    return OutputLoop(base.store.outputs, lambda: base.current.config().outputs, opened, notice=notice)


async def deliver_to_outputs(
    base: Base,
    stop: asyncio.Event,
    wake: asyncio.Event,
    beat: Callable[[], None],
    tell: Callable[[Say], Awaitable[None]],
) -> None:
    """Deliver until `stop`; `tell` brings a notice to the owners."""
    said: set[asyncio.Task[None]] = set()

    async def told(say: Say) -> None:
        await tell(say)

    def notice(say: Say) -> None:
        log.warning(say(words("en")))
        task = asyncio.create_task(told(say))
        said.add(task)
        task.add_done_callback(said.discard)

    await make_output_loop(base, notice).run(stop, wake, beat)
    await asyncio.gather(*said, return_exceptions=True)
