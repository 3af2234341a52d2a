"""A request a minute to an address of the operator's, while everything makes progress: a bot cannot report its own end.

For services that raise an alarm when the requests stop coming. What keeps a loop from its purpose, a loop that is
silent, or a database that does not answer, stops them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.errors import FetchError, StoreError
from bot.process.heartbeat import Heartbeats

log = logging.getLogger(__name__)

EVERY: Final = 60.0  # seconds
DEADLINE: Final = 20.0  # seconds of one request


async def keep_pinging(
    ping: Callable[[], Awaitable[object]],
    ready: Callable[[], Awaitable[None]],
    hearts: Heartbeats,
    stop: asyncio.Event,
    *,
    beat: Callable[[], None],
    every: float = EVERY,
) -> None:
    """Ping until `stop`; `ready` raises StoreError where the database cannot be used."""
    failed = False
    while not stop.is_set():
        beat()
        try:
            async with asyncio.timeout(DEADLINE):
                if await _is_well(ready, hearts):
                    await ping()
            failed = False
        except (FetchError, TimeoutError) as error:
            if not failed:  # once, not every minute
                log.warning("PING_URL cannot be asked", extra={"reason": type(error).__name__})
            failed = True
        try:
            async with asyncio.timeout(every):
                await stop.wait()
        except TimeoutError:
            continue


async def _is_well(ready: Callable[[], Awaitable[None]], hearts: Heartbeats) -> bool:
    if hearts.stalled() or hearts.problems():
        return False
    try:
        await ready()
    except StoreError:
        return False
    return True
