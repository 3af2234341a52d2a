"""Outputs as queues: claims, results, and how each output fares. Fulfils `OutputStore`.

A row is due while it wants to show more than was taken. It is leased under the epoch of the role `outputs`, which is
not that of Telegram's sender: what an older epoch held is free again, and a late result of one changes nothing that was
claimed anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, select, text, update

from bot.model import Report
from bot.ports.outbox_store import Role
from bot.ports.output_store import FARTHEST, OutputCounts, OutputDelivery, OutputResult, OutputState
from bot.store.codecs import Row, clean_or_none, to_report
from bot.store.database.timestamps import to_ms, to_ms_or_none, to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.leases import role_repository
from bot.store.outputs.announce import RANKS
from bot.store.outputs.output_statements import claim_statement, claimed_statement, result_statement, to_change
from bot.store.outputs.watchlist_alert_codec import to_watchlist_alert
from bot.store.polling.poll_statements import reports_of_stories_statement
from bot.store.row_decoding import decode_each
from bot.store.tables import DUE, output_alerts, outputs

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

ROLE: Role = "outputs"


@dataclass(frozen=True, slots=True)
class OutputRepository:
    """What the delivery to outputs needs of the store."""

    database: Database

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        return await role_repository.take_role(self.database, role, now, ttl)

    async def release_role(self, role: Role, epoch: int) -> None:
        await role_repository.release_role(self.database, role, epoch)

    async def claim(
        self, epoch: int, output: str, now: datetime, *, limit: int, ttl: timedelta
    ) -> tuple[OutputDelivery, ...]:
        values = {"its_output": output, "now": to_ms(now), "until": to_ms(now + ttl), "its_epoch": epoch, "most": limit}
        values["far"] = to_ms(now + FARTHEST)
        async with self.database.write() as connection:
            await role_repository.ensure_current_epoch(connection, ROLE, epoch)
            ids = (await connection.scalars(claim_statement(), values)).all()
            return await self._read(connection, ids) if ids else ()

    async def _read(self, connection: AsyncConnection, ids: Sequence[int]) -> tuple[OutputDelivery, ...]:
        """Return claimed rows, in order; those that cannot be read end."""
        dialect = self.database.dialect
        rows = (await connection.execute(claimed_statement(dialect), {"ids": dialect.pack(ids)})).all()
        reports: dict[int, list[Report]] = {}
        packed = {"ids": dialect.pack({row.story for row in rows})}
        its = await connection.execute(reports_of_stories_statement(dialect), packed)
        for row, report in decode_each(its, to_report, "a report"):
            reports.setdefault(row.story, []).append(report)
        spoilt: list[dict[str, object]] = []
        found = decode_each(
            rows,
            lambda row: _delivery(row, tuple(reports.get(row.story, ()))),
            "an alert of an output",
            lambda row, reason: spoilt.append({"its_id": row.id, "to_reason": reason}),
        )
        deliveries = tuple(one for _, one in found)
        if spoilt:
            ended = update(output_alerts).where(output_alerts.c.id == bindparam("its_id"))
            values: dict[str, Any] = {
                "state": "dead",
                "reason": bindparam("to_reason"),
                "lease_epoch": None,
                "lease_until": None,
            }
            await connection.execute(ended.values(values), spoilt)
        return deliveries

    async def settle(self, results: Sequence[tuple[OutputDelivery, OutputResult]], epoch: int, now: datetime) -> None:
        changes = [to_change(one, result, epoch, to_ms(now)) for one, result in results]
        changes.sort(key=lambda change: change[1]["its_id"])  # rows are always locked in this order
        async with self.database.write() as connection:
            current = await role_repository.current_epoch(connection, ROLE)
            for kind, values in changes:
                await connection.execute(result_statement(kind), values)
        role_repository.refuse_stale_epoch(ROLE, current, epoch)

    async def release(self, deliveries: Sequence[OutputDelivery], epoch: int) -> None:
        if not deliveries:
            return
        ours = output_alerts.c.id == bindparam("its_id"), output_alerts.c.lease_epoch == bindparam("its_epoch")
        rows = [{"its_id": one.id, "its_epoch": epoch} for one in sorted(deliveries, key=lambda one: one.id)]
        async with self.database.write() as connection:
            await connection.execute(
                update(output_alerts).where(*ours).values(lease_epoch=None, lease_until=None), rows
            )

    async def find_next_due(self, epoch: int, output: str) -> datetime | None:
        columns = output_alerts.c
        ours = case((columns.lease_epoch == bindparam("its_epoch"), func.coalesce(columns.lease_until, 0)), else_=0)
        first = func.min(self.database.dialect.greatest(columns.not_before, ours))
        due = select(first).where(columns.output == bindparam("its_output"), text(DUE))
        async with self.database.read() as connection:
            return to_utc_or_none(await connection.scalar(due, {"its_output": output, "its_epoch": epoch}))

    async def read_states(self) -> tuple[OutputState, ...]:
        async with self.database.read() as connection:
            return tuple(map(_state, await connection.execute(select(outputs))))

    async def write_state(self, state: OutputState) -> None:
        values = {
            "id": state.output,
            "address": state.address,
            "failing_since": to_ms_or_none(state.failing_since),
            "reason": clean_or_none(state.reason),
            "rest_until": to_ms_or_none(state.rest_until),
            "ended_at": to_ms_or_none(state.ended_at),
            "announced": state.announced,
        }
        new = self.database.dialect.insert(outputs)
        anew = {name: new.excluded[name] for name in values if name != "id"}
        async with self.database.write() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=anew), values)

    async def end_waiting(self, output: str, reason: str, *, before: datetime | None = None) -> int:
        its: tuple[Any, ...] = (output_alerts.c.output == bindparam("its_output"), text(DUE))
        if before is not None:  # what was taken and has grown is tried again, for as long as that takes
            its = (*its, text("shown = 0"), output_alerts.c.created_at < to_ms(before))
        return await self._end(its, {"its_output": output}, reason)

    async def end_strayed(self, known: Sequence[str], before: datetime) -> int:
        strangers = ~self.database.dialect.among(output_alerts.c.output, "known")
        its = (strangers, text(DUE), output_alerts.c.created_at < bindparam("before"))
        values = {"known": self.database.dialect.pack(known), "before": to_ms(before)}
        return await self._end(its, values, "there is no such output in watchlists.yaml")

    async def _end(self, its: Sequence[Any], values: Mapping[str, object], reason: str) -> int:
        """End alerts that were never taken; of the others, what came since is given up."""
        fresh = update(output_alerts).where(*its, text("shown = 0"))
        grown = update(output_alerts).where(*its, text("shown > 0"))
        free = {"lease_epoch": None, "lease_until": None, "reason": reason}
        async with self.database.write() as connection:
            ended = (await connection.execute(fresh.values(state="dead", **free), values)).rowcount
            await connection.execute(grown.values(shown=output_alerts.c.wanted, **free), values)
        return ended

    async def count_outputs(self) -> tuple[OutputCounts, ...]:
        due = text(DUE)
        counted = select(
            output_alerts.c.output,
            func.count().filter(due).label("waiting"),
            func.count().filter(output_alerts.c.shown > 0).label("sent"),
            func.count().filter(text("state = 'dead'")).label("dead"),
            func.max(output_alerts.c.sent_at).label("last"),
        ).group_by(output_alerts.c.output)
        async with self.database.read() as connection:
            rows = {row.output: row for row in await connection.execute(counted)}
            states = {row.id: _state(row) for row in await connection.execute(select(outputs))}
        return tuple(
            OutputCounts(
                name,
                waiting=rows[name].waiting if name in rows else 0,
                sent=rows[name].sent if name in rows else 0,
                dead=rows[name].dead if name in rows else 0,
                last_sent_at=to_utc_or_none(rows[name].last) if name in rows else None,
                state=states.get(name),
            )
            for name in sorted({*rows, *states})
        )


def _delivery(row: Row, reports: tuple[Report, ...]) -> OutputDelivery:
    return OutputDelivery(
        id=row.id,
        key=row.key,
        alert=to_watchlist_alert(row.watchlist, row.story, row.payload, RANKS[row.rank]),
        reports=reports,
        revision=row.wanted,
        shown=row.shown,
        attempts=row.attempts,
        answers=row.answers,
        is_correction=bool(row.corrected),
        sent_at=to_utc_or_none(row.sent_at),
        failing_since=to_utc_or_none(row.failing_since),
        created_at=to_utc(row.created_at),
    )


def _state(row: Row) -> OutputState:
    return OutputState(
        output=row.id,
        address=row.address,
        failing_since=to_utc_or_none(row.failing_since),
        reason=row.reason,
        rest_until=to_utc_or_none(row.rest_until),
        ended_at=to_utc_or_none(row.ended_at),
        announced=bool(row.announced),
    )
