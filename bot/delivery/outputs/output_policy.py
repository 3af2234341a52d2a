"""What is sent to an output, when, and what follows a failure. Pure: a delivery and the time in, a result out.

What was told first is sent at once, or at the end of the hour in a digest. What comes later is sent as often as the
medium can make use of it: each revision where it takes the place of the one before, answers where there are threads,
once as one line elsewhere, and not at all in the layouts `brief` and `digest`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.errors import OutputError
from bot.model import OutputLayout
from bot.ports.output_store import Capabilities, GivenUp, OutputDelivery, OutputResult, Postponed, Taken

FIRST: Final = timedelta(seconds=2)  # from a failure to the next attempt; then twice as long each time …
LONGEST: Final = timedelta(hours=1)  # … up to this
MOST_RETRY_AFTER: Final = timedelta(days=1)  # that a receiver may ask for
GIVE_UP: Final = timedelta(days=3)
GATHER: Final = timedelta(minutes=10)  # between two messages of a story: its reports come in a burst
_DOUBLINGS: Final = 20  # more than LONGEST needs


def next_step(delivery: OutputDelivery, can: Capabilities, layout: OutputLayout, now: datetime) -> OutputResult | None:
    """Return what becomes of a claimed alert without an attempt; None where it is to be sent now."""
    if can.edit:
        return None
    if not delivery.shown:
        hour = delivery.created_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return Postponed(hour, "", failed=False) if layout == "digest" and now < hour else None
    if layout != "full" or (delivery.answers and not can.threads):
        return Taken(sent=False)
    at = (delivery.sent_at or now) + GATHER
    return Postponed(at, "", failed=False) if now < at else None


def after_failure(delivery: OutputDelivery, error: OutputError, now: datetime, chance: float) -> OutputResult:
    """Return what follows an attempt that failed; `chance` (0 … 1) spreads the next ones a little."""
    if error.ended or now - (delivery.failing_since or now) >= GIVE_UP:
        return GivenUp(str(error) if error.ended else f"not taken for three days: {error}")
    wait = min(FIRST * 2 ** min(delivery.attempts, _DOUBLINGS), LONGEST) * (1 + chance / 10)
    if error.retry_after is not None:
        wait = max(wait, min(timedelta(seconds=max(error.retry_after, 0.0)), MOST_RETRY_AFTER))
    return Postponed(now + wait, str(error))
