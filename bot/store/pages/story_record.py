"""One story on record for the pages: every report, corrections, and who was told when and how it went.

A handful of short statements, whatever the story; nothing is decided here. What private chats got by queries of their
own is left out, as in `story_list`. The texts of reports are those of the items on record, which stay for a month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, case, func, select, text

from bot.model import Alert, Report
from bot.ports.history_store import PERSONAL, ItemOnRecord, SuspensionRecord
from bot.ports.story_readings import HeadlineCorrection, StoryDelivery, StoryRecord, StoryReport
from bot.store.codecs import Row, to_alert, to_chat, to_report
from bot.store.database.timestamps import to_utc, to_utc_or_none
from bot.store.database.transactions import Database
from bot.store.history import item_columns, to_item_on_record
from bot.store.pages.story_list import is_shown, without_own_queries
from bot.store.row_decoding import decode_each
from bot.store.tables import chats, items, outbox, reports, sources, stories

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

REPORTS, DELIVERIES, CORRECTIONS = 200, 200, 50  # of one story that are read
_TOLD = ("id", "chat", "topic", "state", "payload", "created_at", "sent_at", "reason", "hold", "not_before")


async def read_story(database: Database, number: int) -> StoryRecord | None:
    """See RecordReader."""
    its = {"its_story": number}
    async with database.read() as connection:
        story = (await connection.execute(_story_statement(), its)).one_or_none()
        if story is None:
            return None
        told = (await connection.execute(_reports_statement(), its)).all()
        found = tuple(replace(one, report=_shared(one.report)) for _, one in decode_each(told, _report, "a report"))
        watchlists = without_own_queries(name for one in found for name in one.report.watchlists)
        if not watchlists:
            return None
        with_items = _join_items(found, await _read_items(connection, number))
        alerts = (await connection.execute(_deliveries_statement(), its)).all()
        many = await connection.scalar(_deliveries_count(), its) or 0
        replies = (await connection.execute(_corrections_statement(), its)).all()
    deliveries = tuple(one for _, one in decode_each(alerts, _delivery, "an alert"))
    return StoryRecord(
        id=story.id,
        headline=story.headline,
        url=story.url,
        begun_at=to_utc(story.created_at),
        lead=next((alert.lead for _, alert in decode_each(alerts, _alert, "an alert") if alert.lead), ""),
        watchlists=watchlists,
        reports=with_items,
        corrections=_corrections(replies),
        deliveries=deliveries,
        told=many,
        reported=story.reported,
    )


async def _read_items(connection: AsyncConnection, number: int) -> dict[tuple[str, str | None], ItemOnRecord]:
    """Return the items of a story by source and link; of several with one link the newest."""
    rows = (await connection.execute(_items_statement(), {"its_story": number})).all()
    return {(one.source, one.item.url): one for _, one in decode_each(rows, to_item_on_record, "an item")}


def _join_items(
    found: Iterable[StoryReport], its_items: dict[tuple[str, str | None], ItemOnRecord]
) -> tuple[StoryReport, ...]:
    return tuple(replace(one, item=its_items.get((one.report.source, one.report.url))) for one in found)


def _shared(report: Report) -> Report:
    return replace(report, watchlists=without_own_queries(report.watchlists))


def _report(row: Row) -> StoryReport:
    return StoryReport(to_report(row), row.changes)


def _alert(row: Row) -> Alert:
    return to_alert(to_chat(row.chat, row.topic), row.story, row.payload)


def _delivery(row: Row) -> StoryDelivery:
    suspension = None
    if row.suspended is not None:
        suspension = SuspensionRecord(row.suspended, to_utc(row.suspended_at or 0), to_utc(row.probe_at or 0))
    return StoryDelivery(
        chat=to_chat(row.chat, row.topic),
        title=row.title if row.chat < 0 else None,
        watchlists=tuple(title for one, title in _alert(row).watchlists if not one.startswith(PERSONAL)),
        state=row.state,
        queued_at=to_utc(row.created_at),
        sent_at=to_utc_or_none(row.sent_at),
        until=to_utc(row.not_before),
        reason=row.reason,
        hold=row.hold,
        suspension=suspension,
    )


def _corrections(rows: Iterable[Row]) -> tuple[HeadlineCorrection, ...]:
    read = [(row, alert) for row, alert in decode_each(rows, _alert, "an alert") if alert.was is not None]
    return tuple(HeadlineCorrection(to_utc(row.created_at), one.was or "", one.headline, one.url) for row, one in read)


@cache
def _story_statement() -> Select[Any]:
    """Return the select of a story, with how many reports it has: its_story."""
    reported = select(func.count()).where(reports.c.story == stories.c.id).scalar_subquery().label("reported")
    return select(stories, reported).where(stories.c.id == bindparam("its_story"))


@cache
def _reports_statement() -> Select[Any]:
    """Return the select of the first reports of a story: its_story."""
    its = select(reports).where(reports.c.story == bindparam("its_story"))
    return its.order_by(reports.c.at, reports.c.id).limit(REPORTS)


@cache
def _items_statement() -> Select[Any]:
    """Return the select of the items of a story, oldest first: its_story."""
    its = select(*item_columns()).join(sources, sources.c.id == items.c.source)
    return its.where(items.c.story == bindparam("its_story")).order_by(items.c.id).limit(2 * REPORTS)


@cache
def _deliveries_statement() -> Select[Any]:
    """Return the select of the alerts of a story, those with trouble first: its_story."""
    of_chat = (chats.c[name] for name in ("title", "suspended", "suspended_at", "probe_at"))
    its = select(*(outbox.c[name] for name in _TOLD), outbox.c.story, *of_chat)
    its = its.select_from(outbox.outerjoin(chats, chats.c.id == outbox.c.chat))
    muted = func.coalesce(outbox.c.hold, "").in_(("mute", "skip", "model"))
    trouble = case((text("state = 'dead'") & ~muted, 0), (text("state = 'pending'"), 1), else_=2)
    return its.where(*_of_story()).order_by(trouble, outbox.c.id).limit(DELIVERIES)


@cache
def _deliveries_count() -> Select[Any]:
    """Return the select of how many alerts a story has: its_story."""
    return select(func.count()).select_from(outbox).where(*_of_story())


def _of_story() -> tuple[Any, ...]:
    return outbox.c.story == bindparam("its_story"), text("outbox.part = 0"), is_shown()


@cache
def _corrections_statement() -> Select[Any]:
    """Return the select of one reply of each kind that answered a story's messages, oldest first: its_story."""
    firsts = select(func.min(outbox.c.id)).where(outbox.c.story == bindparam("its_story"), outbox.c.part != 0)
    its = select(outbox).where(outbox.c.id.in_(firsts.group_by(outbox.c.part)))
    return its.order_by(outbox.c.created_at, outbox.c.id).limit(CORRECTIONS)
