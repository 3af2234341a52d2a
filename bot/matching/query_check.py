"""Whether a query may be taken: it is really built, and timed on a text of two long articles.

An engine of one query comes in, or the queries of chats as they are written; a QueryError says what is too much and
what to do. `check`, `/watch` and `/test` judge by the same code, and by the limits of `bot.matching.query_limits`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from bot.errors import QueryError
from bot.inflection.word_forms import FormCache
from bot.matching import regex
from bot.matching.compilation import too_large
from bot.matching.engine import Engine, build_engine
from bot.matching.query import parse
from bot.matching.query_limits import (
    CHAT_REGEX_SIZE,
    CHAT_SECONDS,
    PERSONAL_REGEX_SIZE,
    PROBE_CHARACTERS,
    QUERY_SECONDS,
    REGEX_SIZE,
)
from bot.matching.query_tree import And, FromSource, Node, Not, Or, Phrase, Regex, Word, leaves
from bot.model import Source, Watchlist

Clock = Callable[[], float]  # processor time of this thread, in seconds

_WORDS: Final = (
    "the of and president said talks on Friday after 2026 people in city near market prices rose by 3.5 percent while "
    "Минобороны сообщило что переговоры пройдут в среду 15 января Präsident Straße für größte niño élection wäre zł "
    "Kremlin Kyiv minister x-ray quiz job view fog waltz «цитата» (note) Їжак съезд щука эхо юг Αθήνα συνάντηση"
)


def build_checked_engine(text: str, sources: Sequence[Source] = (), cache: FormCache | None = None) -> Engine:
    """Return an engine of one query, of a watchlist of its own; QueryError where it may not be taken."""
    engine = build_engine((Watchlist("query", text, (text,)),), sources, cache=cache)
    check_engine(engine)
    return engine


def check_engine(engine: Engine, clock: Clock = time.thread_time) -> None:
    """Raise QueryError for a query, the only one of its engine, that cannot be built or costs too much."""
    for left in engine.left_out():
        raise left.reason
    if any(regex.program_size(leaf.regex) > REGEX_SIZE for leaf in engine.finder.leaves if leaf.regex):
        raise too_large()
    if _seconds(lambda text: engine.match("", "", text), clock) > QUERY_SECONDS:
        raise QueryError("this query takes too long to look for: let its regexes repeat less often")


def find_refusals(watchlists: Sequence[Watchlist], cache: FormCache | None = None) -> dict[str, QueryError]:
    """Return the queries of watchlists that may not be taken, as they are written, and why."""
    found = {left.query: left.reason for left in build_engine(watchlists, cache=cache).left_out()}
    texts = {text for one in watchlists for text in (*one.keywords, *one.exclude) if "/" in text}
    for text in sorted(texts - found.keys()):
        if patterns_of(text):
            try:
                build_checked_engine(text, cache=cache)
            except QueryError as error:
                found[text] = error
    return found


def check_beside(query: str, others: Iterable[str], clock: Clock = time.thread_time) -> None:
    """Raise QueryError for a query whose regexes take too long together with those of the chat's others."""
    patterns = patterns_of(query)
    if not patterns:
        return
    patterns += [pattern for other in others for pattern in patterns_of(other)]
    seconds = 0.0
    for pattern in patterns:
        seconds += _seconds(lambda text, pattern=pattern: regex.find_spans(pattern, text, 1), clock)  # type: ignore[misc]  # bound now
        if seconds > CHAT_SECONDS:
            raise _chat_full()


def find_over_limit(queries: Sequence[tuple[int, str]]) -> list[QueryError | None]:
    """Return for each query (its chat, as written), oldest first, why there is no room for it; None where there is.

    A query that is refused takes no room.
    """
    found: list[QueryError | None] = []
    of_chat: Counter[int] = Counter()
    for chat, text in queries:
        sizes = [regex.program_size(pattern) for pattern in patterns_of(text)]
        total = sum(sizes)
        if max(sizes, default=0) > REGEX_SIZE:
            found.append(too_large())
        elif total and of_chat[chat] + total > CHAT_REGEX_SIZE:
            found.append(_chat_full())
        elif total and of_chat.total() + total > PERSONAL_REGEX_SIZE:
            found.append(QueryError("there is no room for more regexes in this installation: use words"))
        else:
            of_chat[chat] += total
            found.append(None)
    return found


def patterns_of(text: str) -> list[str]:
    """Return the regexes of a query as it is written, none of one that cannot be understood."""
    try:
        return [leaf.pattern for leaf in leaves(parse(text).root) if isinstance(leaf, Regex)] if "/" in text else []
    except QueryError:
        return []


def is_same_query(one: str, other: str) -> bool:
    """Return whether two queries as written find the same: `kremlin` and `Kremlin`, `a b` and `a AND b`."""
    if one == other:
        return True
    try:
        return _in_lower_case(parse(one).root) == _in_lower_case(parse(other).root)
    except QueryError:
        return False


def _in_lower_case(node: Node) -> Node:
    """Return a tree in which case stands only where it counts."""
    if isinstance(node, Word):
        return _word_in_lower_case(node)
    if isinstance(node, Phrase):
        return replace(
            node, words=tuple(one if one.exact else replace(one, text=one.text.lower()) for one in node.words)
        )
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(map(_in_lower_case, node.parts)))
    if isinstance(node, Not):
        return Not(_in_lower_case(node.part))
    return FromSource(node.text.lower()) if isinstance(node, FromSource) else node


def _word_in_lower_case(word: Word) -> Word:
    return word if word.exact else replace(word, text=word.text.lower())


def _chat_full() -> QueryError:
    return QueryError(
        "the regexes of this chat cost too much together: end one of its queries by /unwatch, or use words"
    )


def _seconds(look: Callable[[str], object], clock: Clock) -> float:
    """Return what looking at the text takes the first time, as at an item; what is loaded once is loaded before."""
    text = _probe()
    look(text[:100])
    begun = clock()
    look(text)
    return clock() - begun


@lru_cache(maxsize=1)
def _probe() -> str:
    """Return a text that repeats no stretch of its own, in the letters that news is written in; always the same."""
    words = _WORDS.split()
    parts: list[str] = []
    size, state = 0, 1
    while size < PROBE_CHARACTERS:
        state = (state * 1_103_515_245 + 12_345) % 2**31  # the generator of the C standard
        parts.append(words[(state >> 16) % len(words)] + (". " if state >> 28 == 0 else " "))
        size += len(parts[-1])
    return "".join(parts)[:PROBE_CHARACTERS]
