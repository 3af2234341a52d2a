"""Users' regexes, run by RE2: linear in the text, bounded in memory, any case, no word edges implied.

A pattern comes in; ValueError says in words why it cannot be used. Nothing here knows queries or items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from bot.matching.query_limits import COMPILED_REGEXES, REGEX_MEMORY
from bot.text.tokens import visible

_ANY: Final = r"\z"  # matches every text: a set that does not find it has given the text up, and says nothing of it
_PROBES: Final = "aqz79. "  # what matches each of these alone matches nearly any text


def check_pattern(pattern: str) -> None:
    """Raise ValueError for a pattern that RE2 cannot run in bounded time and memory, or that matches any text."""
    import re2

    if not visible(pattern):
        raise ValueError("there is nothing here that can be seen: write the word anew")
    try:
        compiled = _compile(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else "RE2 refuses it"
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"the regex is not valid: {text}") from None
    if compiled.search("") or all(compiled.search(char) for char in _PROBES):
        raise ValueError("this regex would match everything: give it something that must be there")


def program_size(pattern: str) -> int:
    """Return how many instructions a checked pattern has: what it costs in memory, and a character at worst.

    RE2 takes up to 2 ns for each of them at each character where it can keep no states.
    """
    return max(int(_compile(pattern).programsize), 1)


def compile_set(patterns: Sequence[str], memory: int) -> Callable[[str], list[int]] | None:
    """Compile patterns into one function that tells which of them match a text, by their index.

    None where RE2 cannot do that within so many bytes, even if it takes each of the patterns alone.
    """
    import re2

    try:
        found = re2.Set.SearchSet(_options(memory))
        for pattern in (*patterns, _ANY):
            found.Add(pattern)
        found.Compile()
    except re2.error:
        return None

    def matching(text: str) -> list[int]:
        numbers = sorted(found.Match(text) or ())
        if numbers and numbers[-1] == len(patterns):
            return numbers[:-1]
        return [number for number, pattern in enumerate(patterns) if _compile(pattern).search(text)]

    return matching


def find_spans(pattern: str, text: str, limit: int) -> list[tuple[int, int]]:
    """Return the first places where the pattern matches something."""
    places = []
    for found in _compile(pattern).finditer(text):
        if found.end() > found.start():
            places.append(found.span())
        if len(places) == limit:
            break
    return places


@lru_cache(maxsize=COMPILED_REGEXES)
def _compile(pattern: str) -> Any:
    import re2

    return re2.compile(pattern, _options(REGEX_MEMORY))


def _options(memory: int) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    return options
