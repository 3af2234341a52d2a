"""Hours on people's clocks: every zone, clocks that jump, windows over midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.calendar import instant, next_digest, quiet_until, zone_of
from bot.preferences import DAY, Digest, Window

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(sorted(available_timezones()))
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside them
MINUTES = st.integers(0, DAY - 1)
WINDOWS = st.tuples(
    MINUTES, MINUTES, st.sets(st.integers(0, 6), max_size=7).map(lambda days: tuple(sorted(days)))
).filter(lambda given: given[0] != given[1])
DIGESTS = st.one_of(
    st.just(Digest("hour")),
    st.builds(Digest, st.just("day"), MINUTES),
    st.builds(Digest, st.just("week"), MINUTES, st.integers(0, 6)),
)


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("windows", "now", "end"),
    [
        pytest.param(((23 * 60, 7 * 60),), "2026-11-23T21:59", None, id="a minute before"),
        pytest.param(((23 * 60, 7 * 60),), "2026-11-23T22:00", "2026-11-24T06:00", id="over midnight"),
        pytest.param(((23 * 60, 7 * 60),), "2026-11-24T05:59", "2026-11-24T06:00", id="after midnight"),
        pytest.param(((23 * 60, 7 * 60),), "2026-11-24T06:00", None, id="the end is out"),
        pytest.param(((12 * 60, 13 * 60), (13 * 60, 14 * 60)), "2026-11-24T11:30", "2026-11-24T13:00", id="two meet"),
        pytest.param(((12 * 60, 15 * 60), (13 * 60, 14 * 60)), "2026-11-24T12:30", "2026-11-24T14:00", id="one in two"),
        pytest.param(((23 * 60, 7 * 60),), "2026-03-28T23:00", "2026-03-29T05:00", id="the night of the gap"),
        pytest.param(((23 * 60, 7 * 60),), "2026-10-24T22:00", "2026-10-25T06:00", id="the night of the fold"),
        pytest.param(((150, 420),), "2026-03-29T00:59", None, id="begins in the gap: not before"),
        pytest.param(((150, 420),), "2026-03-29T01:00", "2026-03-29T05:00", id="begins in the gap: at the jump"),
        pytest.param(((23 * 60, 150),), "2026-10-25T00:45", "2026-10-25T01:30", id="ends in the fold: the second time"),
        pytest.param(((60, 120),), "2028-02-29T00:30", "2028-02-29T01:00", id="a leap day"),
    ],
)
def test_case_87_quiet_hours_go_by_the_clock_on_the_wall(
    windows: tuple[tuple[int, int], ...], now: str, end: str | None
) -> None:
    """Case 87: windows end when people's clocks say so, in Berlin, whatever the night does to them."""
    found = quiet_until(tuple(Window(*one) for one in windows), BERLIN, at(now))
    assert found == (at(end) if end else None)


def test_a_window_may_have_days() -> None:
    """It begins on those days only, and what began on Friday is still quiet on Saturday morning."""
    fridays = (Window(23 * 60, 7 * 60, (4,)),)
    assert quiet_until(fridays, BERLIN, at("2026-11-20T23:00")) == at("2026-11-21T06:00")
    assert quiet_until(fridays, BERLIN, at("2026-11-21T05:00")) == at("2026-11-21T06:00")
    assert quiet_until(fridays, BERLIN, at("2026-11-21T23:00")) is None


def test_a_clock_that_skips_a_day_is_met() -> None:
    """Samoa had no 30 December 2011: what was to begin on it begins at the jump."""
    apia = ZoneInfo("Pacific/Apia")
    assert instant(date(2011, 12, 30), 8 * 60, apia) == at("2011-12-30T10:00")


@settings(deadline=None, max_examples=150)
@given(st.lists(WINDOWS, min_size=1, max_size=3), ZONES, MOMENTS)
def test_case_87_quiet_is_what_the_wall_says(
    given: list[tuple[int, int, tuple[int, ...]]], name: str, now: datetime
) -> None:
    """Case 87: away from jumps of the clock, it is quiet exactly when its face is within a window."""
    zone, windows = ZoneInfo(name), tuple(Window(*one) for one in given)
    wall = now.astimezone(zone)
    shifts = {(now + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-49, 50, 7)}
    if len(shifts) > 1:
        return
    minute, day = wall.hour * 60 + wall.minute, wall.weekday()

    def within(one: Window) -> bool:
        on = set(one.days or range(7))
        if one.begin < one.end:
            return one.begin <= minute < one.end and day in on
        return (minute >= one.begin and day in on) or (minute < one.end and (day - 1) % 7 in on)

    end = quiet_until(windows, zone, now)
    assert (end is not None) == any(within(one) for one in windows)
    assert end is None or now < end


@settings(deadline=None, max_examples=150)
@given(DIGESTS, ZONES, MOMENTS)
def test_case_87_digests_come_one_after_the_other(digest: Digest, name: str, now: datetime) -> None:
    """Case 87: in every zone the next is after now, no two are one, and none is skipped or late."""
    zone = ZoneInfo(name)
    period = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}[digest.rhythm]
    times = [now]
    for _ in range(5):
        times.append(next_digest(digest, zone, times[-1]))
    assert all(earlier < later <= earlier + period + timedelta(hours=26) for earlier, later in pairwise(times))
    assert next_digest(digest, zone, times[1] - timedelta(microseconds=1)) == times[1]
    plain = next_digest(digest, zone, times[1] + (times[2] - times[1]) / 2)
    assert plain == times[2]


@pytest.mark.parametrize(
    ("minute", "days"),
    [
        pytest.param(150, ["2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"], id="in the gap: at the jump"),
        pytest.param(480, ["2026-03-28T07:00", "2026-03-29T06:00", "2026-03-30T06:00"], id="after the gap"),
    ],
)
def test_case_87_a_daily_digest_over_the_gap(minute: int, days: list[str]) -> None:
    """Case 87: a time that the clocks skip is met once, at the jump."""
    found, after = [], at("2026-03-28T00:00")
    for _ in days:
        after = next_digest(Digest("day", minute), BERLIN, after)
        found.append(after)
    assert found == [at(day) for day in days]


def test_a_digest_may_come_several_times_a_day() -> None:
    """At each of its times, over midnight; a time that stands twice counts once."""
    digest, found, after = Digest("day", 480, more=(1110, 480)), [], at("2026-06-01T05:00")
    for _ in range(3):
        after = next_digest(digest, BERLIN, after)
        found.append(after)
    assert found == [at("2026-06-01T06:00"), at("2026-06-01T16:30"), at("2026-06-02T06:00")]


def test_case_87_a_daily_digest_comes_once_where_the_clock_shows_its_time_twice() -> None:
    """Case 87: on the night of the fold the first 02:30 counts, the second does not."""
    first = next_digest(Digest("day", 150), BERLIN, at("2026-10-24T12:00"))
    assert first == at("2026-10-25T00:30")
    assert next_digest(Digest("day", 150), BERLIN, first) == at("2026-10-26T01:30")


def test_a_zone_that_is_none_is_utc() -> None:
    """A spelling, or a container without zones, loses no alert."""
    assert [zone_of(name).key for name in (None, "", "Mars/Olympus", "../etc/passwd")] == ["UTC"] * 4
