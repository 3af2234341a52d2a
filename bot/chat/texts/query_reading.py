"""What is said about how a query is read: a question with its answers, or the reading in words.

Written as `bot.chat.texts.basics` says.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.chat.texts.basics import fit, label, safe
from bot.errors import QueryError
from bot.i18n import Translator
from bot.matching.loose_operators import Kind
from bot.matching.query import parse
from bot.matching.query_wording import describe

QUERY_UNITS = 500  # of a query shown whole
_LABEL = 40  # characters of a query on a button


def ask_reading(_: Translator, verb: str, said: str, readings: Sequence[tuple[Kind, str, str]]) -> str:
    """Ask what a loosely written query means: of each reading its kind, the exact query, and that in words."""
    shown = _("line break") if said == "\n" else safe(said, 20)
    lines = [
        _("❓ “{said}” can mean two things here. Which do you want?", said=shown),
        "",
        *(
            f"• {safe(words, 400)}\n   <code>/{verb} {safe(query, QUERY_UNITS)}</code>"
            for _kind, query, words in readings
        ),
        "",
        _("Press a button, or write it as shown: AND, OR and NOT in capitals."),
    ]
    return fit(_, lines)


def _row(verb: str, query: str, words: str) -> str:
    return f"• {safe(words, 400)}\n   <code>/{verb} {safe(query, QUERY_UNITS)}</code>"


def label_reading(_: Translator, kind: Kind, query: str) -> str:
    """Label the button that chooses a reading. Plain text."""
    shown = label(query, _LABEL)
    labels: dict[Kind, str] = {
        "any": _("Any of: {query}", query=shown),
        "all": _("All of: {query}", query=shown),
        "without": _("Without: {query}", query=shown),
        "phrase": _("These words in this order: {query}", query=shown),
    }
    return labels[kind]


def read_as(_: Translator, text: str) -> str:
    """Say how a query is read, in words."""
    try:
        said = describe(_, parse(text).root)
    except QueryError:  # kept by an older version, which read it otherwise
        return ""
    return _("Read as: {words}.", words=safe(said, QUERY_UNITS))
