"""Forms by rule, for words that no dictionary has: new names above all.

A word and a language come in, spellings that may be forms of it go out, folded or not; who asks checks them against
the dictionary. The rules are those of nouns and names, since that is what people watch for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.text.word_tables import columns

_ALL: Final = "="  # nothing of the end is cut off
_VOWELS: Final = frozenset("aeiouyąęóäöü")
_HISSING: Final = ("s", "x", "z", "ch", "sh")
_GREEK: Final = (  # ends of the basic form, letters that they lose, and what comes instead
    (("ος", "ός"), 2, ("ου", "ο", "ε", "οι", "ων", "ους")),
    (("ης", "ής", "ας", "άς"), 2, ("η", "α", "ες", "ων")),
    (("ις", "ίς", "ους", "ούς", "ες", "ές"), 1, ("",)),
    (("μα",), 0, ("τος", "τα", "των")),
    (("α", "ά", "η", "ή"), 0, ("ς",)),
    (("α", "ά", "η", "ή"), 1, ("ες", "ων")),
    (("ω", "ώ"), 0, ("ς",)),
    (("ο", "ό"), 1, ("ου", "α", "ων")),
    (("ι", "ί"), 0, ("ου", "α", "ων")),
)


def guess_forms(word: str, language: str) -> frozenset[str]:
    """Return spellings that the rules of the language make of a noun or name in its basic form."""
    rule = _RULES.get(language)
    return frozenset(rule(word)) - {word} if rule else frozenset()


def _endings(*endings: str) -> Callable[[str], set[str]]:
    return lambda word: {word + ending for ending in endings}


def _english(word: str) -> set[str]:
    if word.endswith(_HISSING):
        return {word + "es"}
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return {word[:-1] + "ies", word + "s"}
    return {word + "s"}


def _german(word: str) -> set[str]:
    if word.endswith(("s", "ß", "x", "z")):
        return {word + "es", word + "e", word + "en"}
    return {word + ending for ending in ("s", "es", "e", "en", "n", "ern", "er")}


def _french(word: str) -> set[str]:
    return {word + "x"} if word.endswith(("au", "eu")) else {word + "s"}


def _italian(word: str) -> set[str]:
    change = {"a": "e", "o": "i", "e": "i"}
    return {word[:-1] + change[word[-1]]} if word[-1] in change else set()


def _polish(word: str) -> set[str]:
    if word.endswith(("ski", "cki", "dzki")):
        base = word[:-1]
        return {base + ending for ending in ("iego", "iemu", "im", "ich", "imi", "a", "iej", "ą")} | {base[:-1] + "cy"}
    if word.endswith("a"):
        return {word[:-1] + ending for ending in ("y", "i", "ie", "ę", "ą", "o", "om", "ami", "ach")}
    if word[-1:] in _VOWELS:
        return set()
    return {
        word + ending for ending in ("a", "owi", "em", "iem", "ie", "u", "owie", "ów", "om", "ami", "ach", "y", "i")
    }


def _greek(word: str) -> set[str]:
    """Return Μητσοτάκη of Μητσοτάκης, Τσίπρα of Τσίπρας; accents do not matter, for all is folded."""
    lowered = word.lower()  # which writes a final sigma as one
    found: set[str] = set()
    for ends, lost, endings in _GREEK:
        if lowered.endswith(ends) and not (found and lost):
            found.update(lowered[: len(lowered) - lost] + each for each in endings)
    if lowered.endswith(("ης", "ής")):
        found.discard(lowered[:-2] + "α")
    if lowered.endswith(("ας", "άς")):
        found.discard(lowered[:-2] + "η")
    return found


def _turkish(word: str) -> set[str]:
    back = next((letter in "aıou" for letter in reversed(word.lower()) if letter in "aeıioöuü"), True)
    return {word + ending for ending in (("lar", "da", "dan", "la") if back else ("ler", "de", "den", "le"))}


def _russian(word: str) -> set[str]:
    return _by_ending(word, "russian")


def _ukrainian(word: str) -> set[str]:
    return _by_ending(word, "ukrainian")


def _by_ending(word: str, section: str) -> set[str]:
    """Return the forms by the first row of the table `noun_endings` that fits the end of the word."""
    for ends, left, endings in columns("noun_endings", section):
        for end in ends.split():
            if word.endswith(end):
                stem = word.removesuffix(end) + (end if left == _ALL else left)
                return {stem + ("" if each == "-" else each) for each in endings.split()}
    return set()


_RULES: Final[dict[str, Callable[[str], set[str]]]] = {
    "en": _english,
    "de": _german,
    "fr": _french,
    "es": _endings("s", "es"),
    "it": _italian,
    "pl": _polish,
    "pt": _endings("s", "es"),
    "nl": _endings("s", "en", "e"),
    "tr": _turkish,
    "el": _greek,
    "ru": _russian,
    "uk": _ukrainian,
}
