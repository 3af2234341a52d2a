"""The record transaction of one poll: what was seen, what may be the same story, and the one write.

Fulfils `bot.ports.Recording`. Decisions about stories are made one after another by all workers: SQLite has one writer anyway,
PostgreSQL takes a lock at the first question about stories, so that turns without matches never wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, text

from bot.errors import StaleLeaseError
from bot.model import Candidate, Chat, Report, Subscription
from bot.ports import StoryOnRecord, Turn
from bot.store.dialect import STORY_LOCK, Dialect
from bot.store.instants import to_ms
from bot.store.outbox import lost_topics, moves, put_alerts, raise_revisions
from bot.store.rows import GENERAL, to_chat, to_report
from bot.store.schema import chat, outbox, report, story_key, subscription
from bot.store.seen import Shown, look_up, put_keys, refresh
from bot.store.turns import end_of, end_poll, put_items, put_reports

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

CANDIDATES = 200  # the nearest by shared keys: a true copy shares most of them


@dataclass(slots=True)
class OpenRecording:
    """An open record transaction, of one source whose lease was found to be ours."""

    connection: AsyncConnection
    dialect: Dialect
    shown: Shown
    known: dict[int, dict[int, int]] = field(default_factory=dict)  # by source: keys found on record
    asked: dict[int, set[int]] = field(default_factory=dict)  # by source: keys looked up
    locked: bool = False

    async def seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        asked, known = self.asked.setdefault(source, set()), self.known.setdefault(source, {})
        unasked = [key for key in dict.fromkeys(keys) if key not in asked]
        known |= await look_up(self.connection, self.dialect, source, unasked)
        asked.update(unasked)
        return frozenset(key for key in keys if key in known)

    async def candidates(self, index: Sequence[int], since: datetime) -> tuple[Candidate, ...]:
        """Return the reports seen since then that share an index number, those that share most first, 200 at most."""
        await self._alone()
        shared = (
            select(story_key.c.report, func.count().label("shared"))
            .where(self.dialect.among(story_key.c.key, "keys"), story_key.c.at >= bindparam("since"))
            .group_by(story_key.c.report)
            .order_by(text("shared DESC"), story_key.c.report.desc())
            .limit(CANDIDATES)
            .subquery()
        )
        found = (
            select(report)
            .join(shared, shared.c.report == report.c.id)
            .order_by(shared.c.shared.desc(), report.c.id.desc())
        )
        keys = self.dialect.pack(tuple(dict.fromkeys(index)))
        rows = await self.connection.execute(found, {"keys": keys, "since": to_ms(since)})
        return tuple(Candidate(row.story, to_report(row), bytes(row.sketch)) for row in rows)

    async def stories(self, ids: Sequence[int]) -> Mapping[int, StoryOnRecord]:
        """Return the stories of these ids that are on record."""
        await self._alone()
        packed = {"ids": self.dialect.pack(tuple(dict.fromkeys(ids)))}
        reports: dict[int, list[Report]] = {}
        told: dict[int, set[Chat]] = {}
        found = select(report).where(self.dialect.among(report.c.story, "ids")).order_by(report.c.at, report.c.id)
        for row in await self.connection.execute(found, packed):
            reports.setdefault(row.story, []).append(to_report(row))
        aliases = await self._aliases()
        having = select(outbox.c.story, outbox.c.chat, outbox.c.topic).where(
            self.dialect.among(outbox.c.story, "ids"), text("state <> 'dead'")
        )
        for row in await self.connection.execute(having, packed):
            told.setdefault(row.story, set()).update(aliases.get((row.chat, row.topic), ()))
            told[row.story].add(to_chat(row.chat, row.topic))
        return {
            one: StoryOnRecord(one, tuple(of_story), frozenset(told.get(one, ()))) for one, of_story in reports.items()
        }

    async def _aliases(self) -> dict[tuple[int, int], list[Chat]]:
        """Return other names of chats: a former id, a topic that is gone. watchlists.yaml may go on using them."""
        aliases: dict[tuple[int, int], list[Chat]] = {}
        for one, topic in await lost_topics(self.connection):
            aliases.setdefault((one, GENERAL), []).append(to_chat(one, topic))
        for old, new in (await moves(self.connection)).items():
            aliases.setdefault((new, GENERAL), []).append(to_chat(old, GENERAL))
        return aliases

    async def subscribers(self, watchlists: Sequence[str]) -> tuple[Subscription, ...]:
        """Return the subscriptions to these watchlists of chats that may be told (not suspended, not revoked)."""
        told = (
            select(subscription.c.chat, subscription.c.topic, subscription.c.watchlist)
            .outerjoin(chat, chat.c.id == subscription.c.chat)
            .where(
                self.dialect.among(subscription.c.watchlist, "ids"),
                chat.c.suspended.is_(None),
                func.coalesce(chat.c.revoked, False).is_(False),
            )
            .order_by(subscription.c.chat, subscription.c.topic, subscription.c.watchlist)
        )
        packed = {"ids": self.dialect.pack(tuple(dict.fromkeys(watchlists)))}
        rows = await self.connection.execute(told, packed)
        return tuple(Subscription(to_chat(row.chat, row.topic), row.watchlist) for row in rows)

    async def write(self, turn: Turn) -> int:
        """Write the turn; return how many alerts were queued: a chat that already has the story gets none.

        Items that are on record already are left out, so that a turn written twice is the same as once.
        """
        outcome, source = turn.outcome, turn.outcome.leased.id
        known = await self.seen(source, [key for one in turn.items for key in one.item.keys])
        fresh = [one for one in turn.items if known.isdisjoint(one.item.keys)]
        at = to_ms(outcome.polled_at)
        if any(one.story is not None for one in fresh) or turn.alerts or turn.joined:
            await self._alone()
        await put_items(self.connection, source, fresh)
        await put_keys(self.connection, self.dialect, source, [key for one in turn.items for key in one.item.keys], at)
        await put_reports(self.connection, self.dialect, fresh)
        await raise_revisions(self.connection, self.dialect, turn.joined)
        queued = await put_alerts(self.connection, self.dialect, turn.alerts, at)
        self.shown.note(source, self.known.get(source, {}))
        await refresh(self.connection, self.shown.stale(source, outcome.polled_at))
        ended = await self.connection.execute(end_poll(), end_of(outcome))
        if ended.rowcount != 1:
            raise StaleLeaseError(f"{outcome.leased.name}: the lease is not ours; this result is dropped")
        return queued

    async def _alone(self) -> None:
        if not self.locked:
            await self.dialect.one_at_a_time(self.connection, STORY_LOCK)
            self.locked = True
