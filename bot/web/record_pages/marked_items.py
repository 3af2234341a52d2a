"""Items as pages show them: values for JSON, and marked words for templates. Everything from outside is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup, escape

from bot.model import Evidence
from bot.notify.sanitize import link
from bot.ports.history_store import ItemOnRecord

_SENTENCE: Final = 300  # characters of a sentence around the words
_SENTENCES: Final = 3  # of one item


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item on record, and where words of a query stand in it."""

    title: str
    url: str | None
    source: str
    published: datetime | None
    seen_at: datetime
    story: int | None
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""  # of an item that nearly fits: why it does not


def show_item(found: ItemOnRecord, evidence: Iterable[Evidence] = (), reason: str = "") -> ShownItem:
    """Return an item as pages show it."""
    item = found.item
    url = link(item.url)
    return ShownItem(item.title, url, found.source, item.published, found.seen_at, found.story, tuple(evidence), reason)


def mark_title(title: str, evidence: Iterable[Evidence]) -> Markup:
    """Return a title with the words marked that were found in it."""
    spans = sorted({(one.start, one.end) for one in evidence if one.field == "title"})
    parts, at = [], 0
    for start, end in spans:
        if at <= start < end <= len(title):
            parts += [escape(title[at:start]), Markup("<mark>{}</mark>").format(title[start:end])]
            at = end
    return Markup().join([*parts, escape(title[at:])])


def mark_sentences(evidence: Iterable[Evidence]) -> list[Markup]:
    """Return the sentences that words were found in below the title, each once, with its words marked."""
    words: dict[str, list[str]] = {}
    for one in evidence:
        if one.field != "title" and one.sentence:
            words.setdefault(one.sentence, []).append(one.text)
    return [_marked(sentence, found) for sentence, found in list(words.items())[:_SENTENCES]]


def _marked(sentence: str, words: Sequence[str]) -> Markup:
    """Return a sentence, cut around the first of its words."""
    first = max(0, sentence.find(words[0]) - _SENTENCE // 2)
    shown = sentence[first : first + _SENTENCE]
    parts, at = [Markup("…") if first else Markup()], 0
    for word in words:
        place = shown.find(word, at)
        if place >= 0:
            parts += [escape(shown[at:place]), Markup("<mark>{}</mark>").format(word)]
            at = place + len(word)
    rest = Markup("…") if first + _SENTENCE < len(sentence) else Markup()
    return Markup().join([*parts, escape(shown[at:]), rest])
