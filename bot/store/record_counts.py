"""How much is on record, and how late it is: the numbers behind the gauges, in one reading of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, text

from bot.store.database.timestamps import to_ms
from bot.store.database.transactions import Database
from bot.store.tables import DUE, ENABLED, LEASED

_OUTBOX = text(
    "SELECT CASE WHEN hold IS NOT NULL THEN 'held' WHEN doubts > 0 THEN 'unknown'"  # noqa: S608 - constants
    " WHEN not_before > :now THEN 'waiting' ELSE 'due' END AS kept, count(*) AS many, min(not_before) AS first"
    f" FROM outbox WHERE {DUE} GROUP BY 1"
)
_DEAD = text("SELECT count(*) FROM outbox WHERE state = 'dead' AND COALESCE(hold, '') NOT IN ('mute', 'skip', 'model')")
_LAG = text(f"SELECT min(next_due) FROM sources WHERE {ENABLED} AND paused_at IS NULL AND lease_until IS NULL")  # noqa: S608 - constants
_LEASES = text(
    "SELECT count(*) AS every, COALESCE(sum(CASE WHEN lease_until > :now THEN 1 ELSE 0 END), 0) AS held"  # noqa: S608 - constants
    f" FROM sources WHERE {LEASED}"
)
_SIZE = text("SELECT pg_database_size(current_database())")
_DEAD_TUPLES = text("SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE relname = ANY(:ours)")
OURS = ("items", "outbox", "reports", "seen", "sources", "stories")
STATES = ("due", "held", "waiting", "unknown", "dead")


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Numbers of one moment; times in seconds, sizes in bytes."""

    outbox: Mapping[str, int]
    oldest_due: float
    poll_lag: float
    leases_held: int
    leases_expired: int
    size: int
    dead_tuples: Mapping[str, int] = field(default_factory=dict)


async def count_record(database: Database, now: datetime) -> RecordCounts:
    """Ask the database; StoreError."""
    ms = to_ms(now)
    async with database.read() as connection:
        rows = (await connection.execute(_OUTBOX, {"now": ms})).all()
        dead = await connection.scalar(_DEAD) or 0
        due_at = await connection.scalar(_LAG)
        leases = (await connection.execute(_LEASES, {"now": ms})).one()
        size, tuples = 0, dict[str, int]()
        if database.dialect.name == "postgresql":
            size = await connection.scalar(_SIZE) or 0
            named = _DEAD_TUPLES.bindparams(bindparam("ours", list(OURS)))
            tuples = {row.relname: row.n_dead_tup for row in await connection.execute(named)}
    if database.dialect.name == "sqlite":
        size = await asyncio.to_thread(_size_of, str(database.engine.url.database))
    first = [row.first for row in rows if row.kept in {"due", "unknown"} and row.first <= ms]
    return RecordCounts(
        outbox={**dict.fromkeys(STATES, 0), **{row.kept: row.many for row in rows}, "dead": dead},
        oldest_due=max(0.0, (ms - min(first)) / 1000) if first else 0.0,
        poll_lag=0.0 if due_at is None else max(0.0, (ms - due_at) / 1000),
        leases_held=int(leases.held),
        leases_expired=int(leases.every - leases.held),
        size=size,
        dead_tuples=tuples,
    )


def _size_of(name: str) -> int:
    return sum(file.stat().st_size for end in ("", "-wal") if (file := Path(name + end)).exists())
