"""Times of the day as people write them in six languages, in one form: 11pm, 23.00, 8 Uhr, à 8h, 8 вечера.

In comes a text, out goes the same with times as `23:00`, stretches as `23:00-07:00`, days of the week as `@04`, and the
rest as it was, in lower case. A bare hour that may mean two things stays a number: `readings` gives both. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.chat.arguments import time_words as said
from bot.preferences import DAY

_HOUR = "[01]?[0-9]|2[0-4]"
_NOON, _HALF = 12 * 60, 12 * 60
_DOZEN = 12
_LONGEST = 14 * 60  # minutes: of two readings of a stretch, one that is longer is hardly meant
_DAYS = re.compile(r"@([0-6]*)")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the day in minutes; `sure` unless a bare hour of twelve, `of_24` where it is seen to count so."""

    minute: int
    sure: bool = True
    of_24: bool = False

    def readings(self) -> tuple[int, ...]:
        """Return what it may mean, the morning first."""
        return (self.minute,) if self.sure else (self.minute % _NOON, self.minute % _NOON + _HALF)


def show_minute(minute: int) -> str:
    """Return a minute of the day as `07:05`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def normalise(text: str) -> str:
    """Return a text in lower case, with plain dashes, apostrophes and spaces."""
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower()).replace("\u2019", "'").replace("\u02bc", "'")
    plain = re.sub(r"[\uff1a\u2236]", ":", plain)
    plain = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", plain)
    return " ".join(re.sub(r"[()\[\]\"«»“”„]", " ", plain).split())


def canonical(text: str) -> str:
    """Return a text with its times and days in one form."""
    plain = replace_phrases(replace_phrases(normalise(text), said.NOON, "12:00"), said.MIDNIGHT, "00:00")
    plain = re.sub(r"(?<![\d:.])([0-2]\d)([0-5]\d)\s*-\s*([0-2]\d)([0-5]\d)(?![\d:.])", r"\1:\2-\3:\4", plain)
    plain = _part_of_day().sub(_in_part_of_day, plain)
    plain = _o_clock().sub(lambda found: f"{int(found[1]):02}:{found[2] or found[3] or '00'}", plain)
    plain = re.sub(rf"(?<![\d:.,@/])({_HOUR})[:.]([0-5]\d)(?![\d:.])", _with_minutes, plain)
    plain = re.sub(rf"(?<=\d)\s+(?:{one_of(said.VAGUE_O_CLOCK)})(?![\w'])", "", plain)
    plain = _days().sub(lambda found: _day_tokens()[found[0]], plain)
    joint = rf"(?:\s*-\s*|\s+(?:{one_of(said.TO)})\s+)(?:(?:{one_of(said.BEFORE_TIME)})\s+)*"
    plain = re.sub(rf"@([0-6]){joint}@([0-6])(?![0-6])", _span_of_days, plain)
    plain = re.sub(rf"(?<![\w:.@/+])({_TIME}){joint}({_TIME})(?![\w:.])", r"\1-\2", plain)
    pair = rf"(?:\w+\s+)?({_TIME})\s+(?:{one_of(said.BETWEEN)})\s+(?:\w+\s+)?({_TIME})(?![\w:.])"
    return re.sub(rf"(?<!\w)(?:{one_of(_BETWEEN)})\s+{pair}", r"\1-\2", plain)


def read_clock(word: str) -> Clock | None:
    """Return the time that a word of `canonical` is, None for any other word."""
    found = re.fullmatch(rf"({_HOUR})(?::([0-5][0-9])('?))?", word)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour * 60 + minute > DAY:
        return None
    of_24 = (hour == 0 or hour > _DOZEN or found[1].startswith("0")) and not found[3]
    return Clock(hour * 60 + minute, sure=found[2] is not None or of_24, of_24=of_24)


def read_stretch(word: str) -> tuple[tuple[int, int], ...] | None:
    """Return the readings of `23:00-07:00` in minutes, the likeliest first; None for what is no stretch of hours."""
    first, dash, last = word.partition("-")
    begin, end = read_clock(first), read_clock(last)
    if not dash or begin is None or end is None:
        return None
    if begin.of_24 or end.of_24:  # who writes 23 means 7 in the morning by 7
        return ((begin.minute, end.minute),)
    pairs = [(one, two) for one in begin.readings() for two in end.readings()]
    likely = [(one, two) for one, two in pairs if 0 < (two - one) % DAY <= _LONGEST]
    if begin.sure and end.sure:
        return tuple(pairs)
    return tuple(sorted(likely or pairs, reverse=True))


def read_days(word: str) -> tuple[int, ...] | None:
    """Return the days that a word of `canonical` names, none of them for every day; None for any other word."""
    found = _DAYS.fullmatch(word)
    return tuple(sorted(set(map(int, found[1])))) if found else None


def replace_phrases(text: str, phrases: str, by: str) -> str:
    """Replace each of the phrases, which stand between |, where it stands as whole words."""
    return re.sub(rf"(?<![\w'-])(?:{one_of(phrases)})(?![\w'])", by, text)


def has_phrase(text: str, phrases: str) -> bool:
    """Return whether one of the phrases stands in the text, as whole words."""
    return re.search(rf"(?<![\w'-])(?:{one_of(phrases)})(?![\w'])", text) is not None


@cache
def one_of(words: str) -> str:
    """Return a pattern of words, or of phrases between |, the longest first."""
    some = words.split("|") if "|" in words else words.split()
    return "|".join(re.escape(one) for one in sorted(some, key=len, reverse=True))


@cache
def _part_of_day() -> re.Pattern[str]:
    parts = "|".join(f"(?P<{name}>{one_of(words)})" for name, words in _PARTS.items())
    clocks = one_of(f"{said.VAGUE_O_CLOCK}|uhr|h")
    return re.compile(rf"(?<![\d:.])({_HOUR})(?:[:.h]([0-5]\d))?(?:\s*(?:{clocks}))?\s*(?:{parts})(?![\w'])")


@cache
def _o_clock() -> re.Pattern[str]:
    clocks = one_of(said.O_CLOCK)
    return re.compile(rf"(?<![\d:.])({_HOUR})(?:[:.]([0-5]\d))?\s*(?:{clocks})(?:\s*([0-5]\d))?(?![\w:.])")


_TIME: Final = r"\d{1,2}(?::\d\d'?)?"
_BETWEEN: Final = "between entre zwischen между між"
_PARTS: Final = {"morning": said.MORNING, "afternoon": said.AFTERNOON, "night": said.NIGHT}


def _in_part_of_day(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), found[2] or "00"
    if found["night"] and found.string[: found.start()].rstrip().endswith("-"):
        return found[0]  # "11-7 at night": of which hour that is said, nobody knows
    if hour > _DOZEN or hour == 0:  # 20 o'clock in the evening
        return f"{hour:02}:{minute}" if not found["morning"] else found[0]
    night = found["night"] and 6 <= hour < _DOZEN  # noqa: PLR2004 - "7 at night" is before midnight
    noon = hour == _DOZEN and not found["night"]
    late = (found["afternoon"] and hour < _DOZEN) or night or (noon and found["afternoon"])
    return f"{hour % _DOZEN + (_DOZEN if late else 0):02}:{minute}'"


def _with_minutes(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}" if int(found[1]) * 60 + int(found[2]) <= DAY else found[0]


@cache
def _days() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{one_of('|'.join(_day_tokens()))})(?![\w'])")


@cache
def _day_tokens() -> dict[str, str]:
    """Return the words for days, each with its token."""
    tokens = {word: f"@{number}" for number, words in enumerate(said.WEEKDAYS) for word in words.split()}
    for days, phrases in said.DAY_GROUPS.items():
        tokens |= dict.fromkeys(phrases.split("|"), f"@{days.replace(',', '')}")
    return tokens


def _span_of_days(found: re.Match[str]) -> str:
    begin, end = int(found[1]), int(found[2])
    return "@" + "".join(str((begin + step) % 7) for step in range((end - begin) % 7 + 1))
