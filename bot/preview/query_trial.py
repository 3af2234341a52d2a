"""What a query does on the record, for a page that answers at once: hits, near misses, a bar a day, a forecast.

The index names candidates, those seen last first, and the engine judges them until the time is over. What is left then
is estimated: as many of its candidates are taken for hits as of those that were judged. A query of which the index can
say nothing is judged on the newest items alone. Judging is done in a thread, in short pages; nothing is held in
between.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final

from bot.i18n import Translator
from bot.matching.engine import Engine
from bot.matching.index_condition import index_condition
from bot.matching.near_miss import NearMiss, near_misses
from bot.ports.history_store import ItemOnRecord
from bot.ports.search_store import AllOf, AnyOf, Condition, Term
from bot.preview.backtest import begin_of, days_until, matches_of
from bot.preview.record_search import Hit, Search

SECONDS: Final = 0.12  # of judging for one answer
MISS_SECONDS: Final = 0.05  # of looking for near misses
CANDIDATES: Final = 3_000  # that could be judged within that time on the fastest machine
FORECAST_DAYS: Final = 7
_PAGE = 50  # candidates read and judged at a time
_MISS_PAGE = 5
_RELATED = 200  # items looked through for near misses
_READ = 200  # items read at a time where the index can say nothing
_SHORTEST = 4  # letters of a word that others may begin with


@dataclass(frozen=True, slots=True)
class TrialRequest:
    """A question: the engine of one query, over how many days of which zone, and how much is shown of what it finds."""

    engine: Engine
    days: int
    zone: tzinfo
    now: datetime
    translator: Translator
    hits: int = 20
    misses: int = 5
    run: Callable[..., Awaitable[Any]] = asyncio.to_thread  # does what takes long off the loop


Miss = tuple[ItemOnRecord, NearMiss]


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many items of a day a query holds for."""

    day: date
    items: int


@dataclass(frozen=True, slots=True)
class QueryTrial:
    """What a query does. `total`, `days` and `alerts` are estimated where not every candidate was judged."""

    hits: tuple[Hit, ...]  # the newest, as many as were asked for
    misses: tuple[Miss, ...]
    total: int
    days: tuple[DayCount, ...]  # the last is today
    alerts: int  # that it would have sent in the last FORECAST_DAYS: a story is told once
    judged: int  # items
    estimated: bool = False
    complete: bool = True  # False: only the newest items were looked at


@dataclass(slots=True)
class _Judged:
    """Items that were judged, and the hits among them."""

    looked: int = 0
    hits: list[Hit] = field(default_factory=list)
    left: Sequence[int] = ()  # candidates for which there was no time, by day
    complete: bool = True


async def try_query(search: Search, request: TrialRequest) -> QueryTrial:
    """Return what a query does on the record; StoreError."""
    store, days = search.store, days_until(request.now, request.days, request.zone)
    begins = [_or_later(one) for one in await store.find_begins([begin_of(day, request.zone) for day in days])]
    condition = index_condition(request.engine, await store.name_sources())
    if condition is None or not await search.index_all(seconds=SECONDS):
        judged = await _judge_newest(search, request, begin_of(days[0], request.zone))
        return _trial(request, days, begins, judged)
    candidates = await store.find_newest(condition, begins[0], most=CANDIDATES)
    judged = await _judge_candidates(search, request, candidates)
    if judged.looked < len(candidates) or len(candidates) == CANDIDATES:
        judged.left = _less(await store.count_between(condition, begins), begins, candidates[: judged.looked])
    if len(candidates) == CANDIDATES:  # it finds so much that nobody asks what it misses
        return _trial(request, days, begins, judged)
    misses = await _find_misses(search, request, _loosened(condition), begins[0], frozenset(candidates))
    return _trial(request, days, begins, judged, misses)


def _or_later(number: int | None) -> int:
    """Return a row number; for what is not there yet one beyond all."""
    return 2**63 - 1 if number is None else number


async def _judge_candidates(search: Search, request: TrialRequest, candidates: Sequence[int]) -> _Judged:
    """Judge candidates in their order, until the time is over."""
    judged, end = _Judged(), search.clock() + SECONDS
    while judged.looked < len(candidates) and (not judged.looked or search.clock() < end):
        page = candidates[judged.looked : judged.looked + _PAGE]
        items = await search.store.read_items(page)
        judged.hits += await request.run(_hits_among, request.engine, items)
        judged.looked += len(page)
    return judged


def _less(counts: Sequence[int], begins: Sequence[int], judged: Sequence[int]) -> list[int]:
    """Return how many candidates of each day were not judged."""
    by_day = Counter(bisect_right(begins, number) - 1 for number in judged)
    return [max(0, count - by_day[place]) for place, count in enumerate(counts)]


async def _judge_newest(search: Search, request: TrialRequest, since: datetime) -> _Judged:
    """Judge all items, those seen last first, until the time is over."""
    judged, end = _Judged(), search.clock() + SECONDS
    async for page in search.items.stream_items(since, most=_READ):
        judged.hits += await request.run(_hits_among, request.engine, page)
        judged.looked += len(page)
        if search.clock() >= end:
            judged.complete = False
            break
    return judged


def _hits_among(engine: Engine, items: Sequence[ItemOnRecord]) -> list[Hit]:
    return [Hit(one, matches[0].evidence) for one in items if (matches := matches_of(engine, one))]


async def _find_misses(
    search: Search, request: TrialRequest, condition: Condition, first: int, candidates: frozenset[int]
) -> tuple[Miss, ...]:
    """Return items for which the query nearly holds, among the newest that have a part of what it asks for."""
    related = await search.store.find_newest(condition, first, most=_RELATED + len(candidates))
    others = [number for number in related if number not in candidates][:_RELATED]
    found: list[Miss] = []
    end = search.clock() + MISS_SECONDS
    for start in range(0, len(others), _MISS_PAGE):
        items = await search.store.read_items(others[start : start + _MISS_PAGE])
        found += await request.run(_misses_among, request, items)
        if len(found) >= request.misses or search.clock() >= end:
            break
    return tuple(found[: request.misses])


def _misses_among(request: TrialRequest, items: Sequence[ItemOnRecord]) -> list[Miss]:
    found = []
    for one in items:
        item = one.item
        texts = (item.title, item.lead, item.body)
        misses = near_misses(request.translator, request.engine, *texts, source=one.source, language=item.language)
        found += [(one, miss) for miss in misses[:1]]
    return found


def _loosened(condition: Condition) -> Condition:
    """Return a condition that holds where any part of another does, or a longer word begins as one of its words."""
    terms = list(dict.fromkeys(_terms(condition)))
    longer = (Term(one.text, prefix=True) for one in terms if len(one.text) >= _SHORTEST and one.text.isalpha())
    return AnyOf(tuple(dict.fromkeys((*terms, *longer))))


def _terms(condition: Condition) -> list[Term]:
    if isinstance(condition, AllOf | AnyOf):
        return [term for part in condition.parts for term in _terms(part)]
    return [condition]


def _trial(
    request: TrialRequest,
    days: Sequence[date],
    begins: Sequence[int],
    judged: _Judged,
    misses: tuple[Miss, ...] = (),
) -> QueryTrial:
    """Put together what was judged, and an estimate of the candidates that are left."""
    share = len(judged.hits) / judged.looked if judged.looked else 0.0
    by_day = Counter(bisect_right(begins, one.found.id) - 1 for one in judged.hits)
    left = judged.left or [0] * len(days)
    counts = [round(by_day[place] + share * left[place]) for place in range(len(days))]
    week = begins[-FORECAST_DAYS:][0]
    recent = [one.found for one in judged.hits if one.found.id >= week]
    events = len({-one.id if one.story is None else one.story for one in recent})
    expected = share * sum(left[-FORECAST_DAYS:]) * (events / len(recent) if recent else 1.0)
    return QueryTrial(
        hits=tuple(judged.hits[: request.hits]),
        misses=misses,
        total=sum(counts),
        days=tuple(DayCount(day, count) for day, count in zip(days, counts, strict=True)),
        alerts=events + round(expected),
        judged=judged.looked,
        estimated=any(left),
        complete=judged.complete,
    )
