"""Verb and adjective forms by rule, where dictionaries list the common ones only: French, Italian, Spanish, Polish.

A basic form and a language come in; spellings without accents that may be forms of it go out, several of them
of no verb at all: who asks drops those that are forms of other words.
"""

from __future__ import annotations

from typing import Final

_SHORTEST: Final = 3  # letters before the ending: `mer` and `are` are no verbs
_FUTURE_FR: Final = "ai as a ons ez ont ais ait ions iez aient"
_CONDITIONAL_IT: Final = "o ai a emo ete anno ei esti ebbe emmo este ebbero"


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
    "fr": {
        "er": "e es ons ez ent ais ait ions iez aient ai as a ames ates erent asse asses at assions assiez assent ant "
        "ee ees ast assent oit ois oient oie iens iez omes eroit erois eroient eroie eroiz eriens "
        + " ".join("er" + each for each in _FUTURE_FR.split()),
        "ir": "is it i issons issez issent issais issait issions issiez issaient isse isses issant ie ies imes ites "
        "irent ons ez ent ais ait ions iez aient e es ant s t u ue us ues "
        + " ".join("ir" + each for each in _FUTURE_FR.split()),
        "re": "s t ons ez ent ais ait ions iez aient e es is it imes ites irent isse isses issions issiez issent ant "
        "u ue us ues " + " ".join("r" + each for each in _FUTURE_FR.split()),
    },
    "it": {
        "are": "o i a iamo iate ate ano avo avi ava avamo avate avano ai asti ammo aste arono ino assi asse assimo "
        "assero ando ante anti ato ata ati " + " ".join("er" + each for each in _CONDITIONAL_IT.split()),
        "ere": "o i e a iamo iate ete ono ano evo evi eva evamo evate evano ei etti esti ette emmo este erono ettero "
        "essi esse essimo essero endo ente enti uto uta uti ute "
        + " ".join("er" + each for each in _CONDITIONAL_IT.split()),
        "ire": "o i e a iamo iate ite ono ano isco isci isce iscono isca iscano ivo ivi iva ivamo ivate ivano ii isti "
        "immo iste irono issi isse issimo issero endo ente enti ito ita iti "
        + " ".join("ir" + each for each in _CONDITIONAL_IT.split()),
    },
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
    "de": {
        "ieren": "iere ierst iert iertet ierte ierten iertest ierend",
        "en": "e st est t et te ete ten eten test etest tet etet end",
        "ern": "ere erst ert erte erten ertest ertet ernd re",
        "eln": "ele elst elt elte elten eltest eltet elnd le",
    },
}
_WITH_PRONOUN: Final = {  # Italian writes the pronoun onto these forms: approfittiamoci, abbronzantesi
    "are": "iamoci atevi antesi antisi andosi atosi atasi atisi atesi arti armi arci arvi ati",
    "ere": "iamoci etevi entesi entisi endosi utosi utasi utisi utesi erti ermi erci ervi iti",
    "ire": "iamoci itevi entesi entisi endosi itosi itasi itisi itesi irti irmi irci irvi iti",
}
_REFLEXIVE: Final = {"it": ("rsi", "re"), "es": ("rse", "r")}


def basic(word: str, language: str) -> str:
    """Return the basic form without its reflexive ending: attaccarsi -> attaccare, asustarse -> asustar."""
    ending, plain = _REFLEXIVE.get(language, ("", ""))
    return word[: -len(ending)] + plain if ending and word.endswith(ending) else word


def conjugate(word: str, language: str) -> frozenset[str]:
    """Return what the rules of the language make of a folded basic form; empty where it looks like none."""
    plain = basic(word, language)
    for ending, endings in _VERBS.get(language, {}).items():
        stem = plain[: len(plain) - len(ending)]
        if plain.endswith(ending) and len(stem) >= _SHORTEST:
            found = {base + each for each in endings.split() for base in _stems(stem, each, language)}
            if plain != word and language == "it":
                found |= {stem + each for each in _WITH_PRONOUN[ending].split()}
            return frozenset(found | {plain} if plain != word else found)
    return frozenset()


def _stems(stem: str, ending: str, language: str) -> tuple[str, ...]:
    """Return the spellings of a stem before an ending: mangeons, jetterai, paghi, busque, gemietet."""
    last, soft, hard = stem[-1:], ending[:1] in ("e", "i"), ending[:1] in ("a", "o")
    more: tuple[str, ...] = ()
    if language == "fr":
        more = {"g": (stem + "e",) if hard else (), "y": (stem[:-1] + "i",), "c": ()}.get(last, ())
        more += (stem + last,) if stem.endswith(("el", "et")) and soft else ()
    elif language == "it" and soft:
        more = {"c": (stem + "h",), "g": (stem + "h",), "i": (stem[:-1],)}.get(last, ())
    elif language == "es" and soft:
        more = {"c": (stem[:-1] + "qu",), "g": (stem + "u",), "z": (stem[:-1] + "c",)}.get(last, ())
    elif language == "de" and ending.endswith("t"):
        more = ("ge" + stem,)
    return (stem, *more)
