"""Which configuration polls go by, where polling instances with different ones share a database: the one read last.

Functions over the Database, for polling. Each instance has a row with a hash of its configuration; rows of instances
that are gone, or silent for ALIVE, do not count.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from bot.store.database.timestamps import to_length, to_ms
from bot.store.database.transactions import Database
from bot.store.leases.process_identity import is_gone
from bot.store.tables import instances

ALIVE = timedelta(seconds=60)  # as long as a lease of a source
NOTED = timedelta(seconds=15)  # between two notes that an instance is alive


async def register_configuration(database: Database, fingerprint: str, now: datetime) -> bool:
    """Note that this instance polls by the configuration of this hash; return whether it is the one in force.

    That is the one which a living instance began to use last, by a start or an edit.
    """
    me, ms = str(database.holder), to_ms(now)
    async with database.read() as connection:
        rows = {row.holder: row for row in await connection.execute(select(instances))}
    mine = rows.pop(me, None)
    since = ms if mine is None or mine.configuration != fingerprint else mine.since
    if mine is None or since == ms or abs(ms - mine.seen_at) >= to_length(NOTED):
        new = database.dialect.insert(instances)
        changes = {name: new.excluded[name] for name in ("configuration", "since", "seen_at")}
        row = {"holder": me, "configuration": fingerprint, "since": since, "seen_at": ms}
        async with database.write() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=["holder"], set_=changes), row)
    living = (
        (row.since, row.configuration)
        for row in rows.values()
        if abs(ms - row.seen_at) < to_length(ALIVE) and not is_gone(row.holder, database.holder)
    )
    in_force: str = max([(since, fingerprint), *living])[1]
    return in_force == fingerprint


async def release_configuration(database: Database) -> None:
    """Note that this instance polls no more: whoever has another configuration need not wait for its silence."""
    async with database.write() as connection:
        await connection.execute(delete(instances).where(instances.c.holder == str(database.holder)))
