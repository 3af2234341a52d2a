"""What would have been sent: by watchlist, by day, each event once."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.engine import Engine, build_engine
from bot.model import Item, Source, Watchlist
from bot.ports.history_store import ItemOnRecord
from bot.preview.backtest import Forecast, WatchlistCount, begin_of, days_until

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LISTS = (
    Watchlist("k", "Kremlin", ("=Kremlin", '"=peace =talks"'), exclude=("=hockey",)),
    Watchlist("o", "Oil", ("=oil",), sources=("Wire",)),
    Watchlist("c", "Confirmed", ("=Kremlin",), confirm=2),
)
SOURCES = (
    Source("Wire", "https://wire.example/1", "wire"),
    Source("Wire sport", "https://wire.example/2", "wire"),
    Source("Courier", "https://courier.example/", "courier"),
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Give the engine of three watchlists."""
    return build_engine(LISTS, SOURCES)


def seen(
    number: int, title: str, *, days: float = 0, source: str = "Wire", story: int | None = None, lead: str = ""
) -> ItemOnRecord:
    """Return an item that was seen so many days ago."""
    item = Item((), f"https://x.example/{number}", title, lead)
    return ItemOnRecord(number, item, source, NOW - timedelta(days=days), story)


def forecast(engine: Engine, items: Sequence[ItemOnRecord], lists: tuple[Watchlist, ...] = LISTS) -> Forecast:
    """Count items, each in a batch of its own."""
    tally = WatchlistCount(engine, lists, SOURCES, UTC)
    for one in items:
        tally.add([one])
    return tally.forecast(days_until(NOW, 3, UTC))


def totals(found: Forecast) -> dict[str, int]:
    """Return the alerts of each watchlist."""
    return {one.watchlist: one.total for one in found.watchlists}


def test_alerts_are_counted_by_watchlist_and_day(engine: Engine) -> None:
    """Each item that fires is an alert of its day; exclusions and scopes hold; one for two watchlists is one event."""
    found = forecast(
        engine,
        [
            seen(1, "Kremlin on oil"),
            seen(2, "Kremlin hockey"),
            seen(3, "Oil, says the oil ministry", source="Courier"),
            seen(4, "The oil price", days=1),
            seen(5, "Kremlin", days=2, lead="Of peace talks."),
            seen(6, "Weather"),
        ],
    )
    assert {one.watchlist: one.by_day for one in found.watchlists} == {"k": (1, 0, 1), "o": (0, 1, 1), "c": (0, 0, 0)}
    assert found.by_day == (1, 1, 1)
    assert found.total == 3
    assert [str(day) for day in found.days] == ["2026-11-21", "2026-11-22", "2026-11-23"]
    assert (found.items, found.first) == (6, NOW - timedelta(days=2))


def test_a_story_is_told_once_on_the_day_of_its_first_report(engine: Engine) -> None:
    """Five outlets, two days, one alert; what stands in no story is told by itself."""
    items = [seen(number, "Kremlin", days=number % 2, story=7) for number in range(1, 6)]
    found = forecast(engine, [*items, seen(9, "Kremlin")])
    assert found.watchlists[0].by_day == (0, 1, 1)
    assert found.keywords[0] == ("k", "=Kremlin", 2)


def test_a_watchlist_that_waits_for_others_is_forecast_so(engine: Engine) -> None:
    """It tells a story on the day when enough publishers had it; two sources of one publisher are one voice."""
    alone = [seen(1, "Kremlin", story=7, days=1), seen(2, "Kremlin", story=7, source="Wire sport")]
    assert totals(forecast(engine, alone))["c"] == 0
    joined = forecast(engine, [*alone, seen(3, "Kremlin", story=7, source="Courier")])
    assert joined.watchlists[2].by_day == (0, 0, 1)
    assert joined.watchlists[0].by_day == (0, 1, 0)
    assert totals(forecast(engine, [seen(1, "Kremlin"), seen(2, "Kremlin", source="Courier")]))["c"] == 0


def test_the_noisiest_keywords_and_words_come_first(engine: Engine) -> None:
    """Keywords by the events they fired on, words by the items they stand in, as they were written."""
    found = forecast(engine, [seen(1, "Kremlin"), seen(2, "Kremlin and peace talks"), seen(3, "oil")])
    assert found.keywords[:2] == (("k", "=Kremlin", 2), ("k", '"=peace =talks"', 1))
    assert found.words == (("Kremlin", 2), ("peace talks", 1), ("oil", 1))


@given(seed=st.integers(0, 10**6), size=st.integers(1, 40))
@settings(deadline=None, max_examples=30)
def test_order_and_batches_do_not_matter(engine: Engine, seed: int, size: int) -> None:
    """However the record is cut and shuffled, the numbers are the same."""
    chance = random.Random(seed)
    titles = ("Kremlin", "oil", "Kremlin oil", "Kremlin hockey", "nothing", "peace talks")
    sources = [source.name for source in SOURCES]
    items = [
        seen(
            number,
            chance.choice(titles),
            days=chance.random() * 2,
            source=chance.choice(sources),
            story=chance.choice((None, 1, 2, 3)),
        )
        for number in range(1, size + 1)
    ]
    whole = WatchlistCount(engine, LISTS, SOURCES, UTC)
    whole.add(items)
    shuffled = chance.sample(items, len(items))
    days = days_until(NOW, 3, UTC)
    one, other = whole.forecast(days), forecast(engine, shuffled)
    assert (one.watchlists, one.by_day, set(one.keywords)) == (other.watchlists, other.by_day, set(other.keywords))
    assert one.total <= len(items)


def test_days_are_those_of_the_installation() -> None:
    """The last day is today where the reader is, and a day begins at midnight there, summer time or not."""
    zone = ZoneInfo("Europe/Berlin")
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert [day.day for day in days_until(late, 2, zone)] == [23, 24]
    assert begin_of(days_until(late, 1, zone)[0], zone) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert len(set(days_until(late, 30, zone))) == 30


def test_a_rate_needs_a_day_at_least(engine: Engine) -> None:
    """Ten alerts in the first hour are ten a day, not two hundred and forty."""
    young = forecast(engine, [seen(number, "Kremlin", days=0.04) for number in range(1, 11)])
    assert young.a_day(NOW) == 10
    assert forecast(engine, [seen(number, "Kremlin", days=2) for number in range(1, 11)]).a_day(NOW) == 5
    assert forecast(engine, []).a_day(NOW) == 0


def test_a_tally_keeps_no_texts(engine: Engine) -> None:
    """Memory grows with what would be told, not with what was read."""

    def long_read() -> Iterator[ItemOnRecord]:
        for number in range(1, 2000):
            yield seen(number, f"nothing of it {number}", lead="word " * 200)

    tally = WatchlistCount(engine, LISTS, SOURCES, UTC)
    for one in long_read():
        tally.add([one])
    found = tally.forecast(days_until(NOW, 3, UTC))
    assert (found.items, found.total, found.words, found.keywords) == (1999, 0, (), ())
