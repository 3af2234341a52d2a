"""How large the record is, how much of it there is of each kind, and how it grows: for people and for metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from bot.store.database.timestamps import DAY_MS, to_ms, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.tables import items, outbox, stories

_WEEK = 7  # days over which growth is looked at


@dataclass(frozen=True, slots=True)
class RecordSize:
    """The size of the record. Growth counts items of the last week, a day at least."""

    size: int  # bytes of the whole database
    items: int
    stories: int
    alerts: int
    oldest: datetime | None  # when the oldest item was seen
    items_a_day: float

    @property
    def bytes_a_day(self) -> float:
        """Return about how many bytes a day brings, as far as items are what it consists of."""
        return self.size / self.items * self.items_a_day if self.items else 0.0


async def read_record_size(database: Database, now: datetime) -> RecordSize:
    """Measure the record: a few counts, each a statement of its own."""
    week = to_ms(now) - _WEEK * DAY_MS
    async with database.read() as connection:
        if database.dialect.name == "sqlite":
            pages = await connection.scalar(text("PRAGMA page_count")) or 0
            size = pages * (await connection.scalar(text("PRAGMA page_size")) or 0)
        else:
            size = await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
        many = {
            table.name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (items, stories, outbox)
        }
        oldest = await connection.scalar(select(func.min(items.c.seen_at)))
        lately = await connection.scalar(select(func.count()).where(items.c.seen_at >= week)) or 0
    days = 1.0 if oldest is None else min(float(_WEEK), max(1.0, (to_ms(now) - oldest) / DAY_MS))
    found = to_utc_or_none(oldest)
    return RecordSize(size, many["items"], many["stories"], many["outbox"], found, lately / days)
