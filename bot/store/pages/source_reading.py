"""What the page of one source shows of the record: its last items, what became of them, and how many a day brings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text

from bot.ports.history_store import PERSONAL
from bot.ports.page_readings import SourceItem, SourceRecord
from bot.store.codecs import Row
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import DAY_MS, to_ms, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.polling.poll_notes import read_poll_notes
from bot.store.row_decoding import decode_each
from bot.store.tables import ENABLED, items, reports, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

DAYS = 30  # that items stay on record
LATEST = 20  # items that are shown
_OF_SOURCE = ("id", "tried_at", "read_at", "quiet", "known", "found", "poll_notes")
_SOURCE = select(*(sources.c[name] for name in _OF_SOURCE)).where(
    sources.c.name == bindparam("its_name"), text(ENABLED)
)
_COUNTS = text(
    "SELECT (seen_at - :start) / 86400000 AS day, count(*) AS many FROM items"
    " WHERE source = :source AND seen_at >= :start GROUP BY (seen_at - :start) / 86400000"
)
_ITEMS = (
    select(*(items.c[name] for name in ("title", "url", "published", "seen_at", "story")))
    .where(items.c.source == bindparam("its_source"))
    .order_by(items.c.seen_at.desc(), items.c.id.desc())
    .limit(LATEST)
)


async def read_source(database: Database, name: str, now: datetime) -> SourceRecord | None:
    """Read what there is of a source; StoreError."""
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    counts = [0] * DAYS
    async with database.read() as connection:
        source = (await connection.execute(_SOURCE, {"its_name": name})).first()
        if source is None:
            return None
        for row in await connection.execute(_COUNTS, {"source": source.id, "start": to_ms(first)}):
            counts[min(row.day, DAYS - 1)] += row.many
        rows = (await connection.execute(_ITEMS, {"its_source": source.id})).all()
        found_for = await _read_watchlists(connection, database.dialect, name, [row.story for row in rows if row.story])
    return SourceRecord(
        tried_at=to_utc_or_none(source.tried_at),
        read_at=to_utc_or_none(source.read_at),
        quiet=source.quiet,
        known=source.known,
        found=source.found,
        days=tuple(to_utc(to_ms(first) + day * DAY_MS) for day in range(DAYS)),
        items_by_day=tuple(counts),
        polls=read_poll_notes(bytes(source.poll_notes or b"")),
        latest=tuple(_item(row, found_for.get(row.story, ())) for row in rows),
    )


async def _read_watchlists(
    connection: AsyncConnection, dialect: Dialect, name: str, stories: Iterable[int]
) -> dict[int, tuple[str, ...]]:
    """Return for which watchlists this source reported these stories; chats' own queries are theirs."""
    its = select(reports.c.story, reports.c.watchlists).where(
        dialect.among(reports.c.story, "ids"), reports.c.source == bindparam("its_name")
    )
    given: dict[str, Any] = {"ids": dialect.pack(sorted(set(stories))), "its_name": name}
    rows = await connection.execute(its, given)
    found: dict[int, dict[str, None]] = {}
    for row, named in decode_each(rows, _watchlists, "a report"):
        found.setdefault(row.story, {}).update(dict.fromkeys(named))
    return {story: tuple(named) for story, named in found.items()}


def _watchlists(row: Row) -> list[str]:
    return [str(one) for one in json.loads(row.watchlists) if not str(one).startswith(PERSONAL)]


def _item(row: Row, watchlists: tuple[str, ...]) -> SourceItem:
    return SourceItem(row.title, row.url, to_utc_or_none(row.published), to_utc(row.seen_at), row.story, watchlists)
