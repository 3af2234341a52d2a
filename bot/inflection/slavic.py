"""Russian and Ukrainian forms from pymorphy3, whose dictionaries also foretell those of new words.

A word comes in, the forms of every word that it is the basic form of go out. The Ukrainian dictionary is an extra.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from bot.inflection.endings import guess_forms
from bot.inflection.lexicon import KnownForms
from bot.text.tokens import fold


def find_inflector(language: str) -> Callable[[str], KnownForms] | None:
    """Return what inflects words of a language, None where pymorphy3 or its dictionary is not installed for it."""
    if language not in ("ru", "uk") or find_spec(f"pymorphy3_dicts_{language}") is None:
        return None
    return _Slavic(_analyzer(language), language).known


def find_parses(word: str, language: str) -> tuple[frozenset[str], ...]:
    """Return what a listed word may be, each as pymorphy3's grammemes: `Surn` is a surname. () for an unknown word."""
    if find_inflector(language) is None or not _analyzer(language).word_is_known(word):
        return ()
    return tuple(frozenset(parse.tag.grammemes) for parse in _analyzer(language).parse(word))


_SMALL: Final = frozenset({"CONJ", "NPRO", "PRCL"})  # parts of speech


@lru_cache(maxsize=2)
def _analyzer(language: str) -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang=language)


class _Slavic:
    def __init__(self, analyzer: Any, language: str) -> None:
        self._analyzer = analyzer
        self._language = language

    def known(self, word: str) -> KnownForms:
        """Return what there is to know of a word; where it is no basic form, of the likeliest that it is a form of."""
        lowered = word.lower().replace("’", "'").replace("ʼ", "'")
        if own := self._from_dictionary(lowered):
            ruled = guess_forms(word, self._language)
            small = self._small_words(own | ruled, lowered)
            return KnownForms(own=own - small, listed=small | self._of_others(ruled - own, lowered))
        if not self._analyzer.word_is_known(lowered):
            return KnownForms()
        parses = self._analyzer.parse(lowered)
        return KnownForms(other=self._from_dictionary(parses[0].normal_form))

    def _small_words(self, forms: frozenset[str], word: str) -> frozenset[str]:
        """Return the forms that are pronouns, conjunctions or particles, too: each text has those for their own sake.

        So `тем` is no form of `тема`, nor `коли` of `коло`.
        """
        return frozenset(
            form
            for form in forms
            if form != word and any(parse.tag.POS in _SMALL for parse in self._analyzer.parse(fold(form)))
        )

    def _of_others(self, forms: frozenset[str], word: str) -> frozenset[str]:
        """Return the forms that the dictionary has, but of other words only."""
        known = (form for form in forms if self._analyzer.word_is_known(form))
        return frozenset(
            form for form in known if all(fold(parse.normal_form) != fold(word) for parse in self._analyzer.parse(form))
        )

    def _from_dictionary(self, word: str) -> frozenset[str]:
        """Return the forms of the listed words whose basic form is written so."""
        dictionary = self._analyzer.dictionary
        wanted = fold(word)
        found: set[str] = set()
        for spelled, parses in dictionary.words.similar_items(word, self._analyzer.char_substitutes):
            for number, index in parses:
                if index and fold(dictionary.build_normal_form(number, index, spelled)) != wanted:
                    continue
                paradigm = dictionary.paradigms[number]
                stem = dictionary.build_stem(paradigm, index, spelled)
                size = len(paradigm) // 3  # endings, tags, prefixes
                found.update(
                    f"{dictionary.paradigm_prefixes[paradigm[2 * size + at]]}{stem}{dictionary.suffixes[paradigm[at]]}"
                    for at in range(size)
                )
        return frozenset(found)
