"""Chats for the pages: what each is told, what is held for it, what fails, and which ask to be let in.

Some chats at a time, those first that need an owner: who asks, then who cannot be told. One statement chooses them,
four more read the rest for all. Of private chats nothing is read that is their own business: not how many queries of
their own they have, nor which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, case, func, or_, select, text

from bot.ports.history_store import PERSONAL, SuspensionRecord
from bot.ports.story_readings import ChatList, ChatOverview, LostTopic
from bot.store.codecs import Row
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.outbox.outbox_statements import EVERYBODY
from bot.store.tables import DUE, chats, lost_topics, outbox, subscriptions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_OF_CHAT = (
    *("id", "kind", "title", "admitted_at", "revoked", "requested_at"),
    *("suspended", "suspended_at", "probe_at", "muted_until", "blocked_until"),
)
_GIVEN_UP = "state = 'dead' AND COALESCE(hold, '') NOT IN ('mute', 'skip', 'model')"


async def list_chats(database: Database, *, most: int, skip: int = 0) -> ChatList:
    """See RecordReader."""
    async with database.read() as connection:
        total = await connection.scalar(select(func.count()).select_from(_known_chats())) or 0
        rows = (await connection.execute(_chats_statement(), {"most": most, "skip": skip})).all()
        found = await _described(connection, database.dialect, rows)
    return ChatList(found, total)


async def read_chats(database: Database, numbers: Collection[int]) -> tuple[ChatOverview, ...]:
    """See RecordReader."""
    async with database.read() as connection:
        packed = {"ids": database.dialect.pack(numbers)}
        rows = (await connection.execute(_these_statement(database.dialect), packed)).all()
        known = {one.id: one for one in await _described(connection, database.dialect, rows)}
    return tuple(known.get(number, ChatOverview(number, None, None)) for number in numbers)


async def _described(connection: AsyncConnection, dialect: Dialect, rows: Collection[Row]) -> tuple[ChatOverview, ...]:
    packed = {"ids": dialect.pack([row.id for row in rows])}
    ties = _grouped(await connection.execute(_ties_statement(dialect), packed))
    alerts = _grouped(await connection.execute(_alerts_statement(dialect), packed))
    lost = _grouped(await connection.execute(_topics_statement(dialect), packed))
    sent = await connection.execute(_sent_statement(dialect), packed)
    latest = {row.chat: to_utc_or_none(row.latest) for row in sent}
    return tuple(
        _chat(row, ties.get(row.id, ()), alerts.get(row.id, ()), lost.get(row.id, ()), latest.get(row.id))
        for row in rows
    )


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.chat, []).append(row)
    return found


def _chat(
    row: Row, ties: Iterable[Row], alerts: Collection[Row], lost: Iterable[Row], last_sent: datetime | None
) -> ChatOverview:
    suspension = None
    if row.suspended is not None:
        suspension = SuspensionRecord(row.suspended, to_utc(row.suspended_at or 0), to_utc(row.probe_at or 0))
    return ChatOverview(
        id=row.id,
        kind=row.kind,
        title=row.title if row.id < 0 else None,
        admitted=row.admitted_at is not None,
        revoked=bool(row.revoked),
        requested_at=to_utc_or_none(row.requested_at),
        watchlists=tuple(dict.fromkeys(tie.watchlist for tie in ties)),
        held={one.held: one.many for one in alerts if one.waits},
        failed=sum(one.many for one in alerts if not one.waits),
        last_sent=last_sent,
        suspension=suspension,
        muted_until=to_utc_or_none(row.muted_until),
        blocked_until=to_utc_or_none(row.blocked_until),
        lost_topics=tuple(LostTopic(one.topic, one.reason, to_utc(one.since), to_utc(one.probe_at)) for one in lost),
    )


@cache
def _known_chats() -> Any:
    """Return the chats that anything is on record of, those that moved apart; a subscribed one has a row, too."""
    tied = select(subscriptions.c.chat).where(subscriptions.c.chat == chats.c.id).exists()
    marks = ("admitted_at", "suspended", "requested_at")
    known = or_(chats.c.revoked, *(chats.c[name].is_not(None) for name in marks), tied)
    return select(chats).where(known, chats.c.id != EVERYBODY, chats.c.moved_to.is_(None)).subquery("known")


@cache
def _chats_statement() -> Select[Any]:
    """Return the select of chats: most, skip."""
    known = _known_chats()
    asks = known.c.requested_at.is_not(None) & known.c.admitted_at.is_(None) & ~known.c.revoked
    need = case((asks, 0), (known.c.suspended.is_not(None) & ~known.c.revoked, 1), (known.c.revoked, 3), else_=2)
    wanted = select(*(known.c[name] for name in _OF_CHAT)).order_by(need, known.c.id)
    return wanted.limit(bindparam("most")).offset(bindparam("skip"))


@cache
def _these_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of chats by id: ids."""
    return select(*(chats.c[name] for name in _OF_CHAT)).where(dialect.among(chats.c.id, "ids"))


@cache
def _ties_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of what chats are subscribed to: ids."""
    columns = select(subscriptions.c.chat, subscriptions.c.watchlist)
    shared = ~subscriptions.c.watchlist.like(f"{PERSONAL}%")
    return columns.where(dialect.among(subscriptions.c.chat, "ids"), shared).order_by(subscriptions.c.watchlist)


@cache
def _alerts_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of how many alerts of chats wait, by what holds them, and were given up: ids."""
    waits = case((text(DUE), 1), else_=0).label("waits")
    held = case((text(DUE), func.coalesce(outbox.c.hold, "")), else_="").label("held")
    meant = dialect.among(outbox.c.chat, "ids")
    counted = select(outbox.c.chat, waits, held, func.count().label("many"))
    return counted.where(meant, text(f"(({DUE}) OR ({_GIVEN_UP}))")).group_by(outbox.c.chat, waits, held)


@cache
def _topics_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the lost topics of chats: ids."""
    return select(lost_topics).where(dialect.among(lost_topics.c.chat, "ids")).order_by(lost_topics.c.topic)


@cache
def _sent_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of when chats were sent an alert last: ids."""
    latest = select(outbox.c.chat, func.max(outbox.c.sent_at).label("latest"))
    return latest.where(dialect.among(outbox.c.chat, "ids")).group_by(outbox.c.chat)
