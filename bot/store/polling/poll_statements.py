"""The statements of polling. Built once each: building one costs as much as running it.

Builds statements, executes nothing. Parameters are named here and filled in by the callers.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
    case,
    column,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from bot.store.database.dialect import Dialect
from bot.store.tables import ENABLED, LEASED, chat, item, outbox, report, seen, source, story, story_key, subscription

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

ENDED = (
    "etag",
    "last_modified",
    "body_hash",
    "next_due",
    "error",
    "failures",
    "quiet",
    "tried_at",
    "baselined",
    "found",
)
LEARNED = (
    *("rhythm", "watched_since", "news_at", "lull", "hinted_every", "hinted_skips", "whole_at"),
    *("address", "moving_to", "moving_since", "moving_polls"),
)


@cache
def held() -> ColumnElement[bool]:
    """Return "this lease is still ours": its_id, its_fence."""
    return and_(source.c.id == bindparam("its_id"), source.c.fence == bindparam("its_fence"), text(LEASED))


@cache
def locking() -> Select[Any]:
    """Return the select that finds and locks a source whose lease is ours."""
    return select(source.c.id).where(held()).with_for_update()


@cache
def holding(dialect: Dialect) -> Select[Any]:
    """Return the select that locks those of some sources that are leased, with their fences: ids."""
    leased = select(source.c.id, source.c.fence).where(dialect.among(source.c.id, "ids"), text(LEASED))
    return leased.order_by(source.c.id).with_for_update()


@cache
def leasing(*, forced: bool) -> ReturningUpdate[Any]:
    """Return the statement that takes due sources: now, until, me, most; forced: since."""
    due: ColumnElement[bool] = source.c.next_due <= bindparam("now")
    if forced:
        due = or_(due, source.c.tried_at.is_(None), source.c.tried_at < bindparam("since"))
    chosen = (
        select(source.c.id)
        .where(
            text(ENABLED),
            due,
            or_(source.c.lease_until.is_(None), source.c.lease_until <= bindparam("now")),
            source.c.site.not_in(_in_other_hands()),
        )
        .order_by(source.c.next_due, source.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # PostgreSQL would run a plain subquery more than once, and lock more than the limit
    )
    return (
        update(source)
        .where(source.c.id.in_(select(chosen.c.id)))
        .values(lease_until=bindparam("until"), holder=bindparam("me"), fence=source.c.fence + 1)
        .returning(source)
    )


def _in_other_hands() -> Select[Any]:
    """Return the sites that another worker is asking: now, me. Two at once would halve the pause between requests."""
    theirs = source.alias("theirs")
    still = text("theirs." + LEASED) & (theirs.c.lease_until > bindparam("now"))
    return select(theirs.c.site).where(still, theirs.c.holder != bindparam("me"), theirs.c.site != "")


@cache
def ending() -> Update:
    """Return the statement that ends a poll and gives its lease back: to_ and each column, more (new items)."""
    changes: dict[str, Any] = {name: bindparam(f"to_{name}") for name in (*ENDED, *LEARNED)}
    for name in ("read_at", "polled_at"):
        changes[name] = func.coalesce(bindparam(f"to_{name}"), source.c[name])
    changes |= {"known": source.c.known + bindparam("more"), "lease_until": None, "holder": None}
    return update(source).where(held()).values(changes)


@cache
def first_due() -> Select[Any]:
    """Return the select of two instants: the first due source that is idle, the first end of a lease."""
    idle = select(func.min(source.c.next_due)).where(text(ENABLED), source.c.lease_until.is_(None))
    leased = select(func.min(source.c.lease_until)).where(text(ENABLED), text(LEASED))
    return select(idle.scalar_subquery(), leased.scalar_subquery())


@cache
def unusual_keys(dialect: Dialect) -> Select[Any]:
    """Return the select of the keys, of many sources, that are not on record or were last seen before then.

    Parameters: the packed pairs of source and key, before. Most keys are on record: they cost no row.
    """
    asked = dialect.pairs.columns(column("first", BigInteger), column("second", BigInteger)).subquery("asked")
    on_record = (seen.c.source == asked.c.first) & (seen.c.key == asked.c.second)
    return (
        select(asked.c.first, asked.c.second, seen.c.last_seen)
        .outerjoin_from(asked, seen, on_record)
        .where(or_(seen.c.last_seen.is_(None), seen.c.last_seen < bindparam("before")))
    )


@cache
def adding_key(dialect: Dialect) -> Insert:
    """Return the insert of a seen key; one that is there stays."""
    return dialect.insert(seen).on_conflict_do_nothing()


@cache
def refreshing() -> Update:
    """Return the statement that writes a key's last sight: its_source, its_key, now."""
    one = update(seen).where(seen.c.source == bindparam("its_source"), seen.c.key == bindparam("its_key"))
    return one.values(last_seen=bindparam("now"))


@cache
def adding_item() -> Insert:
    """Return the insert of an item."""
    return insert(item)


@cache
def adding_story(dialect: Dialect) -> Insert:
    """Return the insert of a story; one that is there stays."""
    return dialect.insert(story).on_conflict_do_nothing()


@cache
def adding_report() -> ReturningInsert[Any]:
    """Return the insert of reports, which gives their numbers in this order."""
    return insert(report).returning(report.c.id, sort_by_parameter_order=True)


@cache
def reported(dialect: Dialect) -> Select[Any]:
    """Return the select of a source's reports by the keys of their items: its_source, keys, since."""
    wanted = (dialect.among(report.c.key, "keys"), report.c.source == bindparam("its_source"))
    return select(report).where(*wanted, report.c.at >= bindparam("since")).order_by(report.c.id)


@cache
def correcting() -> Update:
    """Return the statement that gives a report another headline: its_id, to_headline."""
    one = update(report).where(report.c.id == bindparam("its_id"))
    return one.values(headline=bindparam("to_headline"), changes=report.c.changes + 1)


@cache
def adding_story_key() -> Insert:
    """Return the insert of a key of a report."""
    return insert(story_key)


@cache
def sharing(dialect: Dialect) -> Select[Any]:
    """Return the select of the reports that share keys with items, as (item, report), those that share most first.

    Parameters: the packed pairs of item and key; since; each: newest reports of a key that are looked at; most: of an
    item.
    """
    asked = dialect.pairs.columns(column("first", BigInteger), column("second", BigInteger)).cte("asked")
    found = column("value", BigInteger)
    shared = (
        select(asked.c.first.label("item"), found.label("report"), func.count().label("many"))
        .select_from(asked, dialect.newest)
        .group_by(asked.c.first, found)
        .subquery("shared")
    )
    order = (shared.c.many.desc(), shared.c.report.desc())
    place = func.row_number().over(partition_by=shared.c.item, order_by=order).label("place")
    ranked = select(shared.c.item, shared.c.report, place).subquery("ranked")
    wanted = ranked.c.place <= bindparam("most")
    return select(ranked.c.item, ranked.c.report).where(wanted).order_by(ranked.c.item, ranked.c.place)


@cache
def reports(dialect: Dialect) -> Select[Any]:
    """Return the select of reports: ids."""
    return select(report).where(dialect.among(report.c.id, "ids"))


@cache
def reports_of(dialect: Dialect) -> Select[Any]:
    """Return the select of the reports of stories, oldest first: ids."""
    return select(report).where(dialect.among(report.c.story, "ids")).order_by(report.c.at, report.c.id)


@cache
def told_of(dialect: Dialect) -> Select[Any]:
    """Return the select of the chats that have, or are about to get (with a payload), messages of stories: ids."""
    payload = case((text("state = 'pending'"), outbox.c.payload)).label("payload")
    having = select(outbox.c.story, outbox.c.chat, outbox.c.topic, payload)
    return having.where(dialect.among(outbox.c.story, "ids"), text("part = 0 AND state <> 'dead'"))


@cache
def subscribed(dialect: Dialect) -> Select[Any]:
    """Return the select of subscriptions to watchlists, of chats that may be told: ids."""
    return (
        select(subscription.c.chat, subscription.c.topic, subscription.c.watchlist, subscription.c.settings)
        .outerjoin(chat, chat.c.id == subscription.c.chat)
        .where(dialect.among(subscription.c.watchlist, "ids"), may_be_told())
        .order_by(subscription.c.chat, subscription.c.topic, subscription.c.watchlist)
    )


@cache
def may_be_told() -> ColumnElement[bool]:
    """Return "this chat may be told", where chat was joined from outside; a chat without a row may."""
    return chat.c.suspended.is_(None) & func.coalesce(chat.c.revoked, False).is_(False)
