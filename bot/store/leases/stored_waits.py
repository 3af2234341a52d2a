"""Stored waits, bounded when they are read back: what a clock that was wrong has written puts nothing off.

Functions over an open transaction, with the clock handed in. `bot.process.clock` says why, and how long a wait may be.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Update, and_, bindparam, case, literal, or_, text, update

from bot.process.clock import LONGEST_LEASE, LONGEST_POLL, LONGEST_PROBE, LONGEST_REFUSAL, SKEW
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_length
from bot.store.tables import DUE, ENABLED, LEASED, SUSPENDED, chats, lost_topics, outbox, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


def is_over(until: int, now: int, longest: timedelta) -> bool:
    """Return whether a lease until then (milliseconds) is over: it has ended, or lasts longer than any may."""
    return not now < until <= now + to_length(longest + SKEW)


async def end_wrong_waits(connection: AsyncConnection, now: int, *, set_back: bool) -> None:
    """Make due what the sender would wait for only because a clock was wrong; `now` in milliseconds.

    That is an alert that was queued later than now, and a refusal that puts off for longer than any may. A claim of
    that kind lasts as long as any may from now on: its sender may be alive. With `set_back` (the clock was set back
    since a sender was alive) nothing shows how long the other waits still are, so all are over: at the worst a chat is
    asked once more, and what preferences held is decided anew.
    """
    far, lease = now + to_length(LONGEST_REFUSAL + SKEW), now + to_length(LONGEST_LEASE + SKEW)
    probed = now + to_length(LONGEST_PROBE + SKEW)
    values = {"now": now, "far": far, "lease": lease, "longest": now + to_length(LONGEST_LEASE), "probed": probed}
    for statement in _end_waits_statements(set_back=set_back):
        await connection.execute(statement, values)


@cache
def _end_waits_statements(*, set_back: bool) -> tuple[Update, ...]:
    """Return the statements that do so: now, far, lease, longest, probed."""
    now, far = bindparam("now", type_=BigInteger), bindparam("far", type_=BigInteger)
    queued_later = outbox.c.created_at > now
    put_off = and_(outbox.c.not_before > far, outbox.c.hold.is_(None))
    wrong = or_(queued_later, outbox.c.not_before > now) if set_back else or_(queued_later, put_off)
    queued = case((queued_later, now), else_=outbox.c.created_at)
    due = update(outbox).where(text(DUE), wrong).values(not_before=now, created_at=queued)
    claims = update(outbox).where(text(LEASED), outbox.c.lease_until > bindparam("lease"))
    # The sender that holds them may be about to send them: they keep its epoch, so that it can still settle them.
    shortened = claims.values(lease_until=bindparam("longest"))
    blocked = update(chats).where(chats.c.blocked_until > (now if set_back else far)).values(blocked_until=None)
    # A message that was sent later than now would count as one of the last hour until then.
    sent = update(outbox).where(outbox.c.sent_at > now).values(sent_at=now)
    # A probe that is too far off is made now; one that waits for the end of a mute has that from Telegram.
    probed = bindparam("probed", type_=BigInteger)
    unmuted = or_(chats.c.muted_until.is_(None), chats.c.probe_at > chats.c.muted_until)
    far_off = chats.c.probe_at > (now if set_back else probed)
    probes = update(chats).where(text(SUSPENDED), far_off, unmuted).values(probe_at=now)
    begun = update(chats).where(text(SUSPENDED), chats.c.suspended_at > now).values(suspended_at=now)
    topic_far = lost_topics.c.probe_at > (now if set_back else probed)
    topics = update(lost_topics).where(topic_far).values(probe_at=now)
    always = (topics, due, shortened, blocked, probes, begun)
    return (*always, sent) if set_back else always


async def recall_polls(connection: AsyncConnection, dialect: Dialect, now: int) -> None:
    """End leases of sources that last longer than any may, and polls put off by a wrong clock; `now` in milliseconds.

    A source that was last asked later than now is due as long after now as it was to be after that poll, and one that
    was never asked is due at once.
    """
    values = {"now": now, "far": now + to_length(LONGEST_POLL), "most": to_length(LONGEST_POLL)}
    await connection.execute(_recall_polls_statement(dialect), values)
    await connection.execute(_free_leases_statement(), {"lease": now + to_length(LONGEST_LEASE + SKEW)})


@cache
def _recall_polls_statement(dialect: Dialect) -> Update:
    now = bindparam("now", type_=BigInteger)
    asked_later = sources.c.tried_at > now
    wait = dialect.least(sources.c.next_due - sources.c.tried_at, bindparam("most"))
    due = case((asked_later, now + dialect.greatest(wait, literal(0))), else_=now)
    never_asked = and_(sources.c.tried_at.is_(None), sources.c.next_due > now)
    wrong = or_(asked_later, never_asked, sources.c.next_due > bindparam("far"))
    tried = case((asked_later, now - 1), else_=sources.c.tried_at)  # before what is forced from now on
    return update(sources).where(text(ENABLED), wrong).values(next_due=due, tried_at=tried)


@cache
def _free_leases_statement() -> Update:
    endless = update(sources).where(text(LEASED), sources.c.lease_until > bindparam("lease"))
    return endless.values(lease_until=None, holder=None)
