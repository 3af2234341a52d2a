"""The outlets that report a story, with times and links, and what their headlines add.

A Delivery in, parts of a page out, each within a budget of its own. What does not fit is counted.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.i18n import Translator
from bot.model import Delivery, Report
from bot.notify.message_builder import MOST_UNITS, Page
from bot.notify.sanitize import cut, link, plain, units
from bot.preferences import wanted_lines
from bot.stories.heading import heading_report, told_at
from bot.stories.headline import ShownTexts

HEADLINE: Final = 400  # UTF-16 units of the headline of a message
NAME: Final = 60  # of an outlet's
_OUTLETS, _NEWS, _ONE = 1100, 1200, 200  # of all outlets, of all that is new, of one headline of it
_MOST_LINKED, _MOST_NEWS = 40, 20
_MOST_READ = 300  # headlines compared; of what comes after, more than anybody reads, none is counted as new


def first_report(delivery: Delivery) -> Report | None:
    """Return the report whose headline is shown: it heads the outlets."""
    return heading_report(delivery.alert.headline, delivery.alert.url, delivery.reports)


def headline_of(delivery: Delivery, url: str | None) -> str:
    """Return the headline as it is now; an item without words is told by its source, then by its host."""
    told, alert = first_report(delivery), delivery.alert
    mine = told is not None and told.url is not None and told.url == alert.url
    now = told.headline if told and mine and not alert.part else ""  # a reply tells of one change, whatever came after
    headline = plain(now) or plain(alert.headline) or (plain(told.source) if told else "")
    return cut(headline or (url or "").removeprefix("https://").removeprefix("http://") or "—", HEADLINE)


def model_lines(delivery: Delivery, language: str, most: int) -> list[str]:
    """Return what a language model adds to an alert in this language, as its chat wants it, each of so many units."""
    there = {line.kind: line.text for line in delivery.lines if line.language == language}
    return [cut(plain(there[kind]), most) for kind in wanted_lines(delivery.look) if there.get(kind)]


def most_links(delivery: Delivery) -> int:
    """Return how many spans outlets and news may take at most."""
    reports = len(delivery.reports)
    return min(reports, _MOST_LINKED) + min(max(reports - 1, 0), _MOST_NEWS)


def write_outlets(_: Translator, page: Page, delivery: Delivery, zone: ZoneInfo) -> None:
    """Write "Daily Courier 14:02 · also Reuters 14:07, TASS 14:11, 14:30", each name a link to its own report.

    A further report of an outlet is told by its time.
    """
    first = first_report(delivery)
    others = sorted((one for one in delivery.reports if one is not first), key=told_at)
    reports = (*(() if first is None else (first,)), *others)
    by_source: dict[str, list[Report]] = {}
    for report in reports:
        by_source.setdefault(report.source, []).append(report)
    today = max(one.at for one in reports).astimezone(zone)
    begun, also, shown = page.at, _("also"), 0
    for place, told in enumerate(by_source.values()):
        name = cut(plain(told[0].source), NAME) or "—"
        for further, report in enumerate(told):
            if shown == _MOST_LINKED or page.at - begun + units(name) + 40 > _OUTLETS:
                page.write(f" +{len(reports) - shown}")
                return
            when = clock(_, report, today)
            if further:
                page.write(", ")
                page.write(when, url=link(report.url))
            else:
                page.write("" if place == 0 else f" · {also} " if place == 1 else ", ")
                page.write(name, url=link(report.url))
                page.write(f" {when}")
            shown += 1


def news(_: Translator, page: Page, delivery: Delivery, zone: ZoneInfo) -> None:
    """Write the headlines that say what the message does not say yet, each a link to its own report."""
    first = first_report(delivery)
    known = ShownTexts()
    for text in (first.headline if first else "", delivery.alert.headline, delivery.alert.lead):
        known.add(text)
    fresh: list[Report] = []
    for report in delivery.reports[:_MOST_READ]:
        if report is not first and known.is_news(report.headline):
            known.add(report.headline)
            fresh.append(report)
    if not fresh:
        return
    today = max(one.at for one in delivery.reports).astimezone(zone)
    end = min(MOST_UNITS - 20, page.at + _NEWS)
    for place, report in enumerate(fresh):
        headline = cut(plain(report.headline), _ONE)
        tail = f" · {cut(plain(report.source), NAME)} {clock(_, report, today)}"
        if place == _MOST_NEWS or page.at + units(headline) + units(tail) + 4 > end:
            page.write(f"\n▫️ +{len(fresh) - place}")
            return
        page.write("\n▫️ ")
        page.write(headline, url=link(report.url))
        page.write(tail)


def clock(_: Translator, report: Report, today: datetime) -> str:
    """Return when it was published, as far as that can be: never after we saw it; the day where it is another."""
    return _.moment(told_at(report).astimezone(today.tzinfo), today)


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone of that name, UTC where there is none: an alert is never lost to a spelling."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
