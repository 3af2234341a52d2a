"""Connections that may be open at once, shared so that hosts that hang keep nobody else waiting.

Every request begins in one of a few seats for the quick. One that takes long moves to one of many for the slow, as soon
as one is free: it holds little but a socket. Nothing here knows a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

QUICK, SLOW = 96, 256  # at once, where the limit of open files allows it
SOON = 1.0  # seconds after which a request is slow


@dataclass(slots=True)
class _Seat:
    """Where a request is, and when it is looked at again."""

    timer: asyncio.TimerHandle | None = None
    slow: bool = False


class Slots:
    """So many connections at once."""

    def __init__(self, quick: int = QUICK, slow: int = SLOW, soon: float = SOON) -> None:
        self._quick = asyncio.Semaphore(quick)
        self._slow = slow  # seats that are free
        self._soon = soon

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a seat among the quick, and hold one, there or among the slow."""
        await self._quick.acquire()
        seat = _Seat()
        self._watch(seat)
        try:
            yield
        finally:
            if seat.timer is not None:
                seat.timer.cancel()
            if seat.slow:
                self._slow += 1
            else:
                self._quick.release()

    def _watch(self, seat: _Seat) -> None:
        seat.timer = asyncio.get_running_loop().call_later(self._soon, self._move, seat)

    def _move(self, seat: _Seat) -> None:
        if not self._slow:
            self._watch(seat)
            return
        self._slow -= 1
        seat.slow, seat.timer = True, None
        self._quick.release()


def slots() -> Slots:
    """Return as many as this process may have files for: the database, pipes and logs need open files as well."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = QUICK + SLOW if files == resource.RLIM_INFINITY else max(4, min(QUICK + SLOW, (files - 32) // 2))
    quick = min(QUICK, most // 2)
    return Slots(quick, most - quick)
