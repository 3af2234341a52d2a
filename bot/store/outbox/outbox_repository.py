"""The outbox as a queue: claims, results, and the pauses that Telegram asks for.

Fulfils `OutboxStore`. A row is due while it wants to show more than its reader has. It is leased under the
sender's epoch: what an older epoch held is free soon after the role changes hands (`leases/role_repository`), and a
late result of one changes nothing that was claimed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, text, update

from bot.errors import Closure
from bot.model import Alert, Chat, Delivery, DisplayPreferences, Report, StoryLine
from bot.ports.outbox_store import Dead, Folded, Later, Role, Sent, Unreadable
from bot.store.chats import chat_lifecycle, suspensions, topics
from bot.store.chats.preference_rows import BY_PREFERENCE, end_unreadable, read_displays
from bot.store.codecs import Row, to_alert, to_chat, to_report, to_topic
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.leases import role_repository
from bot.store.model_answers.stored_lines import read_lines
from bot.store.outbox.apply_preferences import UnreadableRows, apply_preferences, is_any_held
from bot.store.outbox.delivery_results import DeliveryResult, DeliveryResults
from bot.store.outbox.outbox_statements import (
    EVERYBODY,
    claim_statement,
    claimed_statement,
    count_sent_statement,
    rolling_message_statement,
    story_messages_statement,
)
from bot.store.polling.poll_statements import may_be_sent, reports_of_stories_statement
from bot.store.row_decoding import decode_each
from bot.store.tables import DUE, LEASED, chats, outbox

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class OutboxRepository:
    """The sender's part of the store."""

    database: Database
    results: DeliveryResults

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        return await role_repository.take_role(self.database, role, now, ttl)

    async def release_role(self, role: Role, epoch: int) -> None:
        await role_repository.release_role(self.database, role, epoch)

    async def claim(
        self,
        epoch: int,
        now: datetime,
        *,
        limit: int,
        ttl: timedelta,
        per_chat: int | None = None,
        before: datetime | None = None,
        without: Sequence[int] = (),
        after: Sequence[int] = (),
        resting: Sequence[int] = (),
        unreadable: Callable[[Unreadable], None] = lambda _: None,
    ) -> tuple[Delivery, ...]:
        dialect = self.database.dialect
        values = {"now": to_ms(now), "until": to_ms(now + ttl), "epoch": epoch, "most": limit}
        values |= {"share": limit if per_chat is None else per_chat, "before": 0 if before is None else to_ms(before)}
        left_out = {"without": dialect.pack(without), "after": dialect.pack(after), "resting": dialect.pack(resting)}
        async with self.database.write() as connection:
            await role_repository.ensure_current_epoch(connection, "sender", epoch)
            if await self._paused(connection, values["now"]):
                return ()
            rows = (await connection.execute(claim_statement(dialect), values | left_out)).all()
            rows = sorted(rows, key=lambda row: (row.message is not None, row.rank, row.created_at, row.id))
            unreadable_rows = UnreadableRows()
            claimed = await self._deliveries(connection, rows, unreadable_rows, to_ms(now))
            due = await apply_preferences(connection, dialect, claimed, now, unreadable_rows)
            await end_unreadable(connection, unreadable_rows.rows)
        for one in unreadable_rows.found:
            unreadable(one)
        return due

    async def _paused(self, connection: AsyncConnection, now: int) -> bool:
        pause = select(chats.c.blocked_until).where(chats.c.id == EVERYBODY)
        return (await connection.scalar(pause) or 0) > now

    async def _deliveries(
        self, connection: AsyncConnection, rows: Sequence[Row], unreadable_rows: UnreadableRows, now: int
    ) -> list[tuple[Row, Delivery]]:
        """Return rows of the outbox with their stories' reports and their chats' looks: one query for all of each."""
        if not rows:
            return []
        dialect = self.database.dialect
        reports: dict[int, list[Report]] = {}
        rows_of_reports = await connection.execute(
            reports_of_stories_statement(dialect), {"ids": dialect.pack({row.story for row in rows})}
        )
        for row, report in decode_each(rows_of_reports, to_report, "a report"):
            reports.setdefault(row.story, []).append(report)
        displays = await read_displays(connection, dialect, {row.chat for row in rows}, unreadable_rows.add_display)
        parents = await self._parents(connection, [row.story for row in rows if row.part])
        probed = await suspensions.find_suspended(connection, dialect, {row.chat for row in rows})
        lost = await topics.find_lost_topics(connection, dialect, {row.chat for row in rows if row.topic})
        with_lines = [row.story for row in rows if (look := displays.get(row.chat)) and look.model != "off"]
        lines = await read_lines(connection, dialect, with_lines) if with_lines else {}

        def read(row: Row) -> Delivery:
            parent = parents.get((row.chat, row.topic, row.story)) if row.part else None
            return _delivery(
                row,
                parent,
                tuple(reports.get(row.story, ())),
                displays.get(row.chat, DisplayPreferences()),
                is_probe=row.chat in probed or (row.chat, row.topic) in lost,
                to_general=lost.get((row.chat, row.topic), 0) > now,
                lines=lines.get(row.story, ()),
            )

        return list(decode_each(rows, read, "an alert", unreadable_rows.add_alert))

    async def _parents(self, connection: AsyncConnection, stories: Sequence[int]) -> dict[tuple[int, int, int], Row]:
        """Return the messages of stories, by chat, topic and story."""
        if not stories:
            return {}
        rows = await connection.execute(
            story_messages_statement(self.database.dialect), {"ids": self.database.dialect.pack(stories)}
        )
        return {(row.chat, row.topic, row.story): row for row in rows}

    async def count_recent(self, chats: Sequence[int], since: datetime) -> Mapping[int, int]:
        dialect = self.database.dialect
        async with self.database.read() as connection:
            values = {"chats": dialect.pack(tuple(dict.fromkeys(chats))), "since": to_ms(since)}
            rows = await connection.execute(count_sent_statement(dialect), values)
            counted = {row.chat: row.messages for row in rows}
        return {one: counted.get(one, 0) for one in chats}

    async def find_rolling(self, chat: Chat, since: datetime, message: int | None = None) -> tuple[Delivery, ...]:
        values = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        if message is not None:
            values["its_message"] = message
        async with self.database.read() as connection:
            rows = (await connection.execute(rolling_message_statement(newest=message is None), values)).all()
            if not rows or (message is None and rows[0].sent_at < to_ms(since)):
                return ()
            return tuple(one for _, one in await self._deliveries(connection, rows, UnreadableRows(), 0))

    async def settle(
        self, deliveries: Sequence[Delivery], epoch: int, result: Sent | Folded | Later | Dead, now: datetime
    ) -> None:
        await self.results.write(DeliveryResult(deliveries, epoch, result, to_ms(now)))

    async def release(self, deliveries: Sequence[Delivery], epoch: int) -> None:
        if not deliveries:
            return
        ours = update(outbox).where(outbox.c.id == bindparam("its_id"), outbox.c.lease_epoch == bindparam("its_epoch"))
        claimed = [{"its_id": one.id, "its_epoch": epoch} for one in sorted(deliveries, key=lambda one: one.id)]
        async with self.database.write() as connection:
            await connection.execute(ours.values(lease_epoch=None, lease_until=None), claimed)

    async def release_others(self, epoch: int, *, without: Sequence[int], but: Sequence[int]) -> None:
        dialect = self.database.dialect
        astray = update(outbox).where(
            text(LEASED),
            outbox.c.lease_epoch == bindparam("its_epoch"),
            ~dialect.among(outbox.c.chat, "chats"),
            ~dialect.among(outbox.c.id, "ids"),
        )
        values = {"its_epoch": epoch, "chats": dialect.pack(without), "ids": dialect.pack(but)}
        async with self.database.write() as connection:
            await connection.execute(astray.values(lease_epoch=None, lease_until=None), values)

    async def confirm_claims(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> tuple[Delivery, ...]:
        dialect, unreadable_rows = self.database.dialect, UnreadableRows()
        values = {"ids": dialect.pack([one.id for one in deliveries]), "its_epoch": epoch, "now": to_ms(now)}
        async with self.database.read() as connection:
            rows = {row.id: row for row in await connection.execute(claimed_statement(dialect), values)}
            grown = [row for one in deliveries if (row := rows.get(one.id)) and row.wanted > one.revision]
            fresh = {one.id: one for _, one in await self._deliveries(connection, grown, unreadable_rows, to_ms(now))}
            there = [
                (
                    rows[one.id],
                    _renewed(
                        replace(
                            fresh.get(one.id, one), held=one.held, is_probe=one.is_probe, to_general=one.to_general
                        ),
                        rows[one.id],
                    ),
                )
                for one in deliveries
                if one.id in rows
            ]
            changed = await is_any_held(connection, dialect, there, now)
        if not changed:
            return tuple(one for _, one in there)
        async with self.database.write() as connection:
            await role_repository.ensure_current_epoch(connection, "sender", epoch)
            return await apply_preferences(connection, dialect, there, now, unreadable_rows)

    async def block_chat(self, chat: int | None, until: datetime) -> None:
        async with self.database.write() as connection:
            await chat_lifecycle.block_chat(
                connection, self.database.dialect, EVERYBODY if chat is None else chat, to_ms(until)
            )

    async def suspend_chat(
        self, chat: int, reason: str, now: datetime, *, closure: Closure = "unreachable"
    ) -> datetime:
        async with self.database.write() as connection:
            probe = await suspensions.suspend_chat(
                connection, self.database.dialect, chat, reason, to_ms(now), closure=closure
            )
        return to_utc(probe)

    async def reopen_chat(self, chat: Chat, now: datetime) -> None:
        async with self.database.write() as connection:
            await suspensions.reopen_chat(connection, chat.id, to_ms(now))
            if chat.topic is not None:
                await topics.reopen_topic(connection, chat.id, chat.topic)

    async def wait_out_outage(self, chats: Sequence[int], until: datetime, now: datetime) -> None:
        async with self.database.write() as connection:
            for chat in sorted(chats):
                await suspensions.excuse_chat(connection, self.database.dialect, chat, to_ms(until), to_ms(now))

    async def take_unannounced(self, now: datetime) -> tuple[tuple[Chat, str], ...]:
        async with self.database.write() as connection:
            await suspensions.trim_held(connection, to_ms(now))
            closed = await suspensions.take_unannounced(connection, to_ms(now))
            lost = await topics.take_unannounced_topics(connection)
        of_topics = ((Chat(chat, topic), reason) for chat, topic, reason in lost)
        return (*((Chat(chat), reason) for chat, reason in closed), *of_topics)

    async def migrate_chat(self, old: int, new: int) -> None:
        async with self.database.write() as connection:
            await chat_lifecycle.migrate_chat(connection, self.database.dialect, old, new)

    async def close_topic(self, chat: Chat, reason: str, now: datetime) -> None:
        if chat.topic is not None:
            async with self.database.write() as connection:
                await topics.close_topic(connection, self.database.dialect, (chat.id, chat.topic), reason, to_ms(now))

    async def count_waiting(self, now: datetime) -> tuple[int, datetime | None]:
        greatest = self.database.dialect.greatest
        free_at = greatest(
            outbox.c.not_before, func.coalesce(chats.c.blocked_until, 0), func.coalesce(outbox.c.lease_until, 0)
        )
        counts = or_(
            text(f"NOT ({BY_PREFERENCE})"), outbox.c.not_before <= bindparam("now")
        )  # what is held is no work left
        due = (
            select(func.count().filter(counts), func.min(free_at))
            .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
            .where(text(DUE), may_be_sent())
        )
        async with self.database.read() as connection:
            number, first = (await connection.execute(due, {"now": to_ms(now)})).one()
            pause = await connection.scalar(select(chats.c.blocked_until).where(chats.c.id == EVERYBODY)) or 0
        return number, None if first is None else to_utc(max(first, pause))


def _delivery(
    row: Row,
    parent: Row | None,
    reports: tuple[Report, ...],
    look: DisplayPreferences,
    *,
    is_probe: bool,
    to_general: bool,
    lines: tuple[StoryLine, ...],
) -> Delivery:
    """Return an alert on its way, of a row, the message that it answers, its story's reports and its chat's look."""
    return Delivery(
        id=row.id,
        alert=_alert(row, parent),
        reports=reports,
        revision=row.wanted,
        shown=row.shown,
        attempts=row.attempts,
        doubts=row.doubts,
        message=row.message,
        answers=None if parent is None else parent.message,
        folded=row.folded,
        key=row.key,
        look=look,
        held=None if row.hold == "source" else row.hold,
        is_probe=is_probe,
        to_general=to_general,
        lines=lines,
    )


def _renewed(delivery: Delivery, row: Row) -> Delivery:
    """Return a delivery with the alert that its row holds by now: another watchlist may have joined it."""
    alert = delivery.alert
    return delivery if alert.part else replace(delivery, alert=to_alert(alert.chat, alert.story, row.payload))


def _alert(row: Row, parent: Row | None) -> Alert:
    """Return the alert of a row; a reply concerns the watchlists that the message does which it answers."""
    where = to_chat(row.chat, row.topic)
    alert = to_alert(where, row.story, row.payload)
    if row.part == 0 or parent is None:
        return alert
    return replace(alert, watchlists=to_alert(where, row.story, parent.payload).watchlists)
