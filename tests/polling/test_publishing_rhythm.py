"""The rhythm of a source: learned from polls and dates, forgotten again, and what is an unusual silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.polling.publishing_rhythm import DAY, HOUR, MOST, SURE, UNKNOWN, WEEK, learned, rate, seeded, silence
from bot.ports.poll_store import SourceStats

NOW = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)


def watched(days: int, publishes: range, *, until: SourceStats | None = None) -> SourceStats:
    """Return what ten-minute polls over so many days teach of a source that publishes each half hour of these hours."""
    stats = until or SourceStats()
    last = None
    for step in range(days * 144):
        now = NOW + step * 10 * MINUTE
        stats = learned(stats, last, now, news=now.hour in publishes and now.minute in {10, 40})
        last = now
    return stats


def test_of_an_unknown_source_every_hour_may_bring_news() -> None:
    """Nothing learned is no reason to be slow."""
    assert rate(SourceStats(), NOW) == UNKNOWN


def test_hours_are_told_apart_after_a_few_days() -> None:
    """A daily paper is awaited by day and left in peace by night; the hour before it begins counts as lively."""
    stats = watched(10, range(7, 19))
    assert rate(stats, NOW.replace(hour=9)) > 1.5
    assert rate(stats, NOW.replace(hour=6)) > 1.5
    assert rate(stats, NOW.replace(hour=23)) < 0.1


def test_a_habit_that_ends_is_forgotten() -> None:
    """A source that moves its hours is followed within days."""
    stats = learned(watched(10, range(7, 19)), None, NOW, news=False)
    again = watched(10, range(19, 23), until=stats)
    assert rate(again, NOW.replace(hour=9)) < 0.2
    assert rate(again, NOW.replace(hour=20)) > 1.5


def test_the_dates_of_a_feed_teach_at_first_sight() -> None:
    """Thirty items of the last days say at which hours to look; dates of other years, and too few, say nothing."""
    dates = [NOW - day * DAY + hour * HOUR for day in range(1, 8) for hour in (8, 9, 17)]
    stats = seeded(SourceStats(since=NOW, news_at=NOW), dates, NOW)
    assert rate(stats, NOW.replace(hour=8)) >= 0.9
    assert rate(stats, NOW.replace(hour=2)) == 0.0
    assert stats.lull == 15 * HOUR
    assert seeded(SourceStats(), dates[:4], NOW) == SourceStats()
    assert seeded(SourceStats(), [NOW - 4000 * DAY] * 50, NOW) == SourceStats()
    assert seeded(SourceStats(), [NOW + day * DAY for day in range(50)], NOW) == SourceStats()


def test_a_silence_is_three_usual_ones_and_nights_and_weekends_are_usual() -> None:
    """A paper that is silent at night is no case at breakfast; one that stopped is, once three nights have passed."""
    stats = watched(14, range(7, 19))
    assert timedelta(hours=12) <= stats.lull <= timedelta(hours=14)
    assert stats.news_at is not None
    assert silence(stats, stats.news_at + timedelta(hours=35)) is None
    assert silence(stats, stats.news_at + timedelta(hours=42)) == timedelta(hours=42)


def test_a_wire_is_missed_within_hours_once_it_is_known_for_a_week() -> None:
    """What never sleeps is missed soon; in its first week nobody knows about weekends, so three days have to pass."""
    wire = watched(8, range(24))
    assert wire.news_at is not None
    assert silence(wire, wire.news_at + timedelta(hours=2)) == timedelta(hours=2)
    young = watched(2, range(24))
    assert young.news_at is not None
    assert silence(young, young.news_at + SURE) is None
    assert silence(young, young.news_at + SURE + MINUTE) is not None


def test_a_time_in_which_nobody_looked_teaches_nothing() -> None:
    """After an outage of ours nobody knows when the news came, nor that there was a lull."""
    stats = watched(8, range(24))
    assert stats.news_at is not None
    back = stats.news_at + WEEK
    after = learned(stats, stats.news_at, back, news=True)
    assert after.lull == stats.lull
    assert after.rhythm == stats.rhythm
    assert after.news_at == back


@given(
    st.lists(
        st.tuples(st.timedeltas(min_value=-400 * DAY, max_value=400 * DAY), st.booleans()), min_size=1, max_size=30
    )
)
@settings(deadline=None, max_examples=50)
def test_case_87_no_clock_makes_a_rhythm_that_is_none(steps: list[tuple[timedelta, bool]]) -> None:
    """Case 87: whatever the clock does, rates stay within bounds and nothing known lies in the future."""
    stats, last, now = SourceStats(), None, NOW
    for step, news in steps:
        now += step
        stats = learned(stats, last, now, news=news)
        last = now
        assert 0 <= rate(stats, now) <= MOST
        assert stats.lull >= timedelta()
        assert stats.news_at is not None
        assert stats.since is not None
        assert max(stats.news_at, stats.since) <= now


def test_what_came_within_ten_minutes_came_once() -> None:
    """Ten items of one batch are too few times to tell a rhythm by."""
    day = NOW - DAY
    batch = [day.replace(hour=10, minute=minute) for minute in range(10)]
    assert seeded(SourceStats(), batch, NOW) == SourceStats()
    apart = [day.replace(hour=10, minute=minute) for minute in range(0, 60, 10)]
    assert seeded(SourceStats(), apart, NOW) != SourceStats()
