"""What `only` asked and what was answered. Fulfils `VerdictStore`.

A verdict is written together with what follows for the alerts that wait for it: rows of the outbox that are not due
before the question's deadline. A verdict that comes later changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, bindparam, delete, func, select, text, update

from bot.ports.model_store import OpenQuestion, ReportedItem, Verdict
from bot.store.codecs import Row, clean, to_alert, to_chat
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.history import item_columns, to_item_on_record
from bot.store.row_decoding import decode_each
from bot.store.tables import items, model_verdicts, outbox, output_alerts, sources, watchlist_alerts

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REFUSED = "model"  # `hold` of an alert that ended because every one of its watchlists got a no
_WAITS = text("part = 0 AND state = 'pending' AND shown = 0 AND attempts = 0 AND hold IS NULL AND lease_epoch IS NULL")


@dataclass(frozen=True, slots=True)
class VerdictRepository:
    """The questions of one database."""

    database: Database

    async def claim_questions(self, now: datetime, *, most: int) -> tuple[OpenQuestion, ...]:
        at = to_ms(now)
        if most < 1 or not await self._is_any_open():
            return ()
        columns = model_verdicts.c
        open_ones = columns.verdict.is_(None)
        late = update(model_verdicts).where(open_ones, columns.until <= at).values(verdict="none", reason="")
        free = (
            select(columns.story, columns.watchlist)
            .where(open_ones, columns.claimed_until <= at)
            .order_by(columns.asked_at, columns.story)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        async with self.database.write() as connection:
            await connection.execute(late)
            chosen = (await connection.execute(free)).all()
            if not chosen:
                return ()
            taken = update(model_verdicts).where(
                columns.story == bindparam("its_story"), columns.watchlist == bindparam("its_watchlist")
            )
            its = [{"its_story": row.story, "its_watchlist": row.watchlist} for row in chosen]
            await connection.execute(taken.values(claimed_until=columns.until), its)
            stories = self.database.dialect.pack([row.story for row in chosen])
            mine = {(row.story, row.watchlist) for row in chosen}
            rows = await connection.execute(
                select(model_verdicts).where(self.database.dialect.among(columns.story, "stories")),
                {"stories": stories},
            )
            return tuple(_question(row) for row in rows if (row.story, row.watchlist) in mine)

    async def _is_any_open(self) -> bool:
        """Return whether anything is asked at all: mostly not, and then nothing is written."""
        found = select(model_verdicts.c.story).where(model_verdicts.c.verdict.is_(None)).limit(1)
        async with self.database.read() as connection:
            return await connection.scalar(found) is not None

    async def read_items(self, story: int, *, most: int) -> tuple[ReportedItem, ...]:
        its = select(*item_columns()).join(sources, sources.c.id == items.c.source)
        its = its.where(items.c.story == story).order_by(items.c.id)
        async with self.database.read() as connection:
            rows = (await connection.execute(its)).all()
        chosen = rows if len(rows) <= most else [rows[0], *rows[1 - most :]]
        return tuple(ReportedItem(one.source, one.item) for _, one in decode_each(chosen, to_item_on_record, "an item"))

    async def write_verdict(self, question: OpenQuestion, verdict: Verdict, reason: str, now: datetime) -> int:
        columns, until = model_verdicts.c, to_ms(question.until)
        asked = (columns.story == question.story, columns.watchlist == question.watchlist, columns.until == until)
        written = update(model_verdicts).where(*asked, columns.verdict.is_(None))
        async with self.database.write() as connection:
            said = await connection.execute(written.values(verdict=verdict, reason=clean(reason)))
            if not said.rowcount:
                return 0  # it was late, or the story is asked about anew
            answers = await connection.execute(select(model_verdicts).where(columns.story == question.story))
            verdicts = {row.watchlist: row for row in answers}
            # Those of a chat that refuses messages are put off further: they end by a no, and wait on otherwise. Those
            # of a story that is asked about anew are still due when the first question was late.
            waiting = select(outbox).where(outbox.c.story == question.story, outbox.c.not_before > to_ms(now), _WAITS)
            rows = (await connection.execute(waiting.order_by(outbox.c.id).with_for_update())).all()
            settled = await _settle(connection, rows, verdicts, until, to_ms(now))
            return settled + await _settle_outputs(connection, question, verdict, to_ms(now))

    async def count_refusals(self, since: datetime) -> Mapping[str, int]:
        """Return of how many stories since then a model said no, by watchlist."""
        many = select(model_verdicts.c.watchlist, func.count().label("many"))
        many = many.where(model_verdicts.c.verdict == "no", model_verdicts.c.asked_at >= to_ms(since))
        async with self.database.read() as connection:
            return {row.watchlist: row.many for row in await connection.execute(many.group_by("watchlist"))}


async def _settle(
    connection: AsyncConnection, rows: Sequence[Row], verdicts: Mapping[str, Row], until: int, now: int
) -> int:
    """End the alerts that nothing but refused watchlists tell, and let those go that one of them tells."""
    ended, due = [], []
    for row, alert in decode_each(
        rows, lambda one: to_alert(to_chat(one.chat, one.topic), one.story, one.payload), "an alert"
    ):
        answers = [verdicts.get(name) for name, _ in alert.watchlists]
        said = [None if one is None else one.verdict for one in answers]
        if all(one == "no" for one in said):
            reason = "; ".join(f"{one.watchlist}: {one.reason}" for one in answers if one is not None)
            ended.append({"its_id": row.id, "to_reason": reason})
        elif row.not_before == until and any(one in {"yes", "unsure", "none"} for one in said):
            due.append({"its_id": row.id})
    mine = update(outbox).where(outbox.c.id == bindparam("its_id"), outbox.c.lease_epoch.is_(None))
    if ended:
        await connection.execute(mine.values(state="dead", hold=REFUSED, reason=bindparam("to_reason")), ended)
    if due:
        await connection.execute(mine.values(not_before=now), due)
    return len(ended) + len(due)


async def _settle_outputs(connection: AsyncConnection, question: OpenQuestion, verdict: Verdict, now: int) -> int:
    """Take back what a refused watchlist tells in feeds and to outputs, where nobody was sent it; else let it go.

    An output that another watchlist of the story names is told that one instead.
    """
    its = (watchlist_alerts.c.story == question.story, watchlist_alerts.c.watchlist == question.watchlist)
    ours = output_alerts.c.alert.in_(select(watchlist_alerts.c.id).where(*its))
    if verdict == "no":
        sent = select(output_alerts.c.id).where(ours, text("shown > 0 OR lease_epoch IS NOT NULL"))
        if (await connection.execute(sent.limit(1))).first() is None:
            await _hand_over(connection, question, ours, now)
            await connection.execute(delete(output_alerts).where(ours))
            return (await connection.execute(delete(watchlist_alerts).where(*its))).rowcount
        return 0
    await connection.execute(update(watchlist_alerts).where(*its).values(updated_at=now))  # feeds show it from now on
    waiting = (ours, output_alerts.c.not_before == to_ms(question.until), text("state = 'pending'"))
    return (await connection.execute(update(output_alerts).where(*waiting).values(not_before=now))).rowcount


async def _hand_over(connection: AsyncConnection, question: OpenQuestion, ours: ColumnElement[bool], now: int) -> None:
    """Let outputs tell another watchlist of the story that names them too, and that was not refused.

    One that waits for no answer is told at once, another one when its own question is answered or late.
    """
    alerts, verdicts = watchlist_alerts.c, model_verdicts.c
    asked = (verdicts.story == alerts.story) & (verdicts.watchlist == alerts.watchlist)
    others = select(alerts.id, alerts.payload, verdicts.verdict, verdicts.until)
    others = others.outerjoin_from(watchlist_alerts, model_verdicts, asked)
    others = others.where(alerts.story == question.story, alerts.watchlist != question.watchlist).order_by(alerts.id)
    left = [one for one in await connection.execute(others) if one.verdict != "no"]
    rows = (
        (await connection.execute(select(output_alerts.c.id, output_alerts.c.output).where(ours))).all() if left else ()
    )
    handed = []
    for row in rows:
        named = [one for one in left if row.output in json.loads(one.payload).get("outputs", ())]
        free = [one for one in named if one.until is None or one.verdict is not None]
        if named:
            to = (free or named)[0]
            handed.append({"its_id": row.id, "to_alert": to.id, "to_time": now if free else to.until})
    if handed:
        mine = update(output_alerts).where(output_alerts.c.id == bindparam("its_id"))
        await connection.execute(mine.values(alert=bindparam("to_alert"), not_before=bindparam("to_time")), handed)


def _question(row: Row) -> OpenQuestion:
    return OpenQuestion(row.story, row.watchlist, row.question, to_utc(row.until))
