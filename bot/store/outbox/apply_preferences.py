"""What was claimed, sifted by its readers' wishes: the rest is sent, what waits or ends by a wish is written down.

Works within the claim's own transaction, so that what is held or muted never leaves the store, and a kill changes
nothing. `bot.alerts.policy` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.policy import Drop, Hold, Send, Waiting, decide
from bot.model import Delivery
from bot.ports.outbox import Unreadable
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

    def alert(self, row: Row, reason: str) -> None:
        """Note an alert, which is to end."""
        self.found.append(Unreadable("alert", row.chat, reason))
        self.rows[row.id] = clean(reason)

    def look(self, row: Row, reason: str) -> None:
        """Note how a chat wants its alerts."""
        self.found.append(Unreadable("setting", row.id, reason))

    def wish(self, row: Row, reason: str) -> None:
        """Note hours or a mute of a place, or that they cannot be applied to an alert."""
        self.found.append(Unreadable("setting", row.chat, reason))


async def is_any_held(
    connection: AsyncConnection, dialect: Dialect, claimed: Sequence[tuple[Row, Delivery]], now: datetime
) -> bool:
    """Return whether anything of what is claimed is not to be sent now, as its chats wish by now. Only reads."""
    looks = {one.alert.chat.id: one.look for _, one in claimed}
    wishes = await read_preferences(connection, dialect, looks.keys(), looks) if claimed else {}
    places = ((row, one, (row.chat, to_topic(one.alert.chat))) for row, one in claimed)
    spoilt = UnreadableRows()
    return any(
        not isinstance(_decide(row, one, wishes[where], now, spoilt), Send)
        for row, one, where in places
        if where in wishes
    )


async def apply_preferences(
    connection: AsyncConnection,
    dialect: Dialect,
    claimed: Sequence[tuple[Row, Delivery]],
    now: datetime,
    spoilt: UnreadableRows,
) -> tuple[Delivery, ...]:
    """Return what is to be sent now, of claimed rows and the deliveries that they are.

    Where the wishes of a place cannot be applied, its alert is sent: better one too many than one that is lost.
    """
    if not claimed:
        return ()
    looks = {one.alert.chat.id: one.look for _, one in claimed}
    wishes = await read_preferences(connection, dialect, looks.keys(), looks, spoilt.wish)
    if not wishes:
        return tuple(one for _, one in claimed)
    through: list[Delivery] = []
    held: list[tuple[int, int, str]] = []
    dropped: list[tuple[int, str]] = []
    unseen: list[int] = []
    served: dict[ChatTopic, int] = {}
    for row, delivery in claimed:
        where = (row.chat, to_topic(delivery.alert.chat))
        match _decide(row, delivery, wishes[where], now, spoilt) if where in wishes else None:
            case Hold(until, why):
                held.append((row.id, to_ms(until), why))
            case Drop(mute):
                dropped.append((row.id, mute_reason(mute)))
            case Send(digest=True) if delivery.held is None:
                through.append(replace(delivery, held="digest"))
                unseen.append(row.id)
            case _:
                through.append(delivery)
                if delivery.held == "digest" and not row.shown:
                    served[where] = max(row.not_before, served.get(where, 0))
    await hold_alerts(connection, held)
    await drop_muted(connection, dropped)
    await mark_digest(connection, unseen)
    await record_digests(connection, served)
    return tuple(through)


def _decide(
    row: Row, delivery: Delivery, wishes: Preferences, now: datetime, spoilt: UnreadableRows
) -> Send | Hold | Drop:
    """Return what is to be done with an alert now."""

    def decided(row: Row) -> Send | Hold | Drop:
        waiting = Waiting(delivery.alert, delivery.reports, to_utc(row.created_at), edit=row.shown > 0)
        return decide(waiting, wishes, now)

    return next((one for _, one in decode_each((row,), decided, "what a chat wishes", spoilt.wish)), Send())
