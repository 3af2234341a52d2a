"""A process that delivers to one webhook until it is killed: `python -m tests.plugins.output_sender DATABASE ADDRESS`.

Its retries are quick, so that a test need not wait for them.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.delivery.outputs import output_health, output_policy
from bot.delivery.outputs.loop import OutputLoop
from bot.model import DisplayPreferences, Output
from bot.notify.media import find_media
from bot.ports.output_store import Capabilities, OutputSender, OutputServices
from bot.store.repository import open_store


async def deliver(database: str, address: str, secret: str) -> None:
    """Deliver for ever."""
    quick = timedelta(milliseconds=20)
    vars(output_policy)["FIRST"] = vars(output_health)["FIRST"] = quick
    output = Output("desk", "webhook", address, secret)

    @asynccontextmanager
    async def opened(output: Output) -> AsyncIterator[tuple[Capabilities, OutputSender]]:
        medium = find_media()[output.medium]
        services = OutputServices("Newswatch/test", "", DisplayPreferences)
        async with medium.open_sender(output, services) as sender:
            yield medium.describe(output.address), sender

    async with await open_store(database, migrate=False) as store:
        await OutputLoop(store.outputs, lambda: (output,), opened).run(asyncio.Event(), asyncio.Event())


if __name__ == "__main__":
    asyncio.run(deliver(*sys.argv[1:]))
