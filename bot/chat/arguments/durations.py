"""How long as people write it: `2h`, `for 3 days`, `until Friday`, `bis Freitag 18 Uhr`, `до пятницы`, `until 24 Dec`.

Words in, an instant out, or Unclear: what is not understood, or the readings of what may mean two things.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.alerts.calendar import instant
from bot.chat.arguments import time_words as said
from bot.chat.arguments.times_of_day import canonical, normalise, one_of, read_clock, read_days, show_minute
from bot.chat.arguments.unclear import Choice, Unclear
from bot.preferences import DAY, WEEK

LONGEST = timedelta(days=366)  # of a mute that ends by itself
_MORNING: Final = 8 * 60  # the minute of a day at which it begins for people
_MOST_WORDS = 8  # that say how long
_NAMED: Final = {"hour": 60, "day": DAY, "week": WEEK * DAY}
_YEAR: Final = 100  # a year of two digits is of this century
_SATURDAY: Final = 5


def parse_until(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when what is said is over; None for `forever`. Unclear otherwise.

    `today` is over at midnight of the zone; a day without a time begins at eight, so `until Friday` ends then.
    """
    plain = normalise(words)
    until, rest = _split_until(plain)
    if {plain, rest} & set(said.FOREVER.split("|")):
        return None
    minutes = None if until and _o_clock().fullmatch(rest) else _length(rest)
    if minutes is None:
        if rest.isdigit() and not until:
            raise Unclear("length", words)  # 5 what?
        return _at(rest, words, now, zone)
    if minutes <= 0 or timedelta(minutes=minutes) > LONGEST:
        raise Unclear("length", words)
    return now + timedelta(minutes=minutes)


def split_length(words: str) -> tuple[str, str]:
    """Return what somebody wants something of, and for how long as they said it, in lower case: "" where they did not.

    `hockey for 2 hours` is ("hockey", "2 hours"), `hockey until friday` ("hockey", "until friday"). Where nothing else
    is said, the whole is what. A day alone (`Black Friday`) is a part of the name.
    """
    parts = words.split()
    for many in range(min(_MOST_WORDS, len(parts) - 1), 0, -1):
        tail = " ".join(parts[-many:]).lower()
        if _is_length(normalise(tail), certain=True):
            left = parts[:-many]
            if left[-1].lower() in said.FOR.split() and len(left) > 1:
                left = left[:-1]
            return " ".join(left), re.sub(rf"^(?:{one_of(said.FOR)})\s+", "", tail)
    return words, ""


def is_length(words: str) -> bool:
    """Return whether words say how long, and nothing else."""
    return _is_length(normalise(words), certain=False)


def is_until(words: str) -> bool:
    """Return whether the last words say until when: `hockey until friday`."""
    return split_length(words)[1] != "" and _split_until(split_length(words)[1])[0]


def names_day_last(words: str) -> bool:
    """Return whether the last word is a day of the week, which may be a part of a name (`Black Friday`) or a time."""
    *before, last = words.split() or [""]
    return bool(before) and len(read_days(canonical(last)) or ()) == 1 and len(last) > 3  # noqa: PLR2004 - no abbreviation


def _is_length(plain: str, *, certain: bool) -> bool:
    """Return whether words say how long; `certain`: what may as well be a part of a name does not count."""
    until, rest = _split_until(plain)
    if {plain, rest} & set(said.FOREVER.split("|")):
        return True
    if _length(rest) is not None and not (until and _o_clock().fullmatch(rest)):
        return not certain or rest in _NAMED or rest != plain or any(map(str.isdigit, rest)) or " " in rest
    if certain and not until and rest not in _CERTAIN:
        return False
    try:
        _at(rest, plain, _SOME_DAY, ZoneInfo("UTC"))
    except Unclear as error:
        return bool(error.choices) and (until or not certain)
    return True


def _split_until(plain: str) -> tuple[bool, str]:
    """Return whether words begin with "until", and what follows that or "for"."""
    found = re.match(rf"(?:(?P<until>{one_of(said.UNTIL)})|(?:{one_of(said.FOR)}))\s+(?=\S)", plain)
    return (bool(found["until"]), plain[found.end() :]) if found else (False, plain)


def _length(plain: str) -> float | None:
    """Return the minutes of `2h`, `1 h 30 min`, `half an hour`, `two days`; None for anything else."""
    if plain in _NAMED:
        return _NAMED[plain]
    if len(plain) > 2 and plain in _units():  # noqa: PLR2004 - "vitamin d" is no day
        return _units()[plain]
    if plain in said.HALF_HOUR.split("|"):
        return 30
    found = [(_number(one["many"]), _units()[one["unit"]]) for one in _part().finditer(plain)]
    rest = _part().sub("", plain).strip()
    short = re.fullmatch(r"([0-9]{1,3})h([0-5][0-9])", plain)  # 1h30
    if short:
        return int(short[1]) * 60 + int(short[2])
    return sum(many * unit for many, unit in found) if found and not rest else None


@cache
def _part() -> re.Pattern[str]:
    numbers = one_of("|".join(said.NUMBERS.values()))
    many = rf"(?P<many>[0-9]{{1,6}}(?:[.,][0-9]{{1,2}})?|(?:{numbers})(?=\s))"
    return re.compile(
        rf"(?<!\S){many}\s*(?P<unit>{one_of(' '.join(_units()))})\.?(?!\w)(?:\s+(?:and|и|і|und|et|y)(?=\s))?"
    )


@cache
def _o_clock() -> re.Pattern[str]:
    """Return the pattern of an hour of the day where "until" stands before it: `18h` is then no length."""
    clocks = one_of("|".join([said.VAGUE_O_CLOCK, *said.O_CLOCK.split()]))
    return re.compile(rf"(?:(?:{one_of(said.BEFORE_TIME)})\s+)*\d{{1,2}}\s*(?:{clocks})(?:\s*\d\d)?")


@cache
def _units() -> dict[str, int]:
    return {word: minutes for minutes, words in said.UNITS.items() for word in words.split()}


def _number(text: str) -> float:
    if text[0].isdigit():
        return float(text.replace(",", "."))
    return next(number for number, words in said.NUMBERS.items() if text in words.split("|"))


def _at(rest: str, words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that a day, a time of the day, or both name: the next one of them."""
    today = now.astimezone(zone).date()
    day, left = _day(rest, today, words)
    at = _minute(left, words, rest) if left else None
    if day is None and at is None:
        raise Unclear("length", words)
    end = instant(day or today, _MORNING if at is None else at, zone)
    if rest in said.TODAY.split("|"):
        end = instant(today + timedelta(days=1), 0, zone)
    elif day is None and end <= now:
        end = instant(today + timedelta(days=1), at or 0, zone)
    if not now < end <= now + LONGEST:
        raise Unclear("length", words)
    return end


def _day(rest: str, today: date, words: str) -> tuple[date | None, str]:
    """Return the day that words name, and what is left of them; None where they name none."""
    for phrases, day in _relative(today):
        if found := re.match(rf"(?:{one_of(phrases)})(?:\s+|$)", rest):
            return day, rest[found.end() :]
    if dated := _date(rest, today, words):
        return dated
    plain = canonical(re.sub(rf"^(?:(?:{one_of(said.NEXT)}|{one_of(said.BEFORE_TIME)})\s+)+", "", rest))
    first, _space, left = plain.partition(" ")
    named = read_days(first)
    if named is None or len(named) != 1:
        return None, rest
    return today + timedelta(days=(named[0] - today.weekday() - 1) % WEEK + 1), left


def _relative(today: date) -> tuple[tuple[str, date], ...]:
    def following(weekday: int) -> date:
        return today + timedelta(days=(weekday - today.weekday() - 1) % WEEK + 1)

    tomorrow = today + timedelta(days=1)
    return (
        (said.TOMORROW, tomorrow),
        (said.NEXT_WEEK, following(0)),
        (said.WEEKEND, following(_SATURDAY)),
        (said.TODAY, today),
    )


def _date(rest: str, today: date, words: str) -> tuple[date, str] | None:
    """Return the day of `24 Dec`, `24. Dezember`, `24.12.`, `2026-12-24`; None where no date stands first."""
    months = {word: number for number, row in enumerate(said.MONTHS, 1) for word in row.split()}
    names = one_of(" ".join(months))
    if found := re.match(r"(\d{4})-(\d\d)-(\d\d)(?:\s+|$)", rest):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := re.match(
        rf"(\d{{1,2}})(?:\.|er|st|nd|rd|th)?\s+(?:de\s+)?({names})\.?(?:\s+(?:de\s+)?(\d{{4}}))?(?:\s+|$)", rest
    ):
        year, month, day = int(found[3] or 0), months[found[2]], int(found[1])
    elif found := re.match(rf"({names})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(\d{{4}}))?(?:\s+|$)", rest):
        year, month, day = int(found[3] or 0), months[found[1]], int(found[2])
    elif found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d\d)?(?:\s+|$)", rest):
        year, month, day = int(found[3] or 0), int(found[2]), int(found[1])
        year += 2000 if 0 < year < _YEAR else 0
    else:
        return None
    try:
        meant = date(year or today.year, month, day)
        if not year and meant < today:
            meant = date(today.year + 1, month, day)
    except ValueError as error:
        raise Unclear("length", words) from error
    return meant, rest[found.end() :]


def _minute(left: str, words: str, rest: str) -> int:
    """Return the time of the day that words are; Unclear with the readings of a bare hour."""
    fillers = one_of(f"{said.BEFORE_TIME} {said.TO}")
    plain = re.sub(rf"^(?:(?:{fillers})\s+)*", "", canonical(left))
    clock = read_clock(plain)
    if clock is None:
        raise Unclear("length", words)
    if clock.sure:
        return clock.minute
    before = rest[: len(rest) - len(left)].strip()
    times = [show_minute(minute % DAY) for minute in clock.readings()]
    raise Unclear("clock", words, tuple(Choice(time, " ".join(f"until {before} {time}".split())) for time in times))


_SOME_DAY: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
# Days that end what is said before them (`hockey today`); others may be a part of a name.
_CERTAIN: Final = frozenset(
    {"today", "tomorrow", "сегодня", "завтра", "сьогодні", "heute", "morgen", "hoy", "mañana", "aujourd'hui", "demain"}
)
