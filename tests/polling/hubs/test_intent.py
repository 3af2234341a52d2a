"""What a hub asks before it sends anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.polling.hubs.intent import Confirmed, Denied, judge_intent
from bot.ports.hub_store import HubLink, HubSubscription

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS = HubSubscription(
    1, "Courier", HubLink("https://hub.example/", "https://courier.example/feed"), "token", "secret", NOW, asked_at=NOW
)
ASKED = {
    "hub.mode": "subscribe",
    "hub.topic": "https://courier.example/feed",
    "hub.challenge": "abc",
    "hub.lease_seconds": "60",
}


def test_what_was_asked_for_is_confirmed() -> None:
    """With the challenge as it came, for as long as the hub says."""
    assert judge_intent(ASKED, OURS) == Confirmed("abc", timedelta(seconds=60))


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.topic": "https://courier.example/other"},
        {"hub.topic": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": "publish"},
        {"hub.challenge": ""},
        {"hub.challenge": "x" * 2001},
    ],
)
def test_nothing_else_is(changes: dict[str, str]) -> None:
    """Another topic, an end that nobody asked for, no challenge or an endless one."""
    assert judge_intent(ASKED | changes, OURS) is None


def test_a_subscription_that_was_never_asked_for_is_not_confirmed() -> None:
    """Whoever has guessed the address still has to wait for us."""
    assert judge_intent(ASKED, replace(OURS, asked_at=None)) is None


def test_a_denial_comes_with_its_reason() -> None:
    """Or without one, which is said."""
    denied = {"hub.mode": "denied", "hub.topic": OURS.link.topic, "hub.reason": "too many"}
    assert judge_intent(denied, OURS) == Denied("too many")
    assert judge_intent(denied | {"hub.reason": ""}, OURS) == Denied("it gives no reason")
