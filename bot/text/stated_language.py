"""Whether a text contradicts the language that its source states, within one script: much software says en-US of all.

A language and the texts of an item come in, yes or no goes out. Only a clear case is one: several different small words
of another language, and next to none of the stated one. A short headline of names has too few of them and contradicts
nothing; a language that the table does not have is always believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from bot.text.tokens import tokens
from bot.text.word_tables import read_table

_LOOKED_AT: Final = 2_000  # characters; a language shows in the first sentences
_ENOUGH: Final = 3  # different small words of the other language
_SHARE: Final = 6  # at least one word of so many is one of them; running text has every third
_TIMES: Final = 4  # so many for one of the stated language, for languages share a few


def contradicts(stated: str, texts: Iterable[str]) -> bool:
    """Return whether texts are clearly in another language of their script than the stated one (ISO 639-1)."""
    languages = _small_words()
    if stated not in languages:
        return False
    words = tokens(" ".join(text[:_LOOKED_AT] for text in texts)[:_LOOKED_AT]).folded()
    different = set(words)
    own = len(different & languages[stated])
    best = max(len(different & small) for language, small in languages.items() if language != stated)
    return best >= _ENOUGH and best * _SHARE >= len(different) and best >= own * _TIMES


def is_function_word(text: str) -> bool:
    """Return whether this is one word that nearly every text of some language has."""
    word = text.casefold()
    return any(word in small for small in _small_words().values())


@cache
def _small_words() -> dict[str, frozenset[str]]:
    rows = (row.partition(":") for row in read_table("function_words")["by language"])
    return {code: frozenset(words.split()) for code, _, words in rows}
