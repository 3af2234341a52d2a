"""The rolling message: a line for each alert that exceeded the hourly limit or waited. Deliveries in, one Message out.

A line that a reader has never goes away: lines that have outgrown their message are shown shorter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.i18n import Translator, words
from bot.model import Delivery, DisplayPreferences, Held
from bot.notify.message_builder import MOST_SPANS, MOST_UNITS, Message, Page
from bot.notify.sanitize import cut, link, plain
from bot.notify.sources_line import NAME, clock, headline_of, model_lines, zone_of

_HEADING = 60  # UTF-16 units of the title of a watchlist


@dataclass(frozen=True, slots=True)
class _Layout:
    """How much a line shows, in UTF-16 units."""

    headline: int
    was: int  # of a headline that was corrected; 0: not shown
    source: int  # of the name of an outlet; 0: not shown
    named: int = 1  # outlets that are named, with their times where it is more than one
    urls: bool = True  # written out where there is no markup
    headings: bool = False  # in a digest, a heading for each watchlist where there are several
    line: int = 0  # of each line of a language model; 0: not shown


# For new lines the first three: what does not fit begins another message. The last one takes at most 33 units a line.
_LAYOUTS = (
    _Layout(200, 120, NAME, named=3, headings=True, line=320),
    _Layout(200, 120, NAME, named=3, headings=True),
    _Layout(200, 120, NAME, headings=True),
)
_SHORTER = (_Layout(120, 60, 40), _Layout(60, 30, 20), _Layout(20, 0, 0), _Layout(20, 0, 0, urls=False))


def fold(deliveries: Sequence[Delivery], home: DisplayPreferences) -> Message | None:
    """Return the rolling message that lists these alerts of one chat; None when they do not fit one message.

    Where they fit only so, a line names the first outlet of its story and counts the others. Where all stand in the
    message already, they are cut until they fit, in the form "bare" from the start. It is silent, but for a digest,
    which its chat waits for.
    """
    known = all(one.message is not None for one in deliveries)
    layouts = _LAYOUTS if not known else _SHORTER if deliveries[-1].form == "bare" else (*_LAYOUTS, *_SHORTER)
    for layout in layouts:
        page = _page(deliveries, home, layout)
        if page.at <= MOST_UNITS and len(page.spans) <= MOST_SPANS:
            awaited = any(one.held == "digest" and one.alert.priority != "low" for one in deliveries)
            return Message(page.text, tuple(page.spans), None, silent=not awaited)
    return None


def _page(deliveries: Sequence[Delivery], home: DisplayPreferences, layout: _Layout) -> Page:
    look, bare = deliveries[-1].look, deliveries[-1].form == "plain"
    _ = words(look.language or home.language)
    page = Page()
    page.write(_held_note(_, deliveries[0].held))
    groups = _by_watchlist(deliveries)
    headed = layout.headings and deliveries[0].held == "digest" and len(groups) > 1
    for heading, lines in groups.items() if headed else (("", deliveries),):
        page.write(f"\n\n{heading}" if headed else "")
        for delivery in lines:
            _write_line(page, _, delivery, home, layout, bare=bare)
    return page


def _by_watchlist(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    """Return alerts under the heading of their first watchlist, in the order of their first."""
    groups: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        titles = [plain(title) or name for name, title in delivery.alert.watchlists[:1]]
        groups.setdefault(f"🔔 {cut(titles[0], _HEADING)}" if titles else "🛠 Newswatch", []).append(delivery)
    return groups


def _write_line(
    page: Page, _: Translator, delivery: Delivery, home: DisplayPreferences, layout: _Layout, *, bare: bool
) -> None:
    url = link(delivery.alert.url)
    page.write(f"\n• {_mark(delivery, layout)}")
    linked = not bare and (layout.source or len(page.spans) < MOST_SPANS)
    page.write(cut(headline_of(delivery, url), layout.headline), url=url if linked else None)
    page.write(_sources(_, delivery, home, layout))
    if bare and url and layout.urls:
        page.write(f"\n{url}")
    if layout.line and not delivery.alert.part:
        for line in model_lines(delivery, delivery.look.language or home.language or "en", layout.line):
            page.write(f"\n  ✨ {line}")


def _mark(delivery: Delivery, layout: _Layout) -> str:
    """Return what stands before the headline: that it is urgent, or answers a message."""
    alert = delivery.alert
    if alert.was is not None:
        return f"✏️ {cut(plain(alert.was), layout.was)} → " if layout.was else "✏️ "
    if alert.priority == "urgent":
        return "🚨 "
    return "🆕 " if alert.part else ""


def _sources(_: Translator, delivery: Delivery, home: DisplayPreferences, layout: _Layout) -> str:
    """Return " · Daily Courier 14:02, Reuters 14:07 +2"; of a reply, whose it is; of a digest, always with times."""
    reports = delivery.reports
    if delivery.alert.part:
        reports = tuple(one for one in reports if one.url == delivery.alert.url)[:1]
    if not reports:
        return ""
    today = max(one.at for one in reports).astimezone(zone_of(delivery.look.timezone or home.timezone))
    shown = reports[: layout.named]
    timed = layout.named > 1 and (len(reports) > 1 or delivery.held == "digest")
    more = f" +{len(reports) - len(shown)}" if len(reports) > len(shown) else ""
    if not layout.source:
        return more
    parts = [cut(plain(one.source), layout.source) + (f" {clock(_, one, today)}" if timed else "") for one in shown]
    return f" · {', '.join(parts)}{more}"


def _held_note(_: Translator, held: Held | None) -> str:
    """Return why these come together."""
    if held == "quiet":
        return _("🌙 While it was quiet")
    if held == "digest":
        return _("🗞 Digest")
    return _("▶️ While alerts were paused") if held == "pause" else _("🗂 More stories")
