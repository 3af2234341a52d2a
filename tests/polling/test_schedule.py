"""When a source is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Hints, Item, Source
from bot.polling.schedule import DAY, HOUR, after_failure, after_success, is_news, is_since, newest_first

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def source(every: timedelta) -> Source:
    """Return a source with this pace."""
    return Source(name="Courier", url="https://courier.example/rss", publisher="courier.example", every=every)


def wait_of(
    every: timedelta,
    *,
    quiet: int = 0,
    rate: float = 1.0,
    fresh_for: timedelta | None = None,
    hints: Hints | None = None,
    now: datetime = NOW,
    spread: float = 0.5,
) -> timedelta:
    """Return the wait after a poll that went well."""
    return after_success(
        source(every), quiet=quiet, rate=rate, fresh_for=fresh_for, hints=hints or Hints(), now=now, spread=spread
    )


def test_a_lively_source_is_asked_at_its_own_pace() -> None:
    """A source that brought news is asked again after `every`, give or take five percent, whatever the hour."""
    assert wait_of(timedelta(minutes=10), quiet=0, rate=0.0) == timedelta(minutes=10)


def test_a_quiet_hour_is_asked_less_often_up_to_an_hour() -> None:
    """After quiet polls the pace goes by what the hour usually brings, and stops slowing at an hour."""
    waits = [wait_of(timedelta(minutes=10), quiet=6, rate=rate) for rate in (6.0, 0.5, 0.1, 0.0)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=10)
    assert waits[-1] == HOUR


def test_below_a_minute_the_pace_never_adapts() -> None:
    """`every: 5s` stays five seconds, whatever the hour, the server and the feed wish."""
    hints = Hints(HOUR, skips=1 << 12)
    assert wait_of(timedelta(seconds=5), quiet=500, rate=0.0, fresh_for=HOUR, hints=hints) == timedelta(seconds=5)


def test_what_server_and_feed_ask_for_is_kept_within_bounds() -> None:
    """Cache-Control, ttl and sy:updatePeriod stretch the pace, never to less than they say, up to the bounds."""
    minutes = timedelta(minutes=1)
    assert wait_of(5 * minutes, fresh_for=20 * minutes, spread=0.0) == 20 * minutes
    assert wait_of(5 * minutes, hints=Hints(30 * minutes), spread=0.0) == 30 * minutes
    assert wait_of(5 * minutes, fresh_for=timedelta(days=9)) == 50 * minutes
    assert wait_of(10 * minutes, hints=Hints(timedelta(days=1))) == HOUR


def test_skipped_hours_and_days_are_waited_out_within_bounds() -> None:
    """Hours and days to skip push a poll to their end, by an hour at most; 2026-11-23 is a Monday."""
    ten = timedelta(minutes=10)
    assert wait_of(ten, hints=Hints(skips=1 << 12), now=NOW + timedelta(minutes=20)) == timedelta(minutes=40)
    assert wait_of(ten, hints=Hints(skips=1 << 13), now=NOW) == ten
    assert wait_of(ten, hints=Hints(skips=1 << 24), now=NOW) == HOUR
    assert wait_of(ten, hints=Hints(skips=1 << 25), now=NOW) == ten


@given(
    every=st.timedeltas(min_value=timedelta(seconds=1), max_value=DAY),
    quiet=st.integers(0, 10_000),
    rate=st.floats(0, 100),
    fresh=st.none() | st.timedeltas(min_value=timedelta(), max_value=timedelta(days=4000)),
    hinted=st.none() | st.timedeltas(min_value=timedelta(), max_value=DAY),
    skips=st.integers(0, (1 << 31) - 1),
    spread=st.floats(0, 1, exclude_max=True),
)
@settings(deadline=None, max_examples=100)
def test_the_pace_stays_between_every_and_its_bounds(
    every: timedelta,
    quiet: int,
    rate: float,
    fresh: timedelta | None,
    hinted: timedelta | None,
    skips: int,
    spread: float,
) -> None:
    """Whatever happened, the wait is about `every` at least, and an hour or ten times `every` at most."""
    wait = wait_of(every, quiet=quiet, rate=rate, fresh_for=fresh, hints=Hints(hinted, skips), spread=spread)
    assert every * 0.94 <= wait <= max(every, min(HOUR, 10 * every)) * 1.06


def test_failures_double_the_wait_to_an_hour_and_after_a_day_to_a_day() -> None:
    """A source that fails is left alone longer and longer: an hour while it may be passing, a day at most."""
    waits = [
        after_failure(source(timedelta(minutes=10)), failures=n, retry_after=None, status=503, spread=0.5)
        for n in (1, 2, 3, 4, 30, 31, 32, 35, 5000)
    ]
    assert [wait.total_seconds() / 60 for wait in waits] == [10, 20, 40, 60, 60, 120, 240, 1440, 1440]


def test_case_43_what_is_gone_is_paused_at_once() -> None:
    """Case 43: 410 says gone for good, so the next look comes after a day; 404 doubles its way there."""
    gone = after_failure(source(timedelta(minutes=10)), failures=1, retry_after=None, status=410, spread=0.5)
    missing = after_failure(source(timedelta(minutes=10)), failures=1, retry_after=None, status=404, spread=0.5)
    assert (gone, missing) == (DAY, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("status", "longest"),
    [(401, DAY), (403, DAY), (404, DAY), (410, DAY), (400, HOUR), (402, HOUR), (500, HOUR), (None, HOUR)],
)
def test_only_where_a_person_must_act_a_failure_waits_for_a_day_at_once(status: int | None, longest: timedelta) -> None:
    """Refused and missing pages do; whatever may mend itself is asked for every hour for a day."""
    wait = after_failure(source(timedelta(minutes=10)), failures=20, retry_after=None, status=status, spread=0.5)
    assert wait == longest


def test_a_refusal_backs_off_up_to_a_day() -> None:
    """401, 403, 404 and 410 need a person, so they are asked about daily in the end."""
    assert after_failure(source(HOUR), failures=50, retry_after=None, status=404, spread=0.5) == DAY


def test_case_41_retry_after_is_a_floor() -> None:
    """A server that says when to come back is not asked before."""
    assert after_failure(source(timedelta(minutes=1)), failures=1, retry_after=1800, status=429, spread=0) >= timedelta(
        minutes=30
    )


@pytest.mark.parametrize(
    ("age", "gap", "told"),
    [
        (timedelta(days=3), timedelta(minutes=10), True),
        (timedelta(days=3), timedelta(days=7), False),
        (timedelta(hours=3), timedelta(days=7), True),
        (timedelta(days=400), None, True),
    ],
)
def test_case_85_only_a_gap_makes_old_items_a_backlog(age: timedelta, gap: timedelta | None, told: bool) -> None:
    """An old date alone hides nothing; after a week offline or a restored backup, a day-old item is not told."""
    item = Item(keys=(1,), url=None, title="x", published=NOW - age)
    assert is_news(item, 0, None if gap is None else NOW - gap, NOW) is told


@pytest.mark.parametrize(
    ("every", "gap", "age", "told"),
    [
        (timedelta(minutes=5), 24, 42, True),  # a daily tick, and what is dated yesterday 00:00
        (timedelta(minutes=5), 26, 49, True),  # one that came late
        (timedelta(minutes=5), 24, 50, False),  # what stood there before the tick of yesterday
        (timedelta(days=1), 24, 40, True),
        (timedelta(days=7), 7 * 24, 6 * 24, True),  # asked once a week, by its own pace
        (timedelta(minutes=5), 7 * 24, 6 * 24, False),  # a week offline
        (timedelta(minutes=5), 13, 30, True),  # "yesterday", without an hour, after a night offline
        (timedelta(minutes=5), 13, -3, True),  # a zone that is wrong
    ],
)
def test_case_85_a_backlog_is_relative_to_the_time_since_the_last_poll(
    every: timedelta, gap: int, age: int, told: bool
) -> None:
    """Who asks once a day, or once a week, is told all since the last poll, however roughly it is dated (hours)."""
    item = Item(keys=(1,), url=None, title="x", published=NOW - timedelta(hours=age))
    assert is_news(item, 25, NOW - timedelta(hours=gap), NOW, every=every) is told
    undated = Item(keys=(1,), url=None, title="x")
    assert is_news(undated, 25, NOW - timedelta(hours=gap), NOW, every=every) is (gap < 36 or every > DAY)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((1, 2, 3), [2, 1, 0]),
        ((3, 1, 2), [0, 2, 1]),
        ((None, None, None), [0, 1, 2]),
        ((1, None, 3), [2, 1, 0]),
        ((3, None, 1), [0, 1, 2]),
    ],
)
def test_the_newest_come_first_whatever_the_order_of_the_document(
    hours: tuple[int | None, ...], expected: list[int]
) -> None:
    """By the dates, where there are some; else as they stand."""
    items = [
        (at, Item(keys=(at,), url=None, title="x", published=None if hour is None else NOW + timedelta(hours=hour)))
        for at, hour in enumerate(hours)
    ]
    assert newest_first(items) == expected


def test_after_a_gap_undated_items_are_told_up_to_a_number() -> None:
    """Without dates, the twenty newest of a backlog are told."""
    item = Item(keys=(1,), url=None, title="x")
    week = NOW - timedelta(days=7)
    assert [is_news(item, n, week, NOW) for n in (0, 19, 20)] == [True, True, False]


@pytest.mark.parametrize(
    ("age", "below", "told"),
    [
        (timedelta(days=15), True, False),
        (timedelta(days=15), False, True),
        (timedelta(hours=3), True, True),
        (None, True, True),
    ],
)
def test_an_old_item_that_slides_into_view_below_known_ones_is_no_news(
    age: timedelta | None, below: bool, told: bool
) -> None:
    """When an editor deletes an item, the next old one appears at the foot: place and date together give it away."""
    item = Item(keys=(1,), url=None, title="x", published=None if age is None else NOW - age)
    assert is_news(item, 0, NOW - timedelta(minutes=10), NOW, below=below) is told


@pytest.mark.parametrize(
    ("published", "empty_at", "expected"),
    [
        (NOW - DAY, NOW, True),
        (NOW - DAY - timedelta(seconds=1), NOW, False),
        (NOW + DAY, NOW, True),
        (None, NOW, False),
        (NOW, None, False),
        (None, None, False),
    ],
)
def test_what_a_source_that_was_empty_shows_is_news_by_its_date(
    published: datetime | None, empty_at: datetime | None, expected: bool
) -> None:
    """Dated within a day before it was seen empty, or later; without a date, or never seen empty, it is not."""
    assert is_since(Item((1,), "https://courier.example/1", "T", published=published), empty_at) is expected
