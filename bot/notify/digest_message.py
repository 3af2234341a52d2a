"""The rolling message: what exceeds a chat's hour, or waited together, a line each. Deliveries in, one Message out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.i18n import Translator, words
from bot.model import Delivery, DisplayPreferences, Held
from bot.notify.message_builder import MOST_SPANS, MOST_UNITS, Message, Page
from bot.notify.sanitize import cut, link, plain
from bot.notify.sources_line import NAME, clock, headline_of, zone_of

_LINE, _WAS = 200, 120  # UTF-16 units of a headline, and of one that was corrected
_OTHERS = 3  # outlets of a line that are named


def fold(deliveries: Sequence[Delivery], home: DisplayPreferences) -> Message | None:
    """Return the rolling message that lists these alerts of one chat; None when they do not fit one message.

    Where they fit only so, a line names the first outlet of its story and counts the others. It is silent, but for
    a digest, which its chat waits for.
    """
    for named in (_OTHERS, 0):
        page = _page(deliveries, home, named)
        if page.at <= MOST_UNITS and len(page.spans) <= MOST_SPANS:
            awaited = any(one.held == "digest" and one.alert.priority != "low" for one in deliveries)
            return Message(page.text, tuple(page.spans), None, silent=not awaited)
    return None


def _page(deliveries: Sequence[Delivery], home: DisplayPreferences, named: int) -> Page:
    look, bare = deliveries[-1].look, deliveries[-1].form == "plain"
    _ = words(look.language or home.language)
    page = Page()
    page.write(_gathered(_, deliveries[0].held))
    for delivery in deliveries:
        url = link(delivery.alert.url)
        page.write(f"\n• {_mark(delivery)}")
        page.write(cut(headline_of(delivery, url), _LINE), url=None if bare else url)
        page.write(_sources(_, delivery, home, named))
        if bare and url:
            page.write(f"\n{url}")
    return page


def _mark(delivery: Delivery) -> str:
    """Return what stands before the headline: that it is urgent, or answers a message."""
    alert = delivery.alert
    if alert.was is not None:
        return f"✏️ {cut(plain(alert.was), _WAS)} → "
    if alert.priority == "urgent":
        return "🚨 "
    return "🆕 " if alert.part else ""


def _sources(_: Translator, delivery: Delivery, home: DisplayPreferences, named: int) -> str:
    """Return " · Daily Courier 14:02, Reuters 14:07 +2"; of a reply, whose it is."""
    reports = delivery.reports
    if delivery.alert.part:
        reports = tuple(one for one in reports if one.url == delivery.alert.url)[:1]
    if not reports:
        return ""
    today = max(one.at for one in reports).astimezone(zone_of(delivery.look.timezone or home.timezone))
    shown = reports[: max(named, 1)]
    timed = named and len(reports) > 1
    parts = [cut(plain(one.source), NAME) + (f" {clock(_, one, today)}" if timed else "") for one in shown]
    more = f" +{len(reports) - len(shown)}" if len(reports) > len(shown) else ""
    return f" · {', '.join(parts)}{more}"


def _gathered(_: Translator, held: Held | None) -> str:
    """Return why these come together."""
    if held == "quiet":
        return _("🌙 While it was quiet")
    if held == "digest":
        return _("🗞 Digest")
    return _("▶️ While alerts were paused") if held == "pause" else _("🗂 More stories")
