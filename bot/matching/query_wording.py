"""A query in plain words: what it asks for, said in the language of the reader.

In comes the tree of a query (`bot.matching.query`), out goes one line of plain text; the words of the query stand in it
as they were written, so whoever writes HTML escapes the whole.
"""

from __future__ import annotations

from bot.i18n import Translator
from bot.matching.query_tree import And, FromSource, InLanguage, Node, Not, Or, Phrase, Regex, Word
from bot.model import Field


def describe(_: Translator, node: Node) -> str:
    """Say what a query asks for: `any of: Kremlin, Putin`."""
    if isinstance(node, Word) and not (node.exact or node.prefix or node.across or node.field):
        return _("{word}, in any form", word=_word(_, node))
    return _said(_, node)


def _said(_: Translator, node: Node) -> str:
    if isinstance(node, Or):
        return _("any of: {parts}", parts=_listed(_, node.parts))
    if isinstance(node, And):
        return _all(_, node)
    if isinstance(node, Not):
        return _("without {part}", part=_part(_, node.part))
    return _leaf(_, node)


def _leaf(_: Translator, node: Word | Phrase | Regex | FromSource | InLanguage) -> str:
    if isinstance(node, FromSource):
        return _("from the source {name}", name=node.text)
    if isinstance(node, InLanguage):
        return _("in the language {code}", code=node.code)
    if isinstance(node, Regex):
        said = _("the pattern {pattern}", pattern=f"/{node.pattern}/")
    else:
        said = _word(_, node) if isinstance(node, Word) else _phrase(_, node)
    return _placed(_, said, node.field)


def _all(_: Translator, node: And) -> str:
    """Say of what must be there and what must not."""
    wanted = tuple(part for part in node.parts if not isinstance(part, Not))
    refused = tuple(part.part for part in node.parts if isinstance(part, Not))
    said = _said(_, wanted[0]) if len(wanted) == 1 else _("all of: {parts}", parts=_listed(_, wanted)) if wanted else ""
    if not refused:
        return said
    without = _("without {part}", part=_listed(_, refused))
    return f"{said}; {without}" if said else without


def _listed(_: Translator, parts: tuple[Node, ...]) -> str:
    return ", ".join(_part(_, part) for part in parts)


def _part(_: Translator, node: Node) -> str:
    """Say a part so that it is clear where it ends."""
    said = _said(_, node)
    return f"({said})" if isinstance(node, And | Or | Not) else said


def _word(_: Translator, word: Word) -> str:
    shown = word.text.strip(",;") or word.text
    if word.exact:
        return _("exactly {word}", word=shown)
    if word.prefix:
        return _("words that begin with {word}", word=shown)
    if word.across:
        return _("{word} (in Latin and Cyrillic letters)", word=shown)
    return shown


def _phrase(_: Translator, phrase: Phrase) -> str:
    words = f"“{' '.join(word.text for word in phrase.words)}”"
    if phrase.near is None:
        return words
    return _.ngettext(
        "{words} (in any order, at most {number} word between)",
        "{words} (in any order, at most {number} words between)",
        phrase.near,
        words=words,
    )


def _placed(_: Translator, said: str, field: Field | None) -> str:
    places: dict[Field, str] = {
        "title": _("{words} in the title", words=said),
        "lead": _("{words} in the first sentences", words=said),
        "body": _("{words} in the text", words=said),
    }
    return places[field] if field else said
