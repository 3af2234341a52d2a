"""Dates as publishers write them: text comes in, an aware instant in UTC goes out, or None.

Feeds, sitemaps and pages share this one reader. It takes ISO 8601, RFC 822 in any order, numbers with dots, dashes or
slashes, Chinese, Japanese and Korean dates, seconds and milliseconds since 1970, months in the languages of the table
`dates`, both halves of the day, and zones by number, abbreviation or place. It never guesses: a date that can be read
in two ways, a zone that nobody knows, an hour that no day has are None. Without a zone a date is taken as UTC, without
an hour as the beginning of its day. Linear in the text, of which 120 characters are read; knows no clock.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from types import MappingProxyType
from typing import Final

from bot.text.tokens import fold
from bot.text.word_tables import columns, word_set

FIRST_YEAR, LAST_YEAR = 1990, 2099  # the web began in 1990: older dates are defaults of some software
READ = 120  # characters; JavaScript's "Sat Nov 28 2026 14:05:00 GMT+0300 (Moscow Standard Time)" has 57

_EPOCH: Final = re.compile(r"(\d{9,10}|\d{13}|\d{16})(?:\.\d{1,9})?")
_COMPACT: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:[t _-]?(\d\d)(\d\d)(\d\d)?)?(?!\d)")
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})(?:\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[일日.]?|\s*[月월]|(?=\s*$))"
)
_DAY_FIRST: Final = re.compile(r"(?<![\d:])(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d\d)(?![\d:])")
_WORD: Final = r"([^\W\d_]{3,14})"
_DAY_MONTH: Final = re.compile(
    rf"(?<![\d:])(\d{{1,2}})(?:er|st|nd|rd|th|º|°)?[\s.,-]*(?:(?:de|di|of)\s+)?{_WORD}[\s.,'-]*(?:(?:de|del|of)\s+)?(\d{{4}}|\d\d)(?![\d:])"
)
_MONTH_DAY: Final = re.compile(
    rf"(?<![^\W\d_]){_WORD}[\s.]*(\d{{1,2}})(?:st|nd|rd|th)?(?:[\s,]+(\d{{4}})(?![\d:])|(?=[\s,]+\d{{1,2}}:\d\d))"
)
_YEAR_MONTH_DAY: Final = re.compile(rf"(?<!\d)(\d{{4}})[\s.,-]+{_WORD}[\s.,-]+(\d{{1,2}})(?![\d:])")
_LATE_YEAR: Final = re.compile(r"(?<![\d:+-])(\d{4})(?![\d:])")  # of "Sat Nov 28 14:05:00 2026"
_TIME: Final = re.compile(
    r"(?<![\d.])(\d{1,2})(?:\s?[:h时時시]\s?|\.(?=\d\d(?!\d)))(\d\d)(?!\d)(?:[分분]?\s?[:.]?(?<=[:.분分\s])(\d\d)(?!\d)[秒초]?(?:[.,]\d{1,9})?)?[分분]?"
)
_HOUR: Final = re.compile(r"(?<!\d)(\d{1,2})\s?(?:[时時点點시]|(?=[ap]\.?m\b))")
_OFFSET: Final = re.compile(r"(?:(?:utc|gmt|z)\s?)?([+-])\s?(\d{1,2}):?(\d\d)?(?!\d)|(?:utc|gmt)\s?([+-])\s?(\d{1,2})")
_NAME: Final = re.compile(
    r"[a-z]{3}\d[a-z]{3}\b|(?<!\w)[a-z]{2,14}(?:/[a-z_]{2,20}){1,2}|(?<!\w)[^\W\d_]{1,5}(?![\w.])"
)
_ISO_GAP: Final = re.compile(r"(?<=\d)t(?=\d)")
_CAPITALS: Final = re.compile(r"[A-Z]{2,5}")


def parse_date(written: str, language: str | None = None) -> datetime | None:
    """Return the instant that a date means, in UTC. `language` (ISO 639-1) decides what words of several mean."""
    raw = " ".join(written[:READ].split())
    if since := _EPOCH.fullmatch(raw):
        return _since_epoch(since[1])
    text = _ISO_GAP.sub(" ", fold(raw))
    found = _day_of(text, language)
    if found is None:
        return None
    day, rest = found
    at = _hour_of(rest, day)
    if at is None:
        return None
    instant, after = at
    zone = _zone_of(after, rest, language, frozenset(map(str.lower, _CAPITALS.findall(raw))))
    if zone is None:
        return None
    try:
        return instant.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _since_epoch(digits: str) -> datetime | None:
    seconds = int(digits) / (1 if len(digits) < 13 else 1e3 if len(digits) == 13 else 1e6)  # noqa: PLR2004 - see _EPOCH
    at = datetime.fromtimestamp(seconds, UTC)
    return at if FIRST_YEAR <= at.year <= LAST_YEAR else None


def _day_of(text: str, language: str | None) -> tuple[datetime, str] | None:
    """Return the day, and the text without it."""
    if found := _COMPACT.search(text):
        year, month, day, *clock = found.groups("")
        rest = f"{':'.join(part for part in clock if part)} {text[found.end() :]}" if clock[0] else text[found.end() :]
        return _made(year, month, day, rest)
    if found := _YEAR_FIRST.search(text):
        return _made(found[1], found[2], found[3] or "1", _without(text, found))
    if found := _DAY_FIRST.search(text):
        return _numbers(found, text, language)
    return _worded(text, language)


def _worded(text: str, language: str | None) -> tuple[datetime, str] | None:
    """Return the day of a date with a month in letters."""
    for found in _DAY_MONTH.finditer(text):
        if month := _month(found[2], language):
            return _made(found[3], month, found[1], _without(text, found))
    for found in _YEAR_MONTH_DAY.finditer(text):
        if month := _month(found[2], language):
            return _made(found[1], month, found[3], _without(text, found))
    for found in _MONTH_DAY.finditer(text):
        if month := _month(found[1], language):
            rest = _without(text, found)
            late = None if found[3] else _LATE_YEAR.search(rest)
            if late:
                return _made(late[1], month, found[2], _without(rest, late))
            return _made(found[3], month, found[2], rest) if found[3] else None
    return None


def _numbers(found: re.Match[str], text: str, language: str | None) -> tuple[datetime, str] | None:
    """Return the day of a date in numbers: with dots the day is first, else only where nothing speaks against it."""
    first, mark, second, year = found.groups()
    if int(second) > 12 and mark != ".":  # noqa: PLR2004 - months
        first, second = second, first
    elif mark != "." and int(first) <= 12 and first != second and language in {None, "en"}:  # noqa: PLR2004 - months
        return None
    return _made(year, second, first, _without(text, found))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _made(year: str, month: str | int, day: str, rest: str) -> tuple[datetime, str] | None:
    number = int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - RFC 822
    if not FIRST_YEAR <= number <= LAST_YEAR:
        return None
    try:
        return datetime(number, int(month), int(day)), rest  # noqa: DTZ001 - its zone comes after
    except ValueError:
        return None


def _month(word: str, language: str | None) -> int:
    """Return the number of a month, 0 for a word that is none, or several in languages that are not this one."""
    numbers = _months().get(word)
    if not numbers:
        return 0
    if len(set(numbers.values())) == 1:
        return next(iter(numbers.values()))
    return numbers.get(language or "", 0)


def _hour_of(rest: str, day: datetime) -> tuple[datetime, str] | None:
    """Return the day with its hour, and the text behind it; None for an hour that no day has."""
    found = _TIME.search(rest)
    clock = found or _HOUR.search(rest)
    if clock is None:
        return day, rest
    hour, minute, second = int(clock[1]), int(found[2]) if found else 0, int((found[3] if found else "") or 0)
    half = _half(rest)
    if half and not (hour > 12 and half == "afternoon"):  # noqa: PLR2004 - of half a day; "14:05 PM" means 14:05
        if hour > 12:  # noqa: PLR2004 - the same
            return None
        hour = hour % 12 + (12 if half == "afternoon" else 0)
    if minute > 59 or second > 60 or hour > 24 or (hour == 24 and (minute or second)):  # noqa: PLR2004 - a clock
        return None
    return day + timedelta(hours=hour, minutes=minute, seconds=min(second, 59)), rest[clock.end() :]


def _half(rest: str) -> str:
    words = {word.strip(".,") for word in re.findall(r"[^\W\d_][^\W\d_.]*(?:\.[^\W\d_])?", rest)}
    for half in ("morning", "afternoon"):
        if not words.isdisjoint(word_set("dates", half)):
            return half
    return ""


def _zone_of(after: str, rest: str, language: str | None, capitals: frozenset[str]) -> tzinfo | None:
    """Return the zone that the text names, UTC where it names none, None where nobody knows it."""
    if (number := _OFFSET.search(after)) is not None:
        sign, hours, minutes = number[1] or number[4], number[2] or number[5], number[3] or "0"
        if number[2] and not number[3] and len(number[2]) > 2:  # noqa: PLR2004 - hours
            return None
        return _offset(sign, hours, minutes)
    for found in _NAME.finditer(after if after.strip() else rest):
        word = found[0]
        if "/" in word or not word.isalpha():
            return _place(word)
        if word in word_set("dates", "morning") or word in word_set("dates", "afternoon"):
            continue
        if zone := _named(word, language):
            return zone
        if word in capitals and after.strip() and word not in _months() and len(word) > 1:
            return None
    return UTC


def _offset(sign: str, hours: str, minutes: str) -> tzinfo | None:
    """Return the zone of `+0300`, `+3` or `-500`, None for one that is nowhere on earth."""
    span = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(span if sign == "+" else -span) if span <= timedelta(hours=14) and int(minutes) < 60 else None  # noqa: PLR2004 - minutes


def _named(word: str, language: str | None) -> tzinfo | None:
    for spoken, offset, words in columns("dates", "zones by language"):
        if spoken == language and word in words.split():
            return _offset(offset[0], offset[1:3], offset[4:])
    for offset, words in columns("dates", "zones"):
        if word in words.split():
            return _offset(offset[0], offset[1:3], offset[4:])
    for words, name in columns("dates", "zones of places"):
        if word in words.split():
            return _place(name)
    return None


def _place(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    if name.isalnum():  # `EST5EDT`, as Unix wrote them
        name = name.upper()
    try:
        return ZoneInfo(
            name if name.isupper() else "/".join(part.title().replace("_Of_", "_of_") for part in name.split("/"))
        )
    except (KeyError, ValueError, OSError):  # no such place
        return None


@cache
def _months() -> Mapping[str, Mapping[str, int]]:
    """Return of each word for a month what number it is in which language."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for language, *names in columns("dates", "months"):
        for number, words in enumerate(names, 1):
            for word in words.split():
                found[word][language] = number
    return MappingProxyType(dict(found))
