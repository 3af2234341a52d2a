"""Renders an alert: a Delivery in, text with spans out, the same for every medium.

Spans instead of markup, so that no text of a stranger can ever be markup. Never more than 4,096 UTF-16 units or 100
spans, and never without the link: every part has a budget of its own. Nothing is sent here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import regex

from bot.i18n import Translator, field_name, words
from bot.model import Delivery, DisplayPreferences, Evidence
from bot.notify.message_builder import MOST_SPANS, MOST_UNITS, Message, Page
from bot.notify.sanitize import cut, link, plain, units
from bot.notify.sources_line import (
    HEADLINE,
    NAME,
    first_report,
    headline_of,
    model_lines,
    most_links,
    news,
    write_outlets,
    zone_of,
)

# Units a part may take; together with signs, line ends and outlets they stay below MOST_UNITS.
_HEADING, _LEAD, _EVIDENCE, _FINDING, _SENTENCES, _LINE = 200, 900, 400, 60, 900, 320
_MOST_BOLD = 30
_FIELDS = ("title", "lead", "body")


def render(delivery: Delivery, home: DisplayPreferences) -> Message:
    """Return the message for one alert. What the chat's own look leaves open, `home` says (else UTC and English)."""
    alert, look = delivery.alert, delivery.look
    _ = words(look.language or home.language)
    page, url = Page(), link(alert.url)
    if alert.part:
        _reply(_, page, delivery, url)
    else:
        _alert(_, page, delivery, url, look.language or home.language or "en")
    wordy = look.layout != "compact" and delivery.form != "bare"
    if delivery.reports and (not alert.part or alert.priority == "urgent"):
        zone = zone_of(look.timezone or home.timezone)
        page.write("\n📰 ")
        write_outlets(_, page, delivery, zone)
        if wordy:
            news(_, page, delivery, zone)
    # What an edit was to show and could not makes no more noise than the edit would have.
    silent = alert.priority == "low" or (delivery.shown > 0 and alert.priority != "urgent")
    if delivery.form == "plain":
        return Message(_bare_text(page, url), silent=silent)
    preview = url if delivery.form == "rich" and look.preview != "off" else None
    return Message(page.text, tuple(page.spans), preview, silent, look.preview)


def _alert(_: Translator, page: Page, delivery: Delivery, url: str | None, language: str) -> None:
    """Write what happened, what a language model says of it in the language of the chat, and why it is told."""
    alert, layout = delivery.alert, delivery.look.layout
    wordy = layout != "compact" and delivery.form != "bare"
    if layout != "compact":
        page.write(cut(_heading(delivery), _HEADING) + "\n")
    elif alert.priority == "urgent":
        page.write("🚨 ")
    page.write(headline_of(delivery, url), url=url, bold=True)
    lead = cut(plain(alert.lead), _LEAD)
    if lead and wordy:
        page.write("\n")
        _embolden(page, lead, _finder(alert.evidence), _MOST_BOLD)
    if delivery.form != "bare":
        for line in model_lines(delivery, language, _LINE):
            page.write(f"\n✨ {line}")
    if layout == "full" and wordy:
        _sentences(page, delivery, lead)
    if alert.evidence and wordy:
        page.write("\n🔎 " + _evidence(_, alert.evidence))


def _reply(_: Translator, page: Page, delivery: Delivery, url: str | None) -> None:
    """Write what answers a story's message: a corrected headline, a new development, or that it is urgent now."""
    alert, told = delivery.alert, first_report(delivery)
    source = f" · {cut(plain(told.source), NAME)}" if told else ""
    if alert.was is not None:
        page.write(_("✏️ Corrected headline") + f"{source}\n{cut(plain(alert.was), HEADLINE)} → ")
    elif alert.priority == "urgent":
        page.write(_("🚨 Now urgent") + "\n")
    else:
        page.write(_("🆕 New in this story") + f"{source}\n")
    page.write(headline_of(delivery, url), url=url, bold=True)
    lead = cut(plain(alert.lead), _LEAD)
    if lead and delivery.look.layout != "compact" and delivery.form != "bare":
        page.write(f"\n{lead}")


def _heading(delivery: Delivery) -> str:
    """Return the watchlists that fired; a notice to an owner has none."""
    titles = [plain(title, _HEADING) or name for name, title in delivery.alert.watchlists]
    sign = "🚨" if delivery.alert.priority == "urgent" else "🔔"
    return f"{sign} {' · '.join(titles)}" if titles else "🛠 Newswatch"


def _finder(evidence: Sequence[Evidence]) -> regex.Pattern[str] | None:
    """Return what finds the found words wherever they stand as whole words; None without any."""
    found = sorted({plain(one.text, _LEAD) for one in evidence} - {""}, key=len, reverse=True)[:_MOST_BOLD]
    if not found:
        return None
    # Scripts without spaces have no word edges; there a word ends where it ends.
    edge = r"[\p{L}\p{N}--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
    anyhow = "|".join(regex.escape(word, special_only=True) for word in found)
    return regex.compile(rf"(?V1i)(?:(?<!{edge})|(?!{edge}))(?:{anyhow})(?:(?!{edge})|(?<!{edge}))")


def _embolden(page: Page, text: str, finder: regex.Pattern[str] | None, most: int) -> None:
    """Write a text with what is found bold, the first `most` of it."""
    end = 0
    for match in islice(finder.finditer(text), max(most, 0)) if finder else ():
        page.write(text[end : match.start()])
        page.write(match[0], bold=True)
        end = match.end()
    page.write(text[end:])


def _sentences(page: Page, delivery: Delivery, lead: str) -> None:
    """Write the sentences that the words were found in and the lead does not show; links keep their spans."""
    evidence, room = delivery.alert.evidence, _SENTENCES
    finder, spans = _finder(evidence), MOST_SPANS - most_links(delivery)
    for sentence in dict.fromkeys(cut(plain(one.sentence), 300) for one in evidence if one.field != "title"):
        room -= units(sentence) + 3
        if sentence and sentence not in lead and room >= 0:
            page.write("\n… ")
            _embolden(page, sentence, finder, spans - len(page.spans))


def _evidence(_: Translator, evidence: Sequence[Evidence]) -> str:
    """Return "Kremlin (title) · summit (text)": each word once, by the foremost field that has it."""
    seen: dict[str, str] = {}
    for one in sorted(evidence, key=lambda one: _FIELDS.index(one.field)):
        word = cut(plain(one.text), _FINDING)
        if word:
            seen.setdefault(word.casefold(), f"{word} ({field_name(_, one.field)})")
    return cut(" · ".join(seen.values()), _EVIDENCE)


def _bare_text(page: Page, url: str | None) -> str:
    """Return the text without spans, its link in words behind it."""
    tail = f"\n{url}" if url else ""
    return cut(page.text, MOST_UNITS - units(tail)) + tail
