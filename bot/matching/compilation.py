"""Queries as written → what an engine asks of an item. One query never harms another.

What cannot be parsed, inflected, planned or indexed is left out by itself, whatever is wrong with it, and the rest is
built. Only what the machine lacks (memory, descriptors, a file) is raised: it is no query's fault, and passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.errors import QueryError
from bot.inflection.word_forms import FormCache, Wanted, inflect
from bot.matching.finder import Finder
from bot.matching.planner import Planner, Test, words_to_inflect
from bot.matching.query import parse
from bot.matching.query_tree import Query

PASSING: Final = (OSError, MemoryError)  # faults of the machine
_TRIES: Final = 40  # failed attempts to inflect: enough to find one word of a million, twice


@dataclass(frozen=True, slots=True)
class WrittenQuery:
    """A query as it stands in a watchlist (by number), and the languages of that; `excludes` silences the watchlist."""

    watchlist: int
    text: str
    excludes: bool = False
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keyword:
    """A query as it stands in one watchlist; `excludes` silences the watchlist where it holds."""

    watchlist: int
    text: str
    test: Test
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What an engine is made of, and the queries that it has to do without, wholly or in other forms of a word."""

    keywords: tuple[Keyword, ...]
    finder: Finder
    forms: Mapping[Wanted, tuple[str, ...]]
    failed: tuple[tuple[WrittenQuery, QueryError], ...]


def plan_queries(
    written: Sequence[WrittenQuery], cache: FormCache | None, known: Mapping[Wanted, tuple[str, ...]]
) -> QueryPlan:
    """Plan queries together; the forms of words that are `known` are not looked up again."""
    failed: list[tuple[WrittenQuery, QueryError]] = []
    parsed = list(_parsed(written, failed))
    needed = words_to_inflect((query, one.languages) for one, query in parsed)
    forms = {each: known[each] for each in needed if each in known}
    odd: dict[Wanted, Exception] = {}
    forms.update(_inflected(list(needed - forms.keys()), cache, odd))
    if odd:
        for one, query in parsed:
            if not odd.keys().isdisjoint(its := words_to_inflect([(query, one.languages)])):
                failed.append((one, fault(next(odd[each] for each in its if each in odd))))
    good = [one for one, _ in parsed]
    try:
        keywords, finder = _indexed(parsed, forms)
    except PASSING:
        raise
    except Exception:  # noqa: BLE001 - one of the queries does it
        culprits = dict(_culprits(good, forms))
        failed += culprits.items()
        rest = [one for one in good if one not in culprits]
        keywords, finder = _indexed(list(_parsed(rest, failed)), forms)
    return QueryPlan(tuple(keywords), finder, forms, tuple(failed))


def too_large() -> QueryError:
    """Return what to say of a query with a regex that cannot be built."""
    return QueryError("this regex is too large: let it repeat less often")


def too_slow() -> QueryError:
    """Return what to say of a query with a regex for which there was no time in some item."""
    return QueryError("this regex takes too long and was not looked for in every item: let it repeat less often")


def fault(error: Exception) -> QueryError:
    """Return what to say of a query that met a bug of ours."""
    name = type(error).__name__
    return QueryError("this query meets a fault of the bot ({name}): write it otherwise, and report it", name=name)


def _parsed(
    written: Sequence[WrittenQuery], failed: list[tuple[WrittenQuery, QueryError]]
) -> Iterator[tuple[WrittenQuery, Query]]:
    for one in written:
        try:
            yield one, parse(one.text)
        except QueryError as error:
            failed.append((one, error))
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - it is this query's alone
            failed.append((one, fault(error)))


def _inflected(
    words: Sequence[Wanted], cache: FormCache | None, odd: dict[Wanted, Exception]
) -> dict[Wanted, tuple[str, ...]]:
    """Return the forms of words; those that inflection fails on are `odd`, and are looked for as they are written."""
    found: dict[Wanted, tuple[str, ...]] = {}
    waiting, tries = [words] if words else [], 0
    while waiting:
        some = waiting.pop()
        try:
            found.update(inflect(some, cache))
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - one of the words does it
            tries += 1
            if len(some) == 1 or tries > _TRIES:
                odd.update(dict.fromkeys(some, error))
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return found


def _indexed(
    parsed: list[tuple[WrittenQuery, Query]], forms: Mapping[Wanted, tuple[str, ...]]
) -> tuple[list[Keyword], Finder]:
    """Plan and index queries. The list is used up: freed all at once it would hold the interpreter."""
    planner = Planner(forms)
    keywords: list[Keyword] = []
    parsed.reverse()
    while parsed:
        one, query = parsed.pop()
        keywords.append(Keyword(one.watchlist, query.text, planner.plan(query, one.languages), one.excludes))
    return keywords, Finder(planner.leaves, planner.forms, planner.placed)


def _culprits(
    written: Sequence[WrittenQuery], forms: Mapping[Wanted, tuple[str, ...]]
) -> Iterator[tuple[WrittenQuery, QueryError]]:
    """Give the queries that cannot be indexed, by halves."""
    try:
        _indexed(list(_parsed(written, [])), forms)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - one of the queries does it
        if len(written) == 1:
            yield written[0], fault(error)
        else:
            yield from _culprits(written[: len(written) // 2], forms)
            yield from _culprits(written[len(written) // 2 :], forms)
