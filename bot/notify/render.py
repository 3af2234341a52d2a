"""What an alert looks like: a Delivery in, text with spans over it out, the same for every medium.

Spans instead of markup, so that no text of a stranger can ever be markup. Never more than 4,096 UTF-16 units or 100
spans, and never without the link: every part has a budget of its own. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo

import regex

from bot.model import Delivery, Evidence, Held, Look, Report
from bot.notify.inert import cut, link, plain, units
from bot.words import Words, field_name, words

MOST_UNITS = 4096  # after entities parsing, in UTF-16 units (Bot API)
MOST_SPANS = 100  # what exceeds it is not shown (not documented; python-telegram-bot's MessageLimit)
# Units a part may take; together with signs and line ends they stay below MOST_UNITS.
_HEADING, _HEADLINE, _LEAD, _EVIDENCE, _FINDING, _OUTLETS, _NAME, _SENTENCES = 200, 400, 900, 400, 60, 1100, 60, 900
_MOST_BOLD, _MOST_LINKED = 30, 40
_WEB_BEGAN = 1990  # an older date is a default of some software, not when news was published
_FIELDS = ("title", "lead", "body")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text that is bold or a link. `start` and `length` count UTF-16 units."""

    kind: Literal["bold", "link"]
    start: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered alert. `preview` is the address whose preview belongs to it, None = show none."""

    text: str
    spans: tuple[Span, ...] = ()
    preview: str | None = None
    silent: bool = False


@dataclass(slots=True)
class _Page:
    """A message being written, with the place in UTF-16 units."""

    parts: list[str] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    at: int = 0

    def write(self, text: str, *, url: str | None = None, bold: bool = False) -> None:
        """Add text, as a link, bold, or both."""
        size = units(text)
        if bold and size:
            self.spans.append(Span("bold", self.at, size))
        if url and size:
            self.spans.append(Span("link", self.at, size, url))
        self.parts.append(text)
        self.at += size


def render(delivery: Delivery, home: Look) -> Message:
    """Return the message for one alert. What the chat's own look leaves open, `home` says (else UTC and English)."""
    alert, look = delivery.alert, delivery.look
    _ = words(look.language or home.language)
    page = _Page()
    url = link(alert.url)
    wordy = look.layout != "compact" and delivery.form != "bare"
    if look.layout != "compact":
        page.write(cut(_heading(delivery), _HEADING) + "\n")
    page.write(_headline(delivery, url), url=url, bold=True)
    lead = cut(plain(alert.lead), _LEAD)
    if lead and wordy:
        page.write("\n")
        _embolden(page, lead, alert.evidence)
    if look.layout == "full" and wordy:
        _sentences(page, alert.evidence, lead)
    if alert.evidence and wordy:
        page.write("\n🔎 " + _evidence(_, alert.evidence))
    if delivery.reports:
        page.write("\n📰 ")
        _outlets(_, page, delivery, _zone(look.timezone or home.timezone))
    silent = alert.priority == "low"
    if delivery.form == "plain":
        return Message(_bare_text(page, url), silent=silent)
    return Message("".join(page.parts), tuple(page.spans), url if delivery.form == "rich" else None, silent)


def fold(deliveries: Sequence[Delivery], home: Look) -> Message | None:
    """Return the silent rolling message that lists these alerts of one chat; None when they do not fit one message."""
    look, bare = deliveries[-1].look, deliveries[-1].form == "plain"
    _ = words(look.language or home.language)
    page = _Page()
    page.write(_gathered(_, deliveries[0].held))
    for delivery in deliveries:
        url = link(delivery.alert.url)
        page.write("\n• ")
        page.write(cut(_headline(delivery, url), _HEADING), url=None if bare else url)
        source = _told_first(delivery)
        if source:
            page.write(f" · {cut(plain(source.source), _NAME)}")
        if bare and url:
            page.write(f"\n{url}")
    if page.at > MOST_UNITS or len(page.spans) > MOST_SPANS:
        return None
    return Message("".join(page.parts), tuple(page.spans), None, silent=True)


def _gathered(_: Words, held: Held | None) -> str:
    """Return why these come together."""
    if held == "quiet":
        return _("🌙 While it was quiet")
    if held == "digest":
        return _("🗞 Digest")
    return _("▶️ While alerts were paused") if held == "pause" else _("🗂 More stories")


def _heading(delivery: Delivery) -> str:
    """Return the watchlists that fired; a notice to an owner has none."""
    titles = [plain(title, _HEADING) or name for name, title in delivery.alert.watchlists]
    return f"🔔 {' · '.join(titles)}" if titles else "🛠 Newswatch"


def _headline(delivery: Delivery, url: str | None) -> str:
    """Return the headline; an item without words is told by its source, then by its host."""
    told = _told_first(delivery)
    headline = plain(delivery.alert.headline) or (plain(told.source) if told else "")
    return cut(headline or (url or "").removeprefix("https://").removeprefix("http://") or "—", _HEADLINE)


def _told_first(delivery: Delivery) -> Report | None:
    """Return the report whose headline is shown: it heads the outlets."""
    mine = [
        told for told in delivery.reports if (told.url, told.headline) == (delivery.alert.url, delivery.alert.headline)
    ]
    return next(iter(mine or delivery.reports), None)


def _embolden(page: _Page, text: str, evidence: Sequence[Evidence]) -> None:
    """Write a text with the found words bold wherever they stand as whole words."""
    found = sorted({plain(one.text, _LEAD) for one in evidence} - {""}, key=len, reverse=True)[:_MOST_BOLD]
    if not found:
        page.write(text)
        return
    # Scripts without spaces have no word edges; there a word ends where it ends.
    edge = r"[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
    anyhow = "|".join(regex.escape(word, special_only=True) for word in found)
    pattern = regex.compile(rf"(?V1i)(?:(?<!{edge})|(?!{edge}))(?:{anyhow})(?:(?!{edge})|(?<!{edge}))")
    end = 0
    for match in islice(pattern.finditer(text), _MOST_BOLD):
        page.write(text[end : match.start()])
        page.write(match[0], bold=True)
        end = match.end()
    page.write(text[end:])


def _sentences(page: _Page, evidence: Sequence[Evidence], lead: str) -> None:
    """Write the sentences that the words were found in and the lead does not show."""
    room = _SENTENCES
    for sentence in dict.fromkeys(cut(plain(one.sentence), 300) for one in evidence if one.field != "title"):
        room -= units(sentence) + 3
        if sentence and sentence not in lead and room >= 0:
            page.write(f"\n… {sentence}")


def _evidence(_: Words, evidence: Sequence[Evidence]) -> str:
    """Return "Kremlin (title) · summit (text)": each word once, by the foremost field that has it."""
    seen: dict[str, str] = {}
    for one in sorted(evidence, key=lambda one: _FIELDS.index(one.field)):
        word = cut(plain(one.text), _FINDING)
        if word:
            seen.setdefault(word.casefold(), f"{word} ({field_name(_, one.field)})")
    return cut(" · ".join(seen.values()), _EVIDENCE)


def _outlets(_: Words, page: _Page, delivery: Delivery, zone: ZoneInfo) -> None:
    """Write "Daily Courier 14:02 · also Reuters 14:07, TASS 14:11", each name a link to its own report."""
    first = _told_first(delivery)
    unique: dict[str, Report] = {}
    for report in (*(() if first is None else (first,)), *delivery.reports):
        unique.setdefault(report.source, report)
    told = tuple(unique.values())
    today = max(one.at for one in told).astimezone(zone)
    begun, also = page.at, _("also")
    for place, report in enumerate(told):
        name = cut(plain(report.source), _NAME) or "—"
        if place == _MOST_LINKED or page.at - begun + units(name) + 40 > _OUTLETS:
            page.write(f" +{len(told) - place}")
            return
        page.write("" if place == 0 else f" · {also} " if place == 1 else ", ")
        page.write(name, url=link(report.url))
        page.write(f" {_time(_, report, today)}")


def _time(_: Words, report: Report, today: datetime) -> str:
    """Return when it was published, as far as that can be: never after we saw it; the day where it is another."""
    published = report.published
    when = min(published, report.at) if published and published.year > _WEB_BEGAN else report.at
    return _.moment(when.astimezone(today.tzinfo), today)


def _zone(name: str | None) -> ZoneInfo:
    """Return the zone of that name, UTC where there is none: an alert is never lost to a spelling."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _bare_text(page: _Page, url: str | None) -> str:
    """Return the text without spans, its link in words behind it."""
    tail = f"\n{url}" if url else ""
    return cut("".join(page.parts), MOST_UNITS - units(tail)) + tail
