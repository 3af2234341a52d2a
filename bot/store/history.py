"""The record of what was seen: streamed for backtests, or one item with what became of it.

Fulfils `bot.ports.history_store.ItemStore`. A stream is paged by row number, so that it holds neither a transaction nor
a connection between two pages, and its cost does not grow with what was read before.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, func, select, text

from bot.model import Chat, Item
from bot.ports.history_store import DeliveryRecord, ItemHistory, ItemOnRecord, SuspensionRecord
from bot.store.chats.chat_redirects import read_redirects
from bot.store.codecs import Row, to_report
from bot.store.database.timestamps import to_ms, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.polling import poll_statements
from bot.store.row_decoding import decode_each
from bot.store.tables import chats, items, outbox, sources, subscriptions
from bot.urls import canonical_url

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_END = 2**63 - 1  # above every row number
_SPELLINGS = 200  # rows looked at for one link: that many addresses share a part of theirs
_TRACES = 5  # outlets that carry one link
_WORDS = 6  # of a link's path; they find it among a million
_WORD = re.compile(r"[a-z0-9]+")
_ESCAPE = re.compile(r"%[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class HistoryRepository:
    """The part of the store that answers questions about items."""

    database: Database

    async def stream_items(self, since: datetime, *, most: int = 500) -> AsyncIterator[tuple[ItemOnRecord, ...]]:
        async with self.database.read() as connection:
            first = await connection.scalar(_first_item_statement(), {"since": to_ms(since)})
        below = _END
        while first is not None and below > first:
            async with self.database.read() as connection:
                page = {"first": first, "below": below, "most": most}
                rows = (await connection.execute(_page_statement(), page)).all()
            if rows:
                recent = [row for row in rows if row.seen_at >= to_ms(since)]
                yield tuple(one for _, one in decode_each(recent, to_item_on_record, "an item"))
            below = rows[-1].id if rows else first

    async def trace_item(self, url: str, chat: Chat) -> tuple[ItemHistory, ...]:
        meant = canonical_url(url)
        async with self.database.read() as connection:
            like = {**_link_patterns(meant), "most": _SPELLINGS}
            rows = [
                row
                for row in await connection.execute(_similar_links_statement(), like)
                if canonical_url(row.url) == meant
            ]
            return tuple([await self._trace(connection, row, chat) for row in rows[:_TRACES]])

    async def _trace(self, connection: AsyncConnection, row: Row, chat: Chat) -> ItemHistory:
        found = to_item_on_record(row)
        if found.story is None:
            return ItemHistory(found, await self._is_first_sight(connection, row))
        packed = {"ids": self.database.dialect.pack([found.story])}
        rows = await connection.execute(poll_statements.reports_of_stories_statement(self.database.dialect), packed)
        found_reports = tuple(decode_each(rows, to_report, "a report"))
        to, topic = (await read_redirects(connection)).resolve(chat)
        its = {"its_chat": to, "its_topic": topic, "its_story": found.story}
        sent = (await connection.execute(_delivery_statement(), its)).one_or_none()
        silent = (await connection.execute(_suspension_statement(), {"its_chat": to})).one_or_none()
        ties = await connection.execute(_subscriptions_statement(), {"its_chat": to, "its_topic": topic})
        return ItemHistory(
            found,
            first_sight=False,
            reports=tuple(report for _, report in found_reports),
            sketches=tuple(bytes(row.sketch) for row, _ in found_reports),
            delivery=None if sent is None else _delivery_record(sent),
            subscribed=tuple((tie.watchlist, to_utc(tie.since)) for tie in ties),
            suspension=None if silent is None else _suspension_record(silent),
        )

    async def _is_first_sight(self, connection: AsyncConnection, row: Row) -> bool:
        """Return whether an item came with its source's first; not known once the record of that is forgotten."""
        first, number = (await connection.execute(_first_sight_statement(), {"its_source": row.source_id})).one()
        return bool(row.seen_at == first and number >= row.known)


@cache
def item_columns() -> tuple[Any, ...]:
    """Return the columns of items and sources that `to_item_on_record` reads."""
    of_item = (
        items.c[name] for name in ("id", "url", "title", "lead", "body", "language", "published", "seen_at", "story")
    )
    return (*of_item, sources.c.name, sources.c.id.label("source_id"), sources.c.known)


@cache
def _first_item_statement() -> Select[Any]:
    """Return the select of the least row number of what was seen since then: since."""
    return select(func.min(items.c.id)).where(items.c.seen_at >= bindparam("since"))


@cache
def _page_statement() -> Select[Any]:
    """Return the select of a page of items: first, below, most. By row number alone, so that no page is sorted."""
    wanted = select(*item_columns()).join(sources, sources.c.id == items.c.source)
    wanted = wanted.where(items.c.id < bindparam("below"), items.c.id >= bindparam("first"))
    return wanted.order_by(items.c.id.desc()).limit(bindparam("most"))


@cache
def _similar_links_statement() -> Select[Any]:
    """Return the select of items by parts of their link: like, also, most. It reads all links, for one question."""
    wanted = select(*item_columns()).join(sources, sources.c.id == items.c.source)
    link = func.lower(items.c.url)
    wanted = wanted.where(link.like(bindparam("like")), link.like(bindparam("also")))
    return wanted.order_by(items.c.id.desc()).limit(bindparam("most"))


@cache
def _first_sight_statement() -> Select[Any, int]:
    """Return the select of a source's first instant and its number of items: its_source."""
    return select(func.min(items.c.seen_at), func.count()).where(items.c.source == bindparam("its_source"))


@cache
def _delivery_statement() -> Select[Any]:
    """Return the select of what a chat or topic has of a story: its_chat, its_topic, its_story."""
    names = ("chat", "topic", "story")
    here = (outbox.c[name] == bindparam(f"its_{name}") for name in names)
    columns = (outbox.c[name] for name in ("state", "created_at", "sent_at", "reason", "hold", "not_before"))
    return select(*columns).where(*here, text("part = 0"))


@cache
def _suspension_statement() -> Select[Any]:
    """Return the select of why, since when and until when a chat is suspended, if it is: its_chat."""
    columns = (chats.c[name] for name in ("suspended", "suspended_at", "probe_at"))
    return select(*columns).where(chats.c.id == bindparam("its_chat"), chats.c.suspended.is_not(None))


@cache
def _subscriptions_statement() -> Select[Any]:
    """Return the select of what a chat or topic is subscribed to: its_chat, its_topic."""
    here = (subscriptions.c[name] == bindparam(f"its_{name}") for name in ("chat", "topic"))
    return select(subscriptions.c.watchlist, subscriptions.c.since).where(*here).order_by(subscriptions.c.watchlist)


def _link_patterns(link: str) -> dict[str, str]:
    """Return patterns for what all spellings of a link share: words of its path, and one of its query."""
    path, _, query = link.partition("://")[2].lower().partition("?")
    host, _, path = path.partition("/")
    words = _WORD.findall(_ESCAPE.sub(" ", path))
    longest = sorted(words, key=len)[-_WORDS:] or [max(host.split("."), key=len)]
    asked = max(_WORD.findall(_ESCAPE.sub(" ", query)), key=lambda word: (not word.isalpha(), len(word)), default="")
    shared = [word for word in words or longest if word in longest]
    return {"like": f"%{'%'.join(shared[:_WORDS])}%", "also": f"%{asked}%"}


def to_item_on_record(row: Row) -> ItemOnRecord:
    """Return an item as it is on record, of its columns (`item_columns`)."""
    seen = Item(
        (), row.url, row.title, row.lead, row.body, published=to_utc_or_none(row.published), language=row.language
    )
    return ItemOnRecord(row.id, seen, row.name, to_utc(row.seen_at), row.story)


def _suspension_record(row: Row) -> SuspensionRecord:
    return SuspensionRecord(row.suspended, to_utc(row.suspended_at or 0), to_utc(row.probe_at or 0))


def _delivery_record(row: Row) -> DeliveryRecord:
    until = to_utc(row.not_before)
    return DeliveryRecord(row.state, to_utc(row.created_at), to_utc_or_none(row.sent_at), row.reason, row.hold, until)
