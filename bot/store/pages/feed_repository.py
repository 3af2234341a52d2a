"""Feeds on record: keys by their hashes, and what watchlists told. Fulfils `bot.ports.feed_store.FeedStore`."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Text, bindparam, delete, func, insert, select

from bot.model import Report
from bot.ports.feed_store import FeedAlert, FeedKey, FeedState
from bot.store.codecs import Row, to_report
from bot.store.database.timestamps import to_ms, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.outputs.announce import RANKS
from bot.store.outputs.watchlist_alert_codec import to_watchlist_alert
from bot.store.polling.poll_statements import reports_of_stories_statement
from bot.store.row_decoding import decode_each
from bot.store.tables import feed_keys, model_verdicts, watchlist_alerts

_KEY_BYTES = 24


@dataclass(frozen=True, slots=True)
class FeedRepository:
    """The part of the store behind feeds."""

    database: Database

    async def create_key(self, watchlist: str, owner: int, now: datetime) -> str:
        key = secrets.token_urlsafe(_KEY_BYTES)
        row = {"hash": _hash(key), "watchlist": watchlist, "owner": owner, "created_at": to_ms(now)}
        async with self.database.write() as connection:
            await connection.execute(insert(feed_keys), row)
        return key

    async def has_key(self, watchlist: str, key: str, owners: Collection[int]) -> bool:
        async with self.database.read() as connection:
            found = (await connection.execute(_key_statement(), {"its_hash": _hash(key)})).one_or_none()
        return found is not None and found.watchlist == watchlist and found.owner in owners

    async def list_keys(self) -> tuple[FeedKey, ...]:
        newest = select(feed_keys).order_by(feed_keys.c.created_at.desc(), feed_keys.c.id.desc())
        async with self.database.read() as connection:
            rows = await connection.execute(newest)
            return tuple(FeedKey(row.id, row.watchlist, row.owner, to_utc(row.created_at)) for row in rows)

    async def revoke_key(self, number: int) -> bool:
        its = delete(feed_keys).where(feed_keys.c.id == bindparam("its_id"))
        async with self.database.write() as connection:
            return (await connection.execute(its, {"its_id": number})).rowcount > 0

    async def read_state(self, watchlist: str, now: datetime) -> FeedState:
        async with self.database.read() as connection:
            its = {"its_watchlist": watchlist, "now": to_ms(now)}
            row = (await connection.execute(_state_statement(), its)).one()
        return FeedState(row.alerts, to_utc_or_none(row.updated_at))

    async def read_alerts(self, watchlist: str, most: int, now: datetime) -> tuple[FeedAlert, ...]:
        dialect = self.database.dialect
        async with self.database.read() as connection:
            its = {"its_watchlist": watchlist, "now": to_ms(now), "most": most}
            rows = (await connection.execute(_alerts_statement(), its)).all()
            packed = {"ids": dialect.pack({row.story for row in rows})}
            of_stories = (await connection.execute(reports_of_stories_statement(dialect), packed)).all()
        reports: dict[int, list[Report]] = {}
        for row, report in decode_each(of_stories, to_report, "a report"):
            reports.setdefault(row.story, []).append(report)
        found = decode_each(rows, lambda row: _alert(row, tuple(reports.get(row.story, ()))), "an alert of a feed")
        return tuple(one for _, one in found)


def _alert(row: Row, reports: tuple[Report, ...]) -> FeedAlert:
    alert = to_watchlist_alert(row.watchlist, row.story, row.payload, RANKS[row.rank])
    return FeedAlert(alert, reports, row.revision, to_utc(row.created_at), to_utc(row.updated_at))


def _hash(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()


@cache
def _key_statement() -> Select[Any]:
    return select(feed_keys.c.watchlist, feed_keys.c.owner).where(feed_keys.c.hash == bindparam("its_hash"))


@cache
def _state_statement() -> Select[int, Any]:
    counted = select(func.count().label("alerts"), func.max(watchlist_alerts.c.updated_at).label("updated_at"))
    return counted.where(*_told())


@cache
def _alerts_statement() -> Select[Any]:
    newest = (
        select(watchlist_alerts)
        .where(*_told())
        .order_by(watchlist_alerts.c.updated_at.desc(), watchlist_alerts.c.id.desc())
    )
    return newest.limit(bindparam("most", type_=Integer))


def _told() -> tuple[ColumnElement[bool], ...]:
    """Return which alerts are those of its_watchlist that wait for no verdict now; a late one keeps nothing back."""
    its, now = bindparam("its_watchlist", type_=Text), bindparam("now", type_=BigInteger)
    waits = select(model_verdicts.c.story).where(
        model_verdicts.c.watchlist == its, model_verdicts.c.verdict.is_(None), model_verdicts.c.until > now
    )
    return watchlist_alerts.c.watchlist == its, watchlist_alerts.c.story.not_in(waits)
