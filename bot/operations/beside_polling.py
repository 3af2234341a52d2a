"""The loops that run where sources are polled: rushes of watchlists are told, hubs are subscribed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bot.app import Base
from bot.operations.hub_wiring import keep_subscribed
from bot.operations.spike_notices import keep_telling_spikes
from bot.process.supervise import Loop


def loops_beside_polling(
    base: Base, stop: asyncio.Event, beat: Callable[[str], Callable[[], None]], queued: Callable[[], None]
) -> dict[str, Loop]:
    """Return the loops by name; `queued` is called when there is something to send."""
    loops: dict[str, Loop] = {"spikes": partial(keep_telling_spikes, base, stop, beat("spikes"), queued)}
    if base.settings.web_url is not None:
        loops["subscriber"] = partial(keep_subscribed, base, stop, beat("subscriber"))
    return loops
