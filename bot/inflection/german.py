"""German verbs: weak, strong and mixed, with prefixes that part from them and prefixes that do not.

A folded infinitive comes in, its forms written as one word come out, ge and zu inside them: aufgemacht, aufzumachen.
`parted` says what stands apart when a clause parts the prefix: "kündigt … an".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_SEPARABLE: Final = (
    "ab an auf aus bei bereit bloss da dabei daher dahin daneben dar daran davon dazu dazwischen durch ein einher "
    "empor entgegen entlang entzwei fehl fern fest fort frei gegenuber gleich gut heim her herab heran herauf "
    "heraus herbei herein herum herunter hervor hin hinab hinauf hinaus hinein hinter hinunter hinweg hinzu hoch "
    "inne kaputt kennen klar krank lahm leer los mit nach nahe nieder offen preis rad ran raus rein richtig rum "
    "runter sicher statt still teil tot uber uberein um umher unter voll vor voran voraus vorbei vorher voruber "
    "wahr weg weiter wider wieder zu zufrieden zurecht zuruck zusammen zuvor"
)
_FIXED: Final = (
    "be",
    "emp",
    "ent",
    "er",
    "ge",
    "miss",
    "ver",
    "zer",
    "hinter",
    "uber",
    "unter",
    "um",
    "durch",
    "wider",
)
_SELDOM: Final = frozenset({"hinter", "uber", "unter", "voll", "wider"})  # prefixes that stay, mostly
_WEAK_TOO: Final = (
    "backen bewegen garen hangen hauen melken quellen saugen schaffen scheren schleifen schwellen schworen senden "
    "sieden sinnen stecken triefen trugen wagen weben weichen wenden wiegen erschrecken"
)
_WEAK: Final = frozenset({"begleiten", "bereiten", "geleiten", "umringen"})  # though they look strong
_BEGINNING: Final = re.compile(  # of what can be said
    "(?:bl|br|chr?|dr|fl|fr|gl|gn|gr|kl|kn|kr|pf[lr]?|ph|pl|pr|qu|sch[lmnrw]?|sk|sp[lr]?|str?|th|tr|wr|zw|[b-df-hj-np-tv-z])?"
    "[aeiouy]"
)
_SHORTEST: Final = 2  # letters of a stem: tun, gehen
_DECLINED: Final = ("", "e", "en", "em", "er", "es")
_STEM_IN_T: Final = frozenset({"birst", "brat", "ficht", "flicht", "gilt", "halt", "rat", "schilt", "tritt"})
_NEEDS_E: Final = ("t", "d", "chn", "ckn", "ffn", "gn", "tm", "dm")

# Infinitive, past, participle, third person of the present, past subjunctive where it is no umlaut of the past.
_STRONG_VERBS: Final = """
backen buk gebacken backt|befehlen befahl befohlen befiehlt befohle|beginnen begann begonnen beginnt begonne
beissen biss gebissen|bergen barg geborgen birgt|bersten barst geborsten birst|bewegen bewog bewogen bewegt
biegen bog gebogen|bieten bot geboten|binden band gebunden|bitten bat gebeten|blasen blies geblasen blast
bleiben blieb geblieben|braten briet gebraten brat|brechen brach gebrochen bricht
brennen brannte gebrannt brennt brennte|bringen brachte gebracht|denken dachte gedacht
dreschen drosch gedroschen drischt|dringen drang gedrungen|durfen durfte gedurft darf
empfehlen empfahl empfohlen empfiehlt empfohle|erschrecken erschrak erschrocken erschrickt|essen ass gegessen isst
fahren fuhr gefahren|fallen fiel gefallen|fangen fing gefangen|fechten focht gefochten ficht|finden fand gefunden
flechten flocht geflochten flicht|fliegen flog geflogen|fliehen floh geflohen|fliessen floss geflossen
fressen frass gefressen frisst|frieren fror gefroren|garen gor gegoren|gebaren gebar geboren gebiert
geben gab gegeben gibt|gedeihen gedieh gediehen|gehen ging gegangen|gelingen gelang gelungen
gelten galt gegolten gilt golte|genesen genas genesen|geniessen genoss genossen|geschehen geschah geschehen geschieht
gewinnen gewann gewonnen gewinnt gewonne|giessen goss gegossen|gleichen glich geglichen|gleiten glitt geglitten
glimmen glomm geglommen|graben grub gegraben|greifen griff gegriffen|haben hatte gehabt hat|halten hielt gehalten halt
hangen hing gehangen|hauen hieb gehauen|heben hob gehoben|heissen hiess geheissen|helfen half geholfen hilft hulfe
kennen kannte gekannt kennt kennte|klingen klang geklungen|kneifen kniff gekniffen|kommen kam gekommen
konnen konnte gekonnt kann|kriechen kroch gekrochen|laden lud geladen ladt|lassen liess gelassen|laufen lief gelaufen
leiden litt gelitten|leihen lieh geliehen|lesen las gelesen liest|liegen lag gelegen|lugen log gelogen
mahlen mahlte gemahlen|meiden mied gemieden|melken molk gemolken|messen mass gemessen misst|mogen mochte gemocht mag
mussen musste gemusst muss|nehmen nahm genommen nimmt|nennen nannte genannt nennt nennte|pfeifen pfiff gepfiffen
preisen pries gepriesen|quellen quoll gequollen quillt|raten riet geraten rat|reiben rieb gerieben
reissen riss gerissen|reiten ritt geritten|rennen rannte gerannt rennt rennte|riechen roch gerochen
ringen rang gerungen|rinnen rann geronnen|rufen rief gerufen|saufen soff gesoffen|saugen sog gesogen
schaffen schuf geschaffen|scheiden schied geschieden|scheinen schien geschienen|scheissen schiss geschissen
schelten schalt gescholten schilt scholte|scheren schor geschoren|schieben schob geschoben|schiessen schoss geschossen
schlafen schlief geschlafen|schlagen schlug geschlagen|schleichen schlich geschlichen|schleifen schliff geschliffen
schliessen schloss geschlossen|schlingen schlang geschlungen|schmeissen schmiss geschmissen
schmelzen schmolz geschmolzen schmilzt|schneiden schnitt geschnitten|schreiben schrieb geschrieben
schreien schrie geschrien|schreiten schritt geschritten|schweigen schwieg geschwiegen
schwellen schwoll geschwollen schwillt|schwimmen schwamm geschwommen schwimmt schwomme|schwinden schwand geschwunden
schwingen schwang geschwungen|schworen schwor geschworen|sehen sah gesehen sieht|senden sandte gesandt
sein war gewesen ist|sieden sott gesotten|singen sang gesungen|sinken sank gesunken|sinnen sann gesonnen sinnt sonne
sitzen sass gesessen|sollen sollte gesollt soll|speien spie gespien|spinnen spann gesponnen spinnt sponne
sprechen sprach gesprochen spricht|spriessen spross gesprossen|springen sprang gesprungen
stechen stach gestochen sticht|stecken stak gesteckt|stehen stand gestanden steht stunde
stehlen stahl gestohlen stiehlt|steigen stieg gestiegen|sterben starb gestorben stirbt sturbe|stinken stank gestunken
stossen stiess gestossen|streichen strich gestrichen|streiten stritt gestritten|tragen trug getragen
treffen traf getroffen trifft|treiben trieb getrieben|treten trat getreten tritt|triefen troff getroffen
trinken trank getrunken|trugen trog getrogen|tun tat getan|verderben verdarb verdorben verdirbt verdurbe
verdriessen verdross verdrossen|vergessen vergass vergessen vergisst|verlieren verlor verloren
wachsen wuchs gewachsen wachst|wagen wog gewogen|waschen wusch gewaschen wascht|weben wob gewoben
weichen wich gewichen|weisen wies gewiesen|wenden wandte gewandt|werben warb geworben wirbt wurbe
werden wurde geworden wird|werfen warf geworfen wirft wurfe|wiegen wog gewogen|winden wand gewunden
wissen wusste gewusst weiss|wollen wollte gewollt will|wringen wrang gewrungen|zeihen zieh geziehen|ziehen zog gezogen
zwingen zwang gezwungen
"""


def conjugate(verb: str) -> frozenset[str]:
    """Return the forms written as one word, empty where the word looks like no infinitive."""
    if _stem(verb) is None:
        return frozenset()
    strong = _strong()
    splits = list(_splits(verb))
    found = set(_whole(verb, strong, joined=not splits))
    for prefix, base in splits:
        found.update(prefix + form for form in _whole(base, strong))
        found.add(f"{prefix}zu{base}")
    return frozenset(found)


def parted(verb: str) -> tuple[str, str] | None:
    """Return the prefix that may stand apart and the verb without it: ankündigen -> an, kündigen."""
    if _stem(verb) is None:
        return None
    return next(((prefix, base) for prefix, base in _splits(verb) if prefix not in _SELDOM), None)


def _splits(verb: str) -> Iterator[tuple[str, str]]:
    """Give the ways to take a verb apart, the longest prefix first; what is left must be a verb that can be said."""
    for prefix in _prefixes():
        base = verb.removeprefix(prefix)
        if base != verb and _stem(base) is not None and _BEGINNING.match(base):
            yield prefix, base


@lru_cache(maxsize=1)
def _strong() -> dict[str, list[str]]:
    rows = (row.split() for row in _STRONG_VERBS.replace("\n", "|").strip("|").split("|"))
    return {row[0]: row[1:] for row in rows}


@lru_cache(maxsize=1)
def _prefixes() -> tuple[str, ...]:
    return tuple(sorted(_SEPARABLE.split(), key=len, reverse=True))


def _stem(verb: str) -> str | None:
    """Return what is left of an infinitive without its ending; None where it has none."""
    if verb == "tun":
        return "tu"
    cut = 2 if verb.endswith("en") else 1 if verb.endswith(("ern", "eln", "ein")) else 0
    stem = verb[: len(verb) - cut]
    return stem if cut and len(stem) >= _SHORTEST and not set("aeiouy").isdisjoint(stem) else None


def _whole(verb: str, strong: dict[str, list[str]], *, joined: bool = True) -> Iterator[str]:
    """Give the forms of a verb from which no prefix is parted; unless `joined`, without a participle with ge."""
    yield from _present(verb)
    core = next(
        (core for fixed in ("", *_FIXED) if (core := verb.removeprefix(fixed)) in strong and verb == fixed + core), ""
    )
    if core and verb not in _WEAK:
        fixed = verb.removesuffix(core)
        for form in _ablaut(*strong[core]):
            yield fixed + (form[2:] if fixed and form.startswith("ge") and not core.startswith("ge") else form)
    if not core or verb in _WEAK or core in _WEAK_TOO.split():
        yield from _weak(verb, joined=joined)


def _present(verb: str) -> Iterator[str]:
    stem = _stem(verb) or verb
    if stem.endswith(("el", "er")) and not verb.endswith("en"):
        yield stem[:-2] + stem[-1] + "e"
    between = "e" if stem.endswith(_NEEDS_E) else ""
    yield from (verb, stem + "e", stem + between + "st", stem + between + "t", stem + "est", stem + "et")
    if stem.endswith(("s", "z", "x")):
        yield stem + "t"
    yield from (verb + "d" + ending for ending in _DECLINED)


def _weak(verb: str, *, joined: bool) -> Iterator[str]:
    stem = _stem(verb) or verb
    past = stem + ("e" if stem.endswith(_NEEDS_E) else "") + "t"
    yield from (past + ending for ending in ("e", "est", "en", "et"))
    fixed = verb.endswith("ieren") or verb.startswith(_FIXED)
    if fixed or joined:
        yield from ((past if fixed else "ge" + past) + ending for ending in _DECLINED)


def _ablaut(past: str, participle: str, third: str = "", subjunctive: str = "") -> Iterator[str]:
    yield from (participle + ending for ending in _DECLINED)
    yield from _persons(past)
    yield from _persons(subjunctive or (past if past.endswith("e") else past + "e"))
    if third:
        short = third if third in _STEM_IN_T else third.removesuffix("t")
        yield from (third, short + ("t" if short.endswith("s") else "st"))
        if len(short) > _SHORTEST:
            yield short


def _persons(past: str) -> Iterator[str]:
    """Give ich, du, wir, ihr: trug, trugst, trugen, trugt; wusste, wusstest, wussten, wusstet."""
    if past.endswith("e"):
        yield from (past, past + "st", past + "n", past + "t")
    else:
        yield from (past, past + "st", past + "est", past + "en", past + "t", past + "et")
