"""Alerts into the outbox: one row per chat and story for ever, what it is to show, and what answers it.

Functions over an open transaction, for polling. A chat that moved gets them at its new id, one
that refuses messages has them held; one that must get none gets a row that is dead from the start, so
that nothing waits for it and /status shows it. Replies are rows of their own, made for messages that were sent: one
that waits shows all there is anyway.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Insert, Select, Update, bindparam, case, literal, select, text, update

from bot.alerts.recipients import join
from bot.button_ids import KEY_BITS
from bot.model import Alert, Chat, FollowUp, PriorityRaise
from bot.store.chats.chat_redirects import ChatRedirects
from bot.store.codecs import GENERAL, Row, to_alert, to_chat, to_payload
from bot.store.database.dialect import Dialect
from bot.store.model_answers.open_questions import NOTHING_ASKED, Asked, find_deadlines
from bot.store.polling.poll_statements import is_reader
from bot.store.row_decoding import decode_each
from bot.store.tables import chats, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

URGENT = 1  # the part of the reply that says that a story has become urgent
_COPIED = ("chat", "topic", "story")
_RENEWED = (
    *("rank", "payload", "state", "follows", "replies", "folded", "wanted", "shown", "attempts"),
    *("not_before", "created_at", "key"),
)
_HELD = "state = 'pending' AND hold IS NOT NULL"  # waits by a preference of its chat
_GONE = "state = 'sent' AND message IS NULL AND resent"  # its message can be edited no more, and it was told anew


async def enqueue_alerts(
    connection: AsyncConnection,
    dialect: Dialect,
    redirects: ChatRedirects,
    alerts: Sequence[Alert],
    now: int,
    *,
    asked: Asked = NOTHING_ASKED,
) -> int:
    """Queue the alerts that their chats do not have yet; return how many. `now` in milliseconds.

    What a mute has ended is no alert that its chat has: another of its watchlists may fire for the story, and a mute
    may be over. The row begins anew, and the mutes that are in force then decide. For the same reason one that waits
    still gets the watchlists of the new alert. An alert about which nothing but what is `asked` decides waits for the
    answer, until that is late.
    """
    due: dict[tuple[int, int, int], Alert] = {}
    for alert in alerts:
        where = (*redirects.resolve(alert.chat), alert.story)
        due[where] = join(due[where], alert) if where in due else alert
    for to, topic, story in [one for one in due if one[:2] in redirects.lost]:
        if (general := (to, GENERAL, story)) in due:  # where the topic's would be sent as well
            due[general] = join(due[general], due.pop((to, topic, story)))
    await _join_waiting(connection, dialect, due, await find_deadlines(connection, dialect, due.values(), asked), now)
    rows = [
        _row(alert, to, topic, redirects, now, due=asked.until if asked.decides(alert) else now)
        for (to, topic, _), alert in due.items()
    ]
    waiting = [row for row in rows if row["state"] == "pending"]
    dead = [row for row in rows if row["state"] == "dead"]
    if dead:
        await connection.execute(_insert_statement(dialect), dead)
    return await dialect.count_new(connection, _insert_or_revive_statement(dialect), waiting) if waiting else 0


async def _join_waiting(
    connection: AsyncConnection,
    dialect: Dialect,
    due: Mapping[tuple[int, int, int], Alert],
    deadlines: AbstractSet[tuple[int, int]],
    now: int,
) -> None:
    """Add the watchlists of alerts (by chat, topic and story) to those of the same story that wait to be sent.

    One that waits for an answer, as its story and time are among the `deadlines`, waits no longer for it: what joins it
    is told whatever that is.
    """
    stories = {alert.story for alert in due.values() if alert.watchlists}
    if not stories:  # notices: they are of no story
        return
    rows = (await connection.execute(_unsent_statement(dialect), {"stories": dialect.pack(stories)})).all()
    meant = [row for row in rows if (row.chat, row.topic, row.story) in due]
    joined = []
    for row, old in decode_each(meant, _alert_of, "an alert"):
        alert = join(old, due[row.chat, row.topic, row.story])
        if alert != old:
            follows, replies = alert.follow != "off", alert.follow == "replies"
            values = {"to_payload": to_payload(alert), "to_follows": follows, "to_replies": replies}
            values["to_time"] = now if (row.story, row.not_before) in deadlines else row.not_before
            joined.append({"its_id": row.id, **values})
    if joined:
        await connection.execute(_join_statement(), joined)


@cache
def _unsent_statement(dialect: Dialect) -> Select[Any]:
    """Return the select that locks the messages of stories that were not sent yet: stories."""
    unsent = select(outbox).where(dialect.among(outbox.c.story, "stories"), text("part = 0 AND state = 'pending'"))
    return unsent.order_by(outbox.c.id).with_for_update()


@cache
def _join_statement() -> Update:
    """Return the statement that gives a waiting alert more watchlists: its_id, to_payload, to_follows, to_replies."""
    changes = {
        "payload": bindparam("to_payload"),
        "follows": bindparam("to_follows"),
        "replies": bindparam("to_replies"),
        "not_before": case((text(_HELD), 0), else_=bindparam("to_time", type_=outbox.c.not_before.type)),
    }
    return update(outbox).where(outbox.c.id == bindparam("its_id")).values(changes)


def _row(
    alert: Alert, to: int, topic: int, redirects: ChatRedirects, now: int, *, due: int | None = None
) -> dict[str, Any]:
    closed = redirects.closed.get(to)
    return {
        "chat": to,
        "topic": topic,
        "story": alert.story,
        "rank": 0 if alert.priority == "urgent" else 1,
        "payload": to_payload(alert),
        "state": "pending" if closed is None else "dead",
        "follows": alert.follow != "off",
        "replies": alert.follow == "replies",
        "folded": False,
        "wanted": 1,
        "shown": 0,
        "attempts": 0,
        "not_before": max(now if due is None else due, redirects.suspended.get(to, now)),
        "reason": closed,
        "created_at": now,
        "part": alert.part,
        "key": secrets.randbits(KEY_BITS) if alert.watchlists else None,  # notices have no buttons
    }


@cache
def _insert_statement(dialect: Dialect) -> Insert:
    return dialect.insert(outbox).on_conflict_do_nothing()


@cache
def _insert_or_revive_statement(dialect: Dialect) -> Insert:
    """Return the insert of alerts, which begins a row anew that a mute or a verdict of a model has ended."""
    new = dialect.insert(outbox)
    anew = {name: new.excluded[name] for name in _RENEWED} | dict.fromkeys(("hold", "reason", "sent_at", "message"))
    muted = (outbox.c.state == literal("dead")) & outbox.c.hold.in_((literal("mute"), literal("model")))
    unique = ("chat", "topic", "story", "part")
    return new.on_conflict_do_update(index_elements=unique, set_=anew | {"doubts": 0}, where=muted)


async def raise_revisions(connection: AsyncConnection, dialect: Dialect, stories: Sequence[int]) -> None:
    """Make the messages of these stories due for an edit; those not sent yet just show more when they are.

    One that can be edited no more is told anew, once.
    """
    if stories:
        shows = "state = 'pending' OR (state = 'sent' AND (message IS NOT NULL OR NOT resent))"
        editable = f"follows AND ({shows}) OR {_HELD}"
        joined = update(outbox).where(dialect.among(outbox.c.story, "stories"), text(f"({editable})"))
        # What waits by a preference is decided anew, whether it follows or not: another source may tell it, or
        # it may be urgent by now.
        again = case((text(_HELD), 0), else_=outbox.c.not_before)
        changes = {"wanted": case((text("follows"), outbox.c.wanted + 1), else_=outbox.c.wanted), "not_before": again}
        await connection.execute(joined.values(changes), {"stories": dialect.pack(stories)})


async def enqueue_follow_ups(
    connection: AsyncConnection, dialect: Dialect, follow_ups: Sequence[FollowUp], now: int
) -> None:
    """Queue replies to the messages that chats have of these stories; `now` in milliseconds.

    A new development answers where `follow` says replies, a correction wherever later reports are followed at all.
    """
    for corrects in (False, True):
        rows = [
            {"its_story": one.story, "part": one.part, "payload": to_payload(_reply(one)), "now": now}
            for one in follow_ups
            if (one.was is not None) == corrects
        ]
        if rows:
            await connection.execute(_reply_statement(dialect, every=corrects), rows)


def _reply(follow_up: FollowUp) -> Alert:
    """Return what a reply shows; to whom, its row says."""
    return Alert(
        Chat(0),
        follow_up.story,
        (),
        follow_up.headline,
        follow_up.url,
        follow_up.lead,
        (),
        "low",
        "off",
        part=follow_up.part,
        was=follow_up.was,
    )


@cache
def _reply_statement(dialect: Dialect, *, every: bool) -> Insert:
    """Return the insert of a reply to each message of a story: its_story, part, payload, now."""
    parent = text("part = 0 AND state = 'sent' AND follows" + ("" if every else " AND replies"))
    values = {
        "part": bindparam("part", type_=outbox.c.part.type),
        "rank": literal(1),
        "payload": bindparam("payload", type_=outbox.c.payload.type),
        "state": literal("pending"),
        "follows": literal(value=False),
        "folded": literal(value=False),
        "wanted": literal(1),
        "shown": literal(0),
        "attempts": literal(0),
        "not_before": bindparam("now", type_=outbox.c.not_before.type),
        "created_at": bindparam("now", type_=outbox.c.created_at.type),
    }
    parents = (
        select(*(outbox.c[name] for name in _COPIED), *values.values())
        .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
        .where(outbox.c.story == bindparam("its_story"), parent, is_reader())
    )
    return dialect.insert(outbox).from_select([*_COPIED, *values], parents).on_conflict_do_nothing()


async def raise_priorities(
    connection: AsyncConnection, dialect: Dialect, redirects: ChatRedirects, rises: Sequence[PriorityRaise], now: int
) -> None:
    """Make stories urgent for chats that have them as less, or are about to; `now` in milliseconds.

    What waits goes as urgent, at once where a preference held it. A message that came with a sound is only
    edited. One that came without gets a reply that has one: its reader may not know of it yet.
    """
    raised_rows = {(*redirects.resolve(one), rise.story) for rise in rises for one in rise.chats}
    waiting = await connection.execute(
        _not_urgent_statement(dialect), {"stories": dialect.pack([rise.story for rise in rises])}
    )
    raised, replies = [], []
    meant = [row for row in waiting.all() if (row.chat, row.topic, row.story) in raised_rows]
    for row, calm in decode_each(meant, _alert_of, "an alert"):
        urgent = replace(calm, priority="urgent")
        raised.append({"its_id": row.id, "to_payload": to_payload(urgent)})
        under_way = row.state == "sent" or row.lease_epoch is not None
        gone = row.shown and row.message is None and row.resent and row.wanted == row.shown
        if under_way and (row.folded or calm.priority == "low" or gone):
            loud = replace(urgent, lead="", evidence=(), follow="off", part=URGENT)
            replies.append(_row(loud, row.chat, row.topic, redirects, now))
    if raised:
        await connection.execute(_raise_statement(), raised)
    if replies:
        await connection.execute(_insert_statement(dialect), replies)


def _alert_of(row: Row) -> Alert:
    return to_alert(to_chat(row.chat, row.topic), row.story, row.payload)


@cache
def _not_urgent_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the messages of stories that are not urgent: stories."""
    calm = text("part = 0 AND rank > 0 AND (state = 'pending' OR (state = 'sent' AND follows))")
    return select(outbox).where(dialect.among(outbox.c.story, "stories"), calm)


@cache
def _raise_statement() -> Update:
    """Return the statement that makes a message urgent: its_id, to_payload."""
    changes = {
        "rank": 0,
        "payload": bindparam("to_payload"),
        "wanted": case((text(_GONE), outbox.c.wanted), else_=outbox.c.wanted + 1),
        "not_before": case((text(_HELD), 0), else_=outbox.c.not_before),
    }
    return update(outbox).where(outbox.c.id == bindparam("its_id")).values(changes)
