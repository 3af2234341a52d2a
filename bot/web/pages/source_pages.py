"""The pages Sources and one source: how each is doing, what it brings, and a try of it now."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.errors import FetchError, ParseError
from bot.i18n import Translator
from bot.model import Source
from bot.polling import publishing_rhythm
from bot.ports.chat_store import SourceStatus
from bot.ports.page_readings import HOURS
from bot.urls import redact_url
from bot.web.pages.page import Content, PageError, Visit
from bot.web.pages.page_paths import source_path
from bot.web.pages.page_services import PageServices
from bot.web.pages.source_states import QUIET_STATES, SOURCE_STATES, SourceState, name_state, source_state

PAGE: Final = 100  # sources on one page
LONGEST: Final = 200  # characters that are looked for in names
PATIENCE: Final = 60.0  # seconds that a try may take


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source of the list."""

    name: str
    state: SourceState
    state_name: str
    error: str | None
    tags: tuple[str, ...]
    polled_at: datetime | None  # the last poll that went well
    next_due: datetime | None
    hours: tuple[int, ...]  # new items by hour, the oldest first
    items: int  # in these hours


async def read_sources(services: PageServices, visit: Visit) -> Content:
    """Return one page of all sources, those that fail first; `q` looks in names and tags, `state` in states."""
    wanted, state = visit.query.get("q", "")[:LONGEST].strip(), visit.query.get("state", "")
    status = await services.recent.read_sources()
    hours = await services.recent.count_items_by_hour(visit.now)
    sources = services.config().sources
    rows = await services.off_loop.run(
        lambda: sorted((_row(visit, one, status.get(one.name), hours.get(one.name)) for one in sources), key=_first)
    )
    found = [one for one in rows if _holds(one, wanted) and (state not in SOURCE_STATES or one.state == state)]
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(_number(visit.query.get("page", "1")), 1), pages)
    counts = Counter(one.state for one in rows)
    states = [
        {"state": one, "name": name_state(visit.translator, one), "sources": counts[one]} for one in SOURCE_STATES
    ]
    return Content(
        {
            "sources": found[(number - 1) * PAGE : number * PAGE],
            "found": len(found),
            "total": len(rows),
            "page": number,
            "pages": pages,
            "q": wanted,
            "state": state if state in SOURCE_STATES else "",
            "states": [one for one in states if one["sources"]],
        }
    )


async def read_one_source(services: PageServices, visit: Visit) -> Content:
    """Return what is known of a source; PageError where watchlists.yaml names none so."""
    source = _find(services, visit)
    record = await services.readings.read_source(source.name, visit.now)
    status = (await services.recent.read_sources()).get(source.name)
    state = source_state(status, visit.now)
    rhythm = publishing_rhythm.expected_by_hour(status.stats) if status else (0.0,) * HOURS
    return Content(
        {
            "name": source.name,
            "state": state,
            "state_name": name_state(visit.translator, state),
            "error": status.error if status else None,
            "failures": status.failures if status else 0,
            "polled_at": status.polled_at if status else None,
            "next_due": status.next_due if status else None,
            "paused_at": status.paused_at if status else None,
            "silent_for": publishing_rhythm.silence(status.stats, visit.now) if status else None,
            "url": redact_url(source.url),
            "publisher": source.publisher,
            "kind": source.kind,
            "tags": source.tags,
            "every": source.every,
            "rhythm": _in_zone(rhythm, visit.zone, visit.now),
            "record": record,
        }
    )


async def try_source(services: PageServices, visit: Visit) -> Content:
    """Poll a source now without recording anything, and return what it brings, or why it does not."""
    source = _find(services, visit)
    trial, error = None, None
    try:
        async with asyncio.timeout(PATIENCE):
            trial = await services.try_source(source)
    except TimeoutError:
        error = visit.translator("no answer within {span}", span=f"{PATIENCE:.0f} s")
    except (FetchError, ParseError) as problem:
        error = str(problem)
    return Content({"name": source.name, "trial": trial, "error": error})


async def pause_source(services: PageServices, visit: Visit) -> str:
    """Let nobody ask a source from now on; one that is paused stays so."""
    source = _find(services, visit)
    await services.chats.pause_source(source.name, visit.now)
    return source_path(source.name)


async def resume_source(services: PageServices, visit: Visit) -> str:
    """Let a paused source be asked again, at once."""
    source = _find(services, visit)
    await services.chats.resume_source(source.name, visit.now)
    return source_path(source.name)


def _find(services: PageServices, visit: Visit) -> Source:
    name = visit.place.get("name", "")
    for source in services.config().sources:
        if source.name == name:
            return source
    raise PageError(404, lambda _: _("There is no such source"), _look_at_all)


def _look_at_all(_: Translator) -> str:
    return _("The page Sources has all that watchlists.yaml names.")


def _row(visit: Visit, source: Source, status: SourceStatus | None, hours: tuple[int, ...] | None) -> SourceRow:
    state, counts = source_state(status, visit.now), hours or (0,) * HOURS
    return SourceRow(
        name=source.name,
        state=state,
        state_name=name_state(visit.translator, state),
        error=status.error if status else None,
        tags=source.tags,
        polled_at=status.polled_at if status else None,
        next_due=status.next_due if status else None,
        hours=counts,
        items=sum(counts),
    )


def _first(row: SourceRow) -> tuple[bool, str]:
    return row.state in QUIET_STATES, row.name.casefold()


def _holds(row: SourceRow, wanted: str) -> bool:
    words = wanted.casefold()
    return words in row.name.casefold() or any(words == tag.casefold() for tag in row.tags)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else 1  # noqa: PLR2004 - digits of a page


def _in_zone(hours: tuple[float, ...], zone: ZoneInfo, now: datetime) -> tuple[float, ...]:
    """Return what stands by hours in UTC by those of a zone: that of 0:00 first."""
    shift = round((now.astimezone(zone).utcoffset() or timedelta()).total_seconds() / 3600)
    return tuple(hours[(hour - shift) % HOURS] for hour in range(HOURS))
