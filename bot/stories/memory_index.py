"""The index of the store, in memory: for the reports of one turn, and for a stream of them without a database.

Signatures with their candidates go in, the candidates that share index numbers with a report come out, by the rule of
the store: of every number the newest, and of those the reports that share most.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import islice

from bot.model import Candidate, Probe, Signature


@dataclass(frozen=True, slots=True)
class _Held:
    at: float  # seconds since 1970: instants of any year can be compared so
    candidate: Candidate
    index: tuple[int, ...]


class MemoryIndex:
    """Reports by their index numbers, in the order they came."""

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._by_key: defaultdict[int, dict[int, None]] = defaultdict(dict)  # numbers of reports, the oldest first
        self._ages: list[tuple[float, int]] = []  # a heap
        self._next = 0

    def __len__(self) -> int:
        return len(self._held)

    def add(self, signature: Signature, candidate: Candidate) -> None:
        """Hold a report; its time is `candidate.report.at`."""
        held = _Held(candidate.report.at.timestamp(), candidate, signature.index)
        self._held[self._next] = held
        heappush(self._ages, (held.at, self._next))
        for key in signature.index:
            self._by_key[key][self._next] = None
        self._next += 1

    def near(self, signature: Signature, at: datetime, window: timedelta) -> tuple[Candidate, ...]:
        """Return the reports that share a number with this one and are no further from `at` than the window."""
        middle, reach = at.timestamp(), window.total_seconds()
        found: dict[int, None] = {}
        for probe in signature.probes:
            found.update(dict.fromkeys(self._sharing(probe, middle, reach)))
        return tuple(self._held[number].candidate for number in found)

    def forget(self, before: float) -> None:
        """Let go of the reports from before then, in seconds since 1970."""
        while self._ages and self._ages[0][0] < before:
            self._drop(heappop(self._ages)[1])

    def forget_oldest(self) -> None:
        """Let go of one report."""
        self._drop(heappop(self._ages)[1])

    def _drop(self, number: int) -> None:
        for key in self._held.pop(number).index:
            of_key = self._by_key[key]
            del of_key[number]
            if not of_key:
                del self._by_key[key]

    def _sharing(self, probe: Probe, middle: float, reach: float) -> Iterable[int]:
        counted: Counter[int] = Counter()
        for key in probe.keys:
            if key in self._by_key:
                newest = (each for each in reversed(self._by_key[key]) if abs(self._held[each].at - middle) <= reach)
                counted.update(islice(newest, probe.each))
        return sorted(counted, key=lambda number: (-counted[number], -number))[: probe.most]
