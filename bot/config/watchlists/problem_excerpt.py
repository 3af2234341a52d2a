"""The line of a file that a mistake is in, with a caret under the place.

A mistake `file:line:column: what is wrong` and the file's text come in, two lines for a fixed-width font go out. A line
that may hold a secret (an address, a header, what is taken from the environment) is never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

PLACE = re.compile(r"(?:as it would be, )?(.+?):([0-9]{1,7}):([0-9]{1,7}): (.*)")
_PRIVATE = re.compile(
    r"headers?\b|proxy|token|secret|passw|credential|auth|cookie|bearer|api.?key|://|\$\{|@", re.IGNORECASE
)
_BEFORE, _AFTER = 50, 26  # columns that are shown around the place


def excerpt_of(problem: str, text: str) -> tuple[str, ...]:
    """Return the line that a mistake is in, and the caret under the place; nothing where it cannot be shown."""
    found = PLACE.match(problem)
    if not found or _PRIVATE.search(found[4]):
        return ()
    lines, number, column = text.splitlines(), int(found[2]) - 1, int(found[3]) - 1
    if number >= len(lines) or any(_PRIVATE.search(line) for line in _with_parents(lines, number)):
        return ()
    line = "".join(sign if sign.isprintable() else " " for sign in lines[number])
    start = max(0, column - _BEFORE)
    shown = line[start : column + _AFTER]
    if not shown.strip():
        return ()
    left, right = "…" if start else "", "…" if len(line) > column + _AFTER else ""
    under = " " * (len(left) + _columns(line[start:column]))
    return (f"    {left}{shown}{right}", f"    {under}^")


def _with_parents(lines: Sequence[str], number: int) -> Iterator[str]:
    """Yield a line of a block and those that it is below, by their indents."""
    indent = len(lines[number]) - len(lines[number].lstrip(" "))
    yield lines[number]
    for line in reversed(lines[:number]):
        own = len(line) - len(line.lstrip(" "))
        if line.strip() and own < indent:
            indent = own
            yield line


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)
