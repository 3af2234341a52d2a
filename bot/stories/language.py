"""Which language a text is in, told by its small words: a guess for comparing texts, never a claim about one.

A text and its folded words come in; a number goes out that is the same for texts of one language. 0 where there is
too little to tell by.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.text.tokens import script

_ENOUGH = 3  # small words by which a language is known
_SMALL = tuple(
    frozenset(row.split())
    for row in (  # folded; a row a language, its place is its number: add at the end only
        "the and for with from was that have this are has said his will of to in at by as it its were been than who",
        "der die das und den von mit ist auf ein eine des sich dem nicht im zu",
        "les des une aux pour dans sur est que qui pas du la le et par au",
        "los las del con por para que una el se su como lo en la",
        "gli che per non dei nel alla della di il un una con sono del al",
        "nie sie jest na do ze przez oraz dla jak ktore w z po",
        "het een van dat voor met zijn niet aan ook de en in op",
        "uma com nao dos das do da que para em os ao pelo",
        "ve bir bu icin ile da de olarak daha en gore",
        "и в на не что с по это его как из за от для был",
        "і в на не що з та це як із за від для був у про та її",
    )
)
_SCRIPTS = ("latin", "cyrillic", "greek", "arabic", "hebrew", "hangul", "unspaced")  # where no language is known
_CYRILLIC = (10, 11)  # Russian and Ukrainian; the other languages above are written in Latin letters


def language(text: str, words: Sequence[str]) -> int:
    """Return a number of the language that most of the small words are of, else of the script; 0 = unknown."""
    counts = [sum(word in small for word in words) for small in _SMALL]
    best = max(counts)
    if best >= _ENOUGH and counts.count(best) == 1:
        return 1 + counts.index(best)
    name = script(text)
    return 1 + len(_SMALL) + _SCRIPTS.index(name) if name in _SCRIPTS else 0


def differ(one: int, two: int) -> bool:
    """Return whether two texts are surely not in one language: an unknown one is like every other of its script."""
    if one == two or not one or not two:
        return False
    known = len(_SMALL)
    return _written(one) != _written(two) or (one <= known and two <= known)


def _written(number: int) -> str:
    """Return the script of a language's number."""
    if number > len(_SMALL):
        return _SCRIPTS[min(number - len(_SMALL), len(_SCRIPTS)) - 1]
    return "cyrillic" if number in _CYRILLIC else "latin"
