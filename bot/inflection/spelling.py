"""The same name in the other script: Peskov as Песков and Пєсков, Зеленский as Zelensky, Zelenskiy, Selenski.

A word in Latin or Cyrillic letters comes in, the spellings of the other script that newspapers use come out, the
likeliest first. They are folded, and a word that no name sounds like does no harm: no text has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice, product
from typing import Final

from bot.text.tokens import fold, script
from bot.text.word_tables import columns

MAX_SPELLINGS: Final = 60
_LONGEST: Final = 40  # letters; no name is longer
_BASED_ON: Final = {"to german": "to english", "to french": "to english", "to polish": "to german"}


@cache
def _table(section: str) -> Mapping[str, tuple[str, ...]]:
    """Return letters and how they may be spelled by a section of the table `spellings`, the likeliest first."""
    based_on = _BASED_ON.get(section)
    found: dict[str, tuple[str, ...]] = dict(_table(based_on)) if based_on else {}
    if based_on == "to english":  # of which only the likeliest is taken
        found = {letters: spelled[:1] for letters, spelled in found.items()}
    for every, spelled in columns("spellings", section):
        found.update(dict.fromkeys(every.split(), tuple(spelled.split()) or ("",)))
    return found


def transliterate(word: str) -> tuple[str, ...]:
    """Return the word as the other script spells it, empty where it is in neither Latin nor Cyrillic letters."""
    folded = fold(word)[:_LONGEST]
    if script(word) == "latin":
        sections: tuple[str, ...] = ("to cyrillic",)
    elif script(word) == "cyrillic":
        sections = ("to english", "to german", "to french", "to polish")
    else:
        return ()
    share = MAX_SPELLINGS // len(sections)
    found = (spelled for section in sections for spelled in islice(_spelled(folded, _table(section)), share))
    return tuple(spelled.capitalize() for spelled in dict.fromkeys(found) if spelled)


def _spelled(word: str, table: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the spellings by one table, those with the usual letters first."""
    pieces: list[tuple[str, ...]] = []
    at = 0
    while at < len(word):
        for size in range(min(4, len(word) - at), 0, -1):
            piece = word[at : at + size]
            known = (
                (at == 0 and table.get("^" + piece))
                or (at + size == len(word) and table.get(piece + "$"))
                or table.get(piece)
            )
            if known:
                pieces.append(known)
                break
        else:
            pieces.append((word[at],))
            size = 1
        at += size
    ranked = product(*(range(len(piece)) for piece in pieces))
    nearest = sorted(islice(ranked, 4096), key=sum)
    for choice in nearest:
        yield "".join(piece[index] for piece, index in zip(pieces, choice, strict=True))
