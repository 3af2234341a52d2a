"""Which instances work on a record: those that poll, with their configuration, and those that hold a role.

One function over the Database, for who operates it. Of an instance on this machine it is known whether it lives, of
others when they spoke last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.store.database.timestamps import to_length, to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.leases.configurations import ALIVE
from bot.store.leases.process_identity import is_gone
from bot.store.tables import instances, role_leases


@dataclass(frozen=True, slots=True)
class PollingInstance:
    """A process that polls; `host` as it calls itself, `seen_at` when it spoke last."""

    host: str
    pid: int
    configuration: str  # a hash
    since: datetime  # when it began to use that
    seen_at: datetime
    alive: bool
    in_force: bool  # polls go by its configuration


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A role and who has it: nobody (`host` is None) where it was given back, or its time is over."""

    role: str
    host: str | None
    pid: int | None
    until: datetime
    epoch: int


@dataclass(frozen=True, slots=True)
class Instances:
    """All that are known."""

    polling: tuple[PollingInstance, ...]
    roles: tuple[RoleHolder, ...]


async def read_instances(database: Database, now: datetime) -> Instances:
    """Return who works on the record."""
    ms = to_ms(now)
    async with database.read() as connection:
        rows = (await connection.execute(select(instances).order_by(instances.c.since.desc()))).all()
        held = (await connection.execute(select(role_leases).order_by(role_leases.c.role))).all()
    alive = {
        row.holder: abs(ms - row.seen_at) < to_length(ALIVE) and not is_gone(row.holder, database.holder)
        for row in rows
    }
    in_force = next((row.configuration for row in rows if alive[row.holder]), None)
    polling = []
    for row in rows:
        host, pid = _place(row.holder)
        times = to_utc(row.since), to_utc(row.seen_at)
        living = alive[row.holder]
        polling.append(
            PollingInstance(host, pid or 0, row.configuration, *times, living, living and row.configuration == in_force)
        )
    roles = []
    for row in held:
        holds = row.holder is not None and row.until > ms and not is_gone(row.holder, database.holder)
        place: tuple[str | None, int | None] = _place(row.holder) if holds else (None, None)
        roles.append(RoleHolder(row.role, *place, to_utc(row.until), row.epoch))
    return Instances(tuple(polling), tuple(roles))


def _place(holder: str) -> tuple[str, int | None]:
    """Return host and process number of a holder as it stands on record."""
    parts = holder.split("|")
    return parts[0], int(parts[3]) if len(parts) > 3 and parts[3].isdigit() else None  # noqa: PLR2004 - a ProcessIdentity
