"""Digests as people write them: `daily 8am Berlin`, `8:00 and 18:00`, `weekly mon 9:00`, `по понедельникам в 9`, `off`.

Words in, a digest and a zone out, or Unclear: what is not understood, or the readings of what may mean two things.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.chat.arguments import time_words as said
from bot.chat.arguments.times_of_day import (
    Clock,
    canonical,
    normalise,
    read_clock,
    read_days,
    replace_phrases,
    show_minute,
)
from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.arguments.zones import parse_zone, split_offset
from bot.preferences import DAY, Digest, Rhythm

_MORNING = 8 * 60  # where no time is said
_FILLERS = frozenset(f"{said.FROM} {said.BEFORE_TIME} {said.BETWEEN} {said.EVERY} digest uhr".split())
_MOST_TIMES = 6  # of a day: more often is hourly
_MOST_WORDS = 40


def parse_digest(words: str, now: datetime) -> tuple[Digest | None, str | None]:
    """Return the digest that words name, None for none, and the zone where one is named."""
    if normalise(words) in said.OFF.split("|"):
        return None, None
    text, zone = split_offset(words)
    rhythm, plain = _rhythm(canonical(text))
    parts = [part for part in re.split(r"[\s,;]+", plain) if part][:_MOST_WORDS]
    days: list[int] = []
    times: list[Clock] = []
    left: list[str] = []
    daily, doubtful = False, None
    for place, part in enumerate(parts):
        if (named := read_days(part)) is not None:
            days += named
            daily = daily or not named
        elif clock := read_clock(part):
            if not clock.sure:
                doubtful = doubtful or Unclear("clock", part, _choices(parts, place, clock, rhythm, zone))
            times.append(clock)
        elif part not in _FILLERS:
            left.append(part)
    zone = zone or _zone(left, parts, rhythm, words)
    if doubtful:
        raise doubtful
    rhythm = rhythm or ("week" if days else "day" if times or daily else None)
    if rhythm is None or not _fits(rhythm, days, times, daily=daily):
        raise Unclear("digest", words)
    minutes = sorted({one.minute % DAY for one in times}) or [0 if rhythm == "hour" else _MORNING]
    return Digest(rhythm, minutes[0], days[0] if days else 0, now, tuple(minutes[1:])), zone


def _rhythm(plain: str) -> tuple[Rhythm | None, str]:
    rhythms: tuple[tuple[Rhythm, str], ...] = (("hour", said.HOURLY), ("week", said.WEEKLY))
    for rhythm, phrases in rhythms:
        rest = replace_phrases(plain, phrases, " ")
        if rest != plain:
            return rhythm, rest
    return None, plain


def _fits(rhythm: Rhythm, days: list[int], times: list[Clock], *, daily: bool) -> bool:
    """Return whether so many days and times can be said of a rhythm."""
    most = {"hour": (0, 0), "day": (0, _MOST_TIMES), "week": (1, 1)}[rhythm]
    return len(days) <= most[0] and len(times) <= most[1] and not (daily and rhythm != "day")


def _choices(parts: list[str], place: int, clock: Clock, rhythm: Rhythm | None, zone: str | None) -> tuple[Choice, ...]:
    """Return the readings of a bare hour, each as the words that say exactly that."""
    before = [*(["weekly"] if rhythm == "week" else []), *parts[:place]]
    after = [*parts[place + 1 :], *([zone] if zone else [])]
    exact = [show_minute(minute % DAY) for minute in clock.readings()]
    return tuple(Choice(time, " ".join([*before, time, *after]).replace("'", "")) for time in exact)


def _zone(left: list[str], parts: list[str], rhythm: Rhythm | None, words: str) -> str | None:
    """Return the zone that the rest of the words names."""
    if not left:
        return None
    numbers = any(char.isdigit() for word in left for char in word)
    if numbers or (len(left) == len(parts) and rhythm is None):
        raise Unclear("digest", words)
    try:
        return parse_zone(" ".join(left))
    except Unclear as error:
        if not error.choices and not any(clock.sure for part in parts if (clock := read_clock(part))):
            raise Unclear("digest", words) from error
        kept = [*(["weekly"] if rhythm == "week" else []), *(part for part in parts if part not in left)]
        error.choices = tuple(Choice(one.meaning, " ".join([*kept, one.words])) for one in error.choices)
        raise
