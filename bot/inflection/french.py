"""French verbs as a grammar book has them, literary tenses and agreeing participles included.

A folded infinitive comes in, its forms without accents go out. Each row names the stems from which all tenses are
built; dictionaries list the common forms only. `conjugate_old_french` gives
the endings of Old French, for verbs that no dictionary of today has: medieval texts are quoted, catalogued and
searched like others. The rows are in the table `french_verbs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from bot.text.word_tables import columns

_PRESENT: Final = "ons ez ais ait ions iez aient ant ante antes ants"
_MUTE: Final = "e es ent"
_FUTURE: Final = "ai as a ons ez ont ais ait ions iez aient"
_PAST: Final = "s t mes tes rent sse sses ssions ssiez ssent"
_PAST_ER: Final = "ai as a ames ates erent asse asses at assions assiez assent"
_AGREEING: Final = " e s es"
_OLD_PRESENT: Final = "oie oies oit oient oiz oent om omes ot out eiz eit eie eies eient iens iiens iiez ois oiz"
_OLD_FUTURE: Final = "oie oies oit oient oiz iens iiens iiez eie eies eit eient eiz omes om ad at"
_OLD_PAST: Final = (
    "ast istes istrent astes a asse assons assoiz isse issons issoiz issiens issiez issent isses ist is i it ie "
    "ierent irent iee iees iez ies assiens assiez ad"
)
_HARDENED: Final = {"c": "z", "s": "s", "z": "z", "d": "t", "t": "t", "g": "c", "v": "f", "b": "p"}
_LONGEST: Final = 9  # letters of an ending


class _Stems(NamedTuple):
    """What the tenses are built from; several stems of one kind are parted by spaces, "=" is none at all."""

    singular: str  # je, tu, il, whole
    nous: str  # present plural, imperfect, present participle
    ils: str  # present of ils, subjunctive of je
    past: str  # passé simple and imperfect subjunctive, with their vowel
    future: str  # future and conditional
    participle: str


@cache
def _verbs() -> dict[str, _Stems]:
    """Return the stems by the end of the infinitive."""
    return {ending: _Stems(*stems) for ending, *stems in columns("french_verbs", "verbs")}


def conjugate(verb: str) -> frozenset[str]:
    """Return the forms of today's French, empty where the word looks like no infinitive."""
    if verb.endswith("er"):
        return frozenset(_first_group(verb[:-2]))
    row = _row(verb)
    return frozenset(_built(*row)) if row else frozenset()


def conjugate_old_french(verb: str) -> frozenset[str]:
    """Return forms of Old French, which spells the same ending in many ways."""
    if verb.endswith("er"):
        found: set[str] = set()
        stems = {verb[:-2], verb[:-3] if verb.endswith("ier") else verb[:-2]}
        for stem in stems:
            found.update(_first_group(stem), _with(stem, f"{_OLD_PRESENT} {_OLD_PAST}"))
            found.update(_with(stem + "er", _OLD_FUTURE), _bare(stem))
            if stem.endswith("g"):
                found.update(_with(stem[:-1] + "j", f"{_PRESENT} {_PAST_ER} {_OLD_PRESENT} {_OLD_PAST}"))
        return frozenset(found)
    row = _row(verb)
    if not row:
        return frozenset()
    head, stems_of = row
    found = set()
    for each in _each(stems_of.nous):
        found.update(_with(head + each, f"{_OLD_PRESENT} {_OLD_PAST}"), _bare(head + each))
    for each in _each(stems_of.future):
        found.update(_with(head + each, f"{_OLD_FUTURE} {_FUTURE}"), _with(head + each.replace("ir", "er"), _FUTURE))
    for each in _each(stems_of.past):
        found.update(_with(head + each, "st stes sent mes ssons ssoiz ssiens ssiez"))
    return frozenset(found)


def _row(verb: str) -> tuple[str, _Stems] | None:
    """Return what stands before the longest ending that has a row, and the row."""
    for size in range(min(_LONGEST, len(verb)), 1, -1):
        if stems := _verbs().get(verb[-size:]):
            return verb[:-size], stems
    return None


def _built(head: str, stems: _Stems) -> Iterator[str]:
    yield from _with(head, stems.singular)
    for kind, endings in (
        (stems.nous, _PRESENT),
        (stems.ils, _MUTE),
        (stems.past, _PAST),
        (stems.future, _FUTURE),
        (stems.participle, _AGREEING),
    ):
        for stem in _each(kind):
            yield from (head + stem + ending for ending in endings.split(" "))


def _first_group(stem: str) -> Iterator[str]:
    """Give the forms of a verb in -er: mangeons, jette, appellera, paie, céderait."""
    yield from _with(stem, f"{_PRESENT} {_PAST_ER} {_MUTE} ee ees")
    if stem.endswith("g"):
        yield from _with(stem + "e", f"{_PRESENT} {_PAST_ER}")
    mute = [stem]
    if stem.endswith("y"):
        mute.append(stem[:-1] + "i")
    elif stem.endswith(("el", "et")):
        mute.append(stem + stem[-1])
    for each in mute:
        yield from _with(each, _MUTE)
        yield from _with(each + "er", _FUTURE)
    if stem == "envoy" or stem.endswith("renvoy"):
        yield from _with(stem[:-2] + "err", _FUTURE)


def _bare(stem: str) -> Iterator[str]:
    """Give the forms that Old French leaves without a vowel: gart, blez, aint, quail."""
    short = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    short = short[:-1] + _HARDENED.get(short[-1:], short[-1:])
    yield from (short, short + "s", short + "z", short + "t", stem)
    if short.endswith(("t", "z", "s")):
        yield from (short[:-1] + "z", short[:-1] + "s", short[:-1] + "st", short[:-1] + "zt")


def _with(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split())


def _each(stems: str) -> list[str]:
    return ["" if stem == "=" else stem for stem in stems.split()]
