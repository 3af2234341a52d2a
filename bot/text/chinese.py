"""Simplified and traditional Chinese: the spellings of a word in the characters of the other.

A word comes in, its spellings go out, itself first. One simplified character may stand for several traditional ones
(发: 發, 髮), so all are given. From a traditional character only its simplified one is: 發 is never 髮. Japanese has
characters of its own, and among them some that look like simplified ones and are others (机 is a desk, 機 a machine):
a word with kana has no other spelling, and whoever looks in a text with kana looks for the word as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from itertools import product
from math import prod
from typing import Final

from bot.text.word_tables import read_table

MAX_SPELLINGS: Final = 64  # of one word; a longer one is given wholly simplified and wholly traditional
_HAN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA: Final = re.compile("[\u3041-\u30ff\uff66-\uff9d]")


def is_japanese(text: str) -> bool:
    """Return whether a text has kana, which no Chinese one has."""
    return _KANA.search(text) is not None


def chinese_spellings(word: str) -> tuple[str, ...]:
    """Return the word as it is written with simplified and with traditional characters, itself first."""
    if not _HAN.search(word) or is_japanese(word):
        return (word,)
    simplified, traditional = _characters()
    choices = [(char, *simplified.get(char, ""), *traditional.get(char, "")) for char in word]
    if prod(map(len, choices)) <= MAX_SPELLINGS:
        return tuple(dict.fromkeys(map("".join, product(*choices))))
    whole = ("".join(table.get(char, char)[0] for char in word) for table in (simplified, traditional))
    return tuple(dict.fromkeys((word, *whole)))


@cache
def _characters() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the simplified characters of each traditional one, and the reverse."""
    simplified: dict[str, str] = {}
    traditional: dict[str, str] = {}
    for row in read_table("chinese")["characters"]:
        for word in row.split():
            plain = word[0]
            traditional[plain] = word[1:]
            for other in word[1:]:
                simplified[other] = simplified.get(other, "") + plain
    return simplified, traditional
