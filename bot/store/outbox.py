"""Alerts into the outbox: one row per chat and story for ever, and what it is to show.

Functions over an open transaction, for polling. A chat that moved is told at its new id, a topic that is gone in General; a
chat that must not be told gets a row that is dead from the start, so that nothing waits for it and /status shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text, update

from bot.model import Alert
from bot.store.dialect import Dialect
from bot.store.rows import GENERAL, to_payload, to_topic
from bot.store.schema import chat, lost_topic, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REVOKED = "an owner has taken back this chat's access"


async def put_alerts(connection: AsyncConnection, dialect: Dialect, alerts: Sequence[Alert], now: int) -> int:
    """Queue the alerts that their chats do not have yet; return how many. `now` in milliseconds."""
    if not alerts:
        return 0
    moved = await moves(connection)
    lost = await lost_topics(connection)
    closed = await _closed(connection)
    rows: dict[tuple[int, int, int], dict[str, Any]] = {}
    for alert in alerts:
        to = moved.get(alert.chat.id, alert.chat.id)
        topic = to_topic(alert.chat)
        if (to, topic) in lost:
            topic = GENERAL
        rows.setdefault((to, topic, alert.story), _row(alert, to, topic, closed.get(to), now))
    waiting = [row for row in rows.values() if row["state"] == "pending"]
    dead = [row for row in rows.values() if row["state"] == "dead"]
    unique = dialect.insert(outbox).on_conflict_do_nothing()
    if dead:
        await connection.execute(unique, dead)
    return await dialect.count_new(connection, unique, waiting) if waiting else 0


def _row(alert: Alert, to: int, topic: int, closed: str | None, now: int) -> dict[str, Any]:
    return {
        "chat": to,
        "topic": topic,
        "story": alert.story,
        "rank": 0 if alert.priority == "urgent" else 1,
        "payload": to_payload(alert),
        "state": "pending" if closed is None else "dead",
        "follows": alert.follow != "off",
        "folded": False,
        "wanted": 1,
        "shown": 0,
        "attempts": 0,
        "not_before": now,
        "reason": closed,
        "created_at": now,
    }


async def raise_revisions(connection: AsyncConnection, dialect: Dialect, stories: Sequence[int]) -> None:
    """Make the messages of these stories due for an edit; those not sent yet just show more when they are."""
    if stories:
        editable = text("follows AND (state = 'pending' OR (state = 'sent' AND message IS NOT NULL AND NOT folded))")
        joined = update(outbox).where(dialect.among(outbox.c.story, "stories"), editable)
        await connection.execute(joined.values(wanted=outbox.c.wanted + 1), {"stories": dialect.pack(stories)})


async def moves(connection: AsyncConnection) -> dict[int, int]:
    """Return the chats that have a new id, old -> new. A handful at most."""
    rows = await connection.execute(select(chat.c.id, chat.c.moved_to).where(chat.c.moved_to.is_not(None)))
    return {row.id: row.moved_to for row in rows}


async def lost_topics(connection: AsyncConnection) -> frozenset[tuple[int, int]]:
    """Return the forum topics that are gone, as (chat, topic)."""
    rows = await connection.execute(select(lost_topic.c.chat, lost_topic.c.topic))
    return frozenset((row.chat, row.topic) for row in rows)


async def _closed(connection: AsyncConnection) -> dict[int, str]:
    """Return why chats must not be told, by chat."""
    closed = select(chat.c.id, chat.c.suspended, chat.c.revoked).where(
        chat.c.suspended.is_not(None) | chat.c.revoked
    )
    return {row.id: REVOKED if row.revoked else row.suspended for row in await connection.execute(closed)}
