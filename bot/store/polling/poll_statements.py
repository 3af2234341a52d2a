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
from bot.store.hubs.hub_states import has_content
from bot.store.tables import (
    ENABLED,
    LEASED,
    chats,
    items,
    mutes,
    outbox,
    reports,
    seen_keys,
    sources,
    stories,
    story_keys,
    subscriptions,
)

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
    *("rhythm", "shown", "watched_since", "news_at", "lull", "hinted_every", "hinted_skips", "whole_at"),
    *("address", "moving_to", "moving_since", "moving_polls", "losses", "poll_notes"),
)


@cache
def is_lease_held() -> ColumnElement[bool]:
    """Return "this lease is still ours": its_id, its_fence."""
    return and_(sources.c.id == bindparam("its_id"), sources.c.fence == bindparam("its_fence"), text(LEASED))


@cache
def lock_source_statement() -> Select[Any]:
    """Return the select that finds and locks a source whose lease is ours."""
    return select(sources.c.id).where(is_lease_held()).with_for_update()


@cache
def lock_leases_statement(dialect: Dialect) -> Select[Any]:
    """Return the select that locks those of some sources that are leased, with their fences: ids."""
    leased = select(sources.c.id, sources.c.fence).where(dialect.among(sources.c.id, "ids"), text(LEASED))
    return leased.order_by(sources.c.id).with_for_update()


@cache
def lease_statement(*, forced: bool) -> ReturningUpdate[Any]:
    """Return the statement that takes due sources: now, until, me, most; forced: since."""
    due: ColumnElement[bool] = sources.c.next_due <= bindparam("now")
    if forced:
        due = or_(due, sources.c.tried_at.is_(None), sources.c.tried_at < bindparam("since"))
    chosen = (
        select(sources.c.id)
        .where(
            text(ENABLED),
            sources.c.paused_at.is_(None),
            due,
            or_(sources.c.lease_until.is_(None), sources.c.lease_until <= bindparam("now")),
            sources.c.site.not_in(_sites_of_others()),
        )
        .order_by(sources.c.next_due, sources.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # PostgreSQL would run a plain subquery more than once, and lock more than the limit
    )
    return (
        update(sources)
        .where(sources.c.id.in_(select(chosen.c.id)))
        .values(lease_until=bindparam("until"), holder=bindparam("me"), fence=sources.c.fence + 1)
        .returning(sources)
    )


def _sites_of_others() -> Select[Any]:
    """Return the sites that another worker is asking: now, me. Two at once would halve the pause between requests."""
    theirs = sources.alias("theirs")
    still = text("theirs." + LEASED) & (theirs.c.lease_until > bindparam("now"))
    return select(theirs.c.site).where(still, theirs.c.holder != bindparam("me"), theirs.c.site != "")


@cache
def finish_statement() -> Update:
    """Return the statement that ends a poll and gives its lease back: to_ and each column, more (new items)."""
    changes: dict[str, Any] = {name: bindparam(f"to_{name}") for name in (*ENDED, *LEARNED)}
    for name in ("read_at", "polled_at"):
        changes[name] = func.coalesce(bindparam(f"to_{name}"), sources.c[name])
    due = bindparam("to_next_due", type_=BigInteger)
    changes["next_due"] = case((has_content(), bindparam("to_tried_at", type_=BigInteger)), else_=due)
    changes |= {"known": sources.c.known + bindparam("more"), "lease_until": None, "holder": None}
    changes["told_from"] = case((bindparam("to_read_at", type_=BigInteger).is_(None), sources.c.told_from))
    return update(sources).where(is_lease_held()).values(changes)


@cache
def bring_forward_statement(dialect: Dialect) -> Update:
    """Return the statement that makes an idle source that is well due sooner: its_name, soon, pause."""
    last = func.coalesce(sources.c.tried_at, 0) + bindparam("pause", type_=BigInteger)
    due = dialect.greatest(bindparam("soon", type_=BigInteger), last)
    idle = text(f"{ENABLED} AND paused_at IS NULL AND failures = 0 AND lease_until IS NULL")
    late = (sources.c.name == bindparam("its_name"), sources.c.next_due > due)
    return update(sources).where(idle, *late).values(next_due=due)


@cache
def next_due_statement() -> Select[Any]:
    """Return the select of two instants: the first due source that is idle, the first end of a lease."""
    asked = sources.c.paused_at.is_(None)
    idle = select(func.min(sources.c.next_due)).where(text(ENABLED), asked, sources.c.lease_until.is_(None))
    leased = select(func.min(sources.c.lease_until)).where(text(ENABLED), text(LEASED))
    return select(idle.scalar_subquery(), leased.scalar_subquery())


@cache
def lookup_keys_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the keys, of many sources, that are not on record or were last seen before then.

    Parameters: the packed pairs of source and key, before. Most keys are on record: they cost no row.
    """
    asked = dialect.pairs.columns(column("first", BigInteger), column("second", BigInteger)).subquery("asked")
    on_record = (seen_keys.c.source == asked.c.first) & (seen_keys.c.key == asked.c.second)
    return (
        select(asked.c.first, asked.c.second, seen_keys.c.last_seen)
        .outerjoin_from(asked, seen_keys, on_record)
        .where(or_(seen_keys.c.last_seen.is_(None), seen_keys.c.last_seen < bindparam("before")))
    )


@cache
def insert_key_statement(dialect: Dialect) -> Insert:
    """Return the insert of a seen key; one that is there stays."""
    return dialect.insert(seen_keys).on_conflict_do_nothing()


@cache
def refresh_key_statement() -> Update:
    """Return the statement that writes a key's last sight: its_source, its_key, now."""
    one = update(seen_keys).where(
        seen_keys.c.source == bindparam("its_source"), seen_keys.c.key == bindparam("its_key")
    )
    return one.values(last_seen=bindparam("now"))


@cache
def insert_item_statement() -> Insert:
    """Return the insert of an item."""
    return insert(items)


@cache
def insert_story_statement(dialect: Dialect) -> Insert:
    """Return the insert of a story; one that is there stays."""
    return dialect.insert(stories).on_conflict_do_nothing()


@cache
def insert_report_statement() -> ReturningInsert[Any]:
    """Return the insert of reports, which gives their numbers in this order."""
    return insert(reports).returning(reports.c.id, sort_by_parameter_order=True)


@cache
def items_of_pages_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the items of a source under these addresses, oldest first: its_id, pages."""
    of_pages = (items.c.source == bindparam("its_id")) & dialect.among(items.c.url, "pages")
    return select(items).where(of_pages).order_by(items.c.id)


@cache
def reports_by_key_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of a source's reports by the keys of their items: its_source, keys, since."""
    wanted = (dialect.among(reports.c.key, "keys"), reports.c.source == bindparam("its_source"))
    return select(reports).where(*wanted, reports.c.at >= bindparam("since")).order_by(reports.c.id)


@cache
def correct_headline_statement() -> Update:
    """Return the statement that gives a report another headline: its_id, to_headline."""
    one = update(reports).where(reports.c.id == bindparam("its_id"))
    return one.values(headline=bindparam("to_headline"), changes=reports.c.changes + 1)


@cache
def insert_story_key_statement() -> Insert:
    """Return the insert of a key of a report."""
    return insert(story_keys)


@cache
def similar_reports_statement(dialect: Dialect) -> Select[Any]:
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
def reports_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of reports: ids."""
    return select(reports).where(dialect.among(reports.c.id, "ids"))


@cache
def reports_of_stories_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the reports of stories, oldest first: ids."""
    return select(reports).where(dialect.among(reports.c.story, "ids")).order_by(reports.c.at, reports.c.id)


@cache
def alerted_chats_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the chats that have, or are about to get (with a payload), messages of stories: ids."""
    payload = case((text("state = 'pending'"), outbox.c.payload)).label("payload")
    having = select(outbox.c.story, outbox.c.chat, outbox.c.topic, payload)
    return having.where(dialect.among(outbox.c.story, "ids"), text("part = 0 AND state <> 'dead'"))


@cache
def subscriptions_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of subscriptions to watchlists, of chats that may get alerts, now or later: ids."""
    return (
        select(subscriptions.c.chat, subscriptions.c.topic, subscriptions.c.watchlist, subscriptions.c.settings)
        .outerjoin(chats, chats.c.id == subscriptions.c.chat)
        .where(dialect.among(subscriptions.c.watchlist, "ids"), is_reader())
        .order_by(subscriptions.c.chat, subscriptions.c.topic, subscriptions.c.watchlist)
    )


@cache
def source_mutes_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the chats and topics that have muted sources, and which: names, now."""
    muted = select(mutes.c.chat, mutes.c.topic, mutes.c.what).where(text("kind = 'source'"))
    lasting = mutes.c.until.is_(None) | (mutes.c.until > bindparam("now", type_=mutes.c.until.type))
    return muted.where(dialect.among(mutes.c.what, "names"), lasting)


@cache
def is_open_chat() -> ColumnElement[bool]:
    """Return "this chat gets its alerts now", where chat was joined from outside; a chat without a row does."""
    return chats.c.suspended.is_(None) & is_reader()


@cache
def is_reader() -> ColumnElement[bool]:
    """Return "this chat may get alerts", now or when it takes messages again; joined as above."""
    return func.coalesce(chats.c.revoked, False).is_(False)


@cache
def may_be_sent() -> ColumnElement[bool]:
    """Return "this row may be sent now, as far as its chat goes": of a suspended chat messages, at a probe; now."""
    probed = func.coalesce(chats.c.probe_at, 0) <= bindparam("now", type_=BigInteger)
    return is_reader() & or_(chats.c.suspended.is_(None), and_(probed, outbox.c.message.is_(None)))
