"""How attempts to deliver ended, written down: what ends while another ending is being written shares a transaction.

A commit costs most of what a message costs, and a slow disk would keep the pace of all. Nothing waits for company:
whoever comes first writes what there is, at once. The changes of one message are written all or none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import and_, bindparam, case, func, or_, text, update

from bot.model import Delivery
from bot.ports.outbox_store import Dead, Folded, Later, Sent
from bot.store.codecs import clean
from bot.store.database.timestamps import to_ms
from bot.store.database.transactions import Database
from bot.store.leases import role_repository
from bot.store.tables import outbox

if TYPE_CHECKING:
    from sqlalchemy import Update

_Kind = Literal["accepted", "drawn", "postponed", "dead", "unchanged", "gone"]


@dataclass(slots=True, eq=False)
class DeliveryResult:
    """How an attempt ended, of all alerts that one message showed; `now` in milliseconds."""

    deliveries: Sequence[Delivery]
    epoch: int
    result: Sent | Folded | Later | Dead
    now: int
    written: bool = False
    current: int | None = None  # the sender's epoch when it was written


@dataclass(frozen=True, slots=True)
class DeliveryResults:
    """What waits to be written, and whose turn it is to write."""

    database: Database
    _waiting: list[DeliveryResult] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, ending: DeliveryResult) -> None:
        """Write it, and whatever else has come by then. StaleLeaseError after that when its epoch is over."""
        self._waiting.append(ending)
        try:
            async with self._turn:
                if not ending.written:
                    await self._write(tuple(self._waiting))
        finally:
            if ending in self._waiting:
                self._waiting.remove(ending)
        role_repository.refuse_stale_epoch("sender", ending.current, ending.epoch)

    async def _write(self, results: Sequence[DeliveryResult]) -> None:
        changes = [change for each in results for change in changes_of(each)]
        changes.sort(key=lambda change: change[1]["its_id"])  # rows are always locked in this order
        async with self.database.write() as connection:
            current = await role_repository.current_epoch(connection, "sender")
            for kind, alike in groupby(changes, key=itemgetter(0)):
                await connection.execute(_statement(kind), [values for _, values in alike])
        for each in results:
            each.written, each.current = True, current
            if isinstance(each.result, Dead):
                self.database.observed.dead += sum(not one.shown and not one.alert.part for one in each.deliveries)
            if each in self._waiting:
                self._waiting.remove(each)


def changes_of(ending: DeliveryResult) -> Iterator[tuple[_Kind, dict[str, Any]]]:
    """Yield what becomes of each row: of those that were sent, and of the other lines that their message shows anew."""
    drawn = {one.id: one for one in ending.result.drawn} if isinstance(ending.result, Folded) else {}
    for one in ending.deliveries:
        shown = drawn.pop(one.id, one)  # it may have changed since it was claimed
        yield change_of(shown, ending.result, ending.epoch, ending.now)
    for one in drawn.values():
        yield (
            "drawn",
            {"its_id": one.id, "its_epoch": ending.epoch, "to_message": one.message, "to_shown": one.revision},
        )


def change_of(
    delivery: Delivery, result: Sent | Folded | Later | Dead, epoch: int, now: int
) -> tuple[_Kind, dict[str, Any]]:
    """Return what becomes of a row, and the values of that; `now` in milliseconds."""
    row: dict[str, Any] = {"its_id": delivery.id, "its_epoch": epoch}
    if isinstance(result, Sent | Folded):
        shown = {"to_message": result.message, "to_folded": isinstance(result, Folded), "to_shown": delivery.revision}
        return "accepted", row | shown | {"now": now}
    row["to_reason"] = clean(result.reason)
    if isinstance(result, Later):
        counted = {"refused": int(result.counts == "refused"), "doubted": int(result.counts == "doubt")}
        return "postponed", row | counted | {"to_time": to_ms(result.at)}
    if not delivery.shown:
        return "dead", row
    return ("gone", row | {"now": now}) if result.gone else ("unchanged", row)


@cache
def _statement(kind: _Kind) -> Update:
    """Return the statement that does so, once for all: building one costs as much as running it.

    What was accepted is written even to a row of a suspended chat: it saves a duplicate.
    """
    changes: dict[_Kind, dict[str, Any]] = {
        "accepted": {
            "state": "sent",
            "message": bindparam("to_message"),
            "folded": bindparam("to_folded"),
            "shown": bindparam("to_shown"),
            "sent_at": func.coalesce(outbox.c.sent_at, bindparam("now")),
            "resent": or_(outbox.c.resent, and_(outbox.c.shown > 0, outbox.c.message.is_(None))),
            "attempts": 0,
            "doubts": 0,
            "reason": None,
        },
        "drawn": {"shown": bindparam("to_shown"), "attempts": 0, "doubts": 0, "reason": None},
        "postponed": {
            "attempts": outbox.c.attempts + bindparam("refused"),
            "doubts": outbox.c.doubts + bindparam("doubted"),
            "not_before": bindparam("to_time"),
            "reason": bindparam("to_reason"),
        },
        "dead": {"state": "dead", "reason": bindparam("to_reason")},
        # Only the edit is given up: the reader has the message, and the next change is tried again.
        "unchanged": {"shown": outbox.c.wanted, "reason": bindparam("to_reason")},
        # It has no message to edit any more: what the edit was to show comes as a message of its own, once.
        "gone": {
            "shown": case((outbox.c.resent, outbox.c.wanted), else_=outbox.c.shown),
            "message": None,
            "resent": True,
            "attempts": 0,
            "doubts": 0,
            "not_before": bindparam("now"),
            "reason": bindparam("to_reason"),
        },
    }
    claimed = outbox.c.lease_epoch == bindparam("its_epoch")
    if kind == "drawn":  # whether it was claimed or not, but for what a newer sender has claimed by now
        unclaimed = or_(outbox.c.lease_epoch.is_(None), outbox.c.lease_epoch < bindparam("its_epoch"))
        there = (outbox.c.message == bindparam("to_message"), outbox.c.shown < bindparam("to_shown"))
        claimed = and_(or_(claimed, unclaimed), *there)
    ours = update(outbox).where(outbox.c.id == bindparam("its_id"), claimed)
    if kind != "accepted":
        ours = ours.where(text("state <> 'dead'"))
    return ours.values(changes[kind] | {"lease_epoch": None, "lease_until": None})
