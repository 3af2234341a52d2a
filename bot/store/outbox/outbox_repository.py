"""What delivery needs on record: the outbox as a queue, and the pauses that Telegram asks for.

Fulfils `DeliverStore`. A row is due while it wants to show more than its reader has. It is leased under the
sender's epoch: what an older epoch held is free again, and a late result of one changes nothing that was claimed anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, or_, select, text, update

from bot.model import Alert, Chat, Delivery, DisplayPreferences, Report
from bot.ports.outbox import Dead, Folded, Later, Role, Sent, Unreadable
from bot.store.chats import chat_lifecycle
from bot.store.chats.preference_rows import BY_WISH, end_unreadable, looks_of
from bot.store.codecs import Row, to_alert, to_chat, to_report, to_topic
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.leases import roles
from bot.store.outbox.apply_preferences import Spoilt, sift, waits
from bot.store.outbox.delivery_results import DeliveryResult, DeliveryResults
from bot.store.outbox.outbox_statements import (
    EVERYBODY,
    claim_statement,
    claimed_statement,
    count_sent_statement,
    rolling_message_statement,
    story_messages_statement,
)
from bot.store.polling.poll_statements import is_open_chat, reports_of_stories_statement
from bot.store.row_decoding import decode_each
from bot.store.tables import DUE, LEASED, chats, outbox, role_leases

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class OutboxRepository:
    """The sender's part of the store."""

    database: Database
    endings: DeliveryResults

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """Return the epoch under which the role is ours (renewed if it was), or None while a live instance holds it."""
        return await roles.take(self.database, role, now, ttl)

    async def release_role(self, role: Role, epoch: int) -> None:
        """Give the role back at once."""
        await roles.drop(self.database, role, epoch)

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
        unreadable: Callable[[Unreadable], None] = lambda _: None,
    ) -> tuple[Delivery, ...]:
        """Lease alerts that are due: urgent first, then oldest; never sent, or with reports that the message lacks.

        What an older epoch still held is claimed anew. Chats that are blocked or suspended are left out, and so are
        those of `without` (chat ids), and of `after` what is not urgent; `per_chat` at most of one chat id, so that
        one with a backlog crowds out nobody. What was queued before `before`, through an outage, comes chat by chat.
        A row that cannot be read ends by itself, as dead with the reason; a setting or mute that cannot be read is
        passed over. `unreadable` hears of both. StaleLeaseError when the epoch is over.
        """
        dialect = self.database.dialect
        values = {"now": to_ms(now), "until": to_ms(now + ttl), "epoch": epoch, "most": limit}
        values |= {"share": limit if per_chat is None else per_chat, "before": 0 if before is None else to_ms(before)}
        left_out = {"without": dialect.pack(without), "after": dialect.pack(after)}
        async with self.database.write() as connection:
            await roles.ensure_current(connection, "sender", epoch)
            if await self._paused(connection, values["now"]):
                return ()
            rows = (await connection.execute(claim_statement(dialect), values | left_out)).all()
            rows = sorted(rows, key=lambda row: (row.shown > 0, row.rank, row.created_at, row.id))
            spoilt = Spoilt()
            claimed = await self._deliveries(connection, rows, spoilt)
            due = await sift(connection, dialect, claimed, now, spoilt)
            await end_unreadable(connection, spoilt.rows)
        for one in spoilt.found:
            unreadable(one)
        return due

    async def _paused(self, connection: AsyncConnection, now: int) -> bool:
        pause = select(chats.c.blocked_until).where(chats.c.id == EVERYBODY)
        return (await connection.scalar(pause) or 0) > now

    async def _deliveries(
        self, connection: AsyncConnection, rows: Sequence[Row], spoilt: Spoilt
    ) -> list[tuple[Row, Delivery]]:
        """Return rows of the outbox with their stories' reports and their chats' looks: one query for all of each."""
        if not rows:
            return []
        dialect = self.database.dialect
        reports: dict[int, list[Report]] = {}
        told = await connection.execute(
            reports_of_stories_statement(dialect), {"ids": dialect.pack({row.story for row in rows})}
        )
        for row, report in decode_each(told, to_report, "a report"):
            reports.setdefault(row.story, []).append(report)
        looks = await looks_of(connection, dialect, {row.chat for row in rows}, spoilt.look)
        parents = await self._parents(connection, [row.story for row in rows if row.part])

        def read(row: Row) -> Delivery:
            parent = parents.get((row.chat, row.topic, row.story)) if row.part else None
            return _delivery(row, parent, tuple(reports.get(row.story, ())), looks.get(row.chat, DisplayPreferences()))

        return list(decode_each(rows, read, "an alert", spoilt.alert))

    async def _parents(self, connection: AsyncConnection, stories: Sequence[int]) -> dict[tuple[int, int, int], Row]:
        """Return the messages of stories, by place and story."""
        if not stories:
            return {}
        rows = await connection.execute(
            story_messages_statement(self.database.dialect), {"ids": self.database.dialect.pack(stories)}
        )
        return {(row.chat, row.topic, row.story): row for row in rows}

    async def count_recent(self, chats: Sequence[int], since: datetime) -> Mapping[int, int]:
        """Return how many messages these chats were sent since then; edits do not count, a rolling message is one."""
        dialect = self.database.dialect
        async with self.database.read() as connection:
            values = {"chats": dialect.pack(tuple(dict.fromkeys(chats))), "since": to_ms(since)}
            rows = await connection.execute(count_sent_statement(dialect), values)
            counted = {row.chat: row.messages for row in rows}
        return {one: counted.get(one, 0) for one in chats}

    async def find_rolling(self, chat: Chat, since: datetime, message: int | None = None) -> tuple[Delivery, ...]:
        """Return what the chat's newest rolling message lists, oldest first; empty when it was begun before then.

        `message` of each is its id. With `message`, return what that one lists, however old it is.
        """
        values = {"its_chat": chat.id, "its_topic": to_topic(chat)}
        if message is not None:
            values["its_message"] = message
        async with self.database.read() as connection:
            rows = (await connection.execute(rolling_message_statement(newest=message is None), values)).all()
            if not rows or (message is None and rows[0].sent_at < to_ms(since)):
                return ()
            return tuple(one for _, one in await self._deliveries(connection, rows, Spoilt()))

    async def settle(
        self, deliveries: Sequence[Delivery], epoch: int, result: Sent | Folded | Later | Dead, now: datetime
    ) -> None:
        """Write how an attempt ended, of all alerts that one message showed; StaleLeaseError when the epoch is over.

        What was accepted is written even then, unless the new sender has claimed the row by now: it saves a duplicate.
        """
        await self.endings.write(DeliveryResult(deliveries, epoch, result, to_ms(now)))

    async def release(self, deliveries: Sequence[Delivery], epoch: int) -> None:
        """Give back what was claimed and not tried."""
        if not deliveries:
            return
        ours = update(outbox).where(outbox.c.id == bindparam("its_id"), outbox.c.lease_epoch == bindparam("its_epoch"))
        claimed = [{"its_id": one.id, "its_epoch": epoch} for one in sorted(deliveries, key=lambda one: one.id)]
        async with self.database.write() as connection:
            await connection.execute(ours.values(lease_epoch=None, lease_until=None), claimed)

    async def release_others(self, epoch: int, *, without: Sequence[int], but: Sequence[int]) -> None:
        """Give back all that is claimed under this epoch, but for these chats (ids) and these alerts (ids)."""
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
        """Return those of claimed alerts that are still to be sent now.

        Since they were claimed, a chat may have been forgotten or put out, or may have wished otherwise: what it now
        holds back, mutes or has ended is written down and left out. Nothing is written where nothing has changed.
        """
        dialect, spoilt = self.database.dialect, Spoilt()
        values = {"ids": dialect.pack([one.id for one in deliveries]), "its_epoch": epoch}
        async with self.database.read() as connection:
            rows = {row.id: row for row in await connection.execute(claimed_statement(dialect), values)}
            there = [(rows[one.id], _renewed(one, rows[one.id])) for one in deliveries if one.id in rows]
            changed = await waits(connection, dialect, there, now)
        if not changed:
            return tuple(one for _, one in there)
        async with self.database.write() as connection:
            await roles.ensure_current(connection, "sender", epoch)
            return await sift(connection, dialect, there, now, spoilt)

    async def block_chat(self, chat: int | None, until: datetime) -> None:
        """Send nothing to this chat (None: to anybody) before then. Survives restarts; never shortens a longer one."""
        async with self.database.write() as connection:
            await chat_lifecycle.block(
                connection, self.database.dialect, EVERYBODY if chat is None else chat, to_ms(until)
            )

    async def suspend_chat(self, chat: int, reason: str, now: datetime) -> None:
        """Stop telling a chat, keep its subscriptions; its waiting alerts end as dead with this reason."""
        async with self.database.write() as connection:
            await chat_lifecycle.suspend(connection, self.database.dialect, chat, reason, to_ms(now))

    async def migrate_chat(self, old: int, new: int) -> None:
        """Follow a group to its new id, in every table at once; subscriptions of both are merged."""
        async with self.database.write() as connection:
            await chat_lifecycle.migrate(connection, self.database.dialect, old, new)

    async def close_topic(self, chat: Chat) -> None:
        """Move what is for a forum topic that is gone to the group's General (topic None), from now on.

        A story of which General was told already is settled as dead; nothing is told twice.
        """
        if chat.topic is not None:
            async with self.database.write() as connection:
                await chat_lifecycle.lose_topic(connection, self.database.dialect, chat.id, chat.topic)

    async def count_waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """Return how many alerts are not yet delivered, and when the next may be tried (None when none is).

        Messages that are due for an edit count, what waits by its reader's wish does not; what is being sent may be
        tried when its lease ends.
        """
        greatest = self.database.dialect.greatest
        current = select(role_leases.c.epoch).where(role_leases.c.role == "sender").scalar_subquery()
        leased = case((outbox.c.lease_epoch == current, outbox.c.lease_until), else_=0)
        free_at = greatest(outbox.c.not_before, func.coalesce(chats.c.blocked_until, 0), func.coalesce(leased, 0))
        counts = or_(text(f"NOT ({BY_WISH})"), outbox.c.not_before <= bindparam("now"))  # what is held is no work left
        due = (
            select(func.count().filter(counts), func.min(free_at))
            .select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
            .where(text(DUE), is_open_chat())
        )
        async with self.database.read() as connection:
            number, first = (await connection.execute(due, {"now": to_ms(now)})).one()
            pause = await connection.scalar(select(chats.c.blocked_until).where(chats.c.id == EVERYBODY)) or 0
        return number, None if first is None else to_utc(max(first, pause))


def _delivery(row: Row, parent: Row | None, reports: tuple[Report, ...], look: DisplayPreferences) -> Delivery:
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
