"""Chat lifecycle: pauses, moves to a new id, lost topics; for the sender and for commands alike.

Functions over an open transaction. Nothing that is due to a chat is lost by a move, and nothing is sent twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, case, delete, exists, func, select, text, update

from bot.process.clock import LONGEST_REFUSAL
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_length
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

# Columns of `chats` that end with the id they were written for; the others go over to the new one in `migrate_chat`.
_LEFT_BEHIND = (
    "suspended",
    "suspended_at",
    "closure",
    "probe_at",
    "muted_until",
    "announced_at",
    "blocked_until",
)  # what Telegram refused of the old id says nothing of the new
_OF_ONE_ID = ("admitted_by", "admitted_at", "title", "kind", "requested_at", *_LEFT_BEHIND)
MERGED = "this chat was told already, under its other id or topic"


async def ensure_chat(connection: AsyncConnection, dialect: Dialect, chat_id: int) -> None:
    """Make sure that the chat has a row."""
    row = {"id": chat_id, "revoked": False, "settings": "{}"}
    await connection.execute(dialect.insert(chats).on_conflict_do_nothing(), row)


async def update_chat(connection: AsyncConnection, dialect: Dialect, chat_id: int, changes: dict[str, Any]) -> None:
    """Change the chat's row, made if need be."""
    await ensure_chat(connection, dialect, chat_id)
    await connection.execute(
        update(chats).where(chats.c.id == bindparam("its_id")).values(changes), {"its_id": chat_id}
    )


async def block_chat(connection: AsyncConnection, dialect: Dialect, chat_id: int, until: int) -> None:
    """Pause a chat until then (milliseconds), or longer if it was paused already, within the longest refusal."""
    longest = until + to_length(LONGEST_REFUSAL)
    longer = case((chats.c.blocked_until.between(until, longest), chats.c.blocked_until), else_=until)
    await update_chat(connection, dialect, chat_id, {"blocked_until": longer})


async def drop_pending(connection: AsyncConnection, chat_id: int, reason: str) -> None:
    """End what waits for a chat. Leases stay: what is being sent this moment may still be reported as sent."""
    its = update(outbox).where(outbox.c.chat == bindparam("its_chat"))
    waiting = its.where(text("state = 'pending'")).values(state="dead", reason=bindparam("why"))
    await connection.execute(waiting, {"its_chat": chat_id, "why": reason})
    edits = its.where(text("state = 'sent' AND wanted > shown")).values(shown=outbox.c.wanted)
    await connection.execute(edits, {"its_chat": chat_id})


async def migrate_chat(connection: AsyncConnection, dialect: Dialect, old: int, new: int) -> None:
    """Move everything of a group to its new id; doing it again, or from both sides, changes nothing more."""
    if old == new:
        return
    await ensure_chat(connection, dialect, old)
    await ensure_chat(connection, dialect, new)
    both = select(chats).where(chats.c.id.in_((bindparam("a"), bindparam("b")))).with_for_update()
    rows = {row.id: row for row in await connection.execute(both, {"a": old, "b": new})}
    old_row, new_row = rows[old], rows[new]
    change = update(chats).where(chats.c.id == bindparam("its_id"))
    merged = {
        "admitted_by": old_row.admitted_by if new_row.admitted_at is None else new_row.admitted_by,
        "admitted_at": old_row.admitted_at if new_row.admitted_at is None else new_row.admitted_at,
        "revoked": old_row.revoked or new_row.revoked,
        "settings": old_row.settings if new_row.settings == "{}" else new_row.settings,
        "title": new_row.title or old_row.title,
        "kind": new_row.kind or old_row.kind,
        "requested_at": _first_request(old_row, new_row),
        "moved_to": None,
    }
    await connection.execute(change.values(merged), {"its_id": new})
    emptied = dict.fromkeys(_OF_ONE_ID) | {"revoked": False, "settings": "{}", "moved_to": new}
    await connection.execute(change.values(emptied), {"its_id": old})
    await connection.execute(
        update(chats).where(chats.c.moved_to == bindparam("its_old")).values(moved_to=new), {"its_old": old}
    )
    for table in (subscriptions, chat_preferences, mutes):
        await _move_rows(connection, dialect, table, (old, None), (new, None))
    here, values = _at(buttons, (old, None))
    await connection.execute(update(buttons).where(*here).values(chat=new), values)
    await _move_queries(connection, old, new)
    await _move_outbox(connection, (old, None), (new, None))
    await _move_lost_topics(connection, dialect, old, new)


def _first_request(old_row: Any, new_row: Any) -> int | None:
    """Return since when the group asks to be let in, under either id; None where it was let in or asks no more."""
    if old_row.admitted_at is not None or new_row.admitted_at is not None:
        return None
    return min((row.requested_at for row in (old_row, new_row) if row.requested_at is not None), default=None)


Address = tuple[int, int | None]  # a chat id and one topic of it; None = all of them, which stay as they are


async def _move_rows(connection: AsyncConnection, dialect: Dialect, table: Table, old: Address, new: Address) -> None:
    """Move rows of subscriptions, preferences or mutes; what the new chat or topic has already stays as it is there."""
    here, values = _at(table, old)
    rows = (await connection.execute(select(table).where(*here), values)).mappings().all()
    moved = [dict(row) | {"chat": new[0], "topic": row["topic"] if new[1] is None else new[1]} for row in rows]
    if moved:
        await connection.execute(dialect.insert(table).on_conflict_do_nothing(), moved)
        await connection.execute(delete(table).where(*here), values)


async def _move_queries(connection: AsyncConnection, old: int, new: int) -> None:
    """Move the queries of a group, numbered behind those that its new id has; their subscriptions are there."""
    last = select(func.max(personal_queries.c.number)).where(personal_queries.c.chat == bindparam("its_new"))
    behind = await connection.scalar(last, {"its_new": new}) or 0
    here, values = _at(personal_queries, (old, None))
    moved = update(personal_queries).where(*here).values(chat=new, number=personal_queries.c.number + behind)
    await connection.execute(moved, values)


async def _move_outbox(connection: AsyncConnection, old: Address, new: Address) -> None:
    """Move rows whose story the new address does not have. A message stays where it is, so it is edited no more."""
    here, values = _at(outbox, old)
    there = outbox.alias("there")
    topic = outbox.c.topic if new[1] is None else new[1]
    same = (there.c.story == outbox.c.story, there.c.part == outbox.c.part)
    has_story = exists().where(there.c.chat == new[0], there.c.topic == topic, *same)
    twice = update(outbox).where(*here, has_story, text("outbox.state = 'pending'"))
    await connection.execute(twice.values(state="dead", reason=MERGED), values)
    moved = update(outbox).where(*here, ~has_story)
    shown = {"shown": outbox.c.wanted, "message": None}
    sent = moved.where(text("outbox.state = 'sent'"))
    await connection.execute(sent.values({"chat": new[0], "topic": topic, **shown}), values)
    await connection.execute(moved.values({"chat": new[0], "topic": topic}), values)
    await connection.execute(update(outbox).where(*here, text("outbox.state = 'sent'")).values(shown), values)


async def _move_lost_topics(connection: AsyncConnection, dialect: Dialect, old: int, new: int) -> None:
    here, values = _at(lost_topics, (old, None))
    rows = (await connection.execute(select(lost_topics).where(*here), values)).mappings().all()
    if rows:
        lost = dialect.insert(lost_topics).on_conflict_do_nothing()
        await connection.execute(lost, [dict(row) | {"chat": new} for row in rows])
        await connection.execute(delete(lost_topics).where(*here), values)


def _at(table: Any, address: Address) -> tuple[tuple[Any, ...], dict[str, int]]:
    if address[1] is None:
        return (table.c.chat == bindparam("at_chat"),), {"at_chat": address[0]}
    both = (table.c.chat == bindparam("at_chat"), table.c.topic == bindparam("at_topic"))
    return both, {"at_chat": address[0], "at_topic": address[1]}
