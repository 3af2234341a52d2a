"""Which chats there are, who asks to be let in, and how a chat is forgotten.

Fulfils the second part of `bot.ports.preference_store`. Whether somebody may be let in is decided by owners, elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, exists, func, or_, select, text, update

from bot.ports.preference_store import AccessRequest
from bot.store.chats import chat_lifecycle
from bot.store.chats.personal_queries import increment_counter
from bot.store.chats.suspensions import OPEN, count_held
from bot.store.codecs import Row, clean_or_none
from bot.store.database.timestamps import to_ms, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.outbox.outbox_statements import EVERYBODY
from bot.store.row_decoding import decode_each
from bot.store.tables import (
    buttons,
    chat_preferences,
    chats,
    lost_topics,
    mutes,
    outbox,
    personal_queries,
    subscriptions,
)

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

GONE_DAYS = 90  # a chat that could get no alerts for so long is forgotten
_IS_REQUESTING = text("requested_at IS NOT NULL AND admitted_at IS NULL AND NOT revoked")
# Every table that knows a chat by its id, but for `chats` itself.
_TABLES_OF_A_CHAT = (buttons, subscriptions, personal_queries, chat_preferences, mutes, outbox, lost_topics)


@dataclass(frozen=True, slots=True)
class AdmissionRepository:
    """The part of the store that knows which chats there are."""

    database: Database

    async def forget_chat(self, chat: int) -> None:
        async with self.database.write() as connection:
            await self._forget(connection, chat)

    async def _forget(self, connection: AsyncConnection, chat: int) -> None:
        its = {"its_chat": chat}
        await connection.execute(delete(chats).where(chats.c.moved_to == bindparam("its_chat")), its)
        bare = dict.fromkeys(("admitted_by", "admitted_at", "announced_at", "title", "kind", "requested_at")) | OPEN
        emptied = update(chats).where(chats.c.id == bindparam("its_chat")).values(bare | {"settings": "{}"})
        await connection.execute(emptied, its)
        plain = delete(chats).where(
            chats.c.id == bindparam("its_chat"), ~chats.c.revoked, chats.c.blocked_until.is_(None)
        )
        await connection.execute(plain, its)
        for table in _TABLES_OF_A_CHAT:
            await connection.execute(delete(table).where(table.c.chat == bindparam("its_chat")), its)
        await increment_counter(connection, self.database.dialect)

    async def forget_gone_chats(self, now: datetime) -> int:
        """Forget the chats that could get no alerts for a long time, a hundred in a run; return how many."""
        is_held = exists().where(outbox.c.chat == chats.c.id, text("outbox.state = 'pending'"))
        was_probed = chats.c.probe_at > bindparam("now")  # in vain, of late; else somebody was to find out
        muted_no_more = func.coalesce(chats.c.muted_until, 0) <= bindparam("now")
        long = (
            select(chats.c.id)
            .where(chats.c.suspended_at < bindparam("before"), or_(~is_held, was_probed), muted_no_more)
            .order_by(chats.c.suspended_at)
            .limit(100)
        )
        before = {"before": to_ms(now - timedelta(days=GONE_DAYS)), "now": to_ms(now)}
        async with self.database.write() as connection:
            gone = (await connection.scalars(long, before)).all()
            for chat in gone:  # few, once a day
                await self._forget(connection, chat)
        return len(gone)

    async def request_access(self, chat: int, kind: str, title: str | None, now: datetime) -> None:
        since = func.coalesce(chats.c.requested_at, to_ms(now))
        changes = {"kind": kind, "title": clean_or_none(title), "requested_at": since}
        async with self.database.write() as connection:
            await chat_lifecycle.update_chat(connection, self.database.dialect, chat, changes)

    async def name_chat(self, chat: int, kind: str, title: str) -> None:
        changes = {"kind": kind, "title": clean_or_none(title)}
        async with self.database.write() as connection:
            await chat_lifecycle.update_chat(connection, self.database.dialect, chat, changes)

    async def withdraw_request(self, chat: int) -> None:
        its = update(chats).where(chats.c.id == bindparam("its_chat"))
        async with self.database.write() as connection:
            await connection.execute(its.values(requested_at=None), {"its_chat": chat})

    async def find_chats(self) -> tuple[AccessRequest, ...]:
        ties = select(subscriptions.c.chat, func.count().label("many")).group_by(subscriptions.c.chat).subquery()
        known = or_(
            chats.c.admitted_at.is_not(None),
            chats.c.revoked,
            chats.c.suspended.is_not(None),
            chats.c.requested_at.is_not(None),
            ties.c.many.is_not(None),
        )
        wanted = (
            select(chats, ties.c.many, count_held())
            .outerjoin(ties, ties.c.chat == chats.c.id)
            .where(known, chats.c.id != EVERYBODY, chats.c.moved_to.is_(None))
            .order_by(chats.c.id)
        )
        async with self.database.read() as connection:
            rows = await connection.execute(wanted)
            return tuple(request for _, request in decode_each(rows, _access_request, "a chat"))

    async def find_ignored_groups(self, before: datetime) -> tuple[int, ...]:
        waits = select(chats.c.id).where(
            _IS_REQUESTING, chats.c.kind != "private", chats.c.requested_at < bindparam("before")
        )
        async with self.database.read() as connection:
            return tuple(
                (await connection.scalars(waits.order_by(chats.c.id).limit(20), {"before": to_ms(before)})).all()
            )


def _access_request(row: Row) -> AccessRequest:
    return AccessRequest(
        id=row.id,
        kind=row.kind,
        title=row.title,
        admitted=row.admitted_at is not None,
        revoked=bool(row.revoked),
        suspended=row.suspended,
        subscriptions=row.many or 0,
        requested_at=to_utc_or_none(row.requested_at),
        held=row.held,
        probe_at=to_utc_or_none(row.probe_at),
    )
