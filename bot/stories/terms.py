"""The words of a text as they are compared: folded, cut to their stems, those that tell nothing left out.

Knows no language: a stem is the first letters of a word, and the words that tell nothing are one set for all. Unspaced
scripts come as pairs of signs. Nothing here raises, whatever the text.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from math import log

from bot.text.tokens import fold, tokens, unspaced
from bot.text.word_tables import word_set

_STEM = 5  # letters; on Russian and English pairs as good as Snowball, and it needs to know no language
_NAME = 1.3  # a capital inside a sentence is a name; 1.0 to 1.6 measured the same
_MOST = 120  # stems of a report


def distinctive_stems(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the stems of the words that tell something, in order, each with whether its word begins with a capital."""
    return tuple((stem, capital) for word, capital in words(text) if (stem := stem_of(word)))


def words(text: str, *, folded: bool = False) -> list[tuple[str, bool]]:
    """Return the words folded, each with whether it begins with a capital; unspaced scripts as pairs of signs."""
    if not unspaced(text):
        return _spaced(text, folded=folded)
    found: list[tuple[str, bool]] = []
    for paired, signs in groupby(text, unspaced):
        run = "".join(signs)
        if paired:
            found += [(run[at : at + 2], False) for at in range(max(1, len(run) - 1))]
        else:
            found += _spaced(run, folded=folded)
    return found


def _spaced(text: str, *, folded: bool) -> list[tuple[str, bool]]:
    found = (((word if folded else fold(word)).replace(".", ""), word) for word in tokens(text).words)
    return [(plain, word[0].isupper()) for plain, word in found if plain]


def stem_of(word: str) -> str:
    """Return what is compared of a word; empty for words that tell nothing."""
    if word[0].isdigit():
        return word[:12]
    if word in word_set("small_words", "says nothing") or (len(word) < 3 and not unspaced(word)):  # noqa: PLR2004 -- particles
        return ""
    plural = len(word) > 3 and word.endswith("s") and word[-2] not in "su" and word.isascii()  # noqa: PLR2004 -- "gas"
    return word[:-1][:_STEM] if plural else word[:_STEM]


def weigh_stems(heading: list[tuple[str, bool]], opening: list[tuple[str, bool]]) -> tuple[dict[str, int], set[str]]:
    """Return the stems of headline and opening with their weights, and which of them are names."""
    counted: Counter[str] = Counter()
    names: set[str] = set()
    for word, _ in heading:
        if stem := stem_of(word):
            counted[stem] += 2  # a headline says it shortest
    for word, capital in opening:
        if stem := stem_of(word):
            counted[stem] += 1
            if capital:
                names.add(stem)
    weights = {
        stem: min(255, round(16 * (1 + log(count)) * (_NAME if stem in names else 1)))
        for stem, count in counted.items()
    }
    return dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST]), names


def names_and_numbers(heading: list[tuple[str, bool]], opening: list[tuple[str, bool]], names: set[str]) -> list[str]:
    """Return numbers and names of a headline: its words with a capital, but for those that the text writes small.

    Where every word has a capital, those that are names in the text.
    """
    long = [capital for word, capital in heading if len(word) > 3]  # noqa: PLR2004 -- "of" and "the" are small anyway
    cased = sum(long) <= len(long) * 3 / 4
    small = {stem_of(word) for word, capital in opening if not capital}
    return [
        stem
        for word, capital in heading
        if (stem := stem_of(word))
        and (word[0].isdigit() or (capital and (stem in names or (cased and stem not in small))))
    ]
