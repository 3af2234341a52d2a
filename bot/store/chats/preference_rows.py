"""Preferences as rows: settings of a chat and of its topics, and mutes.

Functions over an open transaction, for the sender's claims and for commands. A zone and a display belong to the chat,
hours and mutes to the chat or to one topic of it. What cannot be read of them is passed over: an alert too many is
better than one that is lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, select, text, update

from bot.model import DisplayPreferences
from bot.preferences import NONE, Digest, Mute, Preferences, Rhythm, Window
from bot.store.codecs import Row, to_display
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_ms_or_none, to_utc_or_none
from bot.store.row_decoding import decode_each
from bot.store.tables import chat_preferences, chats, mutes, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

ChatTopic = tuple[int, int]  # chat, topic
OnUnreadable = Callable[[Row, str], None]  # hears of a row that cannot be read, and the reason

HELD = "state = 'pending' AND hold IS NOT NULL"
# Waits by a preference of its chat: an alert, or an edit of a message that is there. What waits after a refusal has a
# reason.
BY_PREFERENCE = f"(({HELD}) OR (state = 'sent' AND wanted > shown)) AND outbox.reason IS NULL"


def from_preferences(preferences: Preferences) -> str:
    """Return the settings of a chat or topic."""
    said: dict[str, Any] = {}
    if preferences.quiet:
        said["quiet"] = [[one.begin, one.end, one.days] for one in preferences.quiet]
    if preferences.digest:
        digest = preferences.digest
        said["digest"] = [digest.rhythm, digest.at, digest.day, to_ms_or_none(digest.since), digest.more]
    if preferences.paused:
        said["paused"] = to_ms(preferences.paused)
        said["resumes"] = to_ms_or_none(preferences.resumes)
    if preferences.still is not None:
        said["still"] = preferences.still
    return json.dumps(said)


def to_preferences(settings: str, digested_at: int | None) -> Preferences:
    """Return the preferences of a chat or topic but for its zone and mutes."""
    said: dict[str, Any] = json.loads(settings)
    digest = said.get("digest")
    return Preferences(
        quiet=tuple(Window(begin, end, tuple(days)) for begin, end, days in said.get("quiet", ())),
        digest=_to_digest(*digest) if digest else None,
        paused=to_utc_or_none(said.get("paused")),
        resumes=to_utc_or_none(said.get("resumes")),
        still=said.get("still"),
        digested=to_utc_or_none(digested_at),
    )


def _to_digest(rhythm: Rhythm, at: int, day: int, since: int | None, more: Sequence[int] = ()) -> Digest:
    """Return a digest; rows of earlier releases have no further times."""
    return Digest(rhythm, at, day, to_utc_or_none(since), tuple(more))


def to_mute(row: Row) -> Mute:
    """Return a mute."""
    forms = tuple(tuple(each) for each in json.loads(row.forms))
    return Mute(row.kind, row.what, to_utc_or_none(row.until), forms, row.label)


def _pass_over(_row: Row, _reason: str) -> None:
    """Leave it to the log."""


async def read_displays(
    connection: AsyncConnection, dialect: Dialect, chat_ids: Collection[int], unreadable_rows: OnUnreadable = _pass_over
) -> dict[int, DisplayPreferences]:
    """Return how these chats want their alerts, of those that said anything."""
    preferences = select(chats.c.id, chats.c.settings).where(dialect.among(chats.c.id, "ids"), chats.c.settings != "{}")
    said = await connection.execute(preferences, {"ids": dialect.pack(chat_ids)})
    read = decode_each(said, lambda row: to_display(row.settings), "how a chat wants its alerts", unreadable_rows)
    return {row.id: look for row, look in read}


async def read_preferences(
    connection: AsyncConnection,
    dialect: Dialect,
    chat_ids: Collection[int],
    displays: Mapping[int, DisplayPreferences],
    unreadable_rows: OnUnreadable = _pass_over,
) -> dict[ChatTopic, Preferences]:
    """Return the preferences of these chats and their topics, of all that have any."""
    ids = {"ids": dialect.pack(chat_ids)}
    found: dict[ChatTopic, Preferences] = {}
    rows = await connection.execute(select(chat_preferences).where(dialect.among(chat_preferences.c.chat, "ids")), ids)
    for row, preferences in decode_each(
        rows, lambda row: to_preferences(row.settings, row.digested_at), "what a chat wishes", unreadable_rows
    ):
        found[row.chat, row.topic] = preferences
    muted: dict[ChatTopic, list[Mute]] = {}
    its = select(mutes).where(dialect.among(mutes.c.chat, "ids")).order_by(mutes.c.since, mutes.c.what)
    for row, one in decode_each(await connection.execute(its, ids), to_mute, "a mute", unreadable_rows):
        muted.setdefault((row.chat, row.topic), []).append(one)
    for where, theirs in muted.items():
        found[where] = replace(found.get(where, NONE), mutes=tuple(theirs))
    return {where: replace(one, zone=_zone(displays.get(where[0]))) for where, one in found.items()}


def _zone(look: DisplayPreferences | None) -> str:
    return (look and look.timezone) or NONE.zone


async def recheck_held(connection: AsyncConnection, one: int, topic: int | None = None) -> None:
    """Let the sender decide anew about what a topic (None: the whole chat) holds."""
    held = update(outbox).where(text(BY_PREFERENCE), outbox.c.chat == bindparam("its_chat"))
    values = {"its_chat": one}
    if topic is not None:
        held = held.where(outbox.c.topic == bindparam("its_topic"))
        values["its_topic"] = topic
    await connection.execute(held.values(not_before=0), values)


async def hold_alerts(connection: AsyncConnection, held: Iterable[tuple[int, int, str]]) -> None:
    """Write down what waits, by the row's number: until when (milliseconds), and why. Its lease ends."""
    rows = [{"its_id": one, "to_time": until, "to_hold": why} for one, until, why in held]
    if rows:
        # A message that is there keeps why it came late: that is its heading.
        why = case((text("state = 'pending'"), bindparam("to_hold")), else_=outbox.c.hold)
        changes: dict[str, Any] = {"not_before": bindparam("to_time"), "hold": why, "reason": None}
        freed = {"lease_epoch": None, "lease_until": None}
        await connection.execute(update(outbox).where(outbox.c.id == bindparam("its_id")).values(changes | freed), rows)


async def drop_muted(connection: AsyncConnection, dropped: Iterable[tuple[int, str]]) -> None:
    """End alerts that a mute silences, by the row's number, with the reason. A message that is there stays as it is."""
    rows = [{"its_id": one, "to_reason": reason} for one, reason in dropped]
    if rows:
        its = update(outbox).where(outbox.c.id == bindparam("its_id"))
        freed = {"lease_epoch": None, "lease_until": None}
        ended = {"state": "dead", "hold": "mute", "reason": bindparam("to_reason")}
        await connection.execute(its.where(text("state = 'pending'")).values(ended | freed), rows)
        shown = [{"its_id": row["its_id"]} for row in rows]
        await connection.execute(its.where(text("state = 'sent'")).values({"shown": outbox.c.wanted} | freed), shown)


async def end_unreadable(connection: AsyncConnection, rows: Mapping[int, str]) -> None:
    """End rows that cannot be read, by their number, with the reason. A message that is there just stays as it is."""
    waits = text("state = 'pending'")
    ended = {
        "state": case((waits, "dead"), else_=outbox.c.state),
        "shown": case((waits, outbox.c.shown), else_=outbox.c.wanted),
    }
    freed = {"lease_epoch": None, "lease_until": None}
    its = update(outbox).where(outbox.c.id == bindparam("its_id"))
    values = [{"its_id": one, "why": reason} for one, reason in sorted(rows.items())]
    if values:
        await connection.execute(its.values({**ended, **freed, "reason": bindparam("why")}), values)


async def mark_digest(connection: AsyncConnection, rows: Collection[int]) -> None:
    """Note of rows that nobody looked at before their digest was due that they are a part of it."""
    if rows:
        its = update(outbox).where(outbox.c.id == bindparam("its_id")).values(hold="digest")
        await connection.execute(its, [{"its_id": one} for one in rows])


async def record_digests(connection: AsyncConnection, served: Mapping[ChatTopic, int]) -> None:
    """Note for which time (milliseconds) digests are sent now."""
    rows = [{"its_chat": one, "its_topic": topic, "at": at} for (one, topic), at in served.items()]
    if rows:
        its = update(chat_preferences).where(
            chat_preferences.c.chat == bindparam("its_chat"), chat_preferences.c.topic == bindparam("its_topic")
        )
        await connection.execute(its.values(digested_at=bindparam("at")), rows)


def mute_reason(one: Mute) -> str:
    """Return what /why says: of what kind the mute is, and of what."""
    return f"{one.kind}: {one.label or one.what}"
