"""When a source is asked again. Pure: what happened and the clock come in, an interval or a verdict goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import Item, Source

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEADY = timedelta(minutes=1)  # below it a source never adapts (watchlists.yaml: `every`)
PATIENCE = 6  # quiet polls before a source is asked less often: an hour at the default pace
REFUSED = frozenset({401, 403, 404, 410})  # a person must act: worth asking only a few times a day
NOTICE_AFTER = 5  # failures in a row before the owner is told: one-off errors are nobody's news
GAP = timedelta(hours=12)  # unread for longer than this, a source comes back with a backlog
GAP_MEMORY = DAY  # of a backlog, what is older than this is recorded and not told
GAP_UNDATED = 20  # of a backlog without dates, so many of the newest are told


def after_success(source: Source, *, quiet: int, fresh_for: timedelta | None, spread: float) -> timedelta:
    """Return how long to wait after a poll that went well.

    `quiet` counts the polls in a row without news, this one included; `fresh_for` is what the server said;
    `spread` is a random number in [0, 1) that keeps sources from marching in step (5 % to either side).
    """
    if source.every < STEADY:
        return source.every
    longest = max(source.every, min(HOUR, 10 * source.every))
    wait = source.every * (1 + max(0, quiet - PATIENCE) / 10)
    wait = min(max(wait, fresh_for or timedelta()), longest)
    return wait * (0.95 + spread / 10)


def after_failure(
    source: Source, *, failures: int, retry_after: float | None, status: int | None, spread: float
) -> timedelta:
    """Return how long to wait after the given failure in a row (1 = the first): doubling, an hour or a day at most.

    `retry_after` is the server's wish in seconds, already bounded by the fetcher.
    """
    longest = max(source.every, DAY if status in REFUSED else HOUR)
    wait = min(source.every * (1 << min(failures - 1, 20)), longest)
    wait *= 0.95 + spread / 10
    return max(wait, timedelta(seconds=retry_after or 0))


def is_news(item: Item, position: int, polled_at: datetime | None, now: datetime, *, below: bool = False) -> bool:
    """Return whether an unseen item is told, or only recorded: because it piled up unread, or slid back into view.

    `position` counts from the newest (0); `polled_at` is the last poll that went well; `below` says that known items
    stand above it. A date alone decides nothing: publishers date items late, wrongly and not at all.
    """
    if polled_at is None:
        return True
    if now - polled_at < GAP:
        return not (below and item.published is not None and item.published < polled_at - GAP_MEMORY)
    if item.published is None:
        return position < GAP_UNDATED
    return now - item.published < GAP_MEMORY
