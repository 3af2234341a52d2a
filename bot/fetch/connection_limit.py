"""Limits of open connections and of answers read at once: slow hosts keep no others waiting.

A request holds a connection for as long as it lasts, and a slot for as long as bytes come. A slot on which nothing
comes goes to whoever waits for one; its request goes on waiting for its host without, and asks for a slot again when
its host has sent something. An answer that has become large changes its slot for one of a few. What requests without
a slot hold in memory is bounded: beyond it, one that drips is ended. Waiting for a slot is no fault of the host.
Nothing here knows a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import inf

from bot.fetch.priority_queue import HostReputation, PrioritySemaphore

CONNECTIONS = 1536  # at once, where the limit of open files allows it: a thousand that hang leave room for others
SLOTS = 96  # more at once would only fill the memory, and make all of them late
LARGE_SLOTS = 8  # for large answers: all together would fill the memory
WAITING_BYTES = 64 * 1024 * 1024  # bytes that requests without a slot hold, all together
SILENCE = 0.15  # seconds after which a slot goes to whoever waits: 1,000 that hang are through in two seconds
ENOUGH_BYTES = 1024  # bytes with which a silence ends: a host that sends fewer drips …
DRIPPING_AFTER = 1.0  # … after so many seconds, and stands behind the others

_FILES = 2 * CONNECTIONS + 32  # the database, pipes and logs need open files as well


@dataclass(slots=True)
class RequestSlot:
    """The slot of one request, held or waited for. Its times are seconds of the loop's clock."""

    limit: ConnectionLimit
    reputation: HostReputation  # of its host
    page: bool  # an alert waits for it
    end: Callable[[], None] = lambda: None  # ends the request
    has_dripped: bool = False  # its host let it wait in the middle of its answer
    ended: bool = False  # for that
    _large: bool = False
    _held: tuple[PrioritySemaphore, HostReputation] | None = None  # the slot, and in which standing it was taken
    _is_waiting: bool = False  # its bytes are counted among those without a slot
    _begun: bool = False  # the answer has
    _silent_since: float = inf  # since when the host is silent; infinity = the request waits for ourselves
    _bytes_heard: int = 0  # bytes since then
    _size: int = 0  # bytes in all
    _timer: asyncio.TimerHandle | None = None

    def ask(self, *, begun: bool = False) -> None:
        """Note that from now on the request waits for its host, for an answer or, `begun`, for the rest of one."""
        self._silent_since, self._bytes_heard, self._begun = _now(), 0, begun

    def record_bytes(self, size: int) -> None:
        """Note that the host has sent so many bytes of its answer."""
        self._size += size
        self._bytes_heard += size
        self.has_dripped = self.has_dripped or self.is_dripping()
        if self._bytes_heard >= ENOUGH_BYTES:
            self._silent_since, self._bytes_heard = _now(), 0

    def is_dripping(self) -> bool:
        """Return whether the host lets us wait in the middle of its answer."""
        return self._begun and _now() - self._silent_since > DRIPPING_AFTER

    @property
    def priority(self) -> HostReputation:
        """The standing in which the request waits for a slot."""
        return HostReputation.BAD if self.is_dripping() else self.reputation

    @property
    def has_slot(self) -> bool:
        """Whether the request has a slot."""
        return self._held is not None

    async def take(self, room: Callable[[], Awaitable[None]] | None = None) -> None:
        """Wait for a slot, unless there is one, and with it for `room` to read what comes.

        Hundreds of answers may have begun before there was no room any more.
        """
        if self._held is not None:
            return
        slots, priority, silent = self._slots, self.priority, _now() - self._silent_since
        returns = self._silent_since < inf  # its answer waits in memory: it goes before those who have yet to ask
        await slots.acquire(priority, first=self.page or returns)
        self._hold(slots, priority)
        if room:
            self._silent_since = inf
            await room()
        self._silent_since = _now() - silent  # the time in line is not the host's

    async def acquire_large(self) -> None:
        """Change the slot for one of the few for large answers; hold none meanwhile, if the memory allows it."""
        priority, before = self.priority, self._held
        self._large, self._silent_since = True, inf
        if before is None or self._size <= self.limit.spare:
            self._give_up_slot()
            await self.take()
        else:
            await self._slots.acquire(priority, first=self.page)
            before[0].release(before[1])
            self._held = (self._slots, priority)

    def close(self) -> None:
        """Give back what is held."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            self._held[0].release(self._held[1])
        if self._is_waiting:
            self.limit.spare += self._size

    @property
    def _slots(self) -> PrioritySemaphore:
        return self.limit.large if self._large else self.limit.quick

    def _hold(self, slots: PrioritySemaphore, priority: HostReputation) -> None:
        self._held = (slots, priority)
        if self._is_waiting:
            self._is_waiting = False
            self.limit.spare += self._size
        self._timer = asyncio.get_running_loop().call_later(SILENCE, self._check_silence)

    def _give_up_slot(self) -> None:
        """Give up the slot."""
        if self._timer is not None:
            self._timer.cancel()
        if self._held is not None:
            slots, priority = self._held
            self._held, self._is_waiting = None, True
            self.limit.spare -= self._size
            slots.release(priority)

    def _check_silence(self) -> None:
        """Give up the slot if nothing comes and somebody waits for it, else look again when that may be so."""
        silent = _now() - self._silent_since
        if silent >= SILENCE and self._held is not None and self._held[0].is_awaited(self._held[1]):
            if self._size <= self.limit.spare:
                self._give_up_slot()
                return
            if self.is_dripping():
                self.ended = self.has_dripped = True
                self.end()
                return
        left = SILENCE - silent if 0 <= silent < SILENCE else SILENCE
        self._timer = asyncio.get_running_loop().call_later(left, self._check_silence)


class ConnectionLimit:
    """What may be open and taken in at once."""

    def __init__(self, connections: int = CONNECTIONS, quick: int = SLOTS, large: int = LARGE_SLOTS) -> None:
        """Take how many there are of each; hosts that are new may have most of them, and bad ones a few."""
        self.quick, self.large = _shared(quick, 5 / 6), _shared(large, 3 / 4)
        self.spare = WAITING_BYTES
        self._connections = _shared(connections, 7 / 8)

    @asynccontextmanager
    async def one(
        self, reputation: HostReputation = HostReputation.NEW, *, page: bool = False
    ) -> AsyncIterator[RequestSlot]:
        """Wait for a connection and a slot, and hold them."""
        await self._connections.acquire(reputation, first=page)
        slot = RequestSlot(self, reputation, page)
        try:
            await slot.take()
            yield slot
        finally:
            slot.close()
            self._connections.release(reputation)


def new_connection_limit() -> ConnectionLimit:
    """Return as many as this process may have files for, after raising its limit as far as it may itself."""
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY and files < _FILES:
        wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
        with suppress(ValueError, OSError):  # the kernel may have a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            files = wanted
    most = CONNECTIONS if files == resource.RLIM_INFINITY else max(4, min(CONNECTIONS, (files - 32) // 2))
    return ConnectionLimit(most, min(SLOTS, most))


def _shared(places: int, new: float) -> PrioritySemaphore:
    """Return a line in which the new have this share, and the bad a quarter."""
    return PrioritySemaphore(places, max(1, round(places * new)), max(1, places // 4))


def _now() -> float:
    return asyncio.get_running_loop().time()
