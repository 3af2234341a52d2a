"""Roles: one sender and one listener for all instances, each a row with a holder, a time and an epoch.

Functions over the Database, for delivery. The epoch grows whenever a role changes hands, and fences what the former
holder still tries. A holder on this machine whose process is gone is replaced at once, any other when its time is over.

What the former sender had claimed is free at once where it has given the role back or is gone. Where its time has run
out it may be slow, cut off, or stopped, and have sent what it cannot write down yet: it keeps its claims for RESULTS.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, Update, bindparam, select, text, update

from bot.errors import StaleLeaseError
from bot.ports.outbox_store import Role
from bot.process.clock import SKEW
from bot.store.database.timestamps import to_length, to_ms
from bot.store.database.transactions import Database
from bot.store.leases.process_identity import is_gone
from bot.store.leases.stored_waits import end_wrong_waits, is_over
from bot.store.tables import LEASED, outbox, role_leases

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


# For so long after a sender's time has run out, what it sent may still be written down (the tries of delivery.attempt).
RESULTS = timedelta(seconds=8)
MINE = 1_000  # milliseconds by which one process may read its clock late: between two machines it is SKEW


async def take_role(database: Database, role: Role, now: datetime, ttl: timedelta) -> int | None:
    """Return the epoch under which the role is ours (renewed if it was), or None while a live instance holds it."""
    epoch = await _take_role(database, role, now, ttl)
    database.observed.roles[role] = epoch is not None
    return epoch


async def _take_role(database: Database, role: Role, now: datetime, ttl: timedelta) -> int | None:
    """Do it.

    Who becomes or stays the sender also ends the waits that a wrong clock has stored. `until` tells when a sender was
    alive last, also after it has gone: if that is to come, the clock was set back.
    """
    me, ms = str(database.holder), to_ms(now)
    async with database.write() as connection:
        first = database.dialect.insert(role_leases).on_conflict_do_nothing()
        await connection.execute(first, {"role": role, "holder": None, "until": 0, "epoch": 0})
        its = select(role_leases).where(role_leases.c.role == bindparam("its_role")).with_for_update()
        row = (await connection.execute(its, {"its_role": role})).one()
        if row.holder == me:
            epoch: int = row.epoch
        elif row.holder is None or is_over(row.until, ms, ttl) or is_gone(row.holder, database.holder):
            epoch = row.epoch + 1
        else:
            return None
        ours = update(role_leases).where(role_leases.c.role == bindparam("its_role"))
        values = {"its_role": role, "to_holder": me, "to_until": to_ms(now + ttl), "to_epoch": epoch}
        await connection.execute(
            ours.values(holder=bindparam("to_holder"), until=bindparam("to_until"), epoch=bindparam("to_epoch")), values
        )
        if role == "sender":
            if row.holder != me:
                gone = row.holder is None or is_gone(row.holder, database.holder)
                free_at = ms if gone else ms + to_length(RESULTS)
                await connection.execute(_inherit_statement(), {"its_epoch": epoch, "free_at": free_at})
            slack = MINE if row.holder == me else to_length(SKEW)
            await end_wrong_waits(connection, ms, set_back=row.until > ms + to_length(ttl) + slack)
        return epoch


async def release_role(database: Database, role: Role, epoch: int) -> None:
    """Give the role back at once, if it is still ours under this epoch. Until when it was held stays on record."""
    ours = update(role_leases).where(
        role_leases.c.role == bindparam("its_role"),
        role_leases.c.epoch == bindparam("its_epoch"),
        role_leases.c.holder == bindparam("me"),
    )
    values = {"its_role": role, "its_epoch": epoch, "me": str(database.holder)}
    database.observed.roles[role] = False
    async with database.write() as connection:
        await connection.execute(ours.values(holder=None), values)


async def ensure_current_epoch(connection: AsyncConnection, role: Role, epoch: int) -> None:
    """Raise StaleLeaseError when the epoch is over; until the transaction ends, it does not end either."""
    refuse_stale_epoch(role, await current_epoch(connection, role), epoch)


async def current_epoch(connection: AsyncConnection, role: Role) -> int | None:
    """Return the role's epoch, which stays so until the transaction ends."""
    epoch: int | None = await connection.scalar(_epoch_statement(), {"its_role": role})
    return epoch


def refuse_stale_epoch(role: Role, now: int | None, epoch: int) -> None:
    """Raise StaleLeaseError when the epochs differ."""
    if now != epoch:
        raise StaleLeaseError(f"another instance is the {role} now (epoch {now}, ours was {epoch})")


@cache
def _inherit_statement() -> Update:
    """Return the statement that lets claims of epochs before `its_epoch` end at `free_at` at the latest."""
    older = update(outbox).where(
        text(LEASED), outbox.c.lease_epoch < bindparam("its_epoch"), outbox.c.lease_until > bindparam("free_at")
    )
    return older.values(lease_until=bindparam("free_at"))


@cache
def _epoch_statement() -> Select[Any]:
    its = role_leases.c.role == bindparam("its_role")
    return select(role_leases.c.epoch).where(its).with_for_update(read=True)
