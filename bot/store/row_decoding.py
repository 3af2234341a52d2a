"""Rows decoded one by one: what cannot be read is left out by itself, with a line in the log, and fails nothing else.

One statement reads the rows of many chats and sources. Whoever turns such rows into words of the glossary does it by
these functions: a row that a crash, a hand or an older release has spoilt may cost itself, never its neighbours.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from bot.store.codecs import Row

log = logging.getLogger(__name__)

T = TypeVar("T")
_LONGEST = 200  # characters of a reason


def decode_each(
    rows: Iterable[Row],
    read: Callable[[Row], T],
    what: str,
    unreadable_rows: Callable[[Row, str], None] = lambda _row, _reason: None,
) -> Iterator[tuple[Row, T]]:
    """Give each row with what `read` makes of it; those that it cannot read are left out.

    `what` names the rows in the log; `unreadable_rows` hears of each that is left out, with the reason.
    """
    for row in rows:
        try:
            made = read(row)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one row is the fault of that row
            reason = unreadable(error)
            log.error("a row cannot be read", extra={"what": what, "reason": reason})  # noqa: TRY400 - one line is enough
            unreadable_rows(row, reason)
        else:
            yield row, made


def decode_or(row: Row, read: Callable[[Row], T], otherwise: T, what: str) -> T:
    """Return what `read` makes of a row, `otherwise` where it cannot be read."""
    return next((made for _, made in decode_each((row,), read, what)), otherwise)


def unreadable(error: Exception) -> str:
    """Return the reason that people are shown."""
    return f"it cannot be read: {type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST]
