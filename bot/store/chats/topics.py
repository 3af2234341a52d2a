"""Forum topics that take no messages: General gets what is for them, until they do again.

Functions over an open transaction. Subscriptions, preferences and what waits stay with the topic; only where a message
is sent is another (`Delivery.to_general`). Times are in milliseconds.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, delete, exists, select, text, update

from bot.alerts.suspension import next_topic_probe
from bot.store.chats.chat_lifecycle import MERGED
from bot.store.codecs import GENERAL, clean
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.tables import lost_topics, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_ITS = (lost_topics.c.chat == bindparam("its_chat"), lost_topics.c.topic == bindparam("its_topic"))


async def close_topic(
    connection: AsyncConnection, dialect: Dialect, lost: tuple[int, int], reason: str, now: int
) -> None:
    """Note that a topic refused; an alert that waits for it, and that General has, ends: it would come there twice."""
    chat_id, topic = lost
    values = {"its_chat": chat_id, "its_topic": topic}
    row = (await connection.execute(select(lost_topics).where(*_ITS), values)).one_or_none()
    since = now if row is None else min(row.since, now)
    probe = to_ms(next_topic_probe(reason, to_utc(since), to_utc(now)))
    new = {"chat": chat_id, "topic": topic, "reason": clean(reason), "since": since, "probe_at": probe}
    insert = dialect.insert(lost_topics)
    known = {name: insert.excluded[name] for name in ("reason", "probe_at")}
    await connection.execute(
        insert.on_conflict_do_update(index_elements=["chat", "topic"], set_=known), new | {"announced": False}
    )
    there = outbox.alias("there")
    same = (there.c.chat == outbox.c.chat, there.c.story == outbox.c.story, there.c.part == outbox.c.part)
    told = exists().where(there.c.topic == GENERAL, there.c.state != "dead", *same)
    here = (outbox.c.chat == bindparam("its_chat"), outbox.c.topic == bindparam("its_topic"))
    twice = update(outbox).where(*here, text("outbox.state = 'pending'"), told)
    await connection.execute(twice.values(state="dead", reason=MERGED), values)


async def reopen_topic(connection: AsyncConnection, chat_id: int, topic: int) -> bool:
    """Note that a topic takes messages; return False when nothing else was known."""
    gone = await connection.execute(delete(lost_topics).where(*_ITS), {"its_chat": chat_id, "its_topic": topic})
    return gone.rowcount > 0


async def is_topic_lost(connection: AsyncConnection, chat_id: int, topic: int) -> bool:
    """Return whether a topic refused last. Only reads."""
    found = select(lost_topics.c.topic).where(*_ITS)
    return await connection.scalar(found, {"its_chat": chat_id, "its_topic": topic}) is not None


async def find_lost_topics(
    connection: AsyncConnection, dialect: Dialect, chat_ids: Collection[int]
) -> dict[tuple[int, int], int]:
    """Return the lost topics of these chats, by chat and topic, with when each is tried again."""
    rows = await connection.execute(_lost_statement(dialect), {"ids": dialect.pack(chat_ids)})
    return {(row.chat, row.topic): row.probe_at for row in rows}


async def take_unannounced_topics(connection: AsyncConnection) -> list[tuple[int, int, str]]:
    """Return the lost topics, as chat, topic and reason, that owners have not been told of; note that they are."""
    rows = (await connection.execute(select(lost_topics).where(~lost_topics.c.announced))).all()
    if rows:
        told = update(lost_topics).where(*_ITS).values(announced=True)
        await connection.execute(told, [{"its_chat": row.chat, "its_topic": row.topic} for row in rows])
    return [(row.chat, row.topic, row.reason) for row in rows]


@cache
def _lost_statement(dialect: Dialect) -> Select[tuple[int, int, int]]:
    columns = (lost_topics.c.chat, lost_topics.c.topic, lost_topics.c.probe_at)
    return select(*columns).where(dialect.among(lost_topics.c.chat, "ids"))
