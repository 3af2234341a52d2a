"""The page Now: is it watching, what fails and why, and the last day of alerts and sources at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.i18n import Translator
from bot.ports.chat_store import SourceStatus, Status
from bot.ports.page_readings import HOURS, Overview
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_services import PageServices
from bot.web.pages.page_times import PageTimes
from bot.web.pages.source_states import QUIET_STATES, SourceState, name_state, source_state

SHOWN: Final = 40  # sources with a bar; the page Sources has all
NAMED: Final = 20  # things that fail, each with its reason
LATE: Final = timedelta(minutes=5)  # for a source or an alert that is due


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that fails: what, why, and the page that says more."""

    what: str
    why: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class SourceBar:
    """One source over the last hours: new items by hour, the oldest first."""

    name: str
    state: SourceState
    state_name: str
    error: str | None
    hours: tuple[int, ...]
    items: int


@dataclass(frozen=True, slots=True)
class NowValues:
    """What the page shows."""

    watching: bool
    lag: float  # seconds
    outbox: Mapping[str, int]
    last_alert: datetime | None
    last_poll: datetime | None
    last_backup: datetime | None
    delay_median: float | None  # seconds from publishing to the message
    delay_late: float | None  # that one in twenty exceeds
    delays_of: int  # alerts
    hours: tuple[datetime, ...]
    alerts: tuple[int, ...]
    states: Mapping[str, int]
    troubles: tuple[Trouble, ...]
    troubles_more: int
    sources: tuple[SourceBar, ...]
    sources_total: int
    watchlists: int = 0
    loops: Mapping[str, Any] = field(default_factory=dict)


async def read_now(services: PageServices, visit: Visit) -> Content:
    """Return the installation at a glance."""
    status = await services.recent.read_status(visit.now)
    overview = await services.recent.read_overview(visit.now)
    names = [source.name for source in services.config().sources]
    watchlists = len(services.config().watchlists)
    values = await services.off_loop.run(
        summarise, visit, status, overview, names, health=services.health(), watchlists=watchlists
    )
    return Content({name: getattr(values, name) for name in NowValues.__slots__})


def summarise(
    visit: Visit,
    status: Status,
    overview: Overview,
    names: Sequence[str],
    *,
    health: Mapping[str, Any],
    watchlists: int = 0,
) -> NowValues:
    """Return what the page shows of these readings. Pure."""
    known = {one.name: one for one in status.sources}
    bars = sorted((_bar(visit, name, known.get(name), overview) for name in names), key=_first)
    troubles = [*_of_process(visit, health), *_of_record(visit, status, overview), *_of_sources(bars)]
    polled = max((one.polled_at for one in status.sources if one.polled_at), default=None)
    delays = overview.delays
    return NowValues(
        watching=bool(names) and polled is not None and overview.poll_lag < LATE.total_seconds(),
        lag=overview.poll_lag,
        outbox=overview.outbox,
        last_alert=overview.last_alert,
        last_poll=polled,
        last_backup=status.last_backup,
        delay_median=delays[len(delays) // 2] if delays else None,
        delay_late=delays[min(len(delays) - 1, len(delays) * 95 // 100)] if delays else None,
        delays_of=len(delays),
        hours=overview.hours,
        alerts=overview.alerts,
        states=dict(Counter(one.state for one in bars)),
        troubles=tuple(troubles[:NAMED]),
        troubles_more=max(0, len(troubles) - NAMED),
        sources=tuple(bars[:SHOWN]),
        sources_total=len(bars),
        watchlists=watchlists,
        loops=health.get("loops", {}),
    )


def _bar(visit: Visit, name: str, known: SourceStatus | None, overview: Overview) -> SourceBar:
    state, hours = source_state(known, visit.now), overview.items.get(name, (0,) * HOURS)
    return SourceBar(
        name, state, name_state(visit.translator, state), known.error if known else None, hours, sum(hours)
    )


def _first(bar: SourceBar) -> tuple[bool, int, str]:
    """Order by trouble first, then by how much news a source brings."""
    return bar.state in QUIET_STATES, -bar.items, bar.name.casefold()


def _of_process(visit: Visit, health: Mapping[str, Any]) -> Iterator[Trouble]:
    _: Translator = visit.translator
    for name, loop in health.get("loops", {}).items():
        if loop["stalled"]:
            yield Trouble(name, _("it makes no progress; the log says more, and a new start may help"))
    for name, reason in health.get("problems", {}).items():
        yield Trouble(name, str(reason))


def _of_record(visit: Visit, status: Status, overview: Overview) -> Iterator[Trouble]:
    _, times = visit.translator, PageTimes(visit.translator, visit.zone, visit.now)
    late = LATE.total_seconds()
    if overview.poll_lag >= late:
        yield Trouble(
            _("Polling"),
            _("a source has been due for {span}: does a poller run?", span=times.length(overview.poll_lag)),
        )
    if overview.oldest_due >= late:
        yield Trouble(
            _("Sending"),
            _("an alert has been due for {span}: does a sender run?", span=times.length(overview.oldest_due)),
        )
    for reason, many in status.dead:
        yield Trouble(_.ngettext("{number} alert was given up", "{number} alerts were given up", many), reason)
    for one in status.suspended:
        yield Trouble(_("Chat {chat} cannot be told", chat=one.chat), one.reason, "/chats")


def _of_sources(bars: Sequence[SourceBar]) -> Iterator[Trouble]:
    for bar in bars:
        if bar.error is not None and bar.state != "paused":
            yield Trouble(bar.name, bar.error, "source")
