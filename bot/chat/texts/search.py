"""What /search says. HTML out; nothing is decided here. Written as `bot.chat.texts.basics` says."""

from __future__ import annotations

from bot.chat.texts.basics import fit, safe
from bot.chat.texts.queries import When, item_line, sentence
from bot.chat.texts.query_reading import QUERY_UNITS
from bot.preview.record_search import Hits


def found(query: str, hits: Hits, first: int, when: When) -> str:
    """Show a page of what a query holds for; the first item on it is the `first` of all."""
    _ = when.words
    if not hits.hits:
        return fit(_, [_nothing(query, hits, when)])
    last = first + len(hits.hits) - 1
    said = {"query": safe(query, QUERY_UNITS), "first": first, "last": last}
    lines = [
        _("🔍 <code>{query}</code>: {first}–{last}, and there are more", **said)
        if hits.more
        else _("🔍 <code>{query}</code>: {first}–{last}", **said)
    ]
    for hit in hits.hits:
        lines += ["", item_line(hit.found, when, hit.at)]
        lines += [f"  {sentence(each)}" for each in hit.evidence[:1] if each.field != "title"]
    if not hits.complete:
        lines += ["", _too_much(when)]
    return fit(_, lines)


def _nothing(query: str, hits: Hits, when: When) -> str:
    _ = when.words
    if not hits.complete:
        return _too_much(when)
    shown = safe(query, QUERY_UNITS)
    return _(
        "Nothing on record of the last 30 days fits <code>{query}</code>. /watch tells you when it comes.", query=shown
    )


def _too_much(when: When) -> str:
    _ = when.words
    return _("⏳ There was no time to look through the whole record. Words without /regex/ are found at once.")
