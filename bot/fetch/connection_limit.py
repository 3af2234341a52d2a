"""How much is taken in at once, shared so that hosts that hang or drip keep nobody else waiting.

A request holds a connection for as long as it lasts, and a seat for as long as bytes come. A seat on which nothing
comes goes to whoever waits for one; its request goes on waiting for its host without, and asks for a seat again when
its host has sent something. An answer that has become large changes its seat for one of a few. What requests without
a seat hold in memory is bounded: beyond it, one that drips is ended. Waiting for a seat is no fault of the host.
Nothing here knows a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import inf

from bot.fetch.priority_queue import HostReputation, PrioritySemaphore

CONNECTIONS = 1536  # at once, where the limit of open files allows it: a thousand that hang leave room for others
QUICK = 96  # seats: more at once would only fill the memory, and make all of them late
LARGE_ONES = 8  # seats for large answers: all together would fill the memory
PARKED = 64 * 1024 * 1024  # bytes that requests without a seat hold, all together
LOOK = 0.15  # seconds of silence after which a seat goes to whoever waits: 1,000 that hang are through in two seconds
MUCH = 1024  # bytes with which a silence ends: a host that sends fewer drips …
SOON = 1.0  # … after so many seconds, and stands behind the others

_FILES = 2 * CONNECTIONS + 32  # the database, pipes and logs need open files as well


@dataclass(slots=True)
class RequestSlot:
    """Where a request sits. Its times are seconds of the loop's clock."""

    limit: ConnectionLimit
    standing: HostReputation  # of its host
    page: bool  # an alert waits for it
    end: Callable[[], None] = lambda: None  # ends the request
    dripped: bool = False  # its host let it wait in the middle of its answer
    ended: bool = False  # for that
    _large: bool = False
    _held: tuple[PrioritySemaphore, HostReputation] | None = None  # the seat, and in which standing it was taken
    _parked: bool = False  # its bytes are counted among those without a seat
    _begun: bool = False  # the answer has
    _since: float = inf  # since when the host is silent; infinity = the request waits for ourselves
    _heard: int = 0  # bytes since then
    _size: int = 0  # bytes in all
    _timer: asyncio.TimerHandle | None = None

    def ask(self, *, begun: bool = False) -> None:
        """Note that from now on the request waits for its host, for an answer or, `begun`, for the rest of one."""
        self._since, self._heard, self._begun = _now(), 0, begun

    def hear(self, size: int) -> None:
        """Note that the host has sent so many bytes of its answer."""
        self._size += size
        self._heard += size
        self.dripped = self.dripped or self.drips()
        if self._heard >= MUCH:
            self._since, self._heard = _now(), 0

    def drips(self) -> bool:
        """Return whether the host lets us wait in the middle of its answer."""
        return self._begun and _now() - self._since > SOON

    @property
    def rank(self) -> HostReputation:
        """The standing in which the request waits for a seat."""
        return HostReputation.BAD if self.drips() else self.standing

    @property
    def is_seated(self) -> bool:
        """Whether the request has a seat."""
        return self._held is not None

    async def take(self) -> None:
        """Wait for a seat, unless there is one."""
        if self._held is not None:
            return
        line, rank, silent = self._line, self.rank, _now() - self._since
        returns = self._since < inf  # its answer waits in memory: it goes before those who have yet to ask
        await line.enter(rank, first=self.page or returns)
        self._sit(line, rank)
        self._since = _now() - silent  # the time in line is not the host's

    async def grow(self) -> None:
        """Change the seat for one of the few for large answers; hold none meanwhile, if the memory allows it."""
        rank, before = self.rank, self._held
        self._large, self._since = True, inf
        if before is None or self._size <= self.limit.spare:
            self._rise()
            await self.take()
        else:
            await self._line.enter(rank, first=self.page)
            before[0].leave(before[1])
            self._held = (self._line, rank)

    def close(self) -> None:
        """Give back what is held."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            self._held[0].leave(self._held[1])
        if self._parked:
            self.limit.spare += self._size

    @property
    def _line(self) -> PrioritySemaphore:
        return self.limit.large if self._large else self.limit.quick

    def _sit(self, line: PrioritySemaphore, rank: HostReputation) -> None:
        self._held = (line, rank)
        if self._parked:
            self._parked = False
            self.limit.spare += self._size
        self._timer = asyncio.get_running_loop().call_later(LOOK, self._look)

    def _rise(self) -> None:
        """Give up the seat."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            line, rank = self._held
            self._held, self._parked = None, True
            self.limit.spare -= self._size
            line.leave(rank)

    def _look(self) -> None:
        """Give up the seat if nothing comes and somebody waits for it, else look again when that may be so."""
        silent = _now() - self._since
        if silent >= LOOK and self._held is not None and self._held[0].is_wanted(self._held[1]):
            if self._size <= self.limit.spare:
                self._rise()
                return
            if self.drips():
                self.ended = self.dripped = True
                self.end()
                return
        left = LOOK - silent if 0 <= silent < LOOK else LOOK
        self._timer = asyncio.get_running_loop().call_later(left, self._look)


class ConnectionLimit:
    """What may be open and taken in at once."""

    def __init__(self, connections: int = CONNECTIONS, quick: int = QUICK, large: int = LARGE_ONES) -> None:
        """Take how many there are of each; hosts that are new may have most of them, and bad ones a few."""
        self.quick, self.large = _shared(quick, 5 / 6), _shared(large, 3 / 4)
        self.spare = PARKED
        self._connections = _shared(connections, 7 / 8)

    @asynccontextmanager
    async def one(
        self, standing: HostReputation = HostReputation.NEW, *, page: bool = False
    ) -> AsyncIterator[RequestSlot]:
        """Wait for a connection and a seat, and hold them."""
        await self._connections.enter(standing, first=page)
        seat = RequestSlot(self, standing, page)
        try:
            await seat.take()
            yield seat
        finally:
            seat.close()
            self._connections.leave(standing)


def new_connection_limit() -> ConnectionLimit:
    """Return as many as this process may have files for, after raising its limit as far as it may itself."""
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < _FILES:
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        with suppress(ValueError, OSError):  # the kernel may have a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            files = wanted
    most = CONNECTIONS if files == resource.RLIM_INFINITY else max(4, min(CONNECTIONS, (files - 32) // 2))
    return ConnectionLimit(most, min(QUICK, most))


def _shared(places: int, new: float) -> PrioritySemaphore:
    """Return a line in which the new have this share, and the bad a quarter."""
    return PrioritySemaphore(places, max(1, round(places * new)), max(1, places // 4))


def _now() -> float:
    return asyncio.get_running_loop().time()
