"""What an index must know of an item that a query may hold for: the query's test in, a condition over terms out.

No item for which the query holds fails the condition; where nothing can be said, there is none (None), and every item
has to be looked at. Nothing here sees a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.matching.engine import Engine
from bot.matching.finder import Form, Leaf
from bot.matching.planner import All, Any, Found, Near, Test
from bot.matching.query_tree import FromSource
from bot.ports.search_store import AllOf, AnyOf, Condition, Term
from bot.text.index_terms import LONGEST, source_term, substring_terms, term
from bot.text.tokens import fold, variants

MOST = 4_000  # terms of a condition; with more, looking at every item costs no more than asking for all of them


def index_condition(engine: Engine, sources: Mapping[int, str]) -> Condition | None:
    """Return the condition of an engine's first query; `sources` are the names of those on record, by number."""

    def from_source(name: str) -> Condition:
        wanted = fold(name)
        return AnyOf(tuple(Term(source_term(one)) for one, known in sources.items() if wanted in engine.origins(known)))

    if not engine.keywords:
        return AnyOf(())
    found = _condition(engine.keywords[0].test, engine.finder.leaves, engine.finder.forms, from_source)
    return None if found is not None and _size(found) > MOST else found


def _condition(
    test: Test, leaves: tuple[Leaf, ...], forms: tuple[Form, ...], from_source: Callable[[str], Condition]
) -> Condition | None:
    def of_parts(parts: Iterable[Test]) -> list[Condition | None]:
        return [_condition(part, leaves, forms, from_source) for part in parts]

    if isinstance(test, Found):
        return _of_leaf(leaves[test.leaf], forms)
    if isinstance(test, All | Near):
        return _all(of_parts(test.parts))
    if isinstance(test, Any):
        return _any(of_parts(test.parts))
    return from_source(test.text) if isinstance(test, FromSource) else None  # an absence or a language names no term


def _of_leaf(leaf: Leaf, forms: tuple[Form, ...]) -> Condition | None:
    if leaf.regex is not None:
        return None
    if leaf.literals:
        return _any([_all([Term(each) for each in dict.fromkeys(substring_terms(one))]) for one in leaf.literals])
    return _all([_of_form(forms[number]) for number in leaf.words])


def _of_form(form: Form) -> Condition:
    words = [*form.forms, *(variants(form.exact) if form.exact is not None else ())]
    found = [Term(term(word)) for word in dict.fromkeys(words)]
    found += [Term(term(word), prefix=len(word) < LONGEST) for word in form.prefixes]
    return found[0] if len(found) == 1 else AnyOf(tuple(found))


def _all(parts: Iterable[Condition | None]) -> Condition | None:
    """Return that every part holds, as far as anything can be said of them."""
    known = tuple(dict.fromkeys(part for part in parts if part is not None))
    return None if not known else known[0] if len(known) == 1 else AllOf(known)


def _any(parts: Iterable[Condition | None]) -> Condition | None:
    known: list[Condition] = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return known[0] if len(known) == 1 else AnyOf(tuple(known))


def _size(condition: Condition) -> int:
    return 1 if isinstance(condition, Term) else sum(map(_size, condition.parts))
