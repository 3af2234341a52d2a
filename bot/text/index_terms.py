"""The words of a text as an index keeps them: what any query that holds for the text must find among them.

Texts come in, terms go out. A term is a folded word, a letter or two neighbouring letters of a script without spaces
between words, or a symbol. They leave out order and place: an index finds candidates, and the engine judges them.
Terms hold no ASCII sign but letters and digits, so that no index takes one for two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from bot.text.numbers import mark_numbers
from bot.text.tokens import fold, tokens, unspaced_runs, variants

LONGEST: Final = 60  # characters of a term; what is longer is known by its beginning
# Signs within words (U.S., AT&T, C++, O'Neill) as characters that no index parts words at: private ones.
_SIGNS: Final = {code: 0xE000 + code for code in range(0x80) if not chr(code).isalnum()}
_SYMBOLS: Final = frozenset({"Sm", "Sc", "Sk", "So"})  # of Unicode's categories
_PLAIN: Final = re.compile(r"[\s\w!-~\u2010-\u203a\u00ab\u00bb]*")


def terms_of(texts: Iterable[str]) -> set[str]:
    """Return the terms of these texts."""
    found: set[str] = set()
    for text in texts:
        for word in set(tokens(mark_numbers(text)).words):
            found.update(map(term, variants(word)))
        if not text.isascii():
            found.update(substring_terms(fold(text)))
    return found


def term(word: str) -> str:
    """Return a folded word as a term."""
    return word.translate(_SIGNS)[:LONGEST]


def substring_terms(folded: str) -> Iterator[str]:
    """Give the terms of a folded text by which substrings of it are found: neighbouring letters, and symbols.

    What one text has, every text has that the first is a part of.
    """
    for run in unspaced_runs(folded):
        yield from run
        yield from map("".join, pairwise(run))
    if not _PLAIN.fullmatch(folded):
        yield from (char for char in set(folded) if not char.isascii() and unicodedata.category(char) in _SYMBOLS)


def source_term(number: int) -> str:
    """Return the term of all items of a source, by its row number."""
    return f"\ue0ff{number}"
