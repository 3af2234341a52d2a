"""What an edit did to the lines of a file, as a hunk that can be shown, and taken back while its place is untouched.

In: the text before and after, or a hunk and the text as it is now. Out: a `Hunk`, lines for people, or the text with
the hunk taken back. Pure; lines are counted from 0 and carry their line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.config.watchlists.yaml_file import shown
from bot.ports.editing.edit_store import Hunk

CONTEXT = 3  # lines around it that must be as they were
_LONGEST = 300  # characters of a line that are shown, around what changed
_MARGIN = 60  # characters before the change in a longer one
_PRIVATE = re.compile(r"headers\b|proxy\b|secret\b|://[^\s/]*@", re.IGNORECASE)


def make_hunk(before: str, after: str) -> Hunk:
    """Return the lines that differ, as one stretch; an edit of one list is a few lines."""
    old, new = _lines(before), _lines(after)
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    stop = len(old) - end
    below = tuple(old[stop : stop + CONTEXT])
    return Hunk(
        start,
        tuple(old[max(0, start - CONTEXT) : start]),
        tuple(old[start:stop]),
        tuple(new[start : len(new) - end]),
        below,
    )


def revert_hunk(text: str, hunk: Hunk) -> str | None:
    """Return the text with the hunk taken back; None where its lines are others by now.

    Lines above it may have come and gone: with all that stood around it, it is the nearest of places that look alike.
    Where what stood around it has changed, too, its own lines are enough if they stand there once.
    """
    lines = _lines(text)
    first = hunk.line - len(hunk.above)
    places = _places(lines, [*hunk.above, *hunk.added, *hunk.below])
    if places:
        start = min(places, key=lambda place: abs(place - first)) + len(hunk.above)
    else:
        places = _places(lines, [*hunk.added]) if hunk.added else []
        if len(places) != 1:
            return None
        (start,) = places
    return "".join([*lines[:start], *hunk.removed, *lines[start + len(hunk.added) :]])


def _places(lines: list[str], wanted: list[str]) -> list[int]:
    """Return where these lines stand one after the other."""
    starts = (place for place, line in enumerate(lines) if line == wanted[0])
    return [place for place in starts if lines[place : place + len(wanted)] == wanted]


def inverse(hunk: Hunk) -> Hunk:
    """Return the hunk that takes this one back."""
    return Hunk(hunk.line, hunk.above, hunk.added, hunk.removed, hunk.below)


def diff_lines(hunk: Hunk) -> tuple[str, ...]:
    """Return a hunk for people: `12 - old` and `12 + new`, long lines cut to where they differ.

    A line that may hold a secret is not shown, only that it changed.
    """
    shift = _common(hunk.removed[0], hunk.added[0]) if hunk.removed and hunk.added else 0
    return (*_signed("-", hunk.line, hunk.removed, shift), *_signed("+", hunk.line, hunk.added, shift))


def _signed(sign: str, first: int, lines: tuple[str, ...], shift: int) -> Iterator[str]:
    for place, line in enumerate(lines):
        words = "(a line that may hold a secret)" if _PRIVATE.search(line) else _cut(line.rstrip("\r\n"), shift)
        yield f"{first + place + 1} {sign} {words}"


def _cut(line: str, shift: int) -> str:
    if len(line) <= _LONGEST:
        return shown(line, _LONGEST)
    start = max(0, min(shift - _MARGIN, len(line) - _LONGEST))
    return ("…" if start else "") + shown(line[start:], _LONGEST)


def _common(one: str, other: str) -> int:
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _lines(text: str) -> list[str]:
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
