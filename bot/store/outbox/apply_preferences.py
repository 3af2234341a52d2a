"""Preferences of chats applied to claimed alerts: what is held or muted is written down, the rest is sent.

Works within the claim's own transaction, so that what is held or muted never leaves the store, and a kill changes
nothing. `bot.alerts.policy` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.policy import Drop, Hold, Send, Waiting, decide, without_muted_sources
from bot.model import Delivery
from bot.ports.outbox_store import Unreadable
from bot.preferences import Preferences
from bot.store.chats.preference_rows import (
    ChatTopic,
    drop_muted,
    hold_alerts,
    mark_digest,
    mute_reason,
    read_preferences,
    record_digests,
)
from bot.store.codecs import Row, clean, to_topic
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.row_decoding import decode_each

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(slots=True)
class UnreadableRows:
    """What a claim met that cannot be read, decided or both: whom it concerns, and the rows that end for it."""

    found: list[Unreadable] = field(default_factory=list)
    rows: dict[int, str] = field(default_factory=dict)  # of the outbox, by number, with the reason

    def add_alert(self, row: Row, reason: str) -> None:
        """Note an alert, which is to end."""
        self.found.append(Unreadable("alert", row.chat, reason))
        self.rows[row.id] = clean(reason)

    def add_display(self, row: Row, reason: str) -> None:
        """Note how a chat wants its alerts."""
        self.found.append(Unreadable("setting", row.id, reason))

    def add_preference(self, row: Row, reason: str) -> None:
        """Note hours or a mute of a chat or topic, or that they cannot be applied to an alert."""
        self.found.append(Unreadable("setting", row.chat, reason))


async def is_any_held(
    connection: AsyncConnection, dialect: Dialect, claimed: Sequence[tuple[Row, Delivery]], now: datetime
) -> bool:
    """Return whether the preferences of chats now hold or mute anything of what is claimed. Only reads."""
    displays = {one.alert.chat.id: one.look for _, one in claimed}
    preferences = await read_preferences(connection, dialect, displays.keys(), displays) if claimed else {}
    keyed = ((row, one, (row.chat, to_topic(one.alert.chat))) for row, one in claimed)
    unreadable_rows = UnreadableRows()
    return any(
        not isinstance(_decide(row, one, preferences[key], now, unreadable_rows), Send)
        or _as_heard(row, one, preferences[key], now) != one
        for row, one, key in keyed
        if key in preferences
    )


async def apply_preferences(
    connection: AsyncConnection,
    dialect: Dialect,
    claimed: Sequence[tuple[Row, Delivery]],
    now: datetime,
    unreadable_rows: UnreadableRows,
) -> tuple[Delivery, ...]:
    """Return what is to be sent now, of claimed rows and the deliveries that they are.

    Where preferences cannot be applied, the alert is sent: better one too many than one that is lost.
    """
    if not claimed:
        return ()
    displays = {one.alert.chat.id: one.look for _, one in claimed}
    preferences = await read_preferences(connection, dialect, displays.keys(), displays, unreadable_rows.add_preference)
    if not preferences:
        return tuple(one for _, one in claimed)
    sendable: list[Delivery] = []
    held: list[tuple[int, int, str]] = []
    dropped: list[tuple[int, str]] = []
    in_digest: list[int] = []
    served: dict[ChatTopic, int] = {}
    for row, original in claimed:
        delivery = original
        key = (row.chat, to_topic(delivery.alert.chat))
        if key in preferences:
            delivery = _as_heard(row, original, preferences[key], now)
        match _decide(row, original, preferences[key], now, unreadable_rows) if key in preferences else None:
            case Hold(until, why):
                held.append((row.id, to_ms(until), why))
            case Drop(mute):
                dropped.append((row.id, mute_reason(mute)))
            case Send(digest=True) if delivery.held is None:
                sendable.append(replace(delivery, held="digest"))
                in_digest.append(row.id)
            case _:
                sendable.append(delivery)
                if delivery.held == "digest" and not row.shown:
                    served[key] = max(row.not_before, served.get(key, 0))
    await hold_alerts(connection, held)
    await drop_muted(connection, dropped)
    await mark_digest(connection, in_digest)
    await record_digests(connection, served)
    return tuple(sendable)


def _as_heard(row: Row, delivery: Delivery, preferences: Preferences, now: datetime) -> Delivery:
    """Return a delivery without what sources report that its place has muted, where others report it too."""
    alert, reports = without_muted_sources(delivery.alert, delivery.reports, preferences.mutes, now, edit=row.shown > 0)
    return replace(delivery, alert=alert, reports=reports)


def _decide(
    row: Row, delivery: Delivery, preferences: Preferences, now: datetime, unreadable_rows: UnreadableRows
) -> Send | Hold | Drop:
    """Return what is to be done with an alert now."""

    def decided(row: Row) -> Send | Hold | Drop:
        # What is told anew belongs to the digest after its message was found gone, which its `not_before` says.
        queued = to_utc(row.not_before - 1 if row.shown else row.created_at)
        waiting = Waiting(delivery.alert, delivery.reports, queued, edit=row.message is not None)
        return decide(waiting, preferences, now)

    return next(
        (one for _, one in decode_each((row,), decided, "what a chat wishes", unreadable_rows.add_preference)), Send()
    )
