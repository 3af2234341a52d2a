"""Umlauts written as two letters: Schaeuble for Schäuble, Koeln for Köln, Aalborg for Ålborg, in either direction.

The rule. An umlaut of a query is also looked for as two letters (ä as ae, å as aa), for no other word is written so.
Two letters of a query may be an umlaut only where the word is no word as it is written: no dictionary of its languages
has Schaeuble, but they have Trauer, Israel and Goethe, English has sued (which is not Süd), and French tuer (not Tür).
Where German has the word with the umlaut and a name or a German word is meant, the dictionary's word is: Praesident,
Muenchen. Even then a text is believed only where it really has the umlaut, so nothing is ever taken for one there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.inflection.lexicon import KnownForms
from bot.text.tokens import DIGRAPH, fold, script, spell_out

_GERMAN: Final = "de"
_DIGRAPHS: Final = re.compile("(?<![aeiouqäöü])([aou])e", re.IGNORECASE)  # after a vowel it is none: Trauer, neue
_ANY: Final = re.compile("[aou]e|aa")
_UMLAUTS: Final = {"a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü"}


def read_umlauts(word: str) -> str | None:
    """Return a word with an umlaut for each pair of letters that may stand for one, None where none does."""
    if not word.isascii():
        return None
    cased = word.capitalize() if word.isupper() else word
    read = _DIGRAPHS.sub(lambda found: _UMLAUTS[found[1]], cased)
    return read if read != cased else None


def umlaut_spellings(
    word: str, forms: Iterable[str], known: Mapping[str, KnownForms], with_umlauts: KnownForms
) -> frozenset[str]:
    """Return the folded spellings under which a text that has umlauts holds the word, whose folded `forms` are given.

    `known` is what each language's dictionary has of the word as written, `with_umlauts` what German has of it with
    umlauts.
    """
    if not word.isascii() or not _ANY.search(word.lower()) or script(word) != "latin":
        return frozenset()
    elsewhere = any(each.own or each.other for language, each in known.items() if language != _GERMAN)
    if (listed := with_umlauts.own or with_umlauts.other) and (word[:1].isupper() or not elsewhere):
        return frozenset({fold(form) for form in listed} | {spelled for form in listed if (spelled := spell_out(form))})
    german = known.get(_GERMAN, KnownForms())
    if elsewhere or german.own or german.other:
        return frozenset()
    return frozenset(DIGRAPH + form for form in forms if _ANY.search(form))
