"""Numbers as a reader takes them: which marks between digits belong to one number, and how they are written plainly.

A text comes in; the same text, character for character as long, goes out, in which the marks inside a number are
replaced by THOUSANDS or DECIMAL, so that the number is one word. The rules, in this order:

- A date is three numbers: 30.11.2026, 2026.11.30, 01.2026. The parts of a score, a time or a range are numbers of
  their own (2:1, 17:30, 5-7), for other marks than those below join nothing.
- Groups of three after one to three digits are one number, whatever one mark parts them: 25,000 25.000 25’000 and
  25 000 with any space; so are Indian groups (1,00,000). A part of it is found by no query.
- Plain spaces join only where no other digits stand beside: 8 800 555 35 35 is a telephone number, left as it is.
- One mark else is a decimal point or comma: 7.5, 0,7, .5. Two points or more make a version: 3.11.2.
- Two commas or more else are a list (7,8,9), and so is one before an English "and" or "or": 7,8 and 9.
- A mark with no digit after it ends a sentence or a part of one: "7." is 7.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

THOUSANDS: Final = "\ue000"  # of the private use area: no text has them, and the tokenizer takes them for digits
DECIMAL: Final = "\ue001"

_POINTS: Final = ".\uff0e"
_COMMAS: Final = ",\uff0c\u066b"  # the Arabic decimal sign parts like a comma
_QUOTES: Final = "'\u2019\u2018\u02bc\u02b9\u00b4\u2032\uff07\u066c"
_FIXED: Final = "\u00a0\u2007\u2008\u2009\u200a\u202f"  # spaces at which no line ends
_SPACES: Final = f" {_FIXED}"
_RUN: Final = re.compile(rf"(?<!\d)\d++(?:[{_POINTS}{_COMMAS}{_QUOTES}{_SPACES}]\d++)+|(?<![\w.,])\.\d+")
_DIGITS: Final = re.compile(rf"[{_POINTS}{_COMMAS}{_QUOTES}{_SPACES}]\d")  # without which no mark is of a number
_DATE: Final = re.compile(r"\d\d?[.．]\d\d?[.．]\d{4}|\d{4}[.．]\d\d?[.．]\d\d?|(?:0[1-9]|1[0-2])[.．](?:19|20)\d\d")
_GROUPED: Final = re.compile(
    rf"[^\D0]\d{{0,2}}([{_POINTS}{_COMMAS}{_QUOTES}])\d{{3}}(?:\1\d{{3}})*(?:[{_POINTS}{_COMMAS}]\d+)?"
)
_INDIAN: Final = re.compile(rf"[^\D0]\d?([{_COMMAS}])\d\d(?:\1\d\d)*\1\d{{3}}(?:[{_POINTS}]\d+)?")
_HEAD: Final = re.compile(r"[^\D0]\d{0,2}")
_GROUP: Final = re.compile(r"\d{3}")
_LAST_GROUP: Final = re.compile(rf"\d{{3}}(?:[{_POINTS}{_COMMAS}]\d+)?")
_MORE_DIGITS: Final = re.compile(
    r"[-\u2010-\u2015]\d\d[-\u2010-\u2015 ]\d\d(?!\d)"
)  # …-45-67, the end of a telephone number
_ENGLISH_LIST: Final = re.compile(r" (?:and|or|&) \d")
_YEAR: Final = 4  # digits
_LONGEST: Final = 60  # characters that may be one number; more digits with spaces between them are a table
_VERSION: Final = 2  # points


def mark_numbers(text: str) -> str:
    """Return the text with the marks that belong to a number replaced; every character keeps its place."""
    if not _DIGITS.search(text):  # most texts of a feed
        return text
    marks = {at: mark for found in _RUN.finditer(text) for at, mark in _marks(found)}
    if not marks:
        return text
    letters = list(text)
    for at, mark in marks.items():
        letters[at] = mark
    return "".join(letters)


def spaces_in_numbers(text: str) -> frozenset[int]:
    """Return the places of the spaces that belong to a number: that of 25 000."""
    return frozenset(
        at for found in _RUN.finditer(text) for at, mark in _marks(found) if mark == THOUSANDS and text[at] in _SPACES
    )


def plain_numbers(word: str) -> tuple[str, ...]:
    """Return how a marked word is written plainly (25000, 7.5); a version also by its first two parts, 3.11."""
    plain = word.replace(THOUSANDS, "").replace(DECIMAL, ".")
    if plain.startswith("."):
        plain = f"0{plain}"
    parts = plain.split(".")
    return (plain, ".".join(parts[:_VERSION])) if len(parts) > _VERSION else (plain,)


def ascii_digits(word: str) -> str:
    """Return the word with the digits of every script as 0 to 9."""
    return "".join(str(unicodedata.decimal(char, char)) for char in word)


def _marks(found: re.Match[str]) -> Iterator[tuple[int, str]]:
    """Give the places of the marks of a run of digits that belong to numbers, and what they are."""
    run, start = found[0], found.start()
    if run[0] == ".":
        yield start, DECIMAL
        return
    chunks = [(piece.start(), piece[0]) for piece in re.finditer(rf"[^{_SPACES}]+", run)]
    at = 0
    while at < len(chunks):
        last = _last_of_groups(chunks, at, found) if len(run) <= _LONGEST else at
        for number in range(at + 1, last + 1):
            yield start + chunks[number][0] - 1, THOUSANDS
        if last > at:
            place, chunk = chunks[last]
            if len(chunk) > 3:  # noqa: PLR2004 - a group, then its decimals
                yield start + place + 3, DECIMAL
        else:
            ends = chunks[at][0] + len(chunks[at][1]) == len(run)
            yield from _within(
                chunks[at][1], start + chunks[at][0], found.string[found.end() : found.end() + 6] if ends else ""
            )
        at = last + 1


def _last_of_groups(chunks: list[tuple[int, str]], first: int, found: re.Match[str]) -> int:
    """Return which chunk ends the number whose groups spaces part; the first itself where it is none."""
    run = found[0]
    if not _HEAD.fullmatch(chunks[first][1]) or first + 1 == len(chunks):
        return first
    space = run[chunks[first + 1][0] - 1]
    last = first
    while last + 1 < len(chunks) and run[chunks[last + 1][0] - 1] == space:
        if not _LAST_GROUP.fullmatch(chunks[last + 1][1]):
            break
        last += 1
        if not _GROUP.fullmatch(chunks[last][1]):
            break
    if space in _FIXED or last == first:
        return last
    alone_before = first == 0 or len(chunks[first - 1][1]) >= _YEAR
    alone_after = last + 1 == len(chunks) or len(chunks[last + 1][1]) >= _YEAR
    text = found.string
    is_telephone = text[max(found.start() - 1, 0) : found.start()] == "+" or _MORE_DIGITS.match(text, found.end())
    return last if alone_before and alone_after and not is_telephone else first


def _within(chunk: str, start: int, after: str) -> Iterator[tuple[int, str]]:
    """Give the marks of digits without a space between them; `after` is what follows them in the text."""
    if chunk.isdecimal() or _DATE.fullmatch(chunk):
        return
    places = [at for at, char in enumerate(chunk) if not char.isdecimal()]
    if grouped := _GROUPED.fullmatch(chunk) or _INDIAN.fullmatch(chunk):
        yield from ((start + at, THOUSANDS if chunk[at] == grouped[1] else DECIMAL) for at in places)
        return
    commas = [at for at in places if chunk[at] in _COMMAS]
    quotes = [at for at in places if chunk[at] in _QUOTES]
    if len(commas) > 1 or quotes or (commas and (len(places) > 1 or _ENGLISH_LIST.match(after))):
        for piece in re.finditer(rf"[^{_COMMAS}{_QUOTES}]+", chunk):
            yield from _within(piece[0], start + piece.start(), "")
        return
    yield from ((start + at, DECIMAL) for at in places)
