"""The same name in the other script: Peskov as Песков and Пєсков, Зеленский as Zelensky, Zelenskiy, Selenski.

A word in Latin or Cyrillic letters comes in, the spellings of the other script that newspapers use come out, the
likeliest first. They are folded, and a word that no name sounds like does no harm: no text has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Final

from bot.text.tokens import fold, script

MAX_SPELLINGS: Final = 60
_LONGEST: Final = 40  # letters; no name is longer

# What Latin letters may stand for, the longest first; ^ marks a beginning, $ an end.
_TO_CYRILLIC: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("skyy$", "skyi$", "skiy$", "skii$", "skij$", "sky$", "ski$", "skyj$"), ("ский", "ський")),
    **dict.fromkeys(("nyi$", "nyy$", "niy$", "nyj$", "ny$"), ("ный", "ний")),
    **dict.fromkeys(("iy$", "yi$", "yy$", "ij$"), ("ий", "ый")),
    "shch": ("щ",), "tsch": ("ч",), "sch": ("ш", "щ"), "zh": ("ж",), "kh": ("х",), "ts": ("ц",), "tz": ("ц",),
    "ch": ("ч",), "sh": ("ш",), "yu": ("ю",), "iu": ("ю",), "ju": ("ю",), "ya": ("я",), "ia": ("я", "ия", "ія"),
    "ja": ("я",), "yo": ("е",), "io": ("е", "ио", "іо"), "^ye": ("е", "є"), "ye": ("е", "є", "ье"), "ie": ("е", "є"),
    "^yi": ("ї",), "yiv$": ("иїв", "иев"), "aiv$": ("аїв",), "iv$": ("ив", "ів", "ов"), "ck": ("к",), "ph": ("ф",),
    "ay": ("ай",), "ey": ("ей",), "oy": ("ой",), "uy": ("уй",), "ai": ("ай", "аи"), "ei": ("ей", "еи"),
    "oi": ("ой", "ои"), "ui": ("уй", "уи"), "ou": ("у",), "th": ("т",), "oo": ("у",), "ee": ("и", "і"),
    "a": ("а",), "b": ("б",), "c": ("к", "ц"), "d": ("д",), "^e": ("э", "е", "є"), "e": ("е", "є"), "f": ("ф",),
    "g": ("г", "ґ"), "h": ("х", "г"), "i": ("и", "і"), "j": ("й", "дж", "ж"), "k": ("к",), "l": ("л", "ль"),
    "la": ("ла",), "le": ("ле",), "li": ("ли", "лі"), "lo": ("ло",), "lu": ("лу",), "ly": ("ли", "лы"), "ll": ("лл",),
    "m": ("м",), "n": ("н",), "o": ("о",), "p": ("п",), "q": ("к",), "r": ("р",), "s": ("с",), "t": ("т",),
    "u": ("у",), "v": ("в",), "w": ("в", "у"), "x": ("кс",), "y": ("и", "ы", "й"), "z": ("з",), "'": ("ь",),
}  # fmt: skip
_ENGLISH: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("ский$", "ський$"), ("sky", "skiy", "skyy", "skyi", "ski", "skij")),
    **dict.fromkeys(("ый$", "ий$"), ("y", "yi", "iy")), "ия$": ("ia", "iya"), "ія$": ("ia", "iya"), "ей$": ("ey", "ei"),
    "^е": ("ye", "e"), "^є": ("ye", "ie"), "^ю": ("yu", "iu"), "^я": ("ya", "ia"), "^й": ("y",), "^ї": ("yi",),
    "ье": ("ye", "ie"), "ья": ("ya", "ia"), "кс": ("x", "ks"), "дж": ("j", "dzh"),
    "а": ("a",), "б": ("b",), "в": ("v",), "г": ("g", "h"), "ґ": ("g",), "д": ("d",), "е": ("e",), "є": ("ie", "e"),
    "ж": ("zh",), "з": ("z",), "и": ("i", "y"), "і": ("i",), "ї": ("i", "yi"), "й": ("y", "i"), "к": ("k",),
    "л": ("l",), "м": ("m",), "н": ("n",), "о": ("o",), "п": ("p",), "р": ("r",), "с": ("s",), "т": ("t",),
    "у": ("u",), "ф": ("f",), "х": ("kh", "h"), "ц": ("ts",), "ч": ("ch",), "ш": ("sh",), "щ": ("shch", "sch"),
    "ъ": ("",), "ы": ("y",), "ь": ("",), "э": ("e",), "ю": ("yu", "iu"), "я": ("ya", "ia"), "'": ("",),
}  # fmt: skip
_GERMAN: Final[Mapping[str, tuple[str, ...]]] = {
    **{key: values[:1] for key, values in _ENGLISH.items()},
    **dict.fromkeys(("ский$", "ський$"), ("ski", "skyj")), **dict.fromkeys(("ый$", "ий$"), ("y",)),
    "в": ("w",), "ж": ("sch",), "з": ("s",), "х": ("ch",), "ц": ("z",), "ч": ("tsch",), "ш": ("sch",),
    "щ": ("schtsch",), "^ю": ("ju",), "^я": ("ja",), "ю": ("ju",), "я": ("ja",), "й": ("j", "i"), "^е": ("je",),
    "^є": ("je",), "є": ("je",),
}  # fmt: skip
_FRENCH: Final[Mapping[str, tuple[str, ...]]] = {
    **{key: values[:1] for key, values in _ENGLISH.items()},
    **dict.fromkeys(("ский$", "ський$"), ("ski",)), "ин$": ("ine",), "у": ("ou",), "ч": ("tch",), "ш": ("ch",),
    "ж": ("j",), "ю": ("iou",), "^ю": ("iou",),
}  # fmt: skip
_POLISH: Final[Mapping[str, tuple[str, ...]]] = {
    **_GERMAN, **dict.fromkeys(("ский$", "ський$"), ("ski",)), "ж": ("z",), "з": ("z",), "ц": ("c",), "ч": ("cz",),
    "ш": ("sz",), "щ": ("szcz",), "е": ("ie", "e"), "ы": ("y",), "и": ("i", "y"),
}  # fmt: skip


def spellings(word: str) -> tuple[str, ...]:
    """Return the word as the other script spells it, empty where it is in neither Latin nor Cyrillic letters."""
    folded = fold(word)[:_LONGEST]
    if script(word) == "latin":
        tables: tuple[Mapping[str, tuple[str, ...]], ...] = (_TO_CYRILLIC,)
    elif script(word) == "cyrillic":
        tables = (_ENGLISH, _GERMAN, _FRENCH, _POLISH)
    else:
        return ()
    share = MAX_SPELLINGS // len(tables)
    found = (spelled for table in tables for spelled in islice(_spelled(folded, table), share))
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
