"""A semaphore whose permits go to well-behaved hosts first. Nothing here knows what the permits are for.

Hosts that behaved well last time come first, then those of which nothing is known, then those that hung or dripped; of
each, requests that an alert waits for, and then first come, first served. The last two may only hold a share of all
permits, so that however many they are, the others find one free.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum


class HostReputation(IntEnum):
    """How a host behaved last time; the smaller, the better."""

    GOOD = 0
    NEW = 1
    BAD = 2


class PrioritySemaphore:
    """So many permits: for all hosts, for those that are new or bad, and for the bad."""

    def __init__(self, every: int, new: int, bad: int) -> None:
        self._most = (every, new, bad)
        self._taken = [0, 0, 0]
        # Two queues for each reputation: those that go first, and the others.
        self._waiting = [deque[asyncio.Future[None]]() for _ in range(2 * len(HostReputation))]

    async def acquire(self, reputation: HostReputation, *, first: bool = False) -> None:
        """Wait for a permit; `first` goes before the others of its reputation."""
        ours = asyncio.get_running_loop().create_future()
        self._waiting[2 * reputation + (not first)].append(ours)
        self._call()
        try:
            await ours
        except asyncio.CancelledError:
            if not ours.cancelled():  # it was let in at this very moment
                self.release(reputation)
            raise

    def release(self, reputation: HostReputation) -> None:
        """Give back a permit that was acquired with this reputation."""
        self._taken[reputation] -= 1
        self._call()

    def is_awaited(self, reputation: HostReputation) -> bool:
        """Return whether a permit acquired with this reputation, if released, would go to somebody who waits."""
        self._taken[reputation] -= 1
        try:
            return any(self._next(one) for one in HostReputation)
        finally:
            self._taken[reputation] += 1

    def _call(self) -> None:
        """Give free permits to those who wait."""
        for reputation in HostReputation:
            while waiting := self._next(reputation):
                waiting.popleft().set_result(None)
                self._taken[reputation] += 1

    def _next(self, reputation: HostReputation) -> deque[asyncio.Future[None]] | None:
        """Return the queue whose first is next with this reputation, if there is a permit for it."""
        if any(sum(self._taken[level:]) >= self._most[level] for level in range(reputation + 1)):
            return None
        for waiting in self._waiting[2 * reputation : 2 * reputation + 2]:
            while waiting and waiting[0].done():  # it has left
                waiting.popleft()
            if waiting:
                return waiting
        return None
