"""Verb and adjective forms by rule, where dictionaries list the common ones only: French, Italian, Spanish, Polish.

A basic form and a language come in; spellings without accents that may be forms of it go out, several of them
of no verb at all: who asks drops those that are forms of other words.
"""

from __future__ import annotations

from typing import Final

from bot.inflection import french, german, italian

_SHORTEST: Final = 3  # letters before the ending


def _past_polish(before: str, before_they: str) -> str:
    """Return the past and conditional endings: -ał, -ała, -ałby … with the vowels that go before them."""
    one = (before + each for each in ("l", "la", "lo", "lem", "lam", "les", "las", "ly", "lysmy", "lyscie"))
    they = (before_they + each for each in ("li", "lismy", "liscie"))
    conditional = (
        vowel + gender + "by" + person
        for vowel, genders in ((before, ("l", "la", "lo", "ly")), (before_they, ("li",)))
        for gender in genders
        for person in ("", "m", "s", "smy", "scie")
    )
    return " ".join((*one, *they, *conditional))


# Ending of the basic form -> endings in its place. The letter before may change; see _stems.
_VERBS: Final[dict[str, dict[str, str]]] = {
    "es": {
        "ar": "o as a amos ais an aba abas abamos abais aban e aste o asteis aron are aras ara aremos areis aran aria "
        "arias ariamos ariais arian e es emos eis en ase ases asemos aseis asen aramos arais ares aremos areis aren ad "
        "ando ado ada ados adas",
        "er": "o es e emos eis en ia ias iamos iais ian i iste io imos isteis ieron ere eras era eremos ereis eran "
        "eria erias eriamos eriais erian "
        "a as amos ais an iera ieras ieramos ierais ieran iese ieses iesemos ieseis iesen "
        "iere ieres ieremos iereis ieren ed iendo ido ida idos idas",
        "ir": "o es e imos is en ia ias iamos iais ian i iste io isteis ieron ire iras ira iremos ireis iran iria "
        "irias iriamos iriais irian a as amos ais an iera ieras ieramos ierais ieran iese ieses iesemos ieseis iesen "
        "iere ieres ieremos iereis ieren id iendo ido ida idos idas",
    },
    "pl": {
        "y": "ego emu ym ych ymi a ej a e i",
        "ki": "kiego kiemu kim kich kimi ka kiej kie cy",
        "gi": "giego giemu gim gich gimi ga giej gie dzy",
        "anie": "ania aniu aniem aniom aniami aniach an",
        "enie": "enia eniu eniem eniom eniami eniach en",
        "owac": "uje ujesz ujemy ujecie uja uj ujmy ujcie ujac ujacy ujaca ujace owano owany owana owane owani "
        "owanego owanej owanym " + _past_polish("owa", "owa"),
        "ac": "am asz a amy acie aja aj ajmy ajcie ajac ajacy ano any ana ane ani anego anej anym "
        + _past_polish("a", "a"),
        "iec": _past_polish("ia", "ie"),
        "ec": _past_polish("a", "e"),
        "ic": _past_polish("i", "i"),
        "yc": _past_polish("y", "y"),
    },
}
_TABLES: Final = {"fr": french.conjugate, "it": italian.conjugate, "de": german.conjugate}


def basic(word: str, language: str) -> str:
    """Return the basic form without its reflexive ending: attaccarsi -> attaccare, asustarse -> asustar."""
    if language == "it":
        return italian.plain(word)
    return word[:-2] if language == "es" and word.endswith(("arse", "erse", "irse")) else word


def conjugate(word: str, language: str) -> frozenset[str]:
    """Return what the rules of the language make of a folded basic form; empty where it looks like none."""
    if table := _TABLES.get(language):
        return table(word)
    plain = basic(word, language)
    for ending, endings in _VERBS.get(language, {}).items():
        stem = plain[: len(plain) - len(ending)]
        if plain.endswith(ending) and len(stem) >= _SHORTEST:
            found = {base + each for each in endings.split() for base in _stems(stem, each, language)}
            return frozenset(found | {plain} if plain != word else found)
    return frozenset()


def archaic(word: str, language: str) -> frozenset[str]:
    """Return what the rules make of a basic form that the dictionary of today's language does not know as a verb."""
    return french.old(word) if language == "fr" else frozenset()


def _stems(stem: str, ending: str, language: str) -> tuple[str, ...]:
    """Return the spellings of a stem before an ending: busque, pague, empiece."""
    if language == "es" and ending[0] in "ei":
        other = {"c": stem[:-1] + "qu", "g": stem + "u", "z": stem[:-1] + "c"}.get(stem[-1:])
        return (stem, other) if other else (stem,)
    return (stem,)
