"""What `newswatch run` does for the record beside polling and sending, in short steps that nothing waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.errors import BotError
from bot.ports.search_store import SearchStore

log = logging.getLogger(__name__)

LOOK = 3.0  # seconds between two looks for items that are not in the index
GAP = 0.05  # seconds between two steps of a long catching up: the writers of alerts come first
RETRY = 60.0  # seconds until what the database refused is tried again


async def keep_indexed(store: SearchStore, stop: asyncio.Event, beat: Callable[[], None]) -> None:
    """Put items into the index of searches as they go on record; what fails is tried again, and is no alarm."""
    while not stop.is_set():
        beat()
        try:
            added = await store.index_some()
            wait = GAP if added else LOOK
        except BotError as error:
            log.debug("items are not in the index yet", extra={"reason": str(error)})
            wait = RETRY
        await wait_for(stop, wait)


async def wait_for(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until it is time to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
