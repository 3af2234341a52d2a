"""Finds the items on record that a query holds for: the index names candidates, the engine judges.

So inflection, phrases and fields mean the same as in alerts. Where the index can say nothing (a regex, or an index that
is not made yet) every item is looked at. Judging happens in a thread and in short pages; nothing is held in between.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.matching.engine import Engine
from bot.matching.index_condition import index_condition
from bot.model import Evidence
from bot.ports.history_store import ItemOnRecord, ItemStore
from bot.ports.search_store import Condition, SearchStore
from bot.preview.backtest import matches_of

_PAGE = 100  # candidates read and judged at a time: some 20 ms
_INDEXED = 500  # items put into the index at a time: a tenth of a second of writing


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that the query holds for, and where."""

    found: ItemOnRecord
    evidence: tuple[Evidence, ...]

    @property
    def at(self) -> datetime:
        """Return when it was published, else seen."""
        return self.found.item.published or self.found.seen_at


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, the newest published first; `complete` is False where there was no time for the whole record."""

    hits: tuple[Hit, ...]
    more: bool = False  # there are others behind these
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question: the engine of one query, seen since when, how many after how many, and when to give up."""

    engine: Engine
    since: datetime
    most: int
    skip: int = 0
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Looks for items. `clock` is monotonic, in seconds."""

    store: SearchStore
    items: ItemStore
    clock: Callable[[], float]

    async def index_all(self, progress: Callable[[int], None] = lambda _: None, seconds: float | None = None) -> bool:
        """Bring the index up to date; return whether it is. `progress` is told how many more are in it."""
        end = None if seconds is None else self.clock() + seconds
        while (added := await self.store.index_some(most=_INDEXED)) is not None:
            progress(added)
            if not added:
                return True
            if end is not None and self.clock() > end:
                return False
        return False

    async def find(
        self, engine: Engine, since: datetime, *, most: int, skip: int = 0, seconds: float | None = None
    ) -> Hits:
        """Return at most so many items seen since then, without the newest `skip`, looking for `seconds` at most.

        The engine is one of a single query.
        """
        wanted = Wanted(engine, since, most, skip, None if seconds is None else self.clock() + seconds)
        condition = index_condition(engine, await self.store.name_sources())
        if condition is None or not await self.index_all(seconds=seconds):
            return await self.find_by_reading(wanted)
        return await self._find_by_index(condition, wanted)

    async def _find_by_index(self, condition: Condition, wanted: Wanted) -> Hits:
        hits: list[Hit] = []
        candidates = await self.store.find_candidates(condition, wanted.since)
        for start in range(0, len(candidates), _PAGE):
            page = await self.store.read_items(candidates[start : start + _PAGE])
            hits += await asyncio.to_thread(_judge, wanted.engine, page)
            if len(hits) > wanted.skip + wanted.most or self._is_late(wanted):
                complete = len(hits) > wanted.skip + wanted.most or start + _PAGE >= len(candidates)
                return _hits(hits, wanted, complete=complete)
        return _hits(hits, wanted)

    async def find_by_reading(self, wanted: Wanted) -> Hits:
        """Look at every item on record."""
        best: list[Hit] = []
        async for page in self.items.stream_items(wanted.since, most=2 * _PAGE):
            best += await asyncio.to_thread(_judge, wanted.engine, page)
            best = heapq.nlargest(wanted.skip + wanted.most + 1, best, key=lambda one: (one.at, one.found.id))
            if self._is_late(wanted):
                return _hits(best, wanted, complete=False)
        return _hits(best, wanted)

    def _is_late(self, wanted: Wanted) -> bool:
        return wanted.end is not None and self.clock() > wanted.end


def _hits(found: Sequence[Hit], wanted: Wanted, *, complete: bool = True) -> Hits:
    end = wanted.skip + wanted.most
    return Hits(tuple(found[wanted.skip : end]), more=len(found) > end, complete=complete)


def _judge(engine: Engine, items: Sequence[ItemOnRecord]) -> list[Hit]:
    """Return those of the items that the query holds for, in their order."""
    return [Hit(one, matches[0].evidence) for one in items if (matches := matches_of(engine, one))]
