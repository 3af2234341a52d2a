"""When the last backup was taken and found whole: on record, so that every instance knows. The store's own counter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.store.database.timestamps import to_ms, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.tables import counters

_NAME = "backup"


async def note_backup(database: Database, now: datetime) -> None:
    """Note that a backup was taken and verified."""
    row = database.dialect.insert(counters)
    noted = row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value})
    async with database.write() as connection:
        await connection.execute(noted, {"name": _NAME, "value": to_ms(now)})


async def read_last_backup(database: Database) -> datetime | None:
    """Return when the last verified backup was taken, None where none is on record."""
    async with database.read() as connection:
        return to_utc_or_none(await connection.scalar(select(counters.c.value).where(counters.c.name == _NAME)))
