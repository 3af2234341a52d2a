"""Connections that may be open at once, shared so that hosts that hang keep nobody else waiting.

Every request begins in one of a few seats for the quick. One whose host keeps it waiting moves to one of many for the
slow: it holds little but a socket. One that waits for ourselves, or for a narrow line, keeps its seat: more at once
would only fill the memory, and make all of them late. Nothing here knows a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf

QUICK, SLOW = 96, 256  # at once, where the limit of open files allows it
SOON = 1.0  # seconds that a host may keep a request waiting among the quick …
MUCH = 1024  # … and bytes with which that time begins anew: a host that sends fewer drips


@dataclass(slots=True)
class Seat:
    """Where a request sits, and since when its host keeps it waiting."""

    since: float = inf  # on the loop's clock; infinity = it waits for ourselves
    heard: int = 0  # bytes since then
    timer: asyncio.TimerHandle | None = None  # for the next look at it; None = it is among the slow

    def ask(self) -> None:
        """Note that from now on the request waits for its host."""
        self.since, self.heard = asyncio.get_running_loop().time(), 0

    def hear(self, size: int) -> None:
        """Note that the host has sent so many bytes."""
        self.heard += size
        if self.heard >= MUCH:
            self.ask()

    def pause(self) -> None:
        """Note that from now on the request waits for ourselves, until it asks again."""
        self.since = inf


class Slots:
    """So many connections at once."""

    def __init__(self, quick: int = QUICK, slow: int = SLOW, soon: float = SOON) -> None:
        self._quick = asyncio.Semaphore(quick)
        self._slow = slow  # seats that are free
        self._soon = soon

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Seat]:
        """Wait for a seat among the quick, and hold one, there or among the slow."""
        await self._quick.acquire()
        seat = Seat()
        self._look(seat)
        try:
            yield seat
        finally:
            if seat.timer is None:
                self._slow += 1
            else:
                seat.timer.cancel()
                self._quick.release()

    def _look(self, seat: Seat) -> None:
        """Move a request to the slow if its host keeps it waiting, else look again when that may be so."""
        clock = asyncio.get_running_loop()
        left = seat.since + self._soon - clock.time()
        if left > 0 or not self._slow:
            seat.timer = clock.call_later(left if 0 < left < self._soon else self._soon, self._look, seat)
            return
        self._slow -= 1
        seat.timer = None
        self._quick.release()


def slots() -> Slots:
    """Return as many as this process may have files for: the database, pipes and logs need open files as well."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = QUICK + SLOW if files == resource.RLIM_INFINITY else max(4, min(QUICK + SLOW, (files - 32) // 2))
    quick = min(QUICK, most // 2)
    return Slots(quick, most - quick)
