"""The index of the store, in memory: for the reports of one turn, and for a stream of them without a database.

Signatures with their candidates go in, the candidates that share index numbers with a report come out, by the rule of
the store: of every number the newest, and of those the reports that share most.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from bot.model import Candidate, Probe, Signature


class Nearby:
    """Reports by their index numbers, in the order they came."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[datetime, Candidate, tuple[int, ...]]] = {}
        self._by_key: defaultdict[int, deque[int]] = defaultdict(deque)
        self._next = 0

    def __len__(self) -> int:
        return len(self._held)

    def add(self, signature: Signature, candidate: Candidate) -> None:
        """Hold a report; its time is `candidate.report.at`."""
        self._held[self._next] = (candidate.report.at, candidate, signature.index)
        for key in signature.index:
            self._by_key[key].append(self._next)
        self._next += 1

    def near(self, signature: Signature, since: datetime | None = None) -> tuple[Candidate, ...]:
        """Return the reports held since then that share a number with this one."""
        found: dict[int, None] = {}
        for probe in signature.probes:
            found.update(dict.fromkeys(self._sharing(probe, since)))
        return tuple(self._held[number][1] for number in found)

    def forget(self, before: datetime) -> None:
        """Let go of the oldest reports, as long as they are from before then."""
        gone = []
        for number, (at, _, index) in self._held.items():
            if at >= before:
                break
            gone.append((number, index))
        for number, index in gone:
            del self._held[number]
            for key in index:
                of_key = self._by_key[key]
                of_key.remove(number)
                if not of_key:
                    del self._by_key[key]

    def _sharing(self, probe: Probe, since: datetime | None) -> Iterable[int]:
        counted: Counter[int] = Counter()
        for key in probe.keys:
            if key in self._by_key:
                newest = (
                    number for number in reversed(self._by_key[key]) if since is None or self._at(number) >= since
                )
                counted.update(islice(newest, probe.each))
        ranked = sorted(counted, key=lambda number: (-counted[number], -number))
        return ranked[: probe.most]

    def _at(self, number: int) -> datetime:
        return self._held[number][0]
