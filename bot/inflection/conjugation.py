"""Verb and adjective forms by rule, where dictionaries list the common ones only: French, Italian, Spanish, Polish.

A basic form and a language come in; spellings without accents that may be forms of it go out, several of them
of no verb at all: who asks drops those that are forms of other words.
"""

from __future__ import annotations

from typing import Final

from bot.inflection import french, german, italian
from bot.text.word_tables import columns

_SHORTEST: Final = 3  # letters before the ending


def _past_polish(before: str, before_they: str) -> tuple[str, ...]:
    """Return the past and conditional endings: -ał, -ała, -ałby … with the vowels that go before them."""
    one = (before + each for each in ("l", "la", "lo", "lem", "lam", "les", "las", "ly", "lysmy", "lyscie"))
    they = (before_they + each for each in ("li", "lismy", "liscie"))
    conditional = (
        vowel + gender + "by" + person
        for vowel, genders in ((before, ("l", "la", "lo", "ly")), (before_they, ("li",)))
        for gender in genders
        for person in ("", "m", "s", "smy", "scie")
    )
    return (*one, *they, *conditional)


_TABLED: Final = frozenset({"es", "pl"})  # languages whose endings are in the table `verb_endings`; see _stems
_TABLES: Final = {"fr": french.conjugate, "it": italian.conjugate, "de": german.conjugate}


def strip_reflexive(word: str, language: str) -> str:
    """Return the basic form without its reflexive ending: attaccarsi -> attaccare, asustarse -> asustar."""
    if language == "it":
        return italian.strip_pronoun(word)
    return word[:-2] if language == "es" and word.endswith(("arse", "erse", "irse")) else word


def conjugate(word: str, language: str) -> frozenset[str]:
    """Return what the rules of the language make of a folded basic form; empty where it looks like none."""
    if table := _TABLES.get(language):
        return table(word)
    plain = strip_reflexive(word, language)
    for ending, endings, vowels in columns("verb_endings", language) if language in _TABLED else ():
        stem = plain[: len(plain) - len(ending)]
        if plain.endswith(ending) and len(stem) >= _SHORTEST:
            every = [*endings.split(), *(_past_polish(*vowels.split()) if vowels else ())]
            found = {base + each for each in every for base in _stems(stem, each, language)}
            return frozenset(found | {plain} if plain != word else found)
    return frozenset()


def conjugate_archaic(word: str, language: str) -> frozenset[str]:
    """Return what the rules make of a basic form that the dictionary of today's language does not know as a verb."""
    return french.conjugate_old_french(word) if language == "fr" else frozenset()


def _stems(stem: str, ending: str, language: str) -> tuple[str, ...]:
    """Return the spellings of a stem before an ending: busque, pague, empiece."""
    if language == "es" and ending[0] in "ei":
        other = {"c": stem[:-1] + "qu", "g": stem + "u", "z": stem[:-1] + "c"}.get(stem[-1:])
        return (stem, other) if other else (stem,)
    return (stem,)
