"""What a hub asks to be sure that we want what was asked of it (verification of intent). Pure.

The parameters of its request come in, what follows goes out. Only what we have asked for is confirmed: a subscription,
by its own topic, and never an end of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.polling.hubs.lease_times import read_lease
from bot.ports.hub_store import HubSubscription

LONGEST = 2_000  # characters of a challenge


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The hub holds the subscription for so long; it is to get its challenge back."""

    challenge: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Denied:
    """The hub will not send anything, for this reason in its own words."""

    reason: str


def judge_intent(query: Mapping[str, str], subscription: HubSubscription) -> Confirmed | Denied | None:
    """Return what a hub's request means; None where it is not to be confirmed."""
    mode, topic, challenge = (query.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    if topic != subscription.link.topic or subscription.asked_at is None:
        return None
    if mode == "denied":
        return Denied(query.get("hub.reason", "").strip()[:LONGEST] or "it gives no reason")
    if mode != "subscribe" or not 0 < len(challenge) <= LONGEST:
        return None
    return Confirmed(challenge, read_lease(query.get("hub.lease_seconds")))
