"""When a source is asked again. Pure: what happened and the clock come in, an interval or a verdict goes out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.item_changes import BRAKE_SIZE
from bot.model import Hints, Item, Source
from bot.ports.poll_store import SourceLease

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DATELESS = datetime.min.replace(tzinfo=UTC)
STEADY = timedelta(minutes=1)  # below it a source never adapts (watchlists.yaml: `every`)
PATIENCE = 6  # quiet polls before a source is asked less often: an hour at the default pace
EAGERNESS = 0.4  # more makes it less eager; see bench/pace.py for what that costs and saves
REFUSED = frozenset({401, 403, 404, 410})  # a person must act: worth asking only a few times a day
GONE = 410
DAILY = 30  # failures in a row, a day of them at least, after which asking every hour is too much
AGAIN = timedelta(minutes=5)
NOTICE_AFTER = 5  # failures in a row before the owner is told: one-off errors are nobody's news
GAP = timedelta(hours=12)  # unread for longer than this, and than its pace explains, a source has a backlog
DAILY_TICK = timedelta(hours=36)  # a scheduler that ticks once a day, late on one day and early on the next
GAP_MEMORY = DAY  # by which dates are early: "today" without an hour, a wrong zone, a night in which nobody published
ILL = 3  # items at once, of a source that never showed any, from which on it was ill rather than new
GAP_UNDATED = 20  # of a backlog without dates, so many of the newest are told


def after_success(
    source: Source,
    *,
    quiet: int,
    rate: float,
    fresh_for: timedelta | None,
    hints: Hints,
    now: datetime,
    spread: float,
    hub: bool = False,
) -> timedelta:
    """Return how long to wait after a poll that went well: from `every` to an hour, ten times `every` at most.

    With a `hub` that keeps its word, that longest. `quiet` counts the polls in a row without news, this one included;
    `rate` is how many polls with news an hour is expected to bring now; `fresh_for` and `hints` are what server and
    feed said; `spread` is a random number in [0, 1) that keeps sources from marching in step (5 % to either side).
    """
    if source.every < STEADY:
        return source.every
    longest = max(source.every, min(HOUR, 10 * source.every))
    wait = longest if hub else source.every
    if quiet >= PATIENCE:  # delay costs linearly, and so do requests: the best balance goes by the root
        wait = max(wait, EAGERNESS * math.sqrt(source.every / HOUR / max(rate, 1e-6)) * HOUR)
    asked = min(max(fresh_for or timedelta(), hints.every or timedelta()), longest)
    wait = max(min(max(wait, asked), longest) * (0.95 + spread / 10), asked)
    return min(wait + _skipped(hints.skips, now + wait), max(wait, longest))


def _skipped(skips: int, at: datetime) -> timedelta:
    """Return how long after `at` the hours and days end at which the feed wants nobody; hours and days of UTC."""
    later = at
    for _ in range(2):  # what is beyond an hour, the bounds cut off anyway
        if not (skips >> later.hour & 1 or skips >> 24 + later.weekday() & 1):
            break
        later = later.replace(minute=0, second=0, microsecond=0) + HOUR
    return later - at


def after_failure(
    source: Source, *, failures: int, retry_after: float | None, status: int | None, spread: float
) -> timedelta:
    """Return how long to wait after the given failure in a row (1 = the first).

    Doubling to an hour, and after a day of that on to a day; where a person must act, to a day at once, and a page
    that is gone for good is left alone for a day from the start. `retry_after` is the server's wish in seconds,
    already bounded by the fetcher.
    """
    if status == GONE:
        wait = DAY
    else:
        longest = DAY if status in REFUSED else min(HOUR * (1 << min(max(0, failures - DAILY), 5)), DAY)
        wait = min(source.every * (1 << min(failures - 1, 20)), max(source.every, longest))
    wait *= 0.95 + spread / 10
    return max(wait, timedelta(seconds=retry_after or 0))


def after_outage(source: Source, spread: float) -> timedelta:
    """Return how long to wait when the outage is ours: short, so that all is read soon after it ends."""
    return min(source.every, AGAIN) * (0.95 + spread / 10)


def newest_first(items: Sequence[tuple[int, Item]]) -> list[int]:
    """Return the positions of unseen items, the newest first: by their dates where all have one, else as they stand.

    Documents that give the oldest first are as they stand too, turned round: so say the dates of their ends.
    """
    dates = [item.published for _, item in items if item.published is not None]
    if len(dates) == len(items):
        items = sorted(items, key=lambda one: one[1].published or DATELESS, reverse=True)
    elif 2 * len(dates) > len(items) and dates[0] < dates[-1]:
        items = items[::-1]
    return [position for position, _ in items]


def is_since(item: Item, empty_at: datetime | None) -> bool:
    """Return whether an item of a source that showed nothing when it was polled last (`empty_at`) is newer than that.

    A source that was empty and is full was only ill: what it holds stood there all along, and this is its first sight.
    What its date says is newer than a day before it was last seen empty is news all the same.
    """
    return item.published is not None and empty_at is not None and item.published >= empty_at - GAP_MEMORY


def is_news(
    item: Item,
    position: int,
    polled_at: datetime | None,
    now: datetime,
    *,
    below: bool = False,
    every: timedelta = timedelta(),
) -> bool:
    """Return whether an unseen item is told, or only recorded: because it piled up unread, or slid back into view.

    `position` counts from the newest (0); `polled_at` is the last poll that went well; `below` says that known items
    stand above it; `every` is the source's own pace. A date alone decides nothing: publishers date items late, wrongly
    and not at all.

    | unread for | dated | told |
    | --- | --- | --- |
    | up to 12 h | any way, and no known item stands above | yes |
    | up to 12 h | any way, below known items | unless it is a day older than the last poll |
    | up to 36 h, or one and a half times its pace | yes | unless it is a day older than the last poll |
    | the same | no | yes |
    | longer | yes | what is not a day old |
    | longer | no | the 20 newest |
    """
    if polled_at is None:
        return True
    gap = now - polled_at
    usual = gap <= max(DAILY_TICK, 1.5 * every)
    if item.published is None:
        return usual or position < GAP_UNDATED
    if gap < GAP and not below:
        return True
    return item.published >= polled_at - GAP_MEMORY if usual else now - item.published < GAP_MEMORY


def select_news(
    leased: SourceLease, source: Source, new: Sequence[tuple[int, Item]], now: datetime, known_from: int
) -> tuple[int, ...]:
    """Return the positions of the items that may be told: not a baseline, not what piled up or slid into view.

    `new` are the unseen items by position; `known_from` is the position of the first item that was known.
    """
    items = dict(new)
    there = newest_first(new)
    if (since := leased.told_from) is not None:
        return tuple(p for p in there if (items[p].published or since) > since)
    backlog = tuple(there if source.backlog is None else there[: source.backlog])
    if not leased.baselined:
        return backlog
    if not leased.known and len(there) >= ILL:
        if len(there) >= BRAKE_SIZE:
            return backlog
        return tuple(p for p in there if p in backlog or is_since(items[p], leased.polled_at))
    return tuple(
        p
        for n, p in enumerate(there)
        if is_news(items[p], n, leased.polled_at, now, below=p > known_from, every=source.every)
    )
