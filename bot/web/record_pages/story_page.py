"""The page of one story: every report and why it joined, the words that were found, who was told and how it went.

Asked about one chat, it says why that one was told or not. The words are found anew by the queries in force, so that
what was changed since shows as it is now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal

from bot.i18n import Translator
from bot.matching.engine import Engine
from bot.model import Chat, Match
from bot.notify.sanitize import link
from bot.ports.history_store import PERSONAL, ItemOnRecord
from bot.ports.story_readings import StoryDelivery, StoryRecord, StoryReport
from bot.preview.backtest import matches_of
from bot.preview.delivery_reason import DeliveryReason, explain_delivery
from bot.stories.heading import told_at
from bot.stories.join_wording import describe_join
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_services import PageServices
from bot.web.record_pages.chat_names import name_chat
from bot.web.record_pages.marked_items import ShownItem, show_item
from bot.web.record_pages.page_arguments import no_story, read_number, require_story

MARKED: Final = 40  # reports in which words are looked for
BUILDING: Final = 0.5  # seconds that are waited for the queries in force, when they are still being read
State = Literal["sent", "waiting", "held", "suspended", "muted", "skipped", "refused", "failed"]
# Of alerts that ended by what a chat or its watchlist wishes, by their `hold`.
_ENDED: Final[Mapping[str, State]] = {"mute": "muted", "skip": "skipped", "model": "refused"}


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as the page shows it."""

    source: str
    publisher: str
    headline: str
    url: str | None
    told_at: datetime
    watchlists: tuple[str, ...]  # titles
    reason: str  # why it joined, in words; empty for the first
    corrections: int
    item: ShownItem | None
    queries: tuple[str, ...] = ()  # keywords that are in it now


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    """What became of the story for one chat."""

    chat: int
    topic: int | None
    name: str
    watchlists: tuple[str, ...]
    state: State
    at: datetime  # sent, or queued
    until: datetime | None  # when it is tried again
    reason: str | None


@dataclass(frozen=True, slots=True)
class ChatVerdict:
    """Why one chat was told of the story, or was not."""

    chat: int
    name: str
    found: DeliveryReason | None  # None: no item of the story is on record any more


async def read_story_page(services: PageServices, visit: Visit) -> Content:
    """Return a story; PageError 404 where it is not there."""
    record = await services.record.reader.read_story(require_story(visit))
    if record is None:
        raise no_story()
    titles = {one.id: one.title for one in services.config().watchlists}
    engine = await _engine(services)
    _: Translator = visit.translator
    reports = await services.off_loop.run(_show_reports, _, record, titles, engine)
    asked = visit.query.get("chat", "").strip()
    values: dict[str, Any] = {
        "id": record.id,
        "headline": record.headline,
        "url": link(record.url),
        "begun_at": record.begun_at,
        "lead": record.lead,
        "watchlists": {one: titles.get(one, one) for one in record.watchlists},
        "reports": reports,
        "reported": record.reported,
        "corrections": record.corrections,
        "deliveries": [_show_delivery(_, one, visit.now) for one in record.deliveries],
        "told": record.told,
        "asked": asked,
        "verdict": await _judge_chat(services, visit, record, engine, asked) if asked else None,
        "marked": engine is not None,
    }
    return Content(values)


async def _engine(services: PageServices) -> Engine | None:
    """Return the queries in force, None while they are still being read."""
    try:
        async with asyncio.timeout(BUILDING):
            return await services.record.compiled().engine()
    except (TimeoutError, OSError, MemoryError):
        return None


def _show_reports(
    _: Translator, record: StoryRecord, titles: Mapping[str, str], engine: Engine | None
) -> list[ShownReport]:
    return [
        _show_report(_, one, titles, engine if place < MARKED else None, is_first=not place)
        for place, one in enumerate(record.reports)
    ]


def _show_report(
    _: Translator, one: StoryReport, titles: Mapping[str, str], engine: Engine | None, *, is_first: bool
) -> ShownReport:
    report = one.report
    matches = _shared(matches_of(engine, one.item)) if engine is not None and one.item is not None else ()
    evidence = tuple(dict.fromkeys(each for match in matches for each in match.evidence))
    return ShownReport(
        source=report.source,
        publisher=report.publisher,
        headline=report.headline,
        url=link(report.url),
        told_at=told_at(report),
        watchlists=tuple(titles.get(name, name) for name in report.watchlists),
        reason="" if is_first or not report.reason else describe_join(_, report.reason),
        corrections=one.corrections,
        item=show_item(one.item, evidence) if one.item is not None else None,
        queries=tuple(dict.fromkeys(match.query for match in matches)),
    )


def _shared(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Return the matches of watchlists.yaml: what a chat watches for by itself is its business."""
    return tuple(one for one in matches if not one.watchlist.startswith(PERSONAL))


def _show_delivery(_: Translator, one: StoryDelivery, now: datetime) -> ShownDelivery:
    state = _state(one)
    reason, until = one.reason, None
    if state == "suspended" and one.suspension is not None:
        reason, until = one.suspension.reason, one.suspension.probe_at
    elif state in {"waiting", "held"}:
        until = one.until if one.until > now else None
    if state == "muted" and one.chat.id > 0:
        reason = None  # what somebody mutes is their business
    return ShownDelivery(
        chat=one.chat.id,
        topic=one.chat.topic,
        name=name_chat(_, one.chat.id, one.title, one.chat.topic),
        watchlists=one.watchlists,
        state=state,
        at=one.sent_at or one.queued_at,
        until=until,
        reason=one.hold if state == "held" else reason,
    )


def _state(one: StoryDelivery) -> State:
    if one.state == "sent":
        return "sent"
    if one.state == "dead":
        return _ENDED.get(one.hold or "", "failed")
    if one.suspension is not None:
        return "suspended"
    return "held" if one.hold else "waiting"


async def _judge_chat(
    services: PageServices, visit: Visit, record: StoryRecord, engine: Engine | None, asked: str
) -> ChatVerdict | None:
    """Return why a chat was told or not; None where no chat is meant."""
    number = read_number(asked)
    if number is None:
        return None
    name = name_chat(visit.translator, number, None)
    link_of = next((one.item.item.url for one in record.reports if one.item and one.item.item.url), None)
    if link_of is None:
        return ChatVerdict(number, name, None)
    chat = Chat(number)
    traces = await services.record.items.trace_item(link_of, chat)
    trace = next((one for one in traces if one.found.story == record.id), None)
    if trace is None:
        return ChatVerdict(number, name, None)
    known = {one.id: one for one in services.config().watchlists}
    shared = replace(trace, subscribed=tuple(tie for tie in trace.subscribed if not tie[0].startswith(PERSONAL)))
    reads = {name for name, _since in shared.subscribed} | {one.id for one in known.values() if chat in one.deliver_to}
    if number > 0 and reads.isdisjoint(record.watchlists):  # what its own queries brought is its business
        return ChatVerdict(number, name, DeliveryReason("elsewhere"))
    matches = await services.off_loop.run(_matches, engine, trace.found)
    return ChatVerdict(number, name, _without_secrets(explain_delivery(shared, chat, matches, known), number))


def _matches(engine: Engine | None, found: ItemOnRecord) -> tuple[Match, ...]:
    return _shared(matches_of(engine, found)) if engine is not None else ()


def _without_secrets(found: DeliveryReason, chat: int) -> DeliveryReason:
    """Leave out which word a person has muted."""
    return DeliveryReason("muted") if found.reason == "muted" and chat > 0 else found
