"""What was claimed, sifted by its readers' wishes: the rest is sent, what waits or ends by a wish is written down.

Works within the claim's own transaction, so that what is held or muted never leaves the store, and a kill changes
nothing. `bot.sending.timing` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.model import Delivery
from bot.sending.timing import Drop, Hold, Send, Waiting, decide
from bot.store.dialect import Dialect
from bot.store.instants import to_ms, to_utc
from bot.store.rows import Row, to_topic
from bot.store.wishes import Place, digested, drop, gather, hold, reason_of, wishes_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def sift(
    connection: AsyncConnection, dialect: Dialect, rows: Sequence[Row], deliveries: Sequence[Delivery], now: datetime
) -> tuple[Delivery, ...]:
    """Return what is to be sent now, of claimed rows and the deliveries that they are."""
    if not rows:
        return ()
    looks = {one.alert.chat.id: one.look for one in deliveries}
    wishes = await wishes_of(connection, dialect, looks.keys(), looks)
    if not wishes:
        return tuple(deliveries)
    through: list[Delivery] = []
    held: list[tuple[int, int, str]] = []
    dropped: list[tuple[int, str]] = []
    unseen: list[int] = []
    served: dict[Place, int] = {}
    for row, delivery in zip(rows, deliveries, strict=True):
        where = (row.chat, to_topic(delivery.alert.chat))
        waiting = Waiting(delivery.alert, delivery.reports, to_utc(row.created_at), edit=row.shown > 0)
        match decide(waiting, wishes[where], now) if where in wishes else None:
            case Hold(until, why):
                held.append((row.id, to_ms(until), why))
            case Drop(mute):
                dropped.append((row.id, reason_of(mute)))
            case Send(digest=True) if delivery.held is None:
                through.append(replace(delivery, held="digest"))
                unseen.append(row.id)
            case _:
                through.append(delivery)
                if delivery.held == "digest" and not row.shown:
                    served[where] = max(row.not_before, served.get(where, 0))
    await hold(connection, held)
    await drop(connection, dropped)
    await gather(connection, unseen)
    await digested(connection, served)
    return tuple(through)
