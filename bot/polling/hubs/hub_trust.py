"""Whether a hub sends what its feed publishes, so that the feed need only be polled rarely. Pure.

A hub that has only confirmed has shown nothing: the feed is polled as ever until its first content comes. It keeps its
word until a poll finds news that it had not sent, or until it is silent for longer than the feed ever is; then the feed
is polled as ever again, until the next content.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports.hub_store import HubState

LEAST = timedelta(hours=1)  # of silence that means nothing
MOST = timedelta(days=7)


def keeps_its_word(hub: HubState | None, lull: timedelta, now: datetime, *, missed: bool = False) -> bool:
    """Return whether a hub is to be relied on; `lull` is the longest usual silence of the feed.

    With `missed`, a poll has just found news that the hub had not sent.
    """
    if hub is None or missed or hub.held_until is None or hub.heard_at is None or hub.held_until <= now:
        return False
    if hub.missed_at is not None and hub.missed_at >= hub.heard_at:
        return False
    return now - hub.heard_at <= min(max(lull, LEAST), MOST)
