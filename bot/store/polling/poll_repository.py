"""What polling needs on record: leases of sources, seen keys, and the ends of polls.

Fulfils `PollStore`. A lease is a row's fence, holder and time; who writes a result must still have the fence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text, update

from bot.errors import StaleLeaseError
from bot.model import Alert, Item, Source, Validators
from bot.ports.poll_store import EarlyAsk, ReportOnRecord, SourceLease, SourceStats, Turn
from bot.store.chats.chat_redirects import read_redirects
from bot.store.codecs import Row, to_report, to_source_lease
from bot.store.database.dialect import LEASE_LOCK, STORY_LOCK
from bot.store.database.timestamps import to_length, to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.hubs.hub_states import read_hub_states
from bot.store.leases.configurations import register_configuration, release_configuration
from bot.store.leases.process_identity import is_gone
from bot.store.leases.stored_waits import recall_polls
from bot.store.outbox.enqueue import enqueue_alerts
from bot.store.polling import poll_statements
from bot.store.polling.poll_writes import lease_parameters, write_quiet_polls
from bot.store.polling.record_poll import OpenRecording
from bot.store.polling.seen_keys import AgedKeys, KeyLookups
from bot.store.polling.source_stats_codec import to_source_stats
from bot.store.polling.source_sync import sync_sources
from bot.store.row_decoding import decode_each, decode_or
from bot.store.tables import LEASED, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

RECALL = timedelta(minutes=1)  # between two looks at what a wrong clock has put off: that reads every source
SWEEP = timedelta(seconds=10)  # between two looks for leases of processes that died on this machine


@dataclass(slots=True)
class PollRepository:
    """The poller's part of the store."""

    database: Database
    aged_keys: AgedKeys = field(default_factory=AgedKeys)
    swept_at: datetime | None = None
    recalled_at: datetime | None = None
    lookups: KeyLookups = field(init=False)

    def __post_init__(self) -> None:
        """Share the aged keys that look-ups met with what is written."""
        self.lookups = KeyLookups(self.database, self.aged_keys)

    async def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        async with self.database.write() as connection:
            await self._sweep(connection, now)  # a tick that starts after a killed one finds its sources due
            await self.database.dialect.one_at_a_time(connection, STORY_LOCK)
            await sync_sources(connection, sources, to_ms(now))

    async def register_configuration(self, fingerprint: str, now: datetime) -> bool:
        return await register_configuration(self.database, fingerprint, now)

    async def release_configuration(self) -> None:
        await release_configuration(self.database)

    async def lease_sources(
        self, now: datetime, *, limit: int, ttl: timedelta, forced_since: datetime | None = None
    ) -> tuple[SourceLease, ...]:
        values: dict[str, Any] = {"now": to_ms(now), "until": to_ms(now + ttl), "most": limit}
        values["me"] = str(self.database.holder)
        if forced_since is not None:
            values["since"] = to_ms(forced_since)
        async with self.database.write() as connection:
            if self.swept_at is None or abs(now - self.swept_at) >= SWEEP:
                await self._sweep(connection, now)
                self.swept_at = now
            await self.database.dialect.one_at_a_time(connection, LEASE_LOCK)  # or two could take one site each
            rows = (
                await connection.execute(poll_statements.lease_statement(forced=forced_since is not None), values)
            ).all()
            hubs = await read_hub_states(connection, self.database.dialect, [row.id for row in rows]) if rows else {}
        ordered = sorted(rows, key=lambda row: (row.next_due, row.id))
        return tuple(replace(_source_lease(row), hub=hubs.get(row.id)) for row in ordered)

    async def _sweep(self, connection: AsyncConnection, now: datetime) -> None:
        """End what a wrong clock has put off, and the leases of processes on this machine that are gone."""
        if self.recalled_at is None or not timedelta() <= now - self.recalled_at < RECALL:
            await recall_polls(connection, self.database.dialect, to_ms(now))
            self.recalled_at = now
        holders = await connection.scalars(select(sources.c.holder).where(text(LEASED)).distinct())
        for holder in holders.all():
            if holder and is_gone(holder, self.database.holder):
                freed = update(sources).where(sources.c.holder == bindparam("gone"), text(LEASED))
                await connection.execute(freed.values(lease_until=None, holder=None), {"gone": holder})

    async def renew_leases(self, leased: Sequence[SourceLease], now: datetime, ttl: timedelta) -> None:
        await self._on_leases(leased, {"lease_until": to_ms(now + ttl)})

    async def bring_forward(self, asked: Sequence[EarlyAsk]) -> int:
        rows = [{"its_name": one.name, "soon": to_ms(one.at), "pause": to_length(one.pause)} for one in asked]
        statement = poll_statements.bring_forward_statement(self.database.dialect)
        async with self.database.write() as connection:
            return (await connection.execute(statement, rows, execution_options={"preserve_rowcount": True})).rowcount

    async def release_leases(self, leased: Sequence[SourceLease]) -> None:
        await self._on_leases(leased, {"lease_until": None, "holder": None})

    async def _on_leases(self, leased: Sequence[SourceLease], changes: dict[str, Any]) -> None:
        if not leased:
            return
        ordered = [lease_parameters(one) for one in sorted(leased, key=lambda one: one.id)]
        async with self.database.write() as connection:
            await connection.execute(update(sources).where(poll_statements.is_lease_held()).values(changes), ordered)

    async def find_seen(self, source: int, keys: Sequence[int], now: datetime) -> frozenset[int]:
        return await self.lookups.find_known(source, keys, now)

    async def find_items(self, source: int, urls: Collection[str]) -> Mapping[str, Item]:
        dialect = self.database.dialect
        values = {"its_id": source, "pages": dialect.pack(urls)}
        async with self.database.read() as connection:
            rows = (await connection.execute(poll_statements.items_of_pages_statement(dialect), values)).all()
        return {row.url: Item((), row.url, row.title, row.lead, row.body, language=row.language) for row in rows}

    async def find_reports(self, source: str, keys: Sequence[int], since: datetime) -> Mapping[int, ReportOnRecord]:
        dialect = self.database.dialect
        values = {"its_source": source, "keys": dialect.pack(tuple(dict.fromkeys(keys))), "since": to_ms(since)}
        async with self.database.read() as connection:
            rows = (await connection.execute(poll_statements.reports_by_key_statement(dialect), values)).all()
        return {
            row.key: ReportOnRecord(row.id, row.story, report, row.changes)
            for row, report in decode_each(rows, to_report, "a report")
        }

    async def finish_polls(self, turns: Sequence[Turn]) -> None:
        if turns:
            async with self.database.write() as connection:
                await write_quiet_polls(connection, self.database.dialect, self.aged_keys, turns)

    def open_recording(self, leased: SourceLease) -> AbstractAsyncContextManager[OpenRecording]:
        return self._recording(leased)

    @asynccontextmanager
    async def _recording(self, leased: SourceLease) -> AsyncIterator[OpenRecording]:
        async with self.database.write() as connection:
            if await connection.scalar(poll_statements.lock_source_statement(), lease_parameters(leased)) is None:
                raise StaleLeaseError(f"{leased.name}: another worker has taken over; this result is dropped")
            yield OpenRecording(connection, self.database.dialect, self.aged_keys)

    async def queue_notices(self, alerts: Sequence[Alert], now: datetime) -> int:
        async with self.database.write() as connection:
            redirects = await read_redirects(connection)
            return await enqueue_alerts(connection, self.database.dialect, redirects, alerts, to_ms(now))

    async def find_next_due(self) -> datetime | None:
        async with self.database.read() as connection:
            first = (await connection.execute(poll_statements.next_due_statement())).one()
        known = [ms for ms in first if ms is not None]
        return to_utc(min(known)) if known else None


def _source_lease(row: Row) -> SourceLease:
    """Return a leased source; what cannot be read of its record is learned anew."""
    bare = SourceLease(
        row.id, row.name, row.fence, Validators(), row.known, bool(row.baselined), row.failures, row.quiet
    )
    leased = decode_or(row, to_source_lease, bare, "a source")
    return replace(leased, stats=decode_or(row, to_source_stats, SourceStats(), "what was learned of a source"))
