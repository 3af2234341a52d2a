"""French verbs as a grammar book has them, literary tenses and agreeing participles included.

A folded infinitive comes in, its forms without accents go out. Each row names the stems from which all tenses are
built; dictionaries list the common forms only. `old` gives the endings of Old French, for verbs that no dictionary
of today has: medieval texts are quoted, catalogued and searched like others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

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


# End of the infinitive -> the stems with what comes in its place.
_VERBS: Final[dict[str, _Stems]] = {
    "ir": _Stems("is it", "iss", "iss", "i", "ir", "i"),
    "hair": _Stems("hais hait", "haiss", "haiss", "hai", "hair", "hai"),
    "enir": _Stems("iens ient", "en", "ienn", "in", "iendr", "enu"),
    **{each + "rir": _Stems(f"{each}re {each}res", f"{each}r", f"{each}r", f"{each}ri", f"{each}rir", f"{each}ert")
       for each in ("v", "ff")},
    "courir": _Stems("cours court", "cour", "cour", "couru", "courr", "couru"),
    "mourir": _Stems("meurs meurt", "mour", "meur", "mouru", "mourr", "mort"),
    "querir": _Stems("quiers quiert", "quer", "quier", "qui", "querr", "quis"),
    "aillir": _Stems("aille ailles", "aill", "aill", "ailli", "ailler aillir", "ailli"),
    "ueillir": _Stems("ueille ueilles", "ueill", "ueill", "ueilli", "ueiller", "ueilli"),
    "bouillir": _Stems("bous bout", "bouill", "bouill", "bouilli", "bouillir", "bouilli"),
    **{each + "ir": _Stems(f"{each[:-1]}s {each[:-1]}t", each, each, f"{each}i", f"{each}ir", f"{each}i")
       for each in ("sort", "ment", "sent", "dorm", "serv")},
    "partir": _Stems("pars part partis partit", "part partiss", "part partiss", "parti", "partir", "parti"),
    "vetir": _Stems("vets vet", "vet", "vet", "veti", "vetir", "vetu"),
    "fuir": _Stems("fuis fuit", "fuy", "fui", "fui", "fuir", "fui"),
    "cevoir": _Stems("cois coit", "cev", "coiv", "cu", "cevr", "cu"),
    "devoir": _Stems("dois doit", "dev", "doiv", "du", "devr", "du"),
    "mouvoir": _Stems("meus meut", "mouv", "meuv", "mu", "mouvr", "mu"),
    "pleuvoir": _Stems("pleut", "pleuv", "pleuv", "plu", "pleuvr", "plu"),
    "voir": _Stems("vois voit", "voy", "voi", "vi vu", "verr voir", "vu"),
    "avoir": _Stems("ai as a", "av ay", "ai", "eu", "aur", "eu"),
    "savoir": _Stems("sais sait", "sav sach", "sach", "su", "saur", "su"),
    "valoir": _Stems("vaux vaut", "val", "val vaill", "valu", "vaudr", "valu"),
    "vouloir": _Stems("veux veut", "voul", "veul veuill", "voulu", "voudr", "voulu"),
    "pouvoir": _Stems("peux peut puis", "pouv puiss", "peuv puiss", "pu", "pourr", "pu"),
    "asseoir": _Stems("assieds assied assois assoit", "assey assoy", "assey assoi", "assi", "assier assoir", "assis"),
    "choir": _Stems("chois choit", "choy", "choi", "chu", "choir cherr", "chu"),
    "re": _Stems("s t", "=", "=", "i", "r", "u"),
    "dre": _Stems("ds d", "d", "d", "di", "dr", "du"),
    "ttre": _Stems("ts t", "tt", "tt", "tti", "ttr", "ttu"),
    "mettre": _Stems("mets met", "mett", "mett", "mi", "mettr", "mis"),
    "metre": _Stems("mez met", "met", "met", "mi mesi", "metr", "mis"),
    "prendre": _Stems("prends prend", "pren", "prenn", "pri", "prendr", "pris"),
    "indre": _Stems("ins int", "ign", "ign", "igni", "indr", "int"),
    "soudre": _Stems("sous sout", "solv", "solv", "solu", "soudr", "sous sout solu"),
    "coudre": _Stems("couds coud", "cous", "cous", "cousi", "coudr", "cousu"),
    "moudre": _Stems("mouds moud", "moul", "moul", "moulu", "moudr", "moulu"),
    "uire": _Stems("uis uit", "uis", "uis", "uisi", "uir", "uit"),
    "aitre": _Stems("ais ait", "aiss", "aiss", "u", "aitr", "u"),
    "naitre": _Stems("nais nait", "naiss", "naiss", "naqui", "naitr", "ne"),
    "oitre": _Stems("ois oit", "oiss", "oiss", "u", "oitr", "u"),
    "dire": _Stems("dis dit dites", "dis", "dis", "di", "dir", "dit"),
    "lire": _Stems("lis lit", "lis", "lis", "lu", "lir", "lu"),
    "rire": _Stems("ris rit", "ri", "ri", "ri", "rir", "ri"),
    "ffire": _Stems("ffis ffit", "ffis", "ffis", "ffi", "ffir", "ffi"),
    "crire": _Stems("cris crit", "criv", "criv", "crivi", "crir", "crit"),
    "vivre": _Stems("vis vit", "viv", "viv", "vecu", "vivr", "vecu"),
    "suivre": _Stems("suis suit", "suiv", "suiv", "suivi", "suivr", "suivi"),
    "boire": _Stems("bois boit", "buv", "boiv", "bu", "boir", "bu"),
    "croire": _Stems("crois croit", "croy", "croi", "cru", "croir", "cru"),
    "faire": _Stems("fais fait faites font", "fais", "fass", "fi", "fer", "fait"),
    "traire": _Stems("trais trait", "tray", "trai", "=", "trair", "trait"),
    **{each + "aire": _Stems(f"{each}ais {each}ait", f"{each}ais", f"{each}ais", f"{each}u", f"{each}air", f"{each}u")
       for each in ("pl", "t")},
    "clure": _Stems("clus clut", "clu", "clu", "clu", "clur", "clu clus"),
    "clore": _Stems("clos clot", "clos", "clos", "=", "clor", "clos"),
    "vaincre": _Stems("vaincs vainc", "vainqu", "vainqu", "vainqui", "vaincr", "vaincu"),
    "rompre": _Stems("romps rompt", "romp", "romp", "rompi", "rompr", "rompu"),
}  # fmt: skip


def conjugate(verb: str) -> frozenset[str]:
    """Return the forms of today's French, empty where the word looks like no infinitive."""
    if verb.endswith("er"):
        return frozenset(_first_group(verb[:-2]))
    row = _row(verb)
    return frozenset(_built(*row)) if row else frozenset()


def old(verb: str) -> frozenset[str]:
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
        if stems := _VERBS.get(verb[-size:]):
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
