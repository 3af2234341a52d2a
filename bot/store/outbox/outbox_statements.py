"""The outbox's own statements: what may be delivered, who comes first, and what a rolling message lists.

Builds statements, executes nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, or_, select, text, update

from bot.ports.outbox_store import TOGETHER
from bot.store.database.dialect import Dialect
from bot.store.polling.poll_statements import may_be_sent
from bot.store.tables import DUE, chats, outbox

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningUpdate

EVERYBODY = 0  # the row of `chats` that holds the bot's own pause; Telegram gives nobody this id


@cache
def claim_statement(dialect: Dialect) -> ReturningUpdate[Any]:
    """Return the statement that leases what is due: at most `share` rows of a chat, `most` in all.

    Of what a preference has held back so far, more, and of what was queued before `before`, which was an outage:
    it comes as one, and therefore chat by chat. Such a chat is never cut in two: the last one that has room for its
    first row comes whole, so that there may be as many as TOGETHER more than `most`.

    First messages come before edits, which make no sound. Only one sender claims at a time, and an update looks at its
    row once more when it had to wait for it, so no row goes to two.
    """
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now"))
    edit = and_(outbox.c.shown > 0, outbox.c.message.is_not(None))
    order = (case((edit, 2), else_=outbox.c.rank), outbox.c.created_at, outbox.c.id)
    ranked_rows = (
        select(
            outbox.c.id,
            outbox.c.chat,
            outbox.c.hold,
            edit.label("edit"),
            and_(outbox.c.created_at < bindparam("before"), outbox.c.rank > 0, outbox.c.shown == 0).label("old"),
            func.row_number().over(partition_by=outbox.c.chat, order_by=order).label("place"),
            func.row_number().over(order_by=order).label("turn"),
        )
        .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
        .where(
            text(DUE),
            outbox.c.not_before <= bindparam("now"),
            free,
            may_be_sent(),
            func.coalesce(chats.c.blocked_until, 0) <= bindparam("now"),
            ~dialect.among(outbox.c.chat, "without"),
            or_(outbox.c.rank == 0, ~dialect.among(outbox.c.chat, "after")),
            or_(outbox.c.message.is_(None), ~dialect.among(outbox.c.message, "resting")),
        )
        .subquery()
    )
    as_one = or_(ranked_rows.c.hold.is_not(None), ranked_rows.c.old)
    its_first = func.min(case((as_one, ranked_rows.c.turn))).over(partition_by=(ranked_rows.c.chat, ranked_rows.c.edit))
    shared = (
        select(ranked_rows.c.id, ranked_rows.c.turn, case((as_one, its_first), else_=ranked_rows.c.turn).label("begin"))
        .where(or_(ranked_rows.c.place <= bindparam("share"), as_one & (ranked_rows.c.place <= TOGETHER)))
        .subquery()
    )
    nearest = (
        select(shared.c.id, shared.c.begin)
        .order_by(shared.c.begin, shared.c.turn)
        .limit(bindparam("most", type_=Integer) + TOGETHER)
        .subquery()
    )
    # Rows that come as one share their begin, and so their rank: as many rows stand before the first of them.
    ranked = select(nearest.c.id, func.rank().over(order_by=nearest.c.begin).label("rank")).subquery()
    chosen = select(ranked.c.id).where(ranked.c.rank <= bindparam("most", type_=Integer)).cte("chosen")
    return (
        update(outbox)
        .where(outbox.c.id.in_(select(chosen.c.id)), free)
        .values(lease_epoch=bindparam("epoch"), lease_until=bindparam("until"))
        .returning(outbox)
    )


@cache
def claimed_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of what is claimed under an epoch, of chats that may get alerts: ids, its_epoch, now."""
    return (
        select(outbox)
        .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
        .where(
            dialect.among(outbox.c.id, "ids"),
            outbox.c.lease_epoch == bindparam("its_epoch"),
            text("outbox.state <> 'dead'"),
            may_be_sent(),
        )
    )


@cache
def count_sent_statement(dialect: Dialect) -> Select[Any]:
    """Return the statement that counts the messages of `chats` sent since `since`; a rolling message is one."""
    message = case((outbox.c.folded, outbox.c.message), else_=-outbox.c.id)
    return (
        select(outbox.c.chat, func.count(message.distinct()).label("messages"))
        .where(dialect.among(outbox.c.chat, "chats"), text("state = 'sent'"), outbox.c.sent_at >= bindparam("since"))
        .group_by(outbox.c.chat)
    )


@cache
def rolling_message_statement(*, newest: bool) -> Select[Any]:
    """Return the select of the lines of a rolling message: its_chat, its_topic; its_message or the newest."""
    here = (outbox.c.chat == bindparam("its_chat"), outbox.c.topic == bindparam("its_topic"))
    folded = (text("state = 'sent' AND folded AND message IS NOT NULL"), *here)
    # What a digest or pause brought together is a message of its own, and stays what it is.
    ours = (*folded, outbox.c.hold.is_(None))
    last = select(outbox.c.message).where(*ours).order_by(outbox.c.sent_at.desc(), outbox.c.id.desc()).limit(1)
    meant = last.scalar_subquery() if newest else bindparam("its_message")
    lines = select(outbox).where(*folded, outbox.c.message == meant)
    return lines.order_by(outbox.c.sent_at, outbox.c.created_at, outbox.c.id)


@cache
def story_messages_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the messages that chats and topics have of stories: ids."""
    columns = (outbox.c[name] for name in ("chat", "topic", "story", "message", "payload"))
    return select(*columns).where(dialect.among(outbox.c.story, "ids"), text("part = 0"))
