"""The language of a text by its small words: a guess for comparing texts, never a claim about one.

A text and its folded words come in; a number goes out that is the same for texts of one language. 0 where there is
too little to tell by. The words are in the table `small_words`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.text.tokens import script
from bot.text.word_tables import read_table

_ENOUGH = 3  # small words by which a language is known
_SCRIPTS = ("latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "unspaced")  # where no language is known
_CYRILLIC = frozenset({"ru", "uk"})  # the other languages of the table are written in Latin letters


def language(text: str, words: Sequence[str]) -> int:
    """Return a number of the language that most of the small words are of, else of the script; 0 = unknown."""
    counts = [sum(word in small for word in words) for _, small in _small_words()]
    best = max(counts)
    if best >= _ENOUGH and counts.count(best) == 1:
        return 1 + counts.index(best)
    name = script(text)
    return 1 + len(counts) + _SCRIPTS.index(name) if name in _SCRIPTS else 0


def code_of(number: int) -> str:
    """Return the language of a number (ISO 639-1), the script where no more is known, "" for an unknown one."""
    known = _small_words()
    if number <= len(known):
        return known[number - 1][0] if number else ""
    return _SCRIPTS[min(number - len(known), len(_SCRIPTS)) - 1]


def are_different(one: int, two: int) -> bool:
    """Return whether two texts are surely not in one language: an unknown one is like every other of its script."""
    if one == two or not one or not two:
        return False
    known = len(_small_words())
    return _script_of(one) != _script_of(two) or (one <= known and two <= known)


def _script_of(number: int) -> str:
    """Return the script of a language's number."""
    known = _small_words()
    if number > len(known):
        return _SCRIPTS[min(number - len(known), len(_SCRIPTS)) - 1]
    return "cyrillic" if known[number - 1][0] in _CYRILLIC else "latin"


@cache
def _small_words() -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the languages (ISO 639-1) in the order of their numbers, which begin at 1, with their small words."""
    rows = (row.partition(":") for row in read_table("small_words")["by language"])
    return tuple((code, frozenset(words.split())) for code, _, words in rows)
