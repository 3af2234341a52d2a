"""Counts what would have been sent: items on record in, counts by watchlist and day out.

An event is told once a watchlist: a story where the items stand in one, else the item by itself. What was there at the
first sight of a source counts like everything else, nothing is folded or muted, and `confirm` counts publishers, those
of copies too: texts are not on record. No I/O; the clock is handed in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.alerts.spike import HISTORY, HOUR, LEAST, REST, find_spike
from bot.matching.engine import Engine
from bot.model import Match, Source, Watchlist
from bot.ports.history_store import ItemOnRecord
from bot.text.tokens import fold

DAY = timedelta(days=1)
LOUDEST = 15  # keywords and words shown; more is no news to anybody


@dataclass(frozen=True, slots=True)
class MatchCount:
    """Alerts of one watchlist, a number for each day."""

    watchlist: str
    title: str
    by_day: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return how many in all."""
        return sum(self.by_day)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would have been sent. `by_day` counts an event once, however many watchlists tell it."""

    days: tuple[date, ...]
    watchlists: tuple[MatchCount, ...]
    by_day: tuple[int, ...]
    keywords: tuple[tuple[str, str, int], ...]  # (watchlist, query, events it fired on), the noisiest first
    words: tuple[tuple[str, int], ...]  # (as written, items it was found in), the noisiest first
    zone: tzinfo
    items: int  # looked at
    first: datetime | None = None  # when the oldest of them was seen
    spikes: tuple[tuple[str, datetime], ...] = ()  # (watchlist, when) it would have been called unusually busy
    refused: tuple[tuple[str, int], ...] = ()  # (watchlist, alerts that a language model held back)

    @property
    def total(self) -> int:
        """Return how many events in all."""
        return sum(self.by_day)

    def a_day(self, now: datetime) -> float:
        """Return how many events there were a day, over the time that was looked at, a day at least."""
        return self.total / max(1.0, (now - (self.first or now)) / DAY)


def days_until(now: datetime, count: int, zone: tzinfo) -> tuple[date, ...]:
    """Return so many days, the last of which is today."""
    today = now.astimezone(zone).date()
    return tuple(today - DAY * back for back in reversed(range(count)))


def begin_of(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a day begins."""
    return datetime.combine(day, time(), zone)


class WatchlistCount:
    """Counts batch by batch; keeps numbers of what would have been told, never a text."""

    def __init__(
        self,
        engine: Engine,
        watchlists: Sequence[Watchlist],
        sources: Sequence[Source],
        zone: tzinfo,
        since: datetime | None = None,
    ) -> None:
        """Count what was seen `since` then; what is older says only what is usual for a watchlist (`spike`)."""
        self._engine = engine
        self._watchlists = tuple(watchlists)
        self._publishers = {source.name: source.publisher for source in sources}
        self._zone = zone
        self._told: dict[str, dict[int, datetime]] = {one.id: {} for one in watchlists}  # event -> first seen
        self._fired: dict[tuple[str, str], set[int]] = {}
        self._voices: dict[int, dict[str, datetime]] = {}  # story -> publisher -> first seen
        self._words: Counter[str] = Counter()
        self._written: dict[str, str] = {}
        self._items = 0
        self._first: datetime | None = None
        self._since, self._oldest = since, datetime.max.replace(tzinfo=UTC)
        self._matched: dict[str, list[datetime]] = {one.id: [] for one in watchlists if one.spike}

    def add(self, items: Sequence[ItemOnRecord]) -> None:
        """Count these items, in any order."""
        for one in items:
            self._oldest = min(self._oldest, one.seen_at)
            matches = matches_of(self._engine, one)
            for name in {match.watchlist for match in matches} & self._matched.keys():
                self._matched[name].append(one.seen_at)
            if self._since is not None and one.seen_at < self._since:
                continue
            self._items += 1
            self._first = one.seen_at if self._first is None else min(self._first, one.seen_at)
            if matches:
                self._count(one, matches)

    def _count(self, one: ItemOnRecord, matches: Sequence[Match]) -> None:
        event = -one.id if one.story is None else one.story  # stories have positive numbers
        for match in matches:
            told = self._told[match.watchlist]
            told[event] = min(told.get(event, one.seen_at), one.seen_at)
            self._fired.setdefault((match.watchlist, match.query), set()).add(event)
        if one.story is not None:
            voices = self._voices.setdefault(one.story, {})
            voice = self._publishers.get(one.source, one.source)
            voices[voice] = min(voices.get(voice, one.seen_at), one.seen_at)
        found = {fold(each.text): each.text for match in matches for each in match.evidence}
        for word, written in found.items():
            self._words[word] += 1
            self._written.setdefault(word, written)

    def forecast(self, days: Sequence[date]) -> Forecast:
        """Return what was counted, by these days."""
        told = {one.id: self._spoken(one) for one in self._watchlists}
        events: dict[int, datetime] = {}
        for of_watchlist in told.values():
            for event, at in of_watchlist.items():
                events[event] = min(events.get(event, at), at)
        keywords = [(name, query, len(fired & told[name].keys())) for (name, query), fired in self._fired.items()]
        return Forecast(
            days=tuple(days),
            watchlists=tuple(
                MatchCount(one.id, one.title, self._by_day(told[one.id], days)) for one in self._watchlists
            ),
            by_day=self._by_day(events, days),
            keywords=tuple(sorted(keywords, key=lambda one: (-one[2], one[:2]))[:LOUDEST]),
            words=tuple((self._written[word], number) for word, number in self._words.most_common(LOUDEST)),
            zone=self._zone,
            items=self._items,
            first=self._first,
            spikes=tuple(
                (name, at)
                for name, times in self._matched.items()
                for at in find_rushes(times, self._oldest)
                if self._since is None or at >= self._since
            ),
        )

    def _spoken(self, watchlist: Watchlist) -> Mapping[int, datetime]:
        """Return the events that a watchlist tells, and when: where it waits for others, when enough of them had it."""
        told = self._told[watchlist.id]
        if watchlist.confirm <= 1:
            return told
        spoken = {}
        for event, at in told.items():
            voices = sorted(self._voices.get(event, {}).values())
            if len(voices) >= watchlist.confirm:
                spoken[event] = max(at, voices[watchlist.confirm - 1])
        return spoken

    def _by_day(self, events: Mapping[int, datetime], days: Sequence[date]) -> tuple[int, ...]:
        number = Counter(at.astimezone(self._zone).date() for at in events.values())
        return tuple(number[day] for day in days)


def find_rushes(times: Sequence[datetime], oldest: datetime) -> tuple[datetime, ...]:
    """Return when a watchlist that matched at these times would have been called unusually busy, once a rush."""
    ordered, rushes = sorted(times), list[datetime]()
    last: datetime | None = None  # that it was busy
    for now in ordered:
        end = bisect_right(ordered, now)
        if end - bisect_right(ordered, now - HOUR) < LEAST:
            continue
        counts = [0] * (HISTORY + 2)
        for at in ordered[bisect_right(ordered, now - len(counts) * HOUR) : end]:
            counts[(now - at) // HOUR] += 1
        if find_spike(counts, (now - oldest) // HOUR) is not None:
            if last is None or now - last >= REST:
                rushes.append(now)
            last = now
    return tuple(rushes)


def matches_of(engine: Engine, one: ItemOnRecord) -> tuple[Match, ...]:
    """Return the queries that fire on an item as it is on record."""
    item = one.item
    return engine.match(item.title, item.lead, item.body, source=one.source, language=item.language)
