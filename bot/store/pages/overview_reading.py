"""What the page Now shows of the record, in a handful of statements over the last hours. One function for all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.ports.page_readings import HOURS, Overview
from bot.store.database.timestamps import to_ms, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.record_counts import count_record

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_HOUR_MS = 3_600_000
MOST = 1_000  # alerts whose way from publishing to the message is measured: the newest
_ITEMS = text(
    "SELECT sources.name AS name, hour, many FROM ("
    "SELECT source + 0 AS source, (seen_at - :start) / 3600000 AS hour, count(*) AS many FROM items"
    " WHERE seen_at >= :start GROUP BY source + 0, (seen_at - :start) / 3600000"  # or SQLite walks all, by source
    ") AS counted JOIN sources ON sources.id = counted.source"
)
_ALERTS = text(
    "SELECT (sent_at - :start) / 3600000 AS hour, count(*) AS many FROM outbox WHERE sent_at >= :start"
    " GROUP BY (sent_at - :start) / 3600000"
)
_LAST = text("SELECT max(sent_at) FROM outbox")
# Alerts that nothing held: what quiet hours or a digest put off says nothing of our pace.
_DELAYS = text(
    "SELECT told.sent_at - min(reports.published) AS delay FROM ("
    "SELECT id, story, sent_at FROM outbox WHERE created_at >= :start AND sent_at IS NOT NULL AND hold IS NULL"
    " AND part = 0 ORDER BY created_at DESC LIMIT :most"
    ") AS told JOIN reports ON reports.story = told.story WHERE reports.published IS NOT NULL"
    " GROUP BY told.id, told.sent_at"
)


async def read_overview(database: Database, now: datetime) -> Overview:
    """Read the last HOURS; StoreError."""
    first = _first_hour(now)
    counts = await count_record(database, now)
    async with database.read() as connection:
        items, alerts = await _read_items(connection, to_ms(first)), [0] * HOURS
        for row in await connection.execute(_ALERTS, {"start": to_ms(first)}):
            alerts[min(row.hour, HOURS - 1)] += row.many
        delays = (await connection.execute(_DELAYS, {"start": to_ms(first), "most": MOST})).scalars().all()
        last = await connection.scalar(_LAST)
    return Overview(
        hours=tuple(to_utc(to_ms(first) + hour * _HOUR_MS) for hour in range(HOURS)),
        items=items,
        alerts=tuple(alerts),
        delays=tuple(sorted(max(0.0, delay / 1000) for delay in delays)),
        last_alert=to_utc_or_none(last),
        outbox=counts.outbox,
        oldest_due=counts.oldest_due,
        poll_lag=counts.poll_lag,
    )


async def count_items_by_hour(database: Database, now: datetime) -> dict[str, tuple[int, ...]]:
    """Count the new items of each source in the last HOURS; StoreError."""
    async with database.read() as connection:
        return await _read_items(connection, to_ms(_first_hour(now)))


def _first_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


async def _read_items(connection: AsyncConnection, start: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    rows: Any = await connection.execute(_ITEMS, {"start": start})
    for row in rows:
        found.setdefault(row.name, [0] * HOURS)[min(row.hour, HOURS - 1)] += row.many
    return {name: tuple(hours) for name, hours in found.items()}
