"""Forgetting, in small transactions: what is too old to matter goes, what still decides anything stays.

Alerts that wait are never removed. Seen keys age by what their source showed since, not by the calendar: a feed that
answered 304 for a year still shows the same entries.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Delete, bindparam, delete, select, text

from bot.store.database import Database
from bot.store.instants import DAY_MS, to_ms
from bot.store.schema import button, item, outbox, seen, source, story, story_key

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SEEN_DAYS = 90  # an item that leaves a feed and returns is no news (case 64)
ITEM_DAYS = 30  # what backtests look over
STORY_DAYS = 90  # what /story, exports and "already told" look over; a story's window is three days
KEY_DAYS = 14  # keys find reports within the window only; the rest is room for a longer one
DISABLED_DAYS = 365  # a source that returns within a year is no flood
BATCH = 1_000  # rows a transaction: the writers of alerts wait milliseconds


async def prune(database: Database, now: datetime) -> int:
    """Remove what is too old; return how many rows."""
    ms = to_ms(now)
    removed = await _prune_seen(database)
    gone = select(source.c.id).where(source.c.disabled_at < ms - DISABLED_DAYS * DAY_MS)
    removed += await _in_batches(database, delete(source).where(source.c.id.in_(gone.limit(10))))
    over = select(button.c.key).where(button.c.until < ms).limit(BATCH)
    removed += await _in_batches(database, delete(button).where(button.c.key.in_(over)))
    for table, oldest in (
        (item, item.c.seen_at < ms - ITEM_DAYS * DAY_MS),
        (outbox, (outbox.c.created_at < ms - STORY_DAYS * DAY_MS) & text("state <> 'pending'")),
        (story, story.c.created_at < ms - STORY_DAYS * DAY_MS),
    ):
        some = select(table.c.id).where(oldest).limit(BATCH)
        removed += await _in_batches(database, delete(table).where(table.c.id.in_(some)))
    return removed + await _prune_keys(database, ms - KEY_DAYS * DAY_MS)


async def _in_batches(database: Database, statement: Delete, values: dict[str, Any] | None = None) -> int:
    removed = 0
    while True:
        async with database.write() as connection:
            some = (await connection.execute(statement, values)).rowcount
        removed += some
        if not some:
            return removed


async def _prune_keys(database: Database, before: int) -> int:
    """Remove the keys of old reports, a stretch of time after the other: their rows have no number of their own."""
    removed = 0
    while True:
        async with database.write() as connection:
            old = select(story_key.c.at).where(story_key.c.at < bindparam("before"))
            last = await connection.scalar(old.order_by(story_key.c.at).offset(BATCH).limit(1), {"before": before})
            upto = story_key.c.at < bindparam("upto")
            # All keys of one report carry one time, so the first stretch may hold nothing before `last`.
            stretch = {"upto": before if last is None else last + 1}
            removed += (await connection.execute(delete(story_key).where(upto), stretch)).rowcount
        if last is None:
            return removed


async def _prune_seen(database: Database) -> int:
    removed = 0
    async with database.read() as connection:
        rows = (
            await connection.execute(select(source.c.id, source.c.read_at).where(source.c.read_at.is_not(None)))
        ).all()
    for start in range(0, len(rows), 50):
        async with database.write() as connection:
            removed += await _forget_keys(connection, rows[start : start + 50])
    return removed


async def _forget_keys(connection: AsyncConnection, rows: Any) -> int:
    old = delete(seen).where(seen.c.source == bindparam("its_source"), seen.c.last_seen < bindparam("before"))
    values = [{"its_source": row.id, "before": row.read_at - SEEN_DAYS * DAY_MS} for row in rows]
    return (await connection.execute(old, values)).rowcount
