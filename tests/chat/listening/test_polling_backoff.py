"""What a failed getUpdates means."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.listening.polling_backoff import REFUSED_FOR, judge_failure
from bot.errors import DeliveryError

TAKEN = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


def test_case_22_one_refusal_of_the_token_is_tried_again_soon() -> None:
    """Case 22: a single 401 or 404 may be a proxy's: a second later it is tried again, and nobody is alarmed."""
    found = judge_failure(DeliveryError("Unauthorized", "token"), 1, 0.0)
    assert (found.cause, found.pause, found.lasting) == ("token", 1.0, False)


def test_case_23_refusals_for_minutes_mean_a_revoked_token() -> None:
    """Case 23: after five minutes a person is told what to do, and the token is tried once in ten minutes."""
    found = judge_failure(DeliveryError("Unauthorized", "token"), 20, REFUSED_FOR)
    assert (found.pause, found.lasting) == (600.0, True)
    assert "NEWSWATCH_TELEGRAM_TOKEN" in found.words


def test_case_24_another_reader_gets_room_and_is_named() -> None:
    """Case 24: a conflict says what it is, that alerts go on, and what to do; half a minute later it is tried again."""
    found = judge_failure(DeliveryError(TAKEN, "unknown"), 1, 0.0)
    assert (found.cause, found.pause) == ("conflict", 30.0)
    assert "alerts go on" in found.words


def test_case_25_a_webhook_is_recognised() -> None:
    """Case 25: the other kind of conflict is one that we can end ourselves."""
    assert judge_failure(DeliveryError(HOOKED, "unknown"), 1, 0.0).cause == "webhook"


def test_a_request_for_patience_is_honoured() -> None:
    """A 429 is waited out in full."""
    assert judge_failure(DeliveryError("Too Many Requests", "wait", retry_after=77), 1, 0.0).pause == 77


@given(
    st.sampled_from(["wait", "unsent", "unknown", "suspend", "topic", "plain", "token", "retry"]),
    st.text(max_size=60),
    st.integers(1, 10_000),
    st.floats(0, 10_000),
)
@settings(deadline=None, max_examples=200)
def test_no_error_ends_or_hammers(verdict: object, text: str, failures: int, refused: float) -> None:
    """Whatever is answered, the next try comes after at least half a second and at most ten minutes."""
    found = judge_failure(DeliveryError(text, verdict), failures, refused)  # type: ignore[arg-type]  # words of Verdict
    assert 0.5 <= found.pause <= 600


@pytest.mark.parametrize(("failures", "pause"), [(1, 1.0), (2, 2.0), (5, 16.0), (6, 30.0), (500, 30.0)])
def test_a_network_that_is_down_is_tried_less_and_less_often(failures: int, pause: float) -> None:
    """The pauses double up to half a minute."""
    assert judge_failure(DeliveryError("no connection", "unsent"), failures, 0.0).pause == pause
