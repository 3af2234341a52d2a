"""Connections that may be open at once, shared so that hosts that hang keep nobody waiting but one another.

A host comes in when it is about to be asked, and holds a slot until it has answered. One that let its time run out is
asked through a few slots of their own, until it answers again. Nothing here knows a request.
"""

from __future__ import annotations

import asyncio
import resource
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CONNECTIONS = 128  # at once, where the limit of open files allows it
FOR_SLOW = 4  # a quarter of them is for those that hang
REMEMBERED = 4096  # hosts that hang; whoever has not been asked for the longest time is forgotten


class Slots:
    """So many connections at once."""

    def __init__(self, most: int = CONNECTIONS) -> None:
        self._all = asyncio.Semaphore(most - most // FOR_SLOW)
        self._few = asyncio.Semaphore(max(1, most // FOR_SLOW))
        self._slow: OrderedDict[str, None] = OrderedDict()

    @asynccontextmanager
    async def one(self, host: str) -> AsyncIterator[None]:
        """Wait for a slot and hold it. A host that was slow is not any more, unless it is again."""
        async with self._few if host in self._slow else self._all:
            self._slow.pop(host, None)
            yield

    def slow(self, host: str) -> None:
        """Remember a host that did not answer in its time."""
        self._slow[host] = None
        self._slow.move_to_end(host)
        if len(self._slow) > REMEMBERED:
            self._slow.popitem(last=False)


def connections() -> int:
    """Return how many connections may be open at once: the database, pipes and logs need open files as well."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if files == resource.RLIM_INFINITY else max(4, min(CONNECTIONS, (files - 32) // 2))
