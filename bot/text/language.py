"""What language a text is in: by its script, by the small words that it has, and by what its source states.

A stated language and texts come in, or folded words; a code (ISO 639-1) goes out, None where nothing tells. What is
stated is believed unless script or words clearly belie it, for much software says en-US of all: a short headline of
names has too few small words and contradicts nothing, and a language that the tables do not have is always believed in
its script. Where nothing is stated, three small words tell, if no other language has as many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from bot.text.tokens import Script, script, tokens
from bot.text.word_tables import read_table

_SCRIPTS: Final[dict[str, Script]] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ku"), "arabic"),
    **dict.fromkeys(("zh", "ja", "th", "lo", "km", "my"), "unspaced"),
    **dict.fromkeys(("he", "yi"), "hebrew"),
    "el": "greek",
    "ko": "hangul",
}
_LOOKED_AT: Final = 2_000  # characters; a language shows in the first sentences
_SCRIPT_AT: Final = 400  # characters of each text
_ENOUGH: Final = 3  # different small words of the other language
_SHARE: Final = 6  # at least one word of so many is one of them; running text has every third
_TIMES: Final = 4  # so many for one of the stated language, for languages share a few


def script_of(language: str) -> Script:
    """Return the script that a language (ISO 639-1) is written in."""
    return _SCRIPTS.get(language, "latin")


def believed_language(stated: str | None, texts: Iterable[str]) -> str | None:
    """Return the language that a source states, None where it states none, or its texts belie it."""
    code = (stated or "")[:2].lower()
    told = [text[:_LOOKED_AT] for text in texts]
    written = script(" ".join(text[:_SCRIPT_AT] for text in told))
    if not code or written not in ("other", script_of(code)) or contradicts(code, told):
        return None
    return code


def spoken_language(words: Sequence[str]) -> str | None:
    """Return the language that most of the folded words are small words of, None where too few are, or as many."""
    counts = [(sum(word in small for word in words), code) for code, small in _telling_words().items()]
    best, code = max(counts)
    return code if best >= _ENOUGH and sum(count == best for count, _ in counts) == 1 else None


def numbered_languages() -> tuple[str, ...]:
    """Return the languages of the tables in their order, which is on record."""
    return tuple(_telling_words())


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
def _telling_words() -> dict[str, frozenset[str]]:
    """Return the small words that tell a language where nothing is stated: few, and each in most sentences."""
    rows = (row.partition(":") for row in read_table("small_words")["by language"])
    return {code: frozenset(words.split()) for code, _, words in rows}


@cache
def _small_words() -> dict[str, frozenset[str]]:
    rows = (row.partition(":") for row in read_table("function_words")["by language"])
    return {code: frozenset(words.split()) for code, _, words in rows}
