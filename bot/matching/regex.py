"""Users' regexes, run by RE2: linear in the text, bounded in memory, any case, no word edges implied.

A pattern comes in; ValueError says in words why it cannot be used. Nothing here knows queries or items.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

from bot.text import visible

_MEMORY: Final = 1 << 20  # bytes for one compiled pattern; RE2 refuses what needs more
_SET_MEMORY: Final = 1 << 26  # bytes for many together
_PROBES: Final = "aqz79. "  # what matches each of these alone matches nearly any text


def check(pattern: str) -> None:
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


def together(patterns: Sequence[str]) -> Callable[[str], list[int]]:
    """Compile patterns into one function that tells which of them match a text, by their index."""
    import re2

    found = re2.Set.SearchSet(_options(_SET_MEMORY))
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()

    def matching(text: str) -> list[int]:
        return sorted(found.Match(text) or ())

    return matching


def spans(pattern: str, text: str, limit: int) -> list[tuple[int, int]]:
    """Return the first places where the pattern matches something."""
    places = []
    for found in _compile(pattern).finditer(text):
        if found.end() > found.start():
            places.append(found.span())
        if len(places) == limit:
            break
    return places


@lru_cache(maxsize=1_000)
def _compile(pattern: str) -> Any:
    import re2

    return re2.compile(pattern, _options(_MEMORY))


def _options(memory: int) -> Any:
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    return options
