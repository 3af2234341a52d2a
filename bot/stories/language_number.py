"""The language of a text as sketches hold it: a number that is the same for texts of one language.

A text and its folded words come in. Where the words do not tell the language, the number is that of its script, and 0
where there is too little to tell by.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.language import numbered_languages, spoken_language
from bot.text.tokens import script

_SCRIPTS = ("latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "unspaced")  # where no language is known
_CYRILLIC = frozenset({"ru", "uk"})  # the other languages of the table are written in Latin letters


def language(text: str, words: Sequence[str]) -> int:
    """Return a number of the language that most of the small words are of, else of the script; 0 = unknown."""
    known = numbered_languages()
    if spoken := spoken_language(words):
        return 1 + known.index(spoken)
    name = script(text)
    return 1 + len(known) + _SCRIPTS.index(name) if name in _SCRIPTS else 0


def code_of(number: int) -> str:
    """Return the language of a number (ISO 639-1), the script where no more is known, "" for an unknown one."""
    known = numbered_languages()
    if number <= len(known):
        return known[number - 1] if number else ""
    return _SCRIPTS[min(number - len(known), len(_SCRIPTS)) - 1]


def are_different(one: int, two: int) -> bool:
    """Return whether two texts are surely not in one language: an unknown one is like every other of its script."""
    if one == two or not one or not two:
        return False
    known = len(numbered_languages())
    return _script_of(one) != _script_of(two) or (one <= known and two <= known)


def _script_of(number: int) -> str:
    """Return the script of a language's number."""
    known = numbered_languages()
    if number > len(known):
        return _SCRIPTS[min(number - len(known), len(_SCRIPTS)) - 1]
    return "cyrillic" if known[number - 1] in _CYRILLIC else "latin"
