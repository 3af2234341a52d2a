"""A line for places that are few, given in the order of good behaviour. Nothing here knows what the places are.

Those who behaved well last time come first, then those of whom nothing is known, then those who hung or dripped; of
each, whoever an alert waits for, and then whoever came first. The last two may only hold a share of all places, so
that however many they are, the others find one free.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import IntEnum


class HostReputation(IntEnum):
    """How somebody behaved last time; the smaller, the better."""

    GOOD = 0
    NEW = 1
    BAD = 2


class PrioritySemaphore:
    """So many places: for all, for those who are new or bad, and for the bad."""

    def __init__(self, every: int, new: int, bad: int) -> None:
        self._most = (every, new, bad)
        self._taken = [0, 0, 0]
        self._waiting = [
            deque[asyncio.Future[None]]() for _ in range(2 * len(HostReputation))
        ]  # each has two: first, others

    async def enter(self, standing: HostReputation, *, first: bool = False) -> None:
        """Wait for a place and take it; `first` goes before the others of its standing."""
        ours = asyncio.get_running_loop().create_future()
        self._waiting[2 * standing + (not first)].append(ours)
        self._call()
        try:
            await ours
        except asyncio.CancelledError:
            if not ours.cancelled():  # it was let in at this very moment
                self.leave(standing)
            raise

    def leave(self, standing: HostReputation) -> None:
        """Give back a place that was taken in this standing."""
        self._taken[standing] -= 1
        self._call()

    def is_wanted(self, standing: HostReputation) -> bool:
        """Return whether somebody waits whom a place taken in this standing would let in."""
        self._taken[standing] -= 1
        try:
            return any(self._next(one) for one in HostReputation)
        finally:
            self._taken[standing] += 1

    def _call(self) -> None:
        """Let in whoever may come in."""
        for standing in HostReputation:
            while line := self._next(standing):
                line.popleft().set_result(None)
                self._taken[standing] += 1

    def _next(self, standing: HostReputation) -> deque[asyncio.Future[None]] | None:
        """Return the line whose first is next in this standing, if there is a place for it."""
        if any(sum(self._taken[level:]) >= self._most[level] for level in range(standing + 1)):
            return None
        for line in self._waiting[2 * standing : 2 * standing + 2]:
            while line and line[0].done():  # it has left
                line.popleft()
            if line:
                return line
        return None
