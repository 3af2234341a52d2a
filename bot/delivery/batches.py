"""Which alerts go into one message: what is held and the clock in, a batch out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Delivery

# So old, and so many of them for a chat: after an outage they come as one. Of notices, so many do at any time.
STALE, STALE_MANY = timedelta(hours=3), 3


def batch_for(delivery: Delivery, held: Sequence[Delivery], wall: datetime, *, full: bool) -> tuple[Delivery, ...]:
    """Return what goes into one message with this: all over the chat's hour (`full`), all that is old, all notices.

    Empty where it is a message of its own. `wall` is the wall clock, by which reports are dated.
    """
    if delivery.folded:  # lines of one rolling message that have grown
        there = (delivery.alert.chat, delivery.message)
        return tuple(one for one in held if one.folded and (one.alert.chat, one.message) == there)
    if delivery.message is not None:
        return ()
    mine = tuple(one for one in held if one.message is None and one.alert.chat == delivery.alert.chat)
    if delivery.held:  # by the chat's own wish: that comes as one; a single one as it would have
        together = tuple(one for one in mine if one.held)
        return together if len(together) > 1 else ()
    if full:
        return mine
    old = tuple(one for one in mine if _seen(one, wall) < wall - STALE)
    notices = tuple(one for one in mine if not one.alert.watchlists and not one.alert.part)
    together = next((some for some in (notices, old) if delivery in some), ())
    return together if len(together) >= STALE_MANY else ()


def without(held: Sequence[Delivery], taken: Sequence[Delivery]) -> list[Delivery]:
    """Return what is held but for these."""
    ids = {one.id for one in taken}
    return [one for one in held if one.id not in ids]


def _seen(delivery: Delivery, wall: datetime) -> datetime:
    """Return when the newest report of the story came; a notice without reports is never old."""
    return max((one.at for one in delivery.reports), default=wall)
