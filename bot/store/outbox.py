"""Alerts into the outbox: one row per chat and story for ever, and what it is to show.

Functions over an open transaction, for polling. A chat that moved is told at its new id, a topic that is gone in
General; a chat that must not be told gets a row that is dead from the start, so that nothing waits for it and /status
shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Insert, case, text, update

from bot.model import Alert
from bot.store.dialect import Dialect
from bot.store.places import Places
from bot.store.rows import to_payload
from bot.store.schema import outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def put_alerts(
    connection: AsyncConnection, dialect: Dialect, places: Places, alerts: Sequence[Alert], now: int
) -> int:
    """Queue the alerts that their chats do not have yet; return how many. `now` in milliseconds."""
    rows: dict[tuple[int, int, int], dict[str, Any]] = {}
    for alert in alerts:
        to, topic = places.now(alert.chat)
        rows.setdefault((to, topic, alert.story), _row(alert, to, topic, places.closed.get(to), now))
    waiting = [row for row in rows.values() if row["state"] == "pending"]
    dead = [row for row in rows.values() if row["state"] == "dead"]
    unique = _adding(dialect)
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


@cache
def _adding(dialect: Dialect) -> Insert:
    return dialect.insert(outbox).on_conflict_do_nothing()


async def raise_revisions(connection: AsyncConnection, dialect: Dialect, stories: Sequence[int]) -> None:
    """Make the messages of these stories due for an edit; those not sent yet just show more when they are."""
    if stories:
        editable = text("follows AND (state = 'pending' OR (state = 'sent' AND message IS NOT NULL AND NOT folded))")
        joined = update(outbox).where(dialect.among(outbox.c.story, "stories"), editable)
        # What waits by its reader's wish is looked at anew: another source may tell it, or it may be urgent by now.
        again = case((text("state = 'pending' AND hold IS NOT NULL"), 0), else_=outbox.c.not_before)
        changes = {"wanted": outbox.c.wanted + 1, "not_before": again}
        await connection.execute(joined.values(changes), {"stories": dialect.pack(stories)})
