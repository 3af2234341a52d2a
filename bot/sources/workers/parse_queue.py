"""What waits to be read: in which order, and how much of it there may be before nothing more is fetched.

`QueueEntry` hands a child process from one question to the next; `ParseQueue` counts the bytes that wait, so that
thousands of answers never stand in memory because reading takes longer than fetching. Nothing here knows a document.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

ENOUGH = 32 * 1024 * 1024  # bytes: some seconds of work


class QueueEntry:
    """Whose turn it is. What goes on with a document comes before what begins one; else in the order of coming."""

    def __init__(self) -> None:
        self._busy = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, first: bool = False) -> AsyncIterator[None]:
        """Wait for our turn and hold it."""
        if self._busy:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._first if first else self._others).append(place)
            try:
                await place
            except asyncio.CancelledError:
                if not place.cancelled():  # it was our turn already
                    self._next()
                raise
        self._busy = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        for places in (self._first, self._others):
            while places:
                place = places.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._busy = False


class ParseQueue:
    """The bytes that wait to be read."""

    def __init__(self, enough: int = ENOUGH) -> None:
        self._enough = enough
        self._bytes = 0
        self._eased = asyncio.Event()
        self._eased.set()

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """Count so many bytes as waiting."""
        self._add(size)
        try:
            yield
        finally:
            self._add(-size)

    async def eased(self) -> None:
        """Wait until there is room for more."""
        await self._eased.wait()

    def _add(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._enough:
            self._eased.clear()
        else:
            self._eased.set()
