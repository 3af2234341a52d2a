"""Rushes of watchlists on record. Fulfils `bot.ports.spike_store.SpikeStore`.

When a watchlist was last found in a rush is a counter, so that a restart tells nothing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, literal, select

from bot.model import Alert, Chat
from bot.ports.spike_store import BusyStory, MatchCounts
from bot.store.chats.chat_redirects import read_redirects
from bot.store.codecs import to_chat
from bot.store.database.dialect import STORY_LOCK
from bot.store.database.timestamps import to_length, to_ms
from bot.store.database.transactions import Database
from bot.store.outbox.enqueue import enqueue_alerts
from bot.store.polling import poll_statements
from bot.store.tables import counters, reports, stories

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class SpikeRepository:
    """The part of the store for rushes."""

    database: Database

    async def count_matches(self, watchlist: str, now: datetime, *, hours: int, least: int) -> MatchCounts | None:
        at, its = to_ms(now), _of(watchlist)
        bins = ((literal(at) - reports.c.at) // HOUR_MS).label("hour")
        counted = select(bins, func.count()).where(reports.c.at > at - hours * HOUR_MS, reports.c.at <= at, its)
        lately = select(func.count()).where(reports.c.at > at - HOUR_MS, reports.c.at <= at, its)
        async with self.database.read() as connection:
            if (await connection.scalar(lately) or 0) < least:
                return None
            rows = (await connection.execute(counted.group_by(bins))).all()
        found = {int(hour): number for hour, number in rows}
        return MatchCounts(tuple(found.get(hour, 0) for hour in range(hours)), max(found, default=-1) + 1)

    async def find_busy_stories(self, watchlist: str, since: datetime, most: int) -> tuple[BusyStory, ...]:
        number = func.count().label("number")
        told = select(stories.c.headline, number).join(reports, reports.c.story == stories.c.id)
        told = told.where(reports.c.at > to_ms(since), _of(watchlist)).group_by(stories.c.id, stories.c.headline)
        async with self.database.read() as connection:
            rows = (await connection.execute(told.order_by(number.desc(), stories.c.id.desc()).limit(most))).all()
        return tuple(BusyStory(headline, count) for headline, count in rows)

    async def find_readers(self, watchlist: str) -> tuple[Chat, ...]:
        packed = {"ids": self.database.dialect.pack([watchlist])}
        async with self.database.read() as connection:
            statement = poll_statements.subscriptions_statement(self.database.dialect)
            return tuple(to_chat(row.chat, row.topic) for row in await connection.execute(statement, packed))

    async def tell_rush(self, watchlist: str, alerts: Sequence[Alert], now: datetime, rest: timedelta) -> int:
        at, name, dialect = to_ms(now), f"rush {watchlist}", self.database.dialect
        noted: Any = dialect.insert(counters)
        noted = noted.on_conflict_do_update(index_elements=["name"], set_={"value": noted.excluded.value})
        async with self.database.write() as connection:
            await dialect.one_at_a_time(connection, STORY_LOCK)
            its = select(counters.c.value).where(counters.c.name == bindparam("its_name"))
            last = await connection.scalar(its, {"its_name": name})
            await connection.execute(noted, {"name": name, "value": at})
            if last is not None and abs(at - last) < to_length(rest):
                return 0
            return await enqueue_alerts(connection, dialect, await read_redirects(connection), alerts, at)


def _of(watchlist: str) -> ColumnElement[bool]:
    """Return "this report matched the watchlist": its id stands in the list, in quotes."""
    return reports.c.watchlists.contains(f'"{watchlist}"', autoescape=True)
