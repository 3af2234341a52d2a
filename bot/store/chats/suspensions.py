"""Suspensions on record: what is held for chats that refuse messages, when they are tried again, how it ends.

Functions over an open transaction, for the sender and for commands alike; `bot.alerts.suspension` decides, and has the
table of states. What is held stays in the outbox as it is, and is put off until the chat's next probe, so that claims
need not look at it. Times are in milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Label, Select, Update, and_, bindparam, case, func, or_, select, text, update

from bot.alerts.suspension import HELD_FOR, HELD_MOST, NOT_TOLD, WITHIN, next_probe
from bot.store.chats.chat_lifecycle import block_chat, ensure_chat, update_chat
from bot.store.codecs import clean
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_length, to_ms, to_utc, to_utc_or_none
from bot.store.tables import DUE, SUSPENDED, chats, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.errors import Closure

# A chat that goes to and fro, as one whose General is closed and whose topics are not, is announced once in so long.
QUIET = 3_600_000
OPEN: dict[str, None] = dict.fromkeys(("suspended", "suspended_at", "closure", "probe_at", "muted_until"))


async def suspend_chat(
    connection: AsyncConnection,
    dialect: Dialect,
    chat_id: int,
    reason: str,
    now: int,
    *,
    closure: Closure = "unreachable",
    muted_until: int | None = None,
    announce: bool = True,
) -> int:
    """Suspend a chat, or note that it refused again; return when it is tried next. Its alerts wait until then."""
    await ensure_chat(connection, dialect, chat_id)
    row = (await connection.execute(_chat_statement(), {"its_id": chat_id})).one()
    # A clock that was wrong may have written a beginning that is to come.
    since = now if row.suspended is None or row.suspended_at is None else min(row.suspended_at, now)
    muted = row.muted_until if muted_until is None else muted_until
    probe = to_ms(next_probe(closure, to_utc(since), to_utc(now), to_utc_or_none(muted)))
    changes: dict[str, Any] = {
        "suspended": clean(reason),
        "suspended_at": since,
        "closure": closure,
        "probe_at": probe,
        "muted_until": muted,
    }
    if not announce and row.suspended is None:
        changes["announced_at"] = now
    await update_chat(connection, dialect, chat_id, changes)
    await connection.execute(_put_off_statement(), {"its_chat": chat_id, "until": probe})
    await trim_held(connection, now, chat_id)
    return probe


async def is_suspended(connection: AsyncConnection, chat_id: int) -> bool:
    """Return whether a chat is suspended. Only reads."""
    found = select(chats.c.id).where(chats.c.id == bindparam("its_id"), text(SUSPENDED))
    return await connection.scalar(found, {"its_id": chat_id}) is not None


async def find_suspended(connection: AsyncConnection, dialect: Dialect, chat_ids: Collection[int]) -> frozenset[int]:
    """Return those of the chats that are suspended."""
    found = await connection.scalars(_suspended_statement(dialect), {"ids": dialect.pack(chat_ids)})
    return frozenset(found)


async def excuse_chat(connection: AsyncConnection, dialect: Dialect, chat_id: int, until: int, now: int) -> None:
    """Let a chat wait that refused in an outage; the suspension is ended with which the outage began for it."""
    row = (await connection.execute(_chat_statement(), {"its_id": chat_id})).one_or_none()
    if row is None or row.suspended is None:
        await block_chat(connection, dialect, chat_id, until)
    elif now - row.suspended_at <= to_length(WITHIN):
        await reopen_chat(connection, chat_id, now)
        await block_chat(connection, dialect, chat_id, until)


async def reopen_chat(connection: AsyncConnection, chat_id: int, now: int) -> bool:
    """End a suspension, and let what is held go, but for what is old; return False when there was none."""
    ended = update(chats).where(chats.c.id == bindparam("its_id"), text(SUSPENDED)).values(OPEN)
    if (await connection.execute(ended, {"its_id": chat_id})).rowcount != 1:
        return False
    await trim_held(connection, now, chat_id)
    await connection.execute(_put_off_statement(), {"its_chat": chat_id, "until": now})
    return True


async def trim_held(connection: AsyncConnection, now: int, chat_id: int | None = None) -> None:
    """End what is too old, or too much, of what is held for a chat (None: for each that is suspended)."""
    values = {"why": NOT_TOLD, "since": now - to_length(HELD_FOR), "most": HELD_MOST}
    if chat_id is not None:
        values["its_chat"] = chat_id
    await connection.execute(_trim_statement(every=chat_id is None), values)


def count_held() -> Label[int]:
    """Return the column `held`: how many alerts wait for a chat of `chats` that is suspended."""
    waiting = select(func.count()).where(outbox.c.chat == chats.c.id, text(DUE), text("state = 'pending'"))
    return case((chats.c.suspended.is_not(None), waiting.scalar_subquery()), else_=0).label("held")


async def take_unannounced(connection: AsyncConnection, now: int) -> list[tuple[int, str]]:
    """Return the suspended chats, with the reason, of which owners have not been told, and note that they are."""
    unannounced = and_(
        text(SUSPENDED), or_(chats.c.announced_at.is_(None), chats.c.announced_at < chats.c.suspended_at)
    )
    columns = (chats.c.id, chats.c.suspended, chats.c.suspended_at, chats.c.announced_at)
    rows = (await connection.execute(select(*columns).where(unannounced).order_by(chats.c.id))).all()
    if rows:
        told = update(chats).where(chats.c.id == bindparam("its_id")).values(announced_at=bindparam("now"))
        await connection.execute(told, [{"its_id": row.id, "now": max(now, row.suspended_at)} for row in rows])
    return [
        (row.id, row.suspended)
        for row in rows
        if row.announced_at is None or row.announced_at < row.suspended_at - QUIET
    ]


@cache
def _chat_statement() -> Select[Any]:
    return select(chats).where(chats.c.id == bindparam("its_id")).with_for_update()


@cache
def _suspended_statement(dialect: Dialect) -> Select[Any]:
    return select(chats.c.id).where(dialect.among(chats.c.id, "ids"), text(SUSPENDED))


@cache
def _put_off_statement() -> Update:
    """Return the statement that puts off what is due to a chat: its_chat, until."""
    its = update(outbox).where(outbox.c.chat == bindparam("its_chat"), text(DUE))
    return its.values(not_before=bindparam("until", type_=BigInteger))


@cache
def _trim_statement(*, every: bool) -> Update:
    """Return the statement that ends what is held too long or too much of: why, since, most; its_chat if not every."""
    waiting = select(
        outbox.c.id,
        outbox.c.created_at,
        func.row_number()
        .over(partition_by=outbox.c.chat, order_by=(outbox.c.created_at.desc(), outbox.c.id.desc()))
        .label("place"),
    ).where(text(DUE), text("state = 'pending'"))
    if every:
        waiting = waiting.where(outbox.c.chat.in_(select(chats.c.id).where(text(SUSPENDED))))
    else:
        waiting = waiting.where(outbox.c.chat == bindparam("its_chat"))
    ranked = waiting.subquery()
    kept_not = or_(ranked.c.place > bindparam("most"), ranked.c.created_at < bindparam("since", type_=BigInteger))
    lost = update(outbox).where(outbox.c.id.in_(select(ranked.c.id).where(kept_not)), text("state = 'pending'"))
    return lost.values(state="dead", reason=bindparam("why"))
