"""Whose turn it is: one request at a time to one host, and a pause between two of them.

A host is a name without port, whoever asks: sources and article pages stand in the same queue. Pages go first, because
an alert waits for each of them, and nobody for a poll; of each kind whoever came first. A host that asks for time is
left alone by all of them. How a host behaved is remembered as long as its queue is: one that hung or dripped stands
behind the others when it is asked again. The clock is the loop's own, never the wall's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import FetchError
from bot.fetch.priority_queue import HostReputation

REMEMBERED = 4096  # hosts; idle ones are forgotten beyond it
SLOWEST = 10.0  # seconds between two requests that a host may ask for: with more, no page would come in its turn


@dataclass(slots=True)
class _Queue:
    """One host: who is served and who waits, when the next may be, and until when it wants nobody."""

    pages: list[asyncio.Future[None]] = field(default_factory=list)  # an empty deque takes 600 bytes more
    polls: list[asyncio.Future[None]] = field(default_factory=list)
    served: bool = False
    timer: asyncio.TimerHandle | None = None
    next_at: float = 0.0
    closed_until: float = 0.0
    status: int | None = None
    spacing: float = 0.0  # seconds that it asks for itself (Crawl-delay)
    reputation: HostReputation = HostReputation.NEW

    def idle(self, now: float) -> bool:
        """Return whether there is nothing to remember."""
        return not (self.served or self.pages or self.polls) and max(self.next_at, self.closed_until) <= now

    def call(self) -> None:
        """Let the next one in, if nobody is served, as soon as the pause is over."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        for waiting in (self.pages, self.polls):
            while waiting and waiting[0].done():  # it has left
                waiting.pop(0)
        clock = asyncio.get_running_loop()
        if self.served or not (self.pages or self.polls):
            return
        if self.next_at > clock.time() >= self.closed_until:
            self.timer = clock.call_at(self.next_at, self.call)
            return
        self.served = True
        (self.pages or self.polls).pop(0).set_result(None)

    def leave(self) -> None:
        """Note that whoever was served has gone."""
        self.served = False
        self.call()


class HostQueue:
    """The queues of all hosts. `spacing` is in seconds; 0 lifts the queues, and only a host's own wish is kept."""

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, host: str, *, page: bool = False) -> AsyncIterator[None]:
        """Wait for our turn and hold it. FetchError at once while the host wants to be left alone."""
        queue = self._queue(host)
        _check(queue, host)
        if not self._spacing:
            yield
            return
        ours = asyncio.get_running_loop().create_future()
        (queue.pages if page else queue.polls).append(ours)
        queue.call()
        try:
            await ours
        except asyncio.CancelledError:
            if not ours.cancelled():  # it was let in at this very moment
                queue.leave()
            raise
        try:
            _check(queue, host)
            yield
        finally:
            queue.leave()

    def begin(self, host: str) -> None:
        """Note that it is asked now: the pause counts from here. Whoever has the turn may have waited for more."""
        queue = self._queue(host)
        queue.next_at = asyncio.get_running_loop().time() + max(self._spacing, queue.spacing)

    def close(self, host: str, seconds: float, status: int) -> None:
        """Leave the host alone for so many seconds, because it answered with this status."""
        queue = self._queue(host)
        queue.closed_until = max(queue.closed_until, asyncio.get_running_loop().time() + seconds)
        queue.status = status

    def space(self, host: str, seconds: float) -> None:
        """Keep so many seconds between two requests, as the host asks; never less than our own spacing."""
        if seconds > 0 or host in self._queues:
            self._queue(host).spacing = min(max(seconds, 0.0), SLOWEST)

    def reputation(self, host: str) -> HostReputation:
        """Return how the host behaved last time."""
        return self._queue(host).reputation

    def record_reputation(self, host: str, reputation: HostReputation) -> None:
        """Remember how the host has behaved now."""
        self._queue(host).reputation = reputation

    def _queue(self, host: str) -> _Queue:
        queue = self._queues.get(host)
        if queue is None:
            if len(self._queues) >= REMEMBERED:
                self._forget()
            queue = self._queues[host] = _Queue()
        return queue

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        for host, queue in list(self._queues.items()):
            if queue.idle(now):
                del self._queues[host]


def _check(queue: _Queue, host: str) -> None:
    left = queue.closed_until - asyncio.get_running_loop().time() if queue.closed_until else 0.0
    if left > 0:
        reason = f"{host} asked us to wait (it answered {queue.status}); asked again in {left:.0f} s"
        raise FetchError(reason, retry_after=left, status=queue.status)
