"""One item under examination: what was found in it, whether a query holds, and the evidence for it.

Comes in: the item's three texts, looked up once; goes out: yes or no for any number of queries, and places in the
texts as given. Sentences are sought only where something is shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

from bot.matching.finder import Finder, Span
from bot.matching.planner import Absent, All, Any, Found, Near, Test
from bot.matching.query_tree import FromSource, InLanguage
from bot.matching.regex_set import Allowance
from bot.model import Evidence, Field
from bot.text.language import believed_language, script_of
from bot.text.numbers import mark_numbers
from bot.text.tokens import Script, cut, fold, script, tokens

MAX_FIELD: Final = 200_000  # characters of a field that are looked at; a very long read has 60,000
FIELDS: Final[tuple[Field, ...]] = ("title", "lead", "body")
Place = tuple[int, int, int]  # which field, start, end


class ExaminedItem:
    """Title, lead and body with the leaves found in each; `origins` are the source's names, folded.

    The leaves that are `late` are regexes that were not looked for everywhere: they count as not found.
    """

    __slots__ = ("_edges", "_sentences", "found", "language", "late", "origins", "texts")

    def __init__(
        self, texts: Sequence[str], finder: Finder, origins: frozenset[str] | None, language: str | None
    ) -> None:
        self.texts = [cut(text, MAX_FIELD) for text in texts]
        allowance = Allowance()
        self.found = [finder.find(text, allowance) if text else {} for text in self.texts]
        self.late = allowance.late
        self.origins = origins
        self.language = believed_language(language, self.texts)
        self._sentences: dict[int, list[Span]] = {}
        self._edges: dict[int, tuple[list[int], list[int]]] = {}

    def _script(self) -> Script:
        return script(" ".join(text[:400] for text in self.texts))

    def places(self, test: Found) -> list[Place]:
        """Return where a leaf stands."""
        return [
            (number, *span)
            for number, found in enumerate(self.found)
            if test.leaf in found and test.field in (None, FIELDS[number])
            for span in found[test.leaf]
        ]

    def evidence(self, place: Place) -> Evidence:
        """Return a place as evidence, with the sentence it stands in."""
        number, start, end = place
        text = self.texts[number]
        known = self._sentences.setdefault(number, [])
        span = next((span for span in known if span[0] <= start and end <= span[1]), None)
        if span is None:
            from bot.text.sentences import sentence_around

            span = sentence_around(text, start, end)
            known.append(span)
        return Evidence(FIELDS[number], text[start:end], start, end, text[span[0] : span[1]])

    def count(self, number: int, start: int, end: int) -> int:
        """Return how many words of a field stand in a stretch of it, those that reach into it included."""
        if number not in self._edges:
            words = tokens(mark_numbers(self.texts[number]))
            spans = [words.span(at) for at in range(len(words))]
            self._edges[number] = [first for first, _ in spans], [last for _, last in spans]
        starts, ends = self._edges[number]
        return bisect_left(starts, end) - bisect_right(ends, start)

    def is_in(self, language: str) -> bool:
        """Return whether the item may be in a language: as its source states, else as its script allows."""
        if self.language is not None:
            return self.language == language
        return self._script() == script_of(language)


def is_fulfilled(test: Test, item: ExaminedItem) -> bool:
    """Return whether a query holds for the item."""
    held = False
    match test:
        case Found(leaf, field):
            held = any(leaf in found and field in (None, FIELDS[at]) for at, found in enumerate(item.found))
        case All(parts):
            held = all(is_fulfilled(part, item) for part in parts)
        case Any(parts):
            held = any(is_fulfilled(part, item) for part in parts)
        case Absent(part):
            held = not is_fulfilled(part, item)
        case Near():
            held = bool(find_near(test, item))
        case FromSource(name):
            held = item.origins is not None and fold(name) in item.origins
        case InLanguage():
            held = item.is_in(test.code)
    return held


def collect_evidence(test: Test, item: ExaminedItem, limit: int) -> tuple[Evidence, ...]:
    """Return the places that made a query hold, title first, in the order of the text."""
    places = sorted(set(_places(test, item)))
    return tuple(item.evidence(place) for place in places[:limit])


def _places(test: Test, item: ExaminedItem) -> list[Place]:
    if isinstance(test, Found):
        return item.places(test)
    if isinstance(test, All | Any):
        return [place for part in test.parts if is_fulfilled(part, item) for place in _places(part, item)]
    return find_near(test, item) if isinstance(test, Near) else []


def find_near(test: Near, item: ExaminedItem) -> list[Place]:
    """Return the places, of each word one, that stand near enough to one another; the first such group of a field.

    Goes once through all places of the words: which of them are shown is cut elsewhere, whether they are near never.
    """
    leaves = {part.leaf for part in test.parts}
    for number, found in enumerate(item.found):
        if test.field not in (None, FIELDS[number]) or not leaves <= found.keys():
            continue
        latest: dict[int, Span] = {}  # leaf -> its last place so far, the one that lies farthest back first
        inner = 0  # words in these places
        for start, end, leaf in sorted((*span, each) for each in leaves for span in found[each]):
            if leaf in latest:
                inner -= item.count(number, *latest.pop(leaf))
            latest[leaf] = start, end
            inner += item.count(number, start, end)
            begin = next(iter(latest.values()))[0]
            if len(latest) == len(leaves) and item.count(number, begin, end) - inner <= test.between:
                return [(number, *span) for span in latest.values()]
    return []
