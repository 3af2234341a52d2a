"""What follows a refusal, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery import retry
from bot.errors import DeliveryError, Verdict
from bot.model import Alert, Chat, Delivery, DisplayPreferences
from bot.ports.outbox_store import Dead, Later

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
DELIVERY = Delivery(1, Alert(Chat(-100), 1, (("k", "K"),), "Head", None, "", ()), (), 1, 0)


def after(
    verdict: Verdict,
    delivery: Delivery = DELIVERY,
    *,
    wait: float | None = None,
    chat: int | None = None,
    chance: float = 0.0,
) -> retry.Action:
    """Decide at a fixed time."""
    return retry.after(DeliveryError("why", verdict, retry_after=wait, chat=chat), delivery, NOW, chance)


def later(seconds: float) -> datetime:
    """Return the time so many seconds from now."""
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [(30.0, 30), (86400.0, 6 * 3600), (0.0, 1), (None, 1), (-5.0, 1), (0.2, 1), (float("inf"), 6 * 3600)],
)
def test_case_3_a_429_waits_within_reason(asked: float | None, waits: float) -> None:
    """The wait is what was asked for, never below a second or above six hours."""
    assert after("wait", wait=asked) == retry.Slow(later(waits))


def test_case_1_a_429_never_waits_less_than_asked() -> None:
    """The jitter only adds, a tenth at most."""
    action = after("wait", wait=30.0, chance=0.999)
    assert isinstance(action, retry.Slow)
    assert later(30) <= action.until <= later(33)


@pytest.mark.parametrize(("asked", "waits"), [(1.0, 1.1), (30.0, 33), (600.0, 660), (1000.0, 1060), (21600.0, 21660)])
def test_case_1_the_jitter_of_a_429_is_a_tenth_or_a_minute(asked: float, waits: float) -> None:
    """Whatever is less."""
    assert retry.patience(asked, 1.0) == pytest.approx(waits)


def test_case_6_a_closed_chat_is_closed_at_once() -> None:
    """No attempt more."""
    assert after("suspend") == retry.Closed("why")


def test_case_9_a_migrated_group_is_followed() -> None:
    """To its new id; without one, or to itself, there is nowhere to go."""
    assert after("migrate", chat=-1005) == retry.Moved(-1005)
    assert after("migrate", chat=-99) == retry.Moved(-99)
    assert after("migrate") == retry.Closed("why")
    assert after("migrate", chat=-100) == retry.Closed("why")


def test_case_11_a_lost_topic_falls_back_once() -> None:
    """From the topic to General; where General itself is closed, the chat is."""
    topic = replace(DELIVERY, alert=replace(DELIVERY.alert, chat=Chat(-100, 7)))
    assert after("topic", topic) == retry.TopicLost("why")
    assert after("topic") == retry.Closed("why", "restricted")


def test_case_13_refused_markup_is_sent_plain_once() -> None:
    """Then given up."""
    assert after("plain") == retry.Again("plain")
    assert after("plain", replace(DELIVERY, form="bare")) == retry.Again("plain")
    assert after("plain", replace(DELIVERY, form="plain")) == Dead("why")


def test_too_much_is_shrunk_once() -> None:
    """Then given up."""
    assert after("shrink") == retry.Again("bare")
    assert after("shrink", replace(DELIVERY, form="bare")) == Dead("why")
    assert after("shrink", replace(DELIVERY, form="plain")) == Dead("why")


def test_case_14_an_unknown_refusal_ends_after_an_hour() -> None:
    """Three more attempts spread over an hour, then dead."""
    waits = [after("retry", replace(DELIVERY, attempts=failed)) for failed in range(4)]
    assert waits[3] == Dead("why")
    times = [one.at - NOW for one in waits if isinstance(one, Later)]
    assert sum(times, timedelta()) == timedelta(hours=1)
    assert all(one.counts == "refused" for one in waits if isinstance(one, Later))


def test_case_19_no_connection_costs_nothing() -> None:
    """The loop waits, doubling up to a minute; the alert loses no attempt."""
    assert after("unsent") == retry.Unreached("why")
    assert [retry.unreached(times, 0) for times in (1, 2, 3, 7, 99)] == [1, 2, 4, 60, 60]
    assert [retry.unreached(times, 0.5) for times in (1, 7)] == [0.875, 52.5]  # a quarter less at most


def test_case_20_an_ambiguous_end_is_sent_again_after_ten_seconds() -> None:
    """Then ever more rarely, for more than a day, so that an outage kills nothing and a poison pill ends."""
    assert after("unknown") == Later(later(10), "why", counts="doubt")
    waits, failed = timedelta(), 0
    while isinstance(action := after("unknown", replace(DELIVERY, doubts=failed)), Later):
        waits, failed = waits + (action.at - NOW), failed + 1
    assert action == Dead("why")
    assert timedelta(hours=24) < waits < timedelta(hours=48)


def test_case_20_doubts_double_the_wait_up_to_an_hour() -> None:
    """Forty-seven times, each a tenth longer at most, by chance."""
    waits = [after("unknown", replace(DELIVERY, doubts=doubts)) for doubts in range(48)]
    assert waits[:10] == [Later(later(10 * 2**doubts), "why", counts="doubt") for doubts in range(9)] + [
        Later(later(3600), "why", counts="doubt")
    ]
    assert waits[46:] == [Later(later(3600), "why", counts="doubt"), Dead("why")]
    assert after("unknown", chance=1.0) == Later(later(11), "why", counts="doubt")


def test_a_chat_that_wants_nothing_twice_is_not_told_again() -> None:
    """After a doubt it ends; an edit of what the chat has cannot come twice."""
    careful = replace(DELIVERY, look=DisplayPreferences(doubt="hold"))
    ended = after("unknown", careful)
    assert isinstance(ended, Dead)
    assert "twice" in ended.reason
    assert isinstance(after("unknown", replace(careful, message=5)), Later)
    assert isinstance(after("unknown", replace(DELIVERY, message=5)), Later)


def test_case_14_the_wait_of_an_unknown_refusal_is_spread_by_a_tenth() -> None:
    """By chance, so that many do not come at once."""
    assert after("retry", chance=0.5) == Later(later(63), "why")


def test_case_14_doubts_are_no_refusals() -> None:
    """Trouble on the way does not use up the attempts of a message that is then refused once, nor the reverse."""
    assert isinstance(after("retry", replace(DELIVERY, doubts=40)), Later)
    assert after("unknown", replace(DELIVERY, attempts=40)) == Later(later(10), "why", counts="doubt")


def test_case_23_a_refused_token_is_tried_every_ten_minutes() -> None:
    """After two quick looks, because a proxy on the way may have said so."""
    assert after("token") == retry.Refused("why")
    assert [retry.refused(times) for times in (1, 2, 3, 4, 50)] == [1, 5, 600, 600, 600]


def test_a_stale_edit_is_dropped() -> None:
    """The store keeps what the reader has when an edit is given up."""
    assert after("stale", replace(DELIVERY, message=5)) == Dead("why", gone=True)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(get_args(Verdict)),
    st.integers(0, 100),
    st.integers(0, 100),
    st.sampled_from(["rich", "bare", "plain"]),
    st.floats(0, 0.999),
    st.none() | st.floats(allow_nan=False),
)
def test_every_verdict_has_an_answer(
    verdict: Verdict, attempts: int, doubts: int, form: str, chance: float, wait: float | None
) -> None:
    """Whatever the state, there is an action, and no wait is in the past or beyond seven hours."""
    action = after(verdict, replace(DELIVERY, attempts=attempts, doubts=doubts, form=form), chance=chance, wait=wait)  # type: ignore[arg-type]  # drawn from Form
    at = action.at if isinstance(action, Later) else action.until if isinstance(action, retry.Slow) else NOW
    assert NOW <= at <= NOW + timedelta(hours=7)
