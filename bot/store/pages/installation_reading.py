"""What the page About shows of the database: its size and revision, and the processes that work on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from bot.ports.page_readings import Installation, Instance
from bot.store.copies.backup_log import read_last_backup
from bot.store.database.timestamps import to_length, to_ms, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.leases.process_identity import is_gone
from bot.store.record_counts import count_record
from bot.store.tables import VERSION_TABLE, instances, role_leases

SHOWN = timedelta(hours=1)  # that an instance is named after it was seen last


async def read_installation(database: Database, now: datetime) -> Installation:
    """Read it; StoreError."""
    counts, ms = await count_record(database, now), to_ms(now)
    async with database.read() as connection:
        revision = await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
        leases = (await connection.execute(select(role_leases))).all()
        polling = (await connection.execute(select(instances))).all()
    polls = {row.holder: row for row in polling if ms - row.seen_at < to_length(SHOWN)}
    roles: dict[str, list[str]] = {}
    for row in leases:
        if row.holder is not None and row.until > ms:
            roles.setdefault(row.holder, []).append(row.role)
    living = [one for one in sorted({*polls, *roles}) if not is_gone(one, database.holder)]
    return Installation(
        database=database.dialect.name,
        revision=str(revision),
        size=counts.size,
        dead_tuples=counts.dead_tuples,
        last_backup=await read_last_backup(database),
        instances=tuple(_instance(one, polls.get(one), roles.get(one, ())) for one in living),
        leases_held=counts.leases_held,
        leases_expired=counts.leases_expired,
    )


def _instance(holder: str, polls: Any, roles: list[str] | tuple[()]) -> Instance:
    parts = holder.split("|")
    return Instance(
        host=parts[0],
        pid=parts[3] if len(parts) > 3 else "",  # noqa: PLR2004 - as ProcessIdentity writes it
        polls=polls.configuration if polls is not None else None,
        roles=tuple(sorted(roles)),
        since=to_utc_or_none(polls.since) if polls is not None else None,
        seen_at=to_utc_or_none(polls.seen_at) if polls is not None else None,
    )
