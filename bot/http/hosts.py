"""Whose turn it is: one request at a time to one host, and a pause between two of them.

A host is a name without port, whoever asks: sources and article pages stand in the same queue, in the order they
came. A host that asks for time is left alone by all of them. The clock is the loop's own, never the wall's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.errors import FetchError

REMEMBERED = 4096  # hosts; idle ones are forgotten beyond it
SLOWEST = 10.0  # seconds between two requests that a host may ask for: with more, no page would come in its turn


@dataclass(slots=True)
class _Queue:
    """One host: who is served, when the next may be, and until when it wants nobody."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    next_at: float = 0.0
    closed_until: float = 0.0
    status: int | None = None
    spacing: float = 0.0  # seconds that it asks for itself (Crawl-delay)


class Hosts:
    """The queues of all hosts. `spacing` is in seconds; 0 lifts the queues, and only a host's own wish is kept."""

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for our turn and hold it. FetchError at once while the host wants to be left alone."""
        queue = self._queue(host)
        if not self._spacing:
            _check(queue, host)
            yield
            return
        queue.waiting += 1
        try:
            async with queue.lock:
                _check(queue, host)
                clock = asyncio.get_running_loop()
                if (pause := queue.next_at - clock.time()) > 0:
                    await asyncio.sleep(pause)
                queue.next_at = clock.time() + max(self._spacing, queue.spacing)
                yield
        finally:
            queue.waiting -= 1

    def close(self, host: str, seconds: float, status: int) -> None:
        """Leave the host alone for so many seconds, because it answered with this status."""
        queue = self._queue(host)
        queue.closed_until = max(queue.closed_until, asyncio.get_running_loop().time() + seconds)
        queue.status = status

    def space(self, host: str, seconds: float) -> None:
        """Keep so many seconds between two requests, as the host asks; never less than our own spacing."""
        if seconds > 0 or host in self._queues:
            self._queue(host).spacing = min(max(seconds, 0.0), SLOWEST)

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
            if not queue.waiting and max(queue.next_at, queue.closed_until) <= now:
                del self._queues[host]


def _check(queue: _Queue, host: str) -> None:
    left = queue.closed_until - asyncio.get_running_loop().time() if queue.closed_until else 0.0
    if left > 0:
        reason = f"{host} asked us to wait (it answered {queue.status}); asked again in {left:.0f} s"
        raise FetchError(reason, retry_after=left, status=queue.status)
