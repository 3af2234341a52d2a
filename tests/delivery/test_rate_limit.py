"""How fast we may send."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.rate_limit import UNPACED, Limit, Limits, RateLimit

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def times(pace: RateLimit, chats: list[int], start: datetime = START) -> list[tuple[datetime, int]]:
    """Send to these chats in turn, each as early as it may; return when."""
    now, sent = start, []
    for chat in chats:
        now = max(now, pace.ready(chat, now))
        pace.record_request(chat, now)
        pace.record_answer(chat, now)
        sent.append((now, chat))
    return sent


def most_within(moments: list[datetime], window: timedelta) -> int:
    """Return the most of the moments that lie within any half-open window."""
    return max(sum(begin <= one < begin + window for one in moments) for begin in moments)


def test_case_4_a_group_gets_eighteen_a_minute() -> None:
    """500 alerts for one group never make more than 18 in any minute."""
    moments = [when for when, _ in times(RateLimit(), [-100] * 500)]
    assert most_within(moments, timedelta(minutes=1)) <= 18
    assert moments[-1] - START < timedelta(minutes=34)


def test_case_5_a_thousand_chats_share_the_bot() -> None:
    """1,000 private chats are served at 25 a second, never more than 29 in one."""
    sent = times(RateLimit(), list(range(1, 1001)))
    moments = [when for when, _ in sent]
    assert timedelta(seconds=38) < moments[-1] - START < timedelta(seconds=41)
    assert most_within(moments, timedelta(seconds=1)) <= 29


@pytest.mark.parametrize("chat", [7, -100])
def test_a_chat_gets_one_a_second(chat: int) -> None:
    """No two within a second, in a group neither, though it stands three before its minute limits it."""
    moments = [(when - START).total_seconds() for when, _ in times(RateLimit(), [chat] * 3)]
    assert moments == [0, 1, 2]


def test_a_chat_has_its_second_after_the_answer() -> None:
    """A request that took three seconds may have arrived at their end: the next leaves a second after that."""
    pace = RateLimit()
    pace.record_request(7, START)
    pace.record_answer(7, START + timedelta(seconds=3))
    assert pace.ready(7, START + timedelta(seconds=3)) == START + timedelta(seconds=4)


def test_what_a_network_held_up_cannot_exceed_the_limit_by_arriving_together() -> None:
    """Without an answer a request may arrive at any moment: 29 such and answered within a second are the most."""
    pace, now = RateLimit(Limits(bot=Limit(1000, 1000))), START
    for chat in range(1, 30):
        assert pace.free(now) == now
        pace.record_request(chat, now)
        now += timedelta(seconds=0.1)
    for chat in range(1, 6):
        pace.record_answer(chat, now)
    assert pace.free(now) == now + timedelta(seconds=1)
    assert pace.free(now + timedelta(seconds=1)) == now + timedelta(seconds=1)
    assert pace.free(now - timedelta(hours=1)) < now, "a clock that was set back waits for nothing that is to come"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 2), st.floats(0, 1)), min_size=40, max_size=120))
def test_case_5_no_second_has_thirty_whatever_the_network_does(flights: list[tuple[float, float, float]]) -> None:
    """However late each arrives between its leaving and its answer, Telegram's 30 a second are never reached."""
    pace, now, arrived = RateLimit(), START, list[datetime]()
    landing: list[tuple[datetime, int]] = []
    for chat, (gap, takes, when) in enumerate(flights, 1):
        now += timedelta(seconds=gap)
        while len(landing) == 8 or pace.ready(chat, now) > now:
            now = min([*(at for at, _ in landing), *([] if len(landing) == 8 else [pace.ready(chat, now)])])
            for one in sorted(one for one in landing if one[0] <= now):
                landing.remove(one)
                pace.record_answer(one[1], one[0])
        pace.record_request(chat, now)
        landing.append((now + timedelta(seconds=takes), chat))
        arrived.append(now + timedelta(seconds=takes * when))
    assert most_within(arrived, timedelta(seconds=1)) < 30


def test_chats_do_not_wait_for_one_another() -> None:
    """A chat that has to wait keeps nobody else from being served."""
    pace = RateLimit()
    times(pace, [-100] * 3)
    assert pace.ready(-100, START) > START
    later = START + timedelta(seconds=1)
    assert pace.ready(5, later) == later
    assert pace.free(later) == later


def test_the_terminal_stands_any_speed() -> None:
    """Where nothing limits, ten thousand at once are fine."""
    assert times(RateLimit(UNPACED), [1] * 10_000)[-1][0] == START


def test_case_87_a_clock_that_jumps_stalls_nothing() -> None:
    """A clock set back an hour costs a chat no more than its usual wait; one set ahead only fills the buckets."""
    pace = RateLimit()
    times(pace, [7] * 2)
    back = START - timedelta(hours=1)
    assert pace.ready(7, back) - back <= timedelta(seconds=2)
    ahead = START + timedelta(days=365)
    assert pace.ready(7, ahead) == ahead


def test_full_buckets_are_forgotten() -> None:
    """Memory holds only the chats that were sent to lately."""
    pace = RateLimit()
    times(pace, list(range(1, 51)))
    pace.forget(START + timedelta(hours=1))
    assert pace._buckets == {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([1, 2, -100, -200]), st.floats(0, 5)), min_size=1, max_size=80),
)
def test_no_window_ever_exceeds_its_limit(asked: list[tuple[int, float]]) -> None:
    """Whatever is asked for when: within any window, a bucket lets through its burst and its rate, no more."""
    limits = Limits(Limit(2, 2), Limit(1, 3), Limit(0.3, 2))
    pace, now, sent = RateLimit(limits), START, []
    for chat, gap in asked:
        now = max(now + timedelta(seconds=gap), pace.ready(chat, now))
        if pace.ready(chat, now) <= now:
            pace.record_request(chat, now)
            pace.record_answer(chat, now)
            sent.append((now, chat))
    for window in (1, 7, 30):
        span = timedelta(seconds=window)
        assert most_within([when for when, _ in sent], span) <= 2 + 2 * window
        for chat in Counter(chat for _, chat in sent):
            mine = [when for when, other in sent if other == chat]
            for limit in (limits.chat, *([limits.group] if chat < 0 else [])):
                assert most_within(mine, span) <= limit.burst + limit.per_second * window


@pytest.mark.parametrize(("aloft", "after"), [(0, 1.0), (1, 1.3), (2, 1.6), (3, 1.7)])
def test_a_second_holds_what_was_answered_and_what_is_under_way(aloft: int, after: float) -> None:
    """Each request without an answer keeps a place, until the oldest answer is a second ago."""
    pace = RateLimit(Limits(bot=Limit(1000, 1000), most=3))
    for chat, seconds in ((1, 0.0), (2, 0.3), (3, 0.6)):
        pace.record_request(chat, START)
        pace.record_answer(chat, START + timedelta(seconds=seconds))
    for chat in range(4, 4 + aloft):
        pace.record_request(chat, START)
    assert pace.free(START + timedelta(seconds=0.7)) == START + timedelta(seconds=after)
