"""What commands need on record: subscriptions, who may use the bot, and the installation at a glance.

Fulfils `bot.ports.chat_store.ChatStore`. Rights are decided elsewhere; here is only what owners have said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, delete, func, null, or_, select, text, update

from bot.errors import Closure
from bot.model import Chat, Priority, Subscription
from bot.ports.chat_store import SilentChat, SourceStatus, Status
from bot.store.chats import chat_lifecycle, suspensions, topics
from bot.store.chats.chat_redirects import REVOKED
from bot.store.codecs import GENERAL, Row, from_priority, to_chat, to_priority, to_topic
from bot.store.database.timestamps import to_ms, to_ms_or_none, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.outbox.outbox_statements import EVERYBODY
from bot.store.polling.poll_statements import LEARNED, is_open_chat
from bot.store.polling.source_pause import end_source_pause, set_source_pause
from bot.store.polling.source_stats_codec import to_source_stats
from bot.store.row_decoding import decode_each
from bot.store.tables import DUE, ENABLED, chats, counters, lost_topics, outbox, sources, subscriptions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_MENUS = "menus"
_OF_STATUS = ("name", "polled_at", "next_due", "error", "failures", "known", "paused_at")
_UNREAD = frozenset({"shown", "poll_notes"})  # kilobytes a source that no status shows
_REVOKED = select(chats.c.id).where(chats.c.id == bindparam("its_chat"), chats.c.revoked)


@dataclass(frozen=True, slots=True)
class ChatRepository:
    """The part of the store that commands use."""

    database: Database

    async def subscribe(self, subscription: Subscription, now: datetime) -> bool:
        dialect, row = self.database.dialect, _row(subscription)
        async with self.database.write() as connection:
            await chat_lifecycle.ensure_chat(connection, dialect, subscription.chat.id)
            await suspensions.reopen_chat(connection, subscription.chat.id, to_ms(now))
            tie = dialect.insert(subscriptions).on_conflict_do_nothing()
            return await dialect.count_new(connection, tie, [{**row, "since": to_ms(now), "settings": "{}"}]) == 1

    async def unsubscribe(self, subscription: Subscription) -> bool:
        its = (*_told_here(), subscriptions.c.watchlist == bindparam("its_watchlist"))
        values = {f"its_{name}": value for name, value in _row(subscription).items()}
        async with self.database.write() as connection:
            return (await connection.execute(delete(subscriptions).where(*its), values)).rowcount > 0

    async def set_priority(self, subscription: Subscription) -> None:
        values = {f"its_{name}": value for name, value in _row(subscription).items()}
        its = [subscriptions.c[name] == bindparam(f"its_{name}") for name in _row(subscription)]
        kept = update(subscriptions).where(*its).values(settings=from_priority(subscription.priority))
        async with self.database.write() as connection:
            await connection.execute(kept, values)

    async def find_priorities(self, chat: Chat) -> Mapping[str, Priority]:
        its = (subscriptions.c.chat == bindparam("its_chat"), subscriptions.c.topic == bindparam("its_topic"))
        values = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        async with self.database.read() as connection:
            rows = await connection.execute(
                select(subscriptions.c.watchlist, subscriptions.c.settings).where(*its), values
            )
            read = decode_each(rows, lambda row: to_priority(row.settings), "a subscription")
            found = {row.watchlist: wanted for row, wanted in read}
        return {name: wanted for name, wanted in found.items() if wanted}

    async def find_subscriptions(self, chat: Chat) -> tuple[str, ...]:
        values = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        async with self.database.read() as connection:
            found = await connection.scalars(select(subscriptions.c.watchlist).where(*_told_here()), values)
            return tuple(sorted(set(found.all())))

    async def admit_chat(self, chat: int, by: int, now: datetime) -> bool:
        dialect = self.database.dialect
        async with self.database.write() as connection:
            if await _has_admission(connection, chat):
                return False
            changes = {"admitted_by": by, "admitted_at": to_ms(now), "revoked": False}
            await chat_lifecycle.update_chat(connection, dialect, chat, changes)
            return True

    async def revoke_chat(self, chat: int) -> bool:
        dialect = self.database.dialect
        async with self.database.write() as connection:
            was = await _has_admission(connection, chat)
            changes = {"admitted_by": None, "admitted_at": None, "revoked": True}
            await chat_lifecycle.update_chat(connection, dialect, chat, changes)
            await chat_lifecycle.drop_pending(connection, chat, REVOKED)
            return was

    async def is_admitted(self, chat: int) -> bool:
        async with self.database.read() as connection:
            return await _has_admission(connection, chat)

    async def is_revoked(self, chat: int) -> bool:
        async with self.database.read() as connection:
            return await connection.scalar(_REVOKED, {"its_chat": chat}) is not None

    async def find_readers(self) -> tuple[Chat, ...]:
        """Return every chat and topic that is subscribed to something."""
        async with self.database.read() as connection:
            found = await connection.execute(select(subscriptions.c.chat, subscriptions.c.topic).distinct())
            return tuple(to_chat(row.chat, row.topic) for row in found)

    async def suspend_chat(
        self,
        chat: int,
        reason: str,
        now: datetime,
        *,
        closure: Closure = "unreachable",
        muted_until: datetime | None = None,
        announce: bool = True,
    ) -> None:
        muted = to_ms_or_none(muted_until)
        async with self.database.write() as connection:
            await suspensions.suspend_chat(
                connection,
                self.database.dialect,
                chat,
                reason,
                to_ms(now),
                closure=closure,
                muted_until=muted,
                announce=announce,
            )

    async def wait_out_outage(self, chats: Sequence[int], until: datetime, now: datetime) -> None:
        async with self.database.write() as connection:
            for chat in sorted(chats):
                await suspensions.excuse_chat(connection, self.database.dialect, chat, to_ms(until), to_ms(now))

    async def close_topic(self, chat: Chat, reason: str, now: datetime) -> None:
        if chat.topic is not None:
            async with self.database.write() as connection:
                await topics.close_topic(connection, self.database.dialect, (chat.id, chat.topic), reason, to_ms(now))

    async def reopen_topic(self, chat: Chat) -> bool:
        if chat.topic is None:
            return False
        async with self.database.read() as connection:  # asked at every answer in a topic
            if not await topics.is_topic_lost(connection, chat.id, chat.topic):
                return False
        async with self.database.write() as connection:
            return await topics.reopen_topic(connection, chat.id, chat.topic)

    async def revive_chat(self, chat: int, now: datetime) -> bool:
        async with self.database.read() as connection:  # asked at every command: hardly ever there is anything to end
            if not await suspensions.is_suspended(connection, chat):
                return False
        async with self.database.write() as connection:
            return await suspensions.reopen_chat(connection, chat, to_ms(now))

    async def migrate_chat(self, old: int, new: int) -> None:
        async with self.database.write() as connection:
            await chat_lifecycle.migrate_chat(connection, self.database.dialect, old, new)

    async def read_sources(self) -> tuple[SourceStatus, ...]:
        learned = (null().label(name) if name in _UNREAD else sources.c[name] for name in LEARNED)
        columns = (*(sources.c[name] for name in _OF_STATUS), *learned)
        async with self.database.read() as connection:
            rows = (await connection.execute(select(*columns).where(text(ENABLED)).order_by(sources.c.name))).all()
        return tuple(one for _, one in decode_each(rows, _source, "a source"))

    async def read_status(self, now: datetime) -> Status:  # noqa: ARG002 - the port hands the clock in
        from bot.store.copies.backup_log import read_last_backup
        from bot.store.outputs.output_repository import OutputRepository

        of_waiting = (
            select(func.count())
            .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
            .where(text(DUE), is_open_chat())
        )
        number = func.count()
        # What a chat muted or passed over is not given up.
        given_up = text("state = 'dead' AND COALESCE(hold, '') NOT IN ('mute', 'skip', 'model')")
        of_dead = select(outbox.c.reason, number).where(given_up).group_by(outbox.c.reason)
        of_silent = (
            select(*(chats.c[name] for name in ("id", "suspended", "revoked", "probe_at")), suspensions.count_held())
            .where(~is_open_chat(), chats.c.id != EVERYBODY)
            .order_by(chats.c.id)
        )
        async with self.database.read() as connection:
            waiting = await connection.scalar(of_waiting) or 0
            sent = await connection.scalar(
                select(func.count()).where(text("outbox.state = 'sent'")).select_from(outbox)
            )
            dead = (await connection.execute(of_dead.order_by(number.desc(), outbox.c.reason))).all()
            silent = (await connection.execute(of_silent)).all()
        return Status(
            sources=await self.read_sources(),
            waiting=waiting,
            sent=sent or 0,
            dead=tuple((reason or "", many) for reason, many in dead),
            suspended=tuple(map(_silent_chat, silent)),
            last_backup=await read_last_backup(self.database),
            outputs=await OutputRepository(self.database).count_outputs(),
        )

    async def pause_source(self, name: str, now: datetime) -> bool:
        async with self.database.write() as connection:
            return await set_source_pause(connection, name, to_ms(now))

    async def resume_source(self, name: str, now: datetime) -> bool:
        async with self.database.write() as connection:
            return await end_source_pause(connection, name, to_ms(now))

    async def read_menu_mark(self) -> int:
        async with self.database.read() as connection:
            its = select(counters.c.value).where(counters.c.name == _MENUS)
            return await connection.scalar(its) or 0

    async def write_menu_mark(self, mark: int) -> None:
        one = self.database.dialect.insert(counters)
        kept = one.on_conflict_do_update(index_elements=["name"], set_={"value": one.excluded.value})
        async with self.database.write() as connection:
            await connection.execute(kept, {"name": _MENUS, "value": mark})


def _told_here() -> tuple[ColumnElement[bool], ...]:
    """Return "is told here": its_chat, its_topic. In General that is what lost topics are told, too."""
    lost = select(lost_topics.c.topic).where(lost_topics.c.chat == bindparam("its_chat"))
    stands_in = and_(bindparam("its_topic", type_=BigInteger) == GENERAL, subscriptions.c.topic.in_(lost))
    here = or_(subscriptions.c.topic == bindparam("its_topic", type_=BigInteger), stands_in)
    return subscriptions.c.chat == bindparam("its_chat"), here


async def _has_admission(connection: AsyncConnection, chat: int) -> bool:
    its = select(chats.c.admitted_at).where(chats.c.id == bindparam("its_id"))
    return await connection.scalar(its, {"its_id": chat}) is not None


def _silent_chat(row: Row) -> SilentChat:
    if row.revoked:
        return SilentChat(row.id, REVOKED)
    return SilentChat(row.id, row.suspended, row.held, to_utc_or_none(row.probe_at))


def _row(subscription: Subscription) -> dict[str, Any]:
    return {"chat": subscription.chat.id, "topic": to_topic(subscription.chat), "watchlist": subscription.watchlist}


def _source(row: Row) -> SourceStatus:
    polled, due = to_utc_or_none(row.polled_at), to_utc(row.next_due)
    paused = to_utc_or_none(row.paused_at)
    return SourceStatus(row.name, polled, due, row.error, row.failures, row.known, to_source_stats(row), paused)
