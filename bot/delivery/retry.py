"""What follows when a message was not accepted: the refusal and the clock in, one action out.

A pure table of decisions; `deliver` carries them out. No connection and Telegram's own pace cost an alert nothing. An
answer that never came, or was not the Bot API's, is counted apart: it is tried again for more than a day. Only what is
refused again and again ends as dead sooner, with the reason. An edit that ends so is only dropped: the reader has the
message.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Closure, DeliveryError
from bot.model import Delivery, Form
from bot.ports.outbox_store import Dead, Later

# 429: never sooner than asked, within reason (seconds).
SHORTEST, LONGEST = 1.0, 6 * 3600.0
# A refusal that nobody knows: three more times over an hour, then dead.
UNKNOWN_REFUSAL = (60.0, 600.0, 2940.0)
# It may have been accepted: again after 10 s, then more and more rarely (seconds), for 39 hours: an outage of a day
# kills nothing, and a message on which Telegram chokes ends.
AMBIGUOUS, AMBIGUOUS_MOST, AMBIGUOUS_TRIES = 10.0, 3600.0, 48
# No connection: the whole loop waits, doubling up to a minute.
UNREACHED_MOST = 60.0
# A refused token: two more looks, because a proxy on the way may have said so, then every ten minutes.
REFUSED = (1.0, 5.0, 600.0)


@dataclass(frozen=True, slots=True)
class Again:
    """Send it once more at once, in this simpler form."""

    form: Form


@dataclass(frozen=True, slots=True)
class Slow:
    """Send nothing to this chat before then; the alert is due again at that time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has this id now."""

    chat: int


@dataclass(frozen=True, slots=True)
class TopicLost:
    """The forum topic takes no messages; the group's General takes over until it does."""

    reason: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The chat takes no messages now."""

    reason: str
    closure: Closure = "unreachable"


@dataclass(frozen=True, slots=True)
class Unreached:
    """No connection: nothing can be sent to anybody. Costs the alert nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The token is not accepted: nothing can be sent to anybody."""

    reason: str


Action = Again | Slow | Moved | TopicLost | Closed | Unreached | Refused | Later | Dead


def after(error: DeliveryError, delivery: Delivery, now: datetime, chance: float) -> Action:
    """Return what to do about a refusal. `chance` is a random number from 0 to 1 that spreads the times."""
    reason = str(error)
    action: Action
    match error.verdict:
        case "wait":
            action = Slow(now + timedelta(seconds=patience(error.retry_after, chance)))
        case "unsent":
            action = Unreached(reason)
        case "token":
            action = Refused(reason)
        case "migrate" if error.chat is not None and error.chat != delivery.alert.chat.id:
            action = Moved(error.chat)
        case "topic" if delivery.alert.chat.topic is not None and not delivery.to_general and not delivery.message:
            action = TopicLost(reason)
        case "suspend" | "migrate" | "topic":
            action = _closed(error, delivery)
        case "plain":
            action = _simpler(delivery, "plain", reason)
        case "shrink":
            action = _simpler(delivery, "bare", reason)
        case "stale":
            action = Dead(reason, gone=True)
        case "unknown":
            action = _ambiguous(delivery, reason, now, chance)
        case "retry":
            action = _unknown(delivery, reason, now, chance)
    return action


def patience(seconds: float | None, chance: float) -> float:
    """Return how long a 429 makes a chat wait: at least what was asked for, a tenth more at most, within reason."""
    asked = min(max(seconds or SHORTEST, SHORTEST), LONGEST)
    return asked + chance * min(asked / 10, 60)


def unreached(times: int, chance: float) -> float:
    """Return the seconds to wait after so many failures in a row to get a connection (1 = the first)."""
    return float(min(UNREACHED_MOST, 2.0 ** min(times - 1, 10))) * (1 - chance / 4)


def refused(times: int) -> float:
    """Return the seconds to wait after the token was refused so many times in a row (1 = the first)."""
    return REFUSED[min(times, len(REFUSED)) - 1]


def _closed(error: DeliveryError, delivery: Delivery) -> Closed | Dead:
    """Return what follows when a chat refuses. An edit says little of it: whether it takes others, a message shows."""
    reason = str(error)
    if delivery.message is not None and (error.closure == "restricted" or error.verdict == "topic"):
        return Dead(reason, gone=True)
    if error.verdict == "topic":
        return Closed(reason, "restricted")  # General itself is closed: nowhere left to go
    return Closed(reason, error.closure)


def _ambiguous(delivery: Delivery, reason: str, now: datetime, chance: float) -> Later | Dead:
    if delivery.look.doubt == "hold" and delivery.message is None:
        return Dead(f"unknown whether it arrived, and this chat wants nothing twice ({reason})")
    if delivery.doubts + 1 >= AMBIGUOUS_TRIES:
        return Dead(reason)
    wait = min(AMBIGUOUS * 2.0 ** min(delivery.doubts, 20), AMBIGUOUS_MOST)
    return Later(now + timedelta(seconds=wait * (1 + chance / 10)), reason, counts="doubt")


def _unknown(delivery: Delivery, reason: str, now: datetime, chance: float) -> Later | Dead:
    if delivery.attempts >= len(UNKNOWN_REFUSAL):
        return Dead(reason)
    wait = UNKNOWN_REFUSAL[delivery.attempts]
    return Later(now + timedelta(seconds=wait * (1 + chance / 10)), reason)


def _simpler(delivery: Delivery, form: Form, reason: str) -> Again | Dead:
    """Return the next simpler form: rich, then bare or plain, then plain, then none."""
    forms: tuple[Form, ...] = ("rich", "bare", "plain")
    if forms.index(delivery.form) >= forms.index(form):
        return Dead(reason)
    return Again(form)
