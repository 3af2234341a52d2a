"""Why queries that nearly fired did not: for `explain` and `/why`, never on the way of an alert.

An engine and an item come in; query by query a sentence goes out. May look at every query, so it costs more than
matching does.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.i18n import Translator, field_name
from bot.matching.compilation import Keyword
from bot.matching.engine import Engine
from bot.matching.evaluation import FIELDS, ExaminedItem, is_fulfilled
from bot.matching.planner import Absent, All, Any, Found, Near, Test
from bot.matching.query_tree import FromSource
from bot.text.tokens import fold, tokens, variants

MAX_REASONS: Final = 50  # more help nobody
_SHORTEST: Final = 3  # letters; shorter words stand inside too many
_LONGEST: Final = 30  # letters of a word that is looked for inside others
_WHOLE: Final = 100  # letters of a word that others are looked for in; a longer one is none


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A query that did not fire, and why, as a clause that follows the query, in the words that were asked for."""

    watchlist: str
    query: str
    reason: str


def near_misses(
    _: Translator,
    engine: Engine,
    title: str,
    lead: str = "",
    body: str = "",
    *,
    source: str | None = None,
    language: str | None = None,
    only: Container[str] | None = None,
) -> tuple[NearMiss, ...]:
    """Return why queries that nearly fired on the item did not, in the order of the watchlists.

    With `only`, of the watchlists of these ids.
    """
    item = engine.examine(title, lead, body, source=source, language=language)
    due = engine.due(item)
    excluding = {
        keyword.watchlist: keyword.text for keyword in due if keyword.excludes and is_fulfilled(keyword.test, item)
    }
    reasons: dict[int, str] = {}
    for keyword in due:
        if not keyword.excludes and (reason := _refused(_, engine, keyword, item, excluding.get(keyword.watchlist))):
            reasons[id(keyword)] = reason
    words = {word for text in item.texts for word in tokens(text).words}
    for keyword, reason in _alike(_, engine, words):
        if id(keyword) not in reasons and not is_fulfilled(keyword.test, item):
            reasons[id(keyword)] = reason
    found = (
        NearMiss(engine.watchlists[keyword.watchlist].id, keyword.text, reasons[id(keyword)])
        for keyword in engine.keywords
        if id(keyword) in reasons
    )
    return tuple(islice((miss for miss in found if only is None or miss.watchlist in only), MAX_REASONS))


def _refused(_: Translator, engine: Engine, keyword: Keyword, item: ExaminedItem, excluding: str | None) -> str | None:
    """Return what kept a query from firing of which something is there, None where it fired."""
    if not is_fulfilled(keyword.test, item):
        return describe_missing(_, keyword.test, item)
    watchlist = engine.watchlists[keyword.watchlist]
    if not engine.applies(keyword.watchlist, item):
        if watchlist.languages and item.language is not None and item.language not in watchlist.languages:
            return _(
                "the watchlist takes items in {languages}, the source says {language}",
                languages=", ".join(watchlist.languages),
                language=item.language,
            )
        return _("the watchlist takes items from {sources} only", sources=", ".join(watchlist.sources))
    return _("excluded by {query}", query=excluding) if excluding is not None else None


def describe_missing(_: Translator, test: Test, item: ExaminedItem) -> str:
    """Return what a query that does not hold lacks."""
    match test:
        case Found(_, field, shown):
            elsewhere = [field_name(_, FIELDS[number]) for number, found in enumerate(item.found) if test.leaf in found]
            if elsewhere and field:
                reason = _("{words} stands only in the {fields}", words=shown, fields=_.both(elsewhere))
            elif test.leaf in item.late:
                reason = _("there was no time to look for {words} in this text", words=shown)
            else:
                reason = _("{words} is missing", words=shown)
        case Absent(part):
            reason = _("{words} is there and must not be", words=describe(part))
        case Near():
            absent = [describe(part) for part in test.parts if not is_fulfilled(part, item)]
            apart = _.ngettext(
                "the words of {query} stand more than {number} word apart",
                "the words of {query} stand more than {number} words apart",
                test.between,
                query=test.shown,
            )
            reason = _("{words} is missing", words=_.both(absent)) if absent else apart
        case All(parts):
            there = [describe(part) for part in parts if is_fulfilled(part, item) and not isinstance(part, Absent)]
            reason = "; ".join(describe_missing(_, part, item) for part in parts if not is_fulfilled(part, item))
            if there:
                reason = _("only {words} is there: {reason}", words=_.both(there), reason=reason)
        case Any(parts):
            reason = _.both(tuple(dict.fromkeys(describe_missing(_, part, item) for part in parts)))
        case FromSource(name):
            reason = _("the source is not {name}", name=name) if item.origins else _("the source is not known")
        case _:
            reason = _("the language is not {code}", code=test.code)
    return reason


def describe(test: Test) -> str:
    """Return a part of a query as it might have been written."""
    match test:
        case Found() | Near():
            return f"{test.field}:{test.shown}" if test.field else test.shown
        case All(parts) | Any(parts):
            joint = " AND " if isinstance(test, All) else " OR "
            return f"({joint.join(dict.fromkeys(map(describe, parts)))})"
        case Absent(part):
            return f"NOT {describe(part)}"
        case FromSource(name):
            return f"source:{name}"
        case _:
            return f"lang:{test.code}"


def _alike(_: Translator, engine: Engine, words: set[str]) -> list[tuple[Keyword, str]]:
    """Find queries of one word or phrase whose letters are in the text, but not as they ask for them."""
    folded = {variants(word)[0]: word for word in sorted(words)}
    inside = {
        piece: word
        for spelled, word in folded.items()
        if len(spelled) <= _WHOLE
        for start in range(len(spelled))
        for end in range(start + _SHORTEST, min(len(spelled), start + _LONGEST) + 1)
        if (piece := spelled[start:end]) != spelled
    }
    found = []
    for keyword in engine.keywords:
        if keyword.excludes or not isinstance(keyword.test, Found):
            continue
        leaf = engine.finder.leaves[keyword.test.leaf]
        if len(leaf.words) == 1:
            base, exact = fold(keyword.test.shown.strip('=~*"')), engine.finder.forms[leaf.words[0]].exact
            if exact is not None and base in folded and folded[base] != exact:
                reason = _("it is written {word!r}, and = asks for {exact!r} exactly", word=folded[base], exact=exact)
                found.append((keyword, reason))
            elif base in inside and exact is None:
                shown = keyword.test.shown
                found.append((keyword, _("{word!r} stands only inside {other!r}", word=shown, other=inside[base])))
        elif leaf.words and all(any(each in folded for each in engine.finder.forms[form].forms) for form in leaf.words):
            found.append((keyword, _("its words are there, but not side by side in this order")))
    return found
