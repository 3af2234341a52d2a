"""Arabic and Hebrew words with what is written onto their front: and, in, to, from, as, the, that.

A word and its language come in, the word with each prefix and their usual combinations goes out; who asks drops those
that are words of their own, as كامل (whole) is no أمل (hope) with a prefix. Short words take the article only, for
nearly every letter before two others makes another word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_ARTICLE: Final = {"ar": "ال", "he": "ה"}
_BARE: Final = {
    "ar": ("", "ب", "ل", "ك"),
    "he": ("", "ב", "ל", "מ", "כ", "ש", "שב", "של", "שמ", "כש", "לכש", "מש"),
}
_WITH_ARTICLE: Final = {"ar": ("ال", "بال", "كال", "لل"), "he": ("ה", "שה", "כשה", "מה", "לכשה")}
_JOINTS: Final = {"ar": ("", "و", "ف"), "he": ("", "ו")}
_FUTURE: Final = ("س", "وس", "فس")  # will: before verbs alone
_VERB: Final = ("ي", "ت", "ن")  # which verbs of the future begin with
_SHORT: Final = 2  # letters of a word that takes the article only
LANGUAGES: Final = frozenset(_ARTICLE)


def with_prefixes(word: str, language: str) -> frozenset[str]:
    """Return the word, without the article that it may have, with all that may stand before it."""
    if language not in LANGUAGES:
        return frozenset()
    article = _ARTICLE[language]
    plain = word[len(article) :] if language == "ar" and word.startswith(article) and len(word) > 4 else word  # noqa: PLR2004 - a root of three is left
    if len(plain) < _SHORT:
        return frozenset()
    before = (*(_BARE[language] if len(plain) > _SHORT else ("",)), *_WITH_ARTICLE[language])
    found = {f"{joint}{each}{plain}" for joint in _JOINTS[language] for each in before}
    if len(plain) == _SHORT:
        found -= {f"{joint}{plain}" for joint in _JOINTS[language]}
    if language == "ar" and len(plain) > _SHORT and plain.startswith(_VERB):
        found |= {each + plain for each in _FUTURE}
    return frozenset(found) - {word}


def nouns_among(forms: Iterable[str], language: str) -> frozenset[str]:
    """Return the forms of a word that its dictionary also has with the article: those of a noun."""
    known = frozenset(forms)
    return frozenset(form for form in known if _ARTICLE[language] + form in known)
