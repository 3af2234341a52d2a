"""Forms by rule, for words that no dictionary has: new names above all.

A word and a language come in, spellings that may be forms of it go out, folded or not; who asks checks them against
the dictionary. The rules are those of nouns and names, since that is what people watch for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_VOWELS: Final = frozenset("aeiouyąęóäöü")
_HISSING: Final = ("s", "x", "z", "ch", "sh")
_ARABIC_BEFORE: Final = ("ال", "و", "ب", "ف", "ك", "ل", "وال", "بال", "فال", "كال", "لل", "ولل", "وب", "ول")


def guesses(word: str, language: str) -> frozenset[str]:
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


def _arabic(word: str) -> set[str]:
    bare = word[2:] if word.startswith("ال") and len(word) > 4 else word  # noqa: PLR2004 - a root of three is left
    return {before + bare for before in ("", *_ARABIC_BEFORE)}


def _turkish(word: str) -> set[str]:
    back = next((letter in "aıou" for letter in reversed(word.lower()) if letter in "aeıioöuü"), True)
    return {word + ending for ending in (("lar", "da", "dan", "la") if back else ("ler", "de", "den", "le"))}


def _russian(word: str) -> set[str]:
    return _by_ending(word, _RUSSIAN)


def _ukrainian(word: str) -> set[str]:
    return _by_ending(word, _UKRAINIAN)


def _by_ending(word: str, table: tuple[tuple[str, str, str], ...]) -> set[str]:
    for ending, stem, endings in table:
        if word.endswith(ending):
            base = word[: len(word) - len(ending)] + stem
            return {base + each for each in endings.split(" ")}
    return set()


# A word's end, what is left of it, and what it then takes, the first that fits.
_UKRAINIAN: Final = (
    ("ський", "ськ", "ий ого ому им ім а ої ій у ою е і их ими"),
    ("цький", "цьк", "ий ого ому им ім а ої ій у ою е і их ими"),
    ("зький", "зьк", "ий ого ому им ім а ої ій у ою е і их ими"),
    ("ий", "", "ий ого ому им ім а ої ій у ою е і их ими"),
    ("ій", "", "ій ього ьому їм я ьої ю ьою є і їх їми ія єю ію"),
    ("ів", "", "ів ова еві ову овом ові ови ових овим овими ева еву евом"),
    ("їв", "", "їв єва єву євом єві євим"),
    ("ов", "ов", "а у ові им і а ої ій ою и их ими"),
    ("єв", "єв", "а у еві им і а ої ій ою и их ими"),
    ("ін", "ін", "а у ові ом і ою ої ій ині ини ам ами ах им их"),
    ("ець", "", "ець ця цеві цю цем ці ців цям цями цях"),
    ("єць", "", "єць йця йцеві йцю йцем йці йців йцям йцями йцях"),
    ("ок", "", "ок ка кові ку ком ки ків кам ками ках ці"),
    ("ія", "", "ія ії ію ією іє ій іям іями іях"),
    ("ка", "", "ка ки ці ку кою ко ок кам ками ках"),
    ("га", "", "га ги зі гу гою го г гам гами гах"),
    ("ха", "", "ха хи сі ху хою хо х хам хами хах"),
    ("ння", "нн", "я ю ям і ь ями ях"),
    ("ття", "тт", "я ю ям і ями ях"),
    ("а", "", " а и і у ою о ам ами ах ей ів"),  # a space first: nothing may stand there, too
    ("ня", "", "ня ні ню нею не нь ень ням нями нях"),
    ("я", "", "я і ю ею єю е ь ям ями ях ей їв"),
    ("ість", "", "ість ості істю остей остям остями остях"),
    ("ень", "", "ень ня ню нем неві ні нів ням нями нях еня еню енем еневі ені енів еням енями енях"),
    ("ь", "", "ь я ю ем еві і ів ям ями ях ею ей"),
    ("о", "", " о а у ові ом і и ам ами ах"),
    ("е", "", "е я ю ем і ів ям ями ях а у"),
    ("й", "", "й я ю єм єві ї їв ям ями ях"),
    ("і", "", "і ів ам ами ах"),
    ("и", "", "и ів ам ами ах ей"),
    *((letter, letter, "а у ові еві ом ем і и ів ам ами ах е") for letter in "бвгґджзклмнпрстфхцчшщ"),
)
_RUSSIAN: Final = (
    *((f"{stem}ий", stem, "ий ого ому им ом ая ой ую ою ое ие их ими") for stem in ("ск", "цк", "к", "г", "х")),
    *((f"{stem}ий", stem, "ий его ему им ем ая ей ую ее ие их ими") for stem in ("ж", "ш", "щ", "ч")),
    ("ний", "н", "ий его ему им ем яя ей юю ее ие их ими"),
    ("ый", "", "ый ого ому ым ом ая ой ую ою ое ые ых ыми"),
    ("ой", "", "ой ого ому ым ом ая ую ою ое ые ых ыми им их ими ие"),
    *((ending, ending, "а у ым ом е ы ых ой ыми ам ами ах ов") for ending in ("ов", "ев", "ин", "ын")),
    ("ец", "", "ец ца цу цом цем це цы цев цов цам цами цах еца ецу ецом ецем еце ецы ецов ецев ецам ецами ецах"),
    ("ок", "", "ок ка ку ком ке ки ков кам ками ках ока оку оком оке оки оков окам оками оках"),
    ("ия", "", "ия ии ию ией иею ий иям иями иях"),
    ("ие", "", "ие ия ию ием ии ий иям иями иях"),
    ("ий", "", "ий ия ию ием ии иев иям иями иях"),
    ("й", "", "й я ю ем е и ев ям ями ях"),
    ("ень", "", "ень ня ню нем неві ні нів ням нями нях еня еню енем еневі ені енів еням енями енях"),
    ("ь", "", "ь я ю ем е и ью ей ям ями ях"),
    *((f"{stem}а", stem, "а и е у ой ою ам ами ах ей ок") for stem in ("г", "к", "х", "ж", "ш", "щ", "ч")),
    ("а", "", "а ы е у ой ою ам ами ах ей"),
    ("я", "", "я и е ю ей ею ь й ям ями ях"),
    ("о", "", "о а у ом е ам ами ах"),
    ("е", "", "е я ю ем а у ям ями ях ей"),
    *((letter, letter, "а у ом е и ов ей ам ами ах ем") for letter in "гкхжшщч"),
    *((letter, letter, "а у ом е ы ов ам ами ах ем ев") for letter in "бвдзлмнпрстфц"),
)
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
    "ar": _arabic,
    "ru": _russian,
    "uk": _ukrainian,
}
