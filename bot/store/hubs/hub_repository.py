"""Subscriptions to WebSub hubs, and what hubs have sent. Fulfils `bot.ports.hub_store.HubStore`.

A content is kept until the poll that reads it is written; its source is due at once, and remembers when it was due for
a poll. Each call is one short transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Update, bindparam, delete, func, literal, select, text, update

from bot.ports.hub_store import HubContent, HubLink, HubSubscription
from bot.store.codecs import Row, clean
from bot.store.database.timestamps import to_length, to_ms, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.hubs.hub_states import remove_contents
from bot.store.row_decoding import decode_each
from bot.store.tables import ENABLED, hub_contents, hub_subscriptions, sources

WAITING = 20  # contents of one source that wait to be read; what a hub sends beyond them is found by a poll
REASON = 300  # characters
TOKEN = 32  # bytes of chance in our address for a source, and in the secret


@dataclass(frozen=True, slots=True)
class HubRepository:
    """The part of the store for hubs."""

    database: Database

    async def note_hub(self, source: int, link: HubLink | None, now: datetime) -> None:
        its = hub_subscriptions.c.source == source
        async with self.database.write() as connection:
            found = (await connection.execute(select(hub_subscriptions).where(its))).one_or_none()
            if found is not None and link is not None and (found.hub, found.topic) == (link.hub, link.topic):
                return
            await connection.execute(delete(hub_contents).where(hub_contents.c.source == source))
            await connection.execute(delete(hub_subscriptions).where(its))
            if link is not None:
                made = {"hub": clean(link.hub), "topic": clean(link.topic), "next_ask": to_ms(now)}
                made |= {"token": secrets.token_urlsafe(TOKEN), "secret": secrets.token_urlsafe(TOKEN)}
                await connection.execute(hub_subscriptions.insert().values(source=source, **made))

    async def find_due_asks(self, now: datetime, limit: int) -> tuple[HubSubscription, ...]:
        due = _subscriptions().where(hub_subscriptions.c.next_ask <= bindparam("now"))
        due = due.order_by(hub_subscriptions.c.next_ask, hub_subscriptions.c.source).limit(bindparam("most"))
        async with self.database.read() as connection:
            rows = (await connection.execute(due, {"now": to_ms(now), "most": limit})).all()
        return _decoded(rows)

    async def begin_ask(self, asked: HubSubscription, now: datetime, next_ask: datetime) -> bool:
        changes = {"asked_at": to_ms(now), "next_ask": to_ms(next_ask), "failures": hub_subscriptions.c.failures + 1}
        mine = _change(asked.source).where(hub_subscriptions.c.next_ask == to_ms(asked.next_ask)).values(changes)
        async with self.database.write() as connection:
            return (await connection.execute(mine)).rowcount == 1

    async def note_refusal(self, source: int, reason: str, next_ask: datetime | None = None) -> None:
        changes: dict[str, Any] = {"reason": clean(reason[:REASON])}
        if next_ask is not None:
            changes |= {"next_ask": to_ms(next_ask), "held_until": None}
        async with self.database.write() as connection:
            await connection.execute(_change(source).values(changes))

    async def find_by_token(self, token: str) -> HubSubscription | None:
        its = _subscriptions().where(hub_subscriptions.c.token == bindparam("token"))
        async with self.database.read() as connection:
            rows = (await connection.execute(its, {"token": clean(token)})).all()
        return next(iter(_decoded(rows)), None)

    async def confirm_lease(self, source: int, until: datetime, next_ask: datetime) -> None:
        changes = {"held_until": to_ms(until), "next_ask": to_ms(next_ask), "failures": 0, "reason": None}
        async with self.database.write() as connection:
            await connection.execute(_change(source).values(changes))

    async def record_content(self, source: int, body: bytes, content_type: str, now: datetime) -> bool:
        at, digest = to_ms(now), blake2b(body, digest_size=16).hexdigest()
        its, waiting = sources.c.id == source, hub_contents.c.source == source
        async with self.database.write() as connection:
            of_hub = select(hub_subscriptions).where(hub_subscriptions.c.source == source).with_for_update()
            known = (await connection.execute(of_hub)).one_or_none()
            if known is None or known.last_digest == digest:
                return False
            changes: dict[str, Any] = {"heard_at": at, "last_digest": digest}
            count = await connection.scalar(select(func.count()).select_from(hub_contents).where(waiting)) or 0
            if count < WAITING:
                kept = {"source": source, "received_at": at, "content_type": clean(content_type[:200]), "body": body}
                await connection.execute(hub_contents.insert().values(kept))
            due = await connection.scalar(select(sources.c.next_due).where(its).with_for_update())
            if count >= WAITING:
                changes["poll_due"] = at
            elif due is not None and due > at:
                changes["poll_due"] = due
            await connection.execute(_change(source).values(changes))
            await connection.execute(update(sources).where(its, sources.c.next_due > at).values(next_due=at))
        return True

    async def ignore_content(self, source: int, reason: str, content: int | None = None) -> None:
        changes = {"ignored": hub_subscriptions.c.ignored + 1, "reason": clean(reason[:REASON])}
        async with self.database.write() as connection:
            if content is not None:
                await remove_contents(connection, (content,))
            await connection.execute(_change(source).values(changes))

    async def bring_forward(self, source: int, now: datetime, pause: timedelta) -> None:
        its, wait = sources.c.id == source, to_length(pause)
        soon = self.database.dialect.greatest(func.coalesce(sources.c.tried_at, 0) + wait, literal(to_ms(now)))
        early = update(sources).where(its, sources.c.failures == 0, sources.c.next_due > soon).values(next_due=soon)
        async with self.database.write() as connection:
            await connection.execute(early)

    async def find_content(self, source: int) -> HubContent | None:
        oldest = select(hub_contents).where(hub_contents.c.source == bindparam("its_id")).order_by(hub_contents.c.id)
        async with self.database.read() as connection:
            row = (await connection.execute(oldest.limit(1), {"its_id": source})).one_or_none()
        return None if row is None else HubContent(row.id, bytes(row.body), row.content_type)

    async def note_missed(self, source: int, now: datetime) -> None:
        async with self.database.write() as connection:
            await connection.execute(_change(source).values(missed_at=to_ms(now)))

    async def read_subscriptions(self) -> tuple[HubSubscription, ...]:
        async with self.database.read() as connection:
            rows = (await connection.execute(_subscriptions().order_by(sources.c.name))).all()
        return _decoded(rows)


def _subscriptions() -> Any:
    """Return the select of subscriptions with the names of their sources, those that are polled."""
    named = select(hub_subscriptions, sources.c.name).join(sources, sources.c.id == hub_subscriptions.c.source)
    return named.where(text(ENABLED))


def _change(source: int) -> Update:
    return update(hub_subscriptions).where(hub_subscriptions.c.source == source)


def _decoded(rows: Sequence[Row]) -> tuple[HubSubscription, ...]:
    return tuple(one for _, one in decode_each(rows, _to_subscription, "a subscription to a hub"))


def _to_subscription(row: Row) -> HubSubscription:
    return HubSubscription(
        row.source,
        row.name,
        HubLink(row.hub, row.topic),
        row.token,
        row.secret,
        to_utc(row.next_ask),
        to_utc_or_none(row.asked_at),
        to_utc_or_none(row.held_until),
        to_utc_or_none(row.heard_at),
        row.failures,
        row.reason,
        row.ignored,
    )
