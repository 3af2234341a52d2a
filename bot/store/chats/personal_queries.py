"""Personal queries on record, each with the subscription that ties its chat to it.

Fulfils `bot.ports.history_store.QueryStore`. The subscription decides who gets alerts, so suspensions, revocations and
moves of chats need nothing here; a counter tells every process that the queries are others now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, or_, select, text, update

from bot.model import Chat
from bot.ports.history_store import PersonalQuery
from bot.store.chats import chat_lifecycle, suspensions
from bot.store.codecs import Row, clean, to_chat, to_topic
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.row_decoding import decode_each
from bot.store.tables import counters, lost_topics, personal_queries, subscriptions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

COUNTER = "personal_query"
_CONFIRMED = text("since IS NOT NULL")


@dataclass(frozen=True, slots=True)
class PersonalQueryRepository:
    """The part of the store that knows personal queries."""

    database: Database

    async def add_query(
        self, chat: Chat, text: str, now: datetime, *, most: int, confirmed: bool = True
    ) -> PersonalQuery | None:
        wanted, since = clean(text), to_ms(now) if confirmed else None
        async with self.database.write() as connection:
            # The chat's own row first: whoever else adds a query to this chat waits for us here.
            await chat_lifecycle.update_chat(connection, self.database.dialect, chat.id, {"id": chat.id})
            await suspensions.reopen_chat(connection, chat.id, to_ms(now))
            has = await _of_chat(connection, chat.id)
            if same := next((one for one in has if (one.text, one.chat) == (wanted, chat) and one.since), None):
                return same
            if sum(one.since is not None for one in has) >= most:
                return None
            await connection.execute(delete(personal_queries).where(_here(chat, since=None)))
            number = max((one.number for one in has), default=0) + 1
            # A number that was never used: a process that has not heard of this yet may still hold another's query.
            new = PersonalQuery(await self._count(connection), chat, number, wanted, now if confirmed else None)
            row = {"id": new.id, "chat": chat.id, "topic": to_topic(chat), "number": number, "text": wanted}
            await connection.execute(insert(personal_queries), {**row, "since": since})
            if confirmed:
                await self._tie(connection, new, to_ms(now))
            return new

    async def confirm_query(self, chat: Chat, number: int, now: datetime, *, most: int) -> PersonalQuery | None:
        async with self.database.write() as connection:
            await chat_lifecycle.ensure_chat(connection, self.database.dialect, chat.id)
            if sum(one.since is not None for one in await _of_chat(connection, chat.id)) >= most:
                return None
            meant = update(personal_queries).where(_here(chat, since=None), personal_queries.c.number == number)
            found = await connection.execute(meant.values(since=to_ms(now)).returning(personal_queries))
            row = found.one_or_none()
            if row is None:
                return None
            await self._count(connection)
            await self._tie(connection, _query(row), to_ms(now))
            return _query(row)

    async def remove_query(self, chat: Chat, number: int) -> PersonalQuery | None:
        ended = delete(personal_queries).where(_here(chat), personal_queries.c.number == number, _CONFIRMED)
        async with self.database.write() as connection:
            row = (await connection.execute(ended.returning(personal_queries))).one_or_none()
            if row is None:
                return None
            query = _query(row)
            tie = subscriptions.c.watchlist == bindparam("its_watchlist")
            await connection.execute(delete(subscriptions).where(tie), {"its_watchlist": query.watchlist})
            await self._count(connection)
            return query

    async def find_queries(self, chat: Chat) -> tuple[PersonalQuery, ...]:
        its = select(personal_queries).where(_here(chat), _CONFIRMED).order_by(personal_queries.c.number)
        async with self.database.read() as connection:
            return tuple(_query(row) for row in await connection.execute(its))

    async def find_all_queries(self) -> tuple[PersonalQuery, ...]:
        all_of_them = select(personal_queries).where(_CONFIRMED).order_by(personal_queries.c.id)
        async with self.database.read() as connection:
            rows = await connection.execute(all_of_them)
            return tuple(query for _, query in decode_each(rows, _query, "a query"))

    async def read_revision(self) -> int:
        async with self.database.read() as connection:
            its = select(counters.c.value).where(counters.c.name == COUNTER)
            return await connection.scalar(its) or 0

    async def _tie(self, connection: AsyncConnection, query: PersonalQuery, now: int) -> None:
        row = {"chat": query.chat.id, "topic": to_topic(query.chat), "watchlist": query.watchlist}
        tie = self.database.dialect.insert(subscriptions).on_conflict_do_nothing()
        await connection.execute(tie, {**row, "since": now, "settings": "{}"})

    async def _count(self, connection: AsyncConnection) -> int:
        return await increment_counter(connection, self.database.dialect)


async def increment_counter(connection: AsyncConnection, dialect: Dialect) -> int:
    """Say that queries have changed; return a number never used. Late in a transaction: others wait for its row."""
    raised = dialect.insert(counters).on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + 1}
    )
    value: int = await connection.scalar(raised.returning(counters.c.value), {"name": COUNTER, "value": 1})
    return value


async def _of_chat(connection: AsyncConnection, chat: int) -> list[PersonalQuery]:
    """Return the queries of a chat and all of its topics, confirmed or not."""
    its = select(personal_queries).where(personal_queries.c.chat == bindparam("its_chat"))
    return [_query(row) for row in await connection.execute(its, {"its_chat": chat})]


def _here(chat: Chat, **since: None) -> Any:
    """Return "of this chat or topic", and in General of its lost topics; with `since=None`, "and not confirmed"."""
    where = personal_queries.c.topic == to_topic(chat)
    if chat.topic is None:
        lost = select(lost_topics.c.topic).where(lost_topics.c.chat == chat.id)
        where = or_(where, personal_queries.c.topic.in_(lost))
    here = (personal_queries.c.chat == chat.id) & where
    return here & personal_queries.c.since.is_(None) if since else here


def _query(row: Row) -> PersonalQuery:
    return PersonalQuery(row.id, to_chat(row.chat, row.topic), row.number, row.text, to_utc_or_none(row.since))
