"""German verbs: weak, strong and mixed, with prefixes that part from them and prefixes that do not.

A folded infinitive comes in, its forms written as one word come out, ge and zu inside them: aufgemacht, aufzumachen.
`split_prefix` says what stands apart when a clause parts the prefix: "kündigt … an".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from bot.text.word_tables import read_table, word_set

_TABLE: Final = "german_verbs"
_BEGINNING: Final = re.compile(  # of what can be said
    "(?:bl|br|chr?|dr|fl|fr|gl|gn|gr|kl|kn|kr|pf[lr]?|ph|pl|pr|qu|sch[lmnrw]?|sk|sp[lr]?|str?|th|tr|wr|zw|[b-df-hj-np-tv-z])?"
    "[aeiouy]"
)
_SHORTEST: Final = 2  # letters of a stem: tun, gehen
_DECLINED: Final = ("", "e", "en", "em", "er", "es")
_NEEDS_E: Final = ("t", "d", "chn", "ckn", "ffn", "gn", "tm", "dm")


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


def split_prefix(verb: str) -> tuple[str, str] | None:
    """Return the prefix that may stand apart and the verb without it: ankündigen -> an, kündigen."""
    if _stem(verb) is None:
        return None
    return next(((prefix, base) for prefix, base in _splits(verb) if prefix not in _listed("mostly fixed")), None)


def _splits(verb: str) -> Iterator[tuple[str, str]]:
    """Give the ways to take a verb apart, the longest prefix first; what is left must be a verb that can be said."""
    for prefix in _prefixes():
        base = verb.removeprefix(prefix)
        if base != verb and _stem(base) is not None and _BEGINNING.match(base):
            yield prefix, base


@cache
def _strong() -> dict[str, list[str]]:
    rows = (row.split() for row in read_table(_TABLE)["strong"])
    return {row[0]: row[1:] for row in rows}


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(sorted(_listed("separable"), key=len, reverse=True))


def _listed(section: str) -> tuple[str, ...]:
    """Return the words of a section in their order."""
    return tuple(word for row in read_table(_TABLE)[section] for word in row.split())


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
    cores = ((fixed, verb.removeprefix(fixed)) for fixed in ("", *_listed("fixed")))
    core = next((core for fixed, core in cores if core in strong and verb == fixed + core), "")
    is_weak = verb in word_set(_TABLE, "weak")
    if core and not is_weak:
        fixed = verb.removesuffix(core)
        for form in _ablaut(*strong[core]):
            yield fixed + (form[2:] if fixed and form.startswith("ge") and not core.startswith("ge") else form)
    if not core or is_weak or core in word_set(_TABLE, "weak too"):
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
    fixed = verb.endswith("ieren") or verb.startswith(_listed("fixed"))
    if fixed or joined:
        yield from ((past if fixed else "ge" + past) + ending for ending in _DECLINED)


def _ablaut(past: str, participle: str, third: str = "", subjunctive: str = "") -> Iterator[str]:
    yield from (participle + ending for ending in _DECLINED)
    yield from _persons(past)
    yield from _persons(subjunctive or (past if past.endswith("e") else past + "e"))
    if third:
        short = third if third in word_set(_TABLE, "stems in t") else third.removesuffix("t")
        yield from (third, short + ("t" if short.endswith("s") else "st"))
        if len(short) > _SHORTEST:
            yield short


def _persons(past: str) -> Iterator[str]:
    """Give ich, du, wir, ihr: trug, trugst, trugen, trugt; wusste, wusstest, wussten, wusstet."""
    if past.endswith("e"):
        yield from (past, past + "st", past + "n", past + "t")
    else:
        yield from (past, past + "st", past + "est", past + "en", past + "t", past + "et")
