"""The page Query: how a query is read, what it finds on record, what it nearly finds, a bar a day, the forecast.

It can be handed on to a watchlist, whose own page shows the change and asks for a confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from urllib.parse import quote

from bot.errors import QueryError
from bot.i18n import Translator
from bot.matching.loose_operators import find_loose
from bot.matching.query import parse
from bot.matching.query_limits import QUERY_CHARACTERS
from bot.matching.query_wording import describe
from bot.preview.query_trial import FORECAST_DAYS, QueryTrial, TrialRequest, try_query
from bot.web.pages.page import Content, PageError, Visit
from bot.web.pages.page_services import PageServices
from bot.web.record_pages.marked_items import ShownItem, show_item
from bot.web.record_pages.page_arguments import read_number

DAYS: Final = 30  # that items stay on record
HITS, MISSES = 20, 5  # items shown
_AROUND: Final = 60  # characters shown before and after a mistake


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a query, and where: what stands before and after the place."""

    text: str
    column: int
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which a loosely written query may be meant: exactly, and in words."""

    query: str
    words: str


@dataclass(frozen=True, slots=True)
class QueryValues:
    """What the page shows."""

    query: str
    days: int
    reading: str = ""  # in words
    readings: tuple[Reading, ...] = ()  # where it may mean several things
    mistake: Mistake | None = None
    hits: tuple[ShownItem, ...] = ()
    near_misses: tuple[ShownItem, ...] = ()
    total: int = 0
    judged: int = 0
    estimated: bool = False
    complete: bool = True
    dates: tuple[date, ...] = ()
    items: tuple[int, ...] = ()  # of each day
    alerts: int = 0  # the forecast
    forecast_days: int = FORECAST_DAYS
    watchlists: dict[str, str] = field(default_factory=dict)  # titles by id, to save it into


async def read_query(services: PageServices, visit: Visit) -> Content:
    """Return what the query of the address does; without one, the form alone."""
    written = " ".join(visit.query.get("q", "").split())
    asked = read_number(visit.query.get("days", ""))
    days = DAYS if asked is None else min(max(asked, 1), DAYS)
    watchlists = {one.id: one.title for one in services.config().watchlists}
    if not written:
        return _content(QueryValues("", days, watchlists=watchlists))
    try:
        reading = _read(visit.translator, written)
        engine = await services.record.build_engine(written)
    except QueryError as error:
        mistake = _mistake(visit.translator, written, error)
        return _content(QueryValues(written[:QUERY_CHARACTERS], days, mistake=mistake, watchlists=watchlists), 400)
    request = TrialRequest(engine, days, visit.zone, visit.now, visit.translator, HITS, MISSES, services.off_loop.run)
    trial = await try_query(services.record.search, request)
    return _content(_values(visit, written, reading, trial, watchlists))


async def save_query(services: PageServices, visit: Visit) -> str:
    """Lead to the watchlist that a query is to be saved into: its page shows the change, and saves it."""
    name, keyword = visit.form.get("watchlist", ""), " ".join(visit.form.get("keyword", "").split())
    if name not in {one.id for one in services.config().watchlists} or not keyword:
        raise PageError(404, lambda _: _("There is no such watchlist"), lambda _: _("Choose one of the list."))
    return f"/watchlists/{quote(name, safe='')}?keyword={quote(keyword[:QUERY_CHARACTERS], safe='')}"


def _content(values: QueryValues, status: int = 200) -> Content:
    return Content({name: getattr(values, name) for name in QueryValues.__slots__}, status)


def _read(_: Translator, written: str) -> str:
    """Say how a query is read; QueryError."""
    return describe(_, parse(written).root)


def _mistake(_: Translator, written: str, error: QueryError) -> Mistake:
    at = max(0, min(error.column - 1, len(written)))
    said = _.again(error.text, **error.values)
    return Mistake(said, error.column, written[max(0, at - _AROUND) : at], written[at : at + _AROUND])


def _values(visit: Visit, written: str, reading: str, trial: QueryTrial, watchlists: dict[str, str]) -> QueryValues:
    return QueryValues(
        query=written,
        days=len(trial.days),
        reading=reading,
        readings=tuple(_readings(visit.translator, written)),
        hits=tuple(show_item(hit.found, hit.evidence) for hit in trial.hits),
        near_misses=tuple(show_item(found, reason=miss.reason) for found, miss in trial.misses),
        total=trial.total,
        judged=trial.judged,
        estimated=trial.estimated,
        complete=trial.complete,
        dates=tuple(one.day for one in trial.days),
        items=tuple(one.items for one in trial.days),
        alerts=trial.alerts,
        forecast_days=min(FORECAST_DAYS, len(trial.days)),
        watchlists=watchlists,
    )


def _readings(_: Translator, written: str) -> Sequence[Reading]:
    """Return the ways in which a query with a lower-case "or", a comma or the like may be meant."""
    loose = find_loose(written)
    found = []
    for _kind, query in loose.readings if loose else ():
        try:
            found.append(Reading(query, describe(_, parse(query).root)))
        except QueryError:
            continue
    return found
