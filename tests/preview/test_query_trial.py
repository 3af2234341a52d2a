"""What a page shows of a query: hits, near misses, days and a forecast, exact where there is time, else estimated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.i18n import words
from bot.matching.engine import build_engine
from bot.model import Source, Watchlist
from bot.preview import query_trial
from bot.preview.query_trial import QueryTrial, TrialRequest, try_query
from bot.preview.record_search import Search
from bot.store.repository import Store, open_store
from bot.store.tables import items

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
DAY = timedelta(days=1)


class Clock:
    """Monotonic seconds; each look costs a step."""

    def __init__(self, step: float = 0.0) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        """Tell the time."""
        self.now += self.step
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty record with one source."""
    async with await open_store(f"sqlite:///{tmp_path}/newswatch.db", migrate=True) as store:
        await store.polls.sync_sources((Source("s", "https://s.example/feed", "s.example"),), NOW)
        yield store


async def put(store: Store, *found: tuple[str, float, int | None]) -> None:
    """Put items on record, given by title, days ago and story, in the order in which they are seen."""
    rows = [
        {
            "source": 1,
            "url": f"https://s.example/{place}",
            "title": title,
            "lead": "",
            "body": "",
            "language": None,
            "published": None,
            "seen_at": int((NOW - ago * DAY).timestamp() * 1000),
            "story": story,
        }
        for place, (title, ago, story) in enumerate(found)
    ]
    async with store.database.write() as connection:
        await connection.execute(items.insert(), rows)


async def tried(store: Store, query: str, clock: Clock | None = None, *, days: int = 30) -> QueryTrial:
    """Try a query of so many days."""
    engine = build_engine((Watchlist("query", query, (query,)),))
    search = Search(store.search, store.items, clock or Clock())
    return await try_query(search, TrialRequest(engine, days, UTC_ZONE, NOW, words("en")))


def counts(trial: QueryTrial) -> Iterator[tuple[str, int]]:
    """Give the days on which there is something."""
    return ((one.day.isoformat(), one.items) for one in trial.days if one.items)


async def test_hits_are_counted_by_day_and_a_story_is_told_once(store: Store) -> None:
    """The newest first, with the words that were found; what is older than a week is in no forecast."""
    await put(
        store,
        ("Summits of old", 20, None),
        ("Summit opens", 3, 5),
        ("The summit opened", 3, 5),
        ("Weather", 1, None),
        ("Summit ends", 0, None),
    )
    trial = await tried(store, "summit")
    assert [hit.found.item.title for hit in trial.hits][:2] == ["Summit ends", "The summit opened"]
    assert trial.hits[1].evidence[0].text == "summit"
    assert list(counts(trial)) == [("2026-11-03", 1), ("2026-11-20", 2), ("2026-11-23", 1)]
    assert (trial.total, trial.alerts, trial.estimated, trial.complete) == (4, 2, False, True)
    assert len(trial.days) == 30


async def test_what_nearly_fits_is_shown_with_the_reason(store: Store) -> None:
    """An item that has one of two words, and one that has a word only inside another."""
    await put(store, ("Putin speaks", 1, None), ("Torrent of rain", 1, None), ("Tor and Putin", 1, None))
    both = await tried(store, "Putin AND Trump")
    assert [(one.item.title, miss.reason) for one, miss in both.misses][-1] == (
        "Putin speaks",
        "only Putin is there: Trump is missing",
    )
    inside = await tried(store, "Torr")
    assert [one.item.title for one, _ in inside.misses] == ["Torrent of rain"]
    assert inside.total == 0


async def test_what_there_is_no_time_for_is_estimated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the share of hits among those that were judged, for each day."""
    monkeypatch.setattr(query_trial, "_PAGE", 10)
    await put(store, *(("Summit" if n % 2 else "SUMMIT", 2 if n < 50 else 1, None) for n in range(100)))
    while await store.search.index_some():
        pass
    trial = await tried(store, "=Summit", Clock(step=1.0))
    assert (trial.judged, trial.estimated, trial.complete) == (10, True, True)
    assert list(counts(trial)) == [("2026-11-21", 25), ("2026-11-22", 25)]
    assert (trial.total, trial.alerts) == (50, 50)


async def test_a_pattern_is_tried_on_the_newest_items_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index can say nothing of it, and the page says that not everything was looked at."""
    monkeypatch.setattr(query_trial, "_READ", 2)
    await put(store, *((f"Summit {n}", 1, None) for n in range(6)))
    whole = await tried(store, "/summ.t/")
    assert (whole.total, whole.complete, whole.estimated) == (6, True, False)
    cut = await tried(store, "/summ.t/", Clock(step=1.0))
    assert (cut.judged, cut.complete) == (2, False)


async def test_an_empty_record_has_days_without_anything(store: Store) -> None:
    """And a day of 23 or 25 hours is one."""
    trial = await tried(store, "summit", days=7)
    assert (trial.hits, trial.total, trial.alerts, len(trial.days)) == ((), 0, 0, 7)
