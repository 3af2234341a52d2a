"""Why a report joined its story, in the words of the reader: the reason on record in, one line of plain text out.

The reason is in English, as `bot.stories.assign.place` writes it: in what two reports are alike, how much, and which
report it is like. One that it does not write any more stays as it is.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from bot.i18n import Translator

JoinKind = Literal["identity", "copy", "words", "meaning"]
# How a reason begins -> of which kind it is.
_KINDS: Final[tuple[tuple[str, JoinKind], ...]] = (
    ("the same page", "identity"),
    ("the same item", "identity"),
    ("a copy of one text", "copy"),
    ("the same event in another language", "meaning"),
)

_WHY = re.compile(r"(?P<like>[^:(]+?)(?: \((?P<percent>[0-9]{1,3})%[^)]*\))?: (?P<told>.+)", re.DOTALL)


def describe_join(_: Translator, reason: str) -> str:
    """Say in what a report is like another one of its story, and like which."""
    found = _WHY.fullmatch(reason)
    known = found and _likeness(_, found["like"], found["percent"] or "")
    return f"{known}: {found['told']}" if found and known else reason


def join_kind(reason: str) -> JoinKind:
    """Return by what a report joined its story: names, numbers and words, where it is nothing else."""
    return next((kind for begin, kind in _KINDS if reason.startswith(begin)), "words")


def _likeness(_: Translator, like: str, percent: str) -> str | None:
    """Return in what a report is like another, None where `bot.stories.assign` does not say so any more."""
    alike = {
        "the same page": _("the same page"),
        "the same item, retouched": _("the same item, retouched"),
    }
    measured = {
        "a copy of one text": _("a copy of one text ({percent}% the same)", percent=percent),
        "the same event in another language": _("the same event in another language ({percent}%)", percent=percent),
        "the same names, numbers and words": _("the same names, numbers and words ({percent}%)", percent=percent),
    }
    return measured.get(like) if percent else alike.get(like)
