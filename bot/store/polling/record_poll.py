"""The record transaction of one poll: what was seen, what may be the same story, and the one write.

Fulfils `Recording`. Decisions about stories are made one after another by all workers: SQLite has one writer
anyway, PostgreSQL takes a lock at the first question about stories, so that turns without matches never wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.errors import StaleLeaseError
from bot.model import Candidate, Chat, Priority, Probe, Report, Subscription
from bot.ports.poll_store import StoryOnRecord, Turn
from bot.store.chats.chat_redirects import ChatRedirects, read_redirects
from bot.store.codecs import Row, clean, to_alert, to_chat, to_priority, to_report
from bot.store.database.dialect import STORY_LOCK, Dialect
from bot.store.database.timestamps import to_ms
from bot.store.hubs.hub_states import remove_contents
from bot.store.model_answers.open_questions import insert_questions
from bot.store.outbox.enqueue import enqueue_alerts, enqueue_follow_ups, raise_priorities, raise_revisions
from bot.store.outputs.announce import announce, raise_output_revisions
from bot.store.polling import poll_statements
from bot.store.polling.poll_writes import correct_headlines, finish_parameters, insert_items, insert_reports
from bot.store.polling.seen_keys import AgedKeys, insert_keys, look_up_keys, refresh_keys
from bot.store.row_decoding import decode_each, decode_or

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(slots=True)
class OpenRecording:
    """An open record transaction, of one source whose lease was found to be ours."""

    connection: AsyncConnection
    dialect: Dialect
    aged_keys: AgedKeys
    unknown: dict[int, set[int]] = field(default_factory=dict)  # by source: keys not found on record
    asked: dict[int, set[int]] = field(default_factory=dict)  # by source: keys looked up
    redirects: ChatRedirects | None = None
    locked: bool = False

    async def find_seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        asked, unknown = self.asked.setdefault(source, set()), self.unknown.setdefault(source, set())
        unasked = [key for key in dict.fromkeys(keys) if key not in asked]
        found, _ = await look_up_keys(self.connection, self.dialect, {source: unasked})
        unknown |= found.get(source, set())
        asked.update(unasked)
        return frozenset(keys).difference(unknown)

    async def find_candidates(
        self, probes: Sequence[Sequence[Probe]], since: datetime
    ) -> tuple[tuple[Candidate, ...], ...]:
        await self._lock_stories()
        found: list[dict[int, None]] = [{} for _ in probes]
        for each, most in dict.fromkeys((one.each, one.most) for its in probes for one in its):  # kinds of probes: two
            keys = {
                item: dict.fromkeys(key for one in its if (one.each, one.most) == (each, most) for key in one.keys)
                for item, its in enumerate(probes)
            }
            values = {**self.dialect.pack_pairs(keys), "since": to_ms(since), "each": each, "most": most}
            for row in await self.connection.execute(poll_statements.similar_reports_statement(self.dialect), values):
                found[row.item][row.report] = None
        ids = self.dialect.pack(tuple({number: None for one in found for number in one}))
        rows = (
            await self.connection.execute(poll_statements.reports_statement(self.dialect), {"ids": ids})
            if any(found)
            else ()
        )
        on_record = {row.id: one for row, one in decode_each(rows, _candidate, "a report")}
        return tuple(tuple(on_record[number] for number in one if number in on_record) for one in found)

    async def find_stories(self, ids: Sequence[int]) -> Mapping[int, StoryOnRecord]:
        await self._lock_stories()
        if not ids:
            return {}
        packed = {"ids": self.dialect.pack(tuple(dict.fromkeys(ids)))}
        reports: dict[int, list[Report]] = {}
        sketches: dict[int, list[bytes]] = {}
        alerted: dict[int, set[Chat]] = {}
        waiting: dict[int, dict[Chat, frozenset[str]]] = {}
        rows = await self.connection.execute(poll_statements.reports_of_stories_statement(self.dialect), packed)
        for row, report in decode_each(rows, to_report, "a report"):
            reports.setdefault(row.story, []).append(report)
            sketches.setdefault(row.story, []).append(bytes(row.sketch))
        aliases = (await self._redirects()).aliases()
        having = (await self.connection.execute(poll_statements.alerted_chats_statement(self.dialect), packed)).all()
        for row in having:
            names = (to_chat(row.chat, row.topic), *aliases.get((row.chat, row.topic), ()))
            alerted.setdefault(row.story, set()).update(names)
        for row, watchlists in decode_each([row for row in having if row.payload], _watchlists, "an alert"):
            names = (to_chat(row.chat, row.topic), *aliases.get((row.chat, row.topic), ()))
            waiting.setdefault(row.story, {}).update(dict.fromkeys(names, watchlists))
        return {
            one: StoryOnRecord(
                one, tuple(of_story), frozenset(alerted.get(one, ())), tuple(sketches[one]), waiting.get(one, {})
            )
            for one, of_story in reports.items()
        }

    async def find_subscribers(self, watchlists: Sequence[str]) -> tuple[Subscription, ...]:
        packed = {"ids": self.dialect.pack(tuple(dict.fromkeys(watchlists)))}
        rows = await self.connection.execute(poll_statements.subscriptions_statement(self.dialect), packed)
        return tuple(Subscription(to_chat(row.chat, row.topic), row.watchlist, _priority(row)) for row in rows)

    async def find_source_mutes(self, sources: Sequence[str], now: datetime) -> Mapping[Chat, frozenset[str]]:
        packed = {"names": self.dialect.pack(tuple(dict.fromkeys(map(clean, sources)))), "now": to_ms(now)}
        found: dict[Chat, set[str]] = {}
        for row in await self.connection.execute(poll_statements.source_mutes_statement(self.dialect), packed):
            found.setdefault(to_chat(row.chat, row.topic), set()).add(row.what)
        return {chat: frozenset(names) for chat, names in found.items()}

    async def write_poll(self, turn: Turn) -> int:
        outcome, source = turn.outcome, turn.outcome.leased.id
        known = await self.find_seen(source, [key for one in turn.items for key in one.item.keys])
        fresh = [one for one in turn.items if one.item.sighting != "first" or known.isdisjoint(one.item.keys)]
        at = to_ms(outcome.polled_at)
        if any(one.story is not None for one in fresh) or turn.alerts or turn.joined or turn.corrections:
            await self._lock_stories()
        keys = [*(key for one in turn.items for key in one.item.keys), *turn.keys]
        await insert_items(self.connection, [(source, one) for one in fresh])
        await insert_keys(self.connection, self.dialect, [(source, key) for key in keys], at)
        await insert_reports(self.connection, self.dialect, fresh)
        await correct_headlines(self.connection, turn.corrections)
        queued = await self._enqueue(turn, at)
        await refresh_keys(self.connection, self.aged_keys.take(source, outcome.polled_at))
        await remove_contents(self.connection, outcome.read_contents)
        ended = await self.connection.execute(
            poll_statements.finish_statement(), finish_parameters(outcome, len(fresh))
        )
        if ended.rowcount != 1:
            raise StaleLeaseError(f"{outcome.leased.name}: the lease is not ours; this result is dropped")
        return queued

    async def _enqueue(self, turn: Turn, at: int) -> int:
        """Queue what chats are to get; return how many alerts are new."""
        connection, dialect = self.connection, self.dialect
        corrected = tuple(dict.fromkeys(one.story for one in turn.corrections))
        grown = tuple(dict.fromkeys((*turn.joined, *corrected)))
        await raise_revisions(connection, dialect, grown)
        await raise_output_revisions(connection, dialect, grown, corrected, at)
        asked = await insert_questions(connection, dialect, turn.questions, at)
        await announce(connection, dialect, turn.announced, at, asked)
        await enqueue_follow_ups(connection, dialect, turn.follow_ups, at)
        queued = 0
        if turn.alerts:
            queued = await enqueue_alerts(connection, dialect, await self._redirects(), turn.alerts, at, asked=asked)
        if turn.rises:
            await raise_priorities(connection, dialect, await self._redirects(), turn.rises, at)
        return queued

    async def _redirects(self) -> ChatRedirects:
        if self.redirects is None:
            self.redirects = await read_redirects(self.connection)
        return self.redirects

    async def _lock_stories(self) -> None:
        if not self.locked:
            await self.dialect.one_at_a_time(self.connection, STORY_LOCK)
            self.locked = True


def _candidate(row: Row) -> Candidate:
    return Candidate(row.story, to_report(row), bytes(row.sketch))


def _watchlists(row: Row) -> frozenset[str]:
    return frozenset(name for name, _ in to_alert(Chat(row.chat), row.story, row.payload).watchlists)


def _priority(row: Row) -> Priority | None:
    """Return how loud a chat wants a watchlist; what cannot be read is no reason not to tell it."""
    return decode_or(row, lambda one: to_priority(one.settings), None, "a subscription")
