"""Retention, for `run` and `once` alike, once a day: what is too old to matter goes, what still decides anything stays.

In small transactions. Alerts that wait are never removed. Seen keys age by what their source showed since, not by the
calendar: a feed that answered 304 for a year still shows the same entries.

Ages go by the wall clock, which may be years ahead for a moment (see `bot.process.clock`). Therefore one run
removes no more than a share of each table, the oldest first: that is more than a day brings, and less than anybody
misses. What is left over goes on the following days.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, func, select, text

from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import DAY_MS, to_ms
from bot.store.database.transactions import Database
from bot.store.tables import (
    buttons,
    counters,
    edits,
    hub_contents,
    instances,
    items,
    outbox,
    output_alerts,
    seen_keys,
    sources,
    stories,
    story_keys,
    watchlist_alerts,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SEEN_DAYS = 90  # an item that leaves a feed and returns is no news (case 64)
ITEM_DAYS = 30  # what backtests look over
STORY_DAYS = 90  # what /story, exports and "already told" look over; a story's window is three days
KEY_DAYS = 14  # keys find reports within the window only; the rest is room for a longer one
EDIT_DAYS = 365  # the history of watchlists.yaml
DISABLED_DAYS = 365  # a source that returns within a year is no flood
BATCH = 1_000  # rows a transaction: the writers of alerts wait milliseconds
# Of a table, one run removes a fifth at most, or so many rows where that is more. Of what is kept for the shortest
# time, the keys of stories, a day brings a fourteenth.
SHARE, LEAST = 5, 100
_RUN = "retention"  # the counter that says when the last run was


async def is_due(database: Database, now: datetime) -> bool:
    """Return whether anything is too old, and the last run was more than a day ago, or is to come: the clock was wrong.

    Asked at every tick of a scheduler, so it only looks at the oldest row of each index.
    """
    ms = to_ms(now)
    async with database.read() as connection:
        last = await connection.scalar(select(counters.c.value).where(counters.c.name == _RUN))
        if last is not None and abs(ms - last) < DAY_MS:
            return False
        oldest: tuple[tuple[Any, int], ...] = (
            (items.c.seen_at, ITEM_DAYS),
            (stories.c.created_at, STORY_DAYS),
            (story_keys.c.at, KEY_DAYS),
            (outbox.c.created_at, STORY_DAYS),
            (watchlist_alerts.c.created_at, STORY_DAYS),
            (buttons.c.until, 0),
        )
        for column, days in oldest:
            first = await connection.scalar(select(func.min(column)))
            if first is not None and first < ms - days * DAY_MS:
                return True
    return False


async def prune(database: Database, now: datetime) -> int:
    """Remove what is too old, within the share of one run; return how many rows."""
    ms = to_ms(now)
    run = database.dialect.insert(counters)
    async with database.write() as connection:  # before the work: a run that fails half-way has had its share
        noted = run.on_conflict_do_update(index_elements=["name"], set_={"value": run.excluded.value})
        await connection.execute(noted, {"name": _RUN, "value": ms})
    removed = await _prune_seen(database, ms)
    ended = text("state <> 'pending'")
    told = ~select(output_alerts.c.id).where(output_alerts.c.alert == watchlist_alerts.c.id).exists()
    for table, age, before, also in (
        (sources, sources.c.disabled_at, ms - DISABLED_DAYS * DAY_MS, None),
        (buttons, buttons.c.until, ms, None),
        (edits, edits.c.at, ms - EDIT_DAYS * DAY_MS, None),
        (instances, instances.c.seen_at, ms - DAY_MS, None),
        (hub_contents, hub_contents.c.received_at, ms - DAY_MS, None),  # of sources that nobody polls any more
        (items, items.c.seen_at, ms - ITEM_DAYS * DAY_MS, None),
        (outbox, outbox.c.created_at, ms - STORY_DAYS * DAY_MS, ended),
        (output_alerts, output_alerts.c.created_at, ms - STORY_DAYS * DAY_MS, ended),
        (watchlist_alerts, watchlist_alerts.c.created_at, ms - STORY_DAYS * DAY_MS, told),
        (stories, stories.c.created_at, ms - STORY_DAYS * DAY_MS, None),
    ):
        removed += await _prune_table(database, table, age, before, also)
    return removed + await _prune_keys(database, ms - KEY_DAYS * DAY_MS)


async def _prune_table(database: Database, table: Table, age: Any, before: int, also: Any) -> int:
    """Remove the oldest rows, whose `age` is less than `before`, of those for which `also` holds."""
    (key,) = table.primary_key.columns
    old = and_(age < bindparam("before"), also) if also is not None else age < bindparam("before")
    left, removed = await _share(database, table), 0
    while left > 0:
        some = select(key).where(old).order_by(age).limit(bindparam("most"))
        async with database.write() as connection:
            values = {"before": before, "most": min(BATCH, left)}
            gone = (await connection.execute(delete(table).where(key.in_(some)), values)).rowcount
        removed, left = removed + gone, left - gone
        if not gone:
            break
    return removed


async def _share(database: Database, table: Table) -> int:
    """Return how many rows of the table one run may remove."""
    async with database.read() as connection:
        rows: int = await connection.scalar(select(func.count()).select_from(table)) or 0
    return max(LEAST, rows // SHARE)


async def _prune_keys(database: Database, before: int) -> int:
    """Remove the keys of old reports, a stretch of time after the other: their rows have no number of their own.

    All keys of one report carry one time and go together, so that the last stretch may go beyond the share.
    """
    left, removed = await _share(database, story_keys), 0
    while left > 0:
        async with database.write() as connection:
            old = select(story_keys.c.at).where(story_keys.c.at < bindparam("before")).order_by(story_keys.c.at)
            within = old.offset(min(BATCH, left) - 1).limit(1)
            last = await connection.scalar(within, {"before": before})
            stretch = {"upto": before if last is None else last + 1}
            upto = delete(story_keys).where(story_keys.c.at < bindparam("upto"))
            gone = (await connection.execute(upto, stretch)).rowcount
        removed, left = removed + gone, left - gone
        if last is None:
            break
    return removed


async def _prune_seen(database: Database, now: int) -> int:
    """Remove the keys that their sources show no more, of each source a fifth at most; `now` in milliseconds.

    What was read later than now was read by a clock that was ahead: it makes nothing older.
    """
    removed = 0
    async with database.read() as connection:
        asked = (await connection.execute(_aged_keys_statement(database.dialect), {"now": now})).all()
    for start in range(0, len(asked), 50):
        async with database.write() as connection:
            for row in asked[start : start + 50]:
                removed += await _forget_keys(connection, row.source, row.before, -(-row.keys // SHARE))
    return removed


def _aged_keys_statement(dialect: Dialect) -> Any:
    """Return the select of the sources with keys that are too old, as (source, keys on record, before): now."""
    read_at: ColumnElement[int] = dialect.least(sources.c.read_at, bindparam("now"))
    before = (read_at - SEEN_DAYS * DAY_MS).label("before")
    known = select(seen_keys.c.source, func.count().label("keys"), func.min(seen_keys.c.last_seen).label("oldest"))
    counted = known.group_by(seen_keys.c.source).subquery("counted")
    rows = select(counted.c.source, counted.c["keys"].label("keys"), before)
    return rows.join(sources, sources.c.id == counted.c.source).where(counted.c.oldest < before)


async def _forget_keys(connection: AsyncConnection, source_id: int, before: int, most: int) -> int:
    its = seen_keys.c.source == bindparam("its_source")
    old = select(seen_keys.c.key).where(its, seen_keys.c.last_seen < bindparam("before"))
    some = old.order_by(seen_keys.c.last_seen).limit(bindparam("most"))
    values = {"its_source": source_id, "before": before, "most": most}
    return (await connection.execute(delete(seen_keys).where(its, seen_keys.c.key.in_(some)), values)).rowcount
