"""The alerts on record, the oldest first: one for each watchlist and story, whoever was told.

Read by pages in the order of time, each in a transaction of its own, so that nobody waits for a long export. Personal
queries are left out: they are their chats' business.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, literal, select, text, tuple_

from bot.model import Alert, Chat
from bot.ports.history_store import PERSONAL
from bot.store.codecs import Row, to_alert
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.row_decoding import decode_each
from bot.store.tables import outbox, reports

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST = 500  # rows of a page


@dataclass(slots=True)
class AlertOnRecord:
    """What was told of one story for one watchlist."""

    at: datetime  # when the first chat's alert was queued
    watchlist: str
    story: int
    headline: str
    lead: str
    url: str | None
    words: tuple[str, ...]  # that it was found by, as written
    outlets: tuple[str, ...] = ()  # that reported it, the first one first
    chats: set[tuple[int, int]] = field(default_factory=set)  # that were told


async def stream_alerts(
    database: Database, since: datetime, only: Collection[str] = ()
) -> AsyncIterator[tuple[AlertOnRecord, ...]]:
    """Give the alerts queued since then, of these watchlists where any are named."""
    given: set[tuple[int, str]] = set()
    after = (to_ms(since), -1)
    while True:
        async with database.read() as connection:
            rows = (await connection.execute(_page(after))).all()
            if not rows:
                return
            found = await _read_stories(connection, database.dialect, [row.story for row in rows], to_ms(since))
        page = [one for one in found if (one.story, one.watchlist) not in given]
        given.update((one.story, one.watchlist) for one in page)
        if wanted := tuple(one for one in page if not only or one.watchlist in only):
            yield wanted
        after = (rows[-1].created_at, rows[-1].id)


async def _read_stories(
    connection: AsyncConnection, dialect: Dialect, stories: list[int], since: int
) -> list[AlertOnRecord]:
    packed = {"ids": dialect.pack(list(dict.fromkeys(stories))), "since": since}
    rows = (await connection.execute(_alerts_statement(dialect), packed)).all()
    found: dict[tuple[int, str], AlertOnRecord] = {}
    for row, alert in decode_each(rows, _alert, "an alert"):
        for watchlist, _ in alert.watchlists:
            if watchlist.startswith(PERSONAL):
                continue
            one = found.setdefault((row.story, watchlist), _on_record(row, alert, watchlist))
            if row.state == "sent":
                one.chats.add((row.chat, row.topic))
    outlets: dict[int, dict[str, None]] = {}
    for row in await connection.execute(_outlets_statement(dialect), {"ids": packed["ids"]}):
        outlets.setdefault(row.story, {})[row.source] = None
    for one in found.values():
        one.outlets = tuple(outlets.get(one.story, ()))
    return sorted(found.values(), key=lambda one: (one.at, one.story, one.watchlist))


def _alert(row: Row) -> Alert:
    return to_alert(Chat(row.chat), row.story, row.payload)


def _on_record(row: Row, alert: Alert, watchlist: str) -> AlertOnRecord:
    words = tuple(dict.fromkeys(one.text for one in alert.evidence))
    return AlertOnRecord(to_utc(row.created_at), watchlist, row.story, alert.headline, alert.lead, alert.url, words)


def _page(after: tuple[int, int]) -> Select[Any]:
    wanted = select(outbox.c.id, outbox.c.created_at, outbox.c.story).where(
        text("part = 0"), tuple_(outbox.c.created_at, outbox.c.id) > tuple_(literal(after[0]), literal(after[1]))
    )
    return wanted.order_by(outbox.c.created_at, outbox.c.id).limit(MOST)


@cache
def _alerts_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the alerts of stories, the oldest first: ids, since."""
    columns = (outbox.c[name] for name in ("id", "chat", "topic", "story", "payload", "state", "created_at"))
    its = (dialect.among(outbox.c.story, "ids"), outbox.c.created_at >= bindparam("since"), text("part = 0"))
    return select(*columns).where(*its).order_by(outbox.c.created_at, outbox.c.id)


@cache
def _outlets_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the sources that reported stories, the first one first: ids."""
    its = select(reports.c.story, reports.c.source).where(dialect.among(reports.c.story, "ids"))
    return its.order_by(reports.c.at, reports.c.id)
