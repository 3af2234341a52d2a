"""The regexes of all queries against one text: which of them match and where, within the time that an item may take.

Numbered patterns come in, each of which `regex.check` took; places in the text come out. What cannot be built, and
what there was no time for, is left out by itself, and named. Never raises for a pattern or a text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.matching import regex
from bot.matching.query_limits import ITEM_SECONDS, LONE_SET_MEMORY, SET_MEMORY, SET_REGEXES, SET_SIZE

log = logging.getLogger(__name__)

_Numbered = tuple[int, str]  # which leaf it is, and the pattern


class Allowance:
    """The processor time that the regexes of one item may take. `clock` tells that of this thread, in seconds."""

    __slots__ = ("_left", "clock", "late")

    def __init__(self, seconds: float = ITEM_SECONDS, clock: Callable[[], float] = time.thread_time) -> None:
        self._left = seconds
        self.clock = clock
        self.late: set[int] = set()  # leaves that were not looked for in all of the item

    def over(self) -> bool:
        """Return whether nothing is left of it."""
        return self._left <= 0

    def take(self, seconds: float) -> None:
        """Count what a set has taken."""
        self._left -= seconds


@dataclass(frozen=True, slots=True)
class _Set:
    """Patterns that are looked up together."""

    patterns: Sequence[_Numbered]
    matching: Callable[[str], list[int]]


class RegexSets:
    """Patterns of users in sets, the cheapest first: so a dear one can only make others late that are as dear."""

    def __init__(self, patterns: Sequence[_Numbered]) -> None:
        self.left_out: set[int] = set()  # leaves whose pattern cannot be built
        self.late: set[int] = set()  # leaves for which there was no time in some item, so far
        sized = sorted((regex.program_size(pattern), number, pattern) for number, pattern in patterns)
        self._sets = [one for batch in _batches(sized) for one in self._built(batch)]

    def find(self, text: str, limit: int, allowance: Allowance) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Give the leaves whose pattern matches something, each with its first places, `limit` at most."""
        for one in self._sets:
            if allowance.over():
                self._pass_over(one, allowance)
                continue
            begun = allowance.clock()
            for number, pattern in map(one.patterns.__getitem__, one.matching(text)):
                if spans := regex.find_spans(pattern, text, limit):
                    yield number, spans
            allowance.take(allowance.clock() - begun)

    def _pass_over(self, one: _Set, allowance: Allowance) -> None:
        """Note regexes that are left out of an item; the log names the first one of all."""
        numbers = {number for number, _ in one.patterns}
        allowance.late |= numbers
        if not numbers <= self.late:
            if not self.late:
                first = one.patterns[0][1]
                log.warning("no time for all regexes in an item", extra={"first": first, "seconds": ITEM_SECONDS})
            self.late = self.late | numbers  # a new set: another thread may be reading the old one

    def _built(self, batch: Sequence[_Numbered]) -> Iterator[_Set]:
        """Give the patterns in sets; those that do not go into one are halved, down to one that is left out."""
        memory = SET_MEMORY if len(batch) > 1 else LONE_SET_MEMORY
        matching = regex.compile_set([pattern for _, pattern in batch], memory)
        if matching is not None:
            yield _Set(batch, matching)
        elif len(batch) > 1:
            yield from self._built(batch[: len(batch) // 2])
            yield from self._built(batch[len(batch) // 2 :])
        else:
            self.left_out.add(batch[0][0])


def _batches(sized: Sequence[tuple[int, int, str]]) -> Iterator[list[_Numbered]]:
    """Give patterns (size, leaf, pattern) in batches that are neither many nor large; a large one is alone."""
    batch: list[_Numbered] = []
    total = 0
    for size, number, pattern in sized:
        if batch and (len(batch) == SET_REGEXES or total + size > SET_SIZE):
            yield batch
            batch, total = [], 0
        batch.append((number, pattern))
        total += size
    if batch:
        yield batch
