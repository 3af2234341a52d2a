"""All watchlists against one item, with the evidence for every query that fired.

Built once from the watchlists; then title, lead and body come in, Matches go out. The cost of an item grows with
the item, not with the number of queries. No text is dropped because its language was guessed wrongly: only a
language that the source states can keep a watchlist silent. No I/O, and no input raises.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final

from bot.errors import QueryError
from bot.inflection.word_forms import FormCache
from bot.matching.compilation import PASSING, Keyword, QueryPlan, WrittenQuery, fault, plan_queries, too_large, too_slow
from bot.matching.evaluation import ExaminedItem, collect_evidence, is_fulfilled
from bot.matching.planner import All, Any, Found, Near, Test, leaves_of
from bot.matching.query_tree import FromSource
from bot.model import Match, Source, Watchlist
from bot.text.tokens import fold

MAX_EVIDENCE: Final = 8  # places shown for one query
_MANY: Final = 1_000  # queries; with fewer the garbage collector is not worth a thought


@dataclass(frozen=True, slots=True)
class OmittedQuery:
    """A query of a watchlist that cannot be used, or not everywhere, and why."""

    watchlist: str
    query: str
    reason: QueryError


class Engine:
    """Every query of every watchlist, ready to be asked about items. Immutable; a reload builds another."""

    def __init__(self, watchlists: Sequence[Watchlist], plan: QueryPlan, sources: Sequence[Source]) -> None:
        self.watchlists = tuple(watchlists)
        self.keywords = plan.keywords
        self.finder = plan.finder
        self.forms = plan.forms  # a reload takes them over
        self._failed = {(one.watchlist, one.text): reason for one, reason in plan.failed}
        self._sources = {source.name: source for source in sources}
        self._origins: dict[str, frozenset[str]] = {}  # of sources that have been asked about
        self._scopes = [frozenset(map(fold, watchlist.sources)) for watchlist in watchlists]
        self._by_leaf: dict[int, list[int]] = {}
        self._by_source: dict[str, list[int]] = {}
        for number, keyword in enumerate(self.keywords):
            for trigger in _triggers(keyword.test):
                if isinstance(trigger, str):
                    self._by_source.setdefault(trigger, []).append(number)
                else:
                    self._by_leaf.setdefault(trigger, []).append(number)

    def match(
        self, title: str, lead: str = "", body: str = "", *, source: str | None = None, language: str | None = None
    ) -> tuple[Match, ...]:
        """Return the queries that fire, in the order of the watchlists.

        `source` is the item's source by name (None: not known, every watchlist applies); `language` is what the
        source states, in ISO 639-1 (None: not known, every watchlist applies).
        """
        item = self.examine(title, lead, body, source=source, language=language)
        fired = [found for keyword in self.due(item) if (found := self._fired(keyword, item))]
        silenced = {keyword.watchlist for keyword, _ in fired if keyword.excludes}
        return tuple(match for keyword, match in fired if not keyword.excludes and keyword.watchlist not in silenced)

    def _fired(self, keyword: Keyword, item: ExaminedItem) -> tuple[Keyword, Match] | None:
        """Return the match of a query that holds; one that meets a fault of ours is left out of the item, and named."""
        try:
            if not (is_fulfilled(keyword.test, item) and (keyword.excludes or self.applies(keyword.watchlist, item))):
                return None
            evidence = () if keyword.excludes else collect_evidence(keyword.test, item, MAX_EVIDENCE)
            return keyword, Match(self.watchlists[keyword.watchlist].id, keyword.text, evidence)
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - it is this query's alone
            self._failed[keyword.watchlist, keyword.text] = fault(error)
            return None

    def left_out(self) -> tuple[OmittedQuery, ...]:
        """Return the queries that cannot be used, and those with a regex that took too long in some item so far."""
        found = [(*key, reason) for key, reason in tuple(self._failed.items())]
        regexes = self.finder.regexes
        for leaves, reason in ((regexes.left_out, too_large()), (regexes.late, too_slow())):
            if leaves:
                its = (keyword for keyword in self.keywords if not leaves.isdisjoint(leaves_of(keyword.test)))
                found += [(keyword.watchlist, keyword.text, reason) for keyword in its]
        return tuple(OmittedQuery(self.watchlists[number].id, text, reason) for number, text, reason in found)

    def examine(self, title: str, lead: str, body: str, *, source: str | None, language: str | None) -> ExaminedItem:
        """Look every leaf up in the item."""
        return ExaminedItem(
            (title, lead, body), self.finder, None if source is None else self.origins(source), language
        )

    def origins(self, source: str) -> frozenset[str]:
        """Return what `source:` may call a source of this name: its name, publisher and tags, folded."""
        found = self._origins.get(source)
        if found is None:
            its = self._sources.get(source)
            found = frozenset(map(fold, (source,) if its is None else (its.name, its.publisher, *its.tags)))
            if its is not None:
                self._origins[source] = found
        return found

    def due(self, item: ExaminedItem) -> list[Keyword]:
        """Return the queries that may hold for the item, each once, in order."""
        numbers = {number for found in item.found for leaf in found for number in self._by_leaf.get(leaf, ())}
        for origin in item.origins or ():
            numbers.update(self._by_source.get(origin, ()))
        return [self.keywords[number] for number in sorted(numbers)]

    def applies(self, watchlist: int, item: ExaminedItem) -> bool:
        """Return whether a watchlist looks at this source and language at all."""
        languages, scope = self.watchlists[watchlist].languages, self._scopes[watchlist]
        if languages and item.language is not None and item.language not in languages:
            return False
        return not scope or item.origins is None or not scope.isdisjoint(item.origins)


def build_engine(
    watchlists: Sequence[Watchlist],
    sources: Sequence[Source] = (),
    *,
    cache: FormCache | None = None,
    previous: Engine | None = None,
) -> Engine:
    """Make the engine of these watchlists. A query that cannot be built is left out of it and named there.

    Raises only what the machine lacks (OSError, MemoryError): the same may be tried again. Takes seconds for 100,000
    queries: run it in a thread while the `previous` engine, whose work it takes over where words and queries are the
    same, goes on matching.
    """
    many = sum(len(watchlist.keywords) + len(watchlist.exclude) for watchlist in watchlists) > _MANY
    with _without_collection() if many else nullcontext():
        written = [
            WrittenQuery(number, text, excludes, watchlist.languages)
            for number, watchlist in enumerate(watchlists)
            for excludes, texts in ((False, watchlist.keywords), (True, watchlist.exclude))
            for text in dict.fromkeys(texts)
        ]
        plan = plan_queries(written, cache, previous.forms if previous else {})
        return Engine(watchlists, plan, sources)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python's garbage collector from walking through millions of new objects, again and again.

    Each walk would hold the interpreter, and with it every loop, for half a second. None of the objects is in a
    cycle, so nothing is left behind; `freeze` spares them the walks of later days as well. Garbage is collected
    before, or it would be frozen with the rest and stay for ever; the engine in force is frozen and not walked through.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        gc.collect()
        yield
        gc.freeze()
    finally:
        if enabled:
            gc.enable()


def _triggers(test: Test) -> list[int | str]:
    """Return leaves (by number) or sources (folded), one of which must be there for the test to hold."""
    if isinstance(test, Found):
        return [test.leaf]
    if isinstance(test, Near):
        return [min(test.parts, key=lambda part: -len(part.shown)).leaf]
    if isinstance(test, FromSource):
        return [fold(test.text)]
    if isinstance(test, Any):
        branches = [_triggers(part) for part in test.parts]
        return [trigger for branch in branches for trigger in branch] if all(branches) else []
    if isinstance(test, All):
        branches = [branch for part in test.parts if (branch := _triggers(part))]
        return min(branches, key=_cost, default=[])
    return []  # a language or an absence alone never makes a query due; parsing has refused such queries


def _cost(triggers: list[int | str]) -> tuple[bool, int]:
    """Rank the ways to notice that a query is due: a source is known for every item, words are rare."""
    return any(isinstance(trigger, str) for trigger in triggers), len(triggers)
