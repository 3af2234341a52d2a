"""Italian verbs as a grammar book has them: strong pasts, contracted infinitives, pronouns written onto the verb.

A folded infinitive comes in, pronominal ones (accorgersi) included; its forms without accents come out. Each row
names the stems of the verbs that end so; all others go by their conjugation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from bot.text.word_tables import columns

_IMPERFECT: Final = "vo vi va vamo vate vano ssi sse ssimo ssero"
_FUTURE: Final = "o ai a emo ete anno ei esti ebbe emmo este ebbero"
_ARE: Final = "o i a iamo iate ate ano ino ai asti o ammo aste arono aro ando ante anti"
_ERE: Final = "o i e a iamo iate ete ono ano esti emmo este endo ente enti"
_IRE: Final = "o i e a iamo iate ite ono ano isti immo iste endo ente enti iente ienti"
_WEAK_ERE: Final = "ei etti e ette erono ettero"
_WEAK_IRE: Final = "ii i irono isco isci isce iscono isca iscano"
_PRONOUNS: Final = ("mi", "ti", "si", "ci", "vi", "lo", "la", "li", "le", "gli", "ne")
_BEFORE_SI: Final = ("nte", "nti", "to", "ta", "ti", "te", "so", "sa", "si", "se")  # ends of participles
_LONGEST: Final = 9  # letters of an ending
_SHORTEST: Final = 2  # letters of a stem: usare


class _Stems(NamedTuple):
    """What parts from the rule, in place of the ending; several stems of one kind are parted by spaces."""

    first: str = ""  # io, loro and the subjunctive
    stem: str = ""  # of the other forms
    past: str = ""  # io, lui, loro of the passato remoto
    future: str = ""
    participle: str = ""


@cache
def _verbs() -> dict[str, _Stems]:
    """Return the stems by the end of the infinitive."""
    return {ending: _Stems(*stems) for ending, *stems in columns("italian_verbs", "verbs")}


def strip_pronoun(verb: str) -> str:
    """Return the infinitive without its pronoun: attaccarsi -> attaccare, ridursi -> ridurre."""
    if not verb.endswith(("arsi", "ersi", "irsi", "porsi", "dursi")):
        return verb
    bare = verb[:-2]
    return bare + ("re" if bare.endswith(("por", "dur", "trar")) else "e")


def conjugate(verb: str) -> frozenset[str]:
    """Return the forms of a verb, empty where the word looks like no infinitive."""
    infinitive = strip_pronoun(verb)
    row = next((at for at in range(min(_LONGEST, len(infinitive)), 3, -1) if infinitive[-at:] in _verbs()), 0)
    stem = infinitive[:-3]
    if not row and not (infinitive.endswith(("are", "ere", "ire")) and len(stem) >= _SHORTEST):
        return frozenset()
    found = set(_regular(stem, infinitive[-3:])) if not infinitive.endswith("rre") else set()
    if row:
        found.update(_irregular(infinitive[:-row], _verbs()[infinitive[-row:]]))
    found.update(list(_with_pronoun(infinitive, found)))
    if verb != infinitive:
        found.update(_pronominal(found), (stem + vowel + "ti" for vowel in "aei"), (infinitive,))
    return frozenset(found)


def _with_pronoun(infinitive: str, forms: Iterable[str]) -> Iterator[str]:
    """Give fermarlo, dicendogli, and the truncated fermar."""
    short = infinitive.removesuffix("re" if infinitive.endswith("rre") else "e")
    for head in (short, *(form for form in forms if form.endswith("ndo"))):
        yield head
        yield from (head + pronoun for pronoun in _PRONOUNS)


def _pronominal(forms: Iterable[str]) -> list[str]:
    """Return accortosi, attenentisi, fermiamoci, fermatevi."""
    return [
        *(form + "si" for form in forms if form.endswith(_BEFORE_SI)),
        *(form + "ci" for form in forms if form.endswith("iamo")),
        *(form + "vi" for form in forms if form.endswith(("ate", "ete", "ite"))),
    ]


def _regular(stem: str, ending: str) -> Iterator[str]:
    vowel = ending[0]
    endings = {"a": _ARE, "e": f"{_ERE} {_WEAK_ERE}", "i": f"{_IRE} {_WEAK_IRE}"}[vowel].split()
    endings += [vowel + each for each in _IMPERFECT.split()]
    endings += [("i" if vowel == "i" else "e") + "r" + each for each in _FUTURE.split()]
    endings += [{"a": "at", "e": "ut", "i": "it"}[vowel] + each for each in "oaie"]
    for each in endings:
        yield stem + each
        if vowel == "a" and each[0] in "ei":  # paghi, mangi, lascerei
            if stem.endswith(("c", "g")):
                yield f"{stem}h{each}"
            elif stem.endswith("i"):
                yield stem[:-1] + each


def _irregular(head: str, stems: _Stems) -> Iterator[str]:
    for each in stems.first.split():
        yield from _with(head + each, "o a ono ano")
    for each in stems.stem.split():
        yield from _with(head + each, _ERE)
        yield from _with(head + each + "e", _IMPERFECT)
    for each in stems.past.split():
        yield from _with(head + each, "i e ero")
    for each in stems.future.split():
        yield from _with(head + each, _FUTURE)
    for each in stems.participle.split():
        yield from _with(head + each, "o a i e")


def _with(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split())
