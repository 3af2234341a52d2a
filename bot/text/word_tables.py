"""Tables of words and endings: text files in `bot/text/tables` that need no programmer, read when first asked for.

A table is UTF-8 text. `[name]` on a line of its own begins a section, every other line is a row; empty lines and
those that begin with "#" are skipped. Rows hold words parted by white space, or columns parted by "|", or one regular
expression: the head of each file says which. All here is cached for the life of the process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

TABLES = Path(__file__).parent / "tables"
_SECTION = re.compile(r"\[([a-z ]+)\]")
_NOTHING = "-"  # a column without content


@cache
def read_table(name: str) -> Mapping[str, tuple[str, ...]]:
    """Return the rows of a table by section.

    OSError where the file cannot be read; ValueError for a row before the first section, a section that stands twice
    or has no row, and white space at an end of a line.
    """
    sections: dict[str, list[str]] = {}
    rows: list[str] | None = None
    for number, line in enumerate((TABLES / f"{name}.txt").read_text(encoding="utf-8").split("\n"), 1):
        if not line or line.startswith("#"):
            continue
        title = _SECTION.fullmatch(line)
        if line != line.strip() or (title and title[1] in sections) or (not title and rows is None):
            raise ValueError(f"{name}.txt, line {number}: {line!r} cannot stand here")
        if title:
            rows = sections.setdefault(title[1], [])
        elif rows is not None:
            rows.append(line)
    if empty := [title for title, found in sections.items() if not found]:
        raise ValueError(f"{name}.txt has no rows in {', '.join(empty)}")
    return MappingProxyType({title: tuple(found) for title, found in sections.items()})


@cache
def word_set(table: str, section: str) -> frozenset[str]:
    """Return the words of a section, whatever the row."""
    return frozenset(word for row in read_table(table)[section] for word in row.split())


@cache
def columns(table: str, section: str) -> tuple[tuple[str, ...], ...]:
    """Return the columns of each row of a section; "-" alone in a column is empty."""
    cut = (tuple(column.strip() for column in row.split("|")) for row in read_table(table)[section])
    return tuple(tuple("" if column == _NOTHING else column for column in row) for row in cut)


def any_of(table: str, section: str) -> str:
    """Return a regular expression, to be put in a group, for any row of a section."""
    return "|".join(read_table(table)[section])
