"""What the page About shows of the database: its size and revision, and the processes that work on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from bot.ports.page_readings import Installation, Instance
from bot.store.copies.backup_log import read_last_backup
from bot.store.database.transactions import Database
from bot.store.leases.instances import Instances, read_instances
from bot.store.record_counts import count_record
from bot.store.tables import VERSION_TABLE


async def read_installation(database: Database, now: datetime) -> Installation:
    """Read it; StoreError."""
    counts = await count_record(database, now)
    async with database.read() as connection:
        revision = await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    return Installation(
        database=database.dialect.name,
        revision=str(revision),
        size=counts.size,
        dead_tuples=counts.dead_tuples,
        last_backup=await read_last_backup(database),
        instances=_by_process(await read_instances(database, now)),
        leases_held=counts.leases_held,
        leases_expired=counts.leases_expired,
    )


def _by_process(found: Instances) -> tuple[Instance, ...]:
    """Return each process that lives with all that it does."""
    polling = {(one.host, str(one.pid)): one for one in found.polling if one.alive}
    roles: dict[tuple[str, str], list[str]] = {}
    for held in found.roles:
        if held.host is not None:
            roles.setdefault((held.host, str(held.pid)), []).append(held.role)
    return tuple(
        Instance(
            host=place[0],
            pid=place[1],
            polls=polls.configuration if polls else None,
            roles=tuple(roles.get(place, ())),
            since=polls.since if polls else None,
            seen_at=polls.seen_at if polls else None,
        )
        for place in sorted({*polling, *roles})
        for polls in (polling.get(place),)
    )
