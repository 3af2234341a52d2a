"""Quiet hours as people write them: `11pm-7am`, `mon-fri 23-7, weekends 23-10`, `at night`, `с 23 до 7 по Москве`.

Words in, windows and a zone out, or Unclear: what is not understood, or the readings of what may mean two things.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat.arguments import time_words as said
from bot.chat.arguments.times_of_day import canonical, has_phrase, read_days, read_stretch, replace_phrases, show_minute
from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.arguments.zones import parse_zone, split_offset
from bot.preferences import DAY, Window

MOST_WINDOWS = 6
NIGHT = "23:00-07:00"
_ALL_DAY = frozenset({"24-7", "24/7", "24-24", "24h", "24:00"})
_MOST_WORDS = 60
_FILLERS = f"{said.FROM} {said.TO} {said.BEFORE_TIME} {said.BETWEEN} {said.EVERY} quiet hours only please"


def parse_windows(words: str) -> tuple[tuple[Window, ...], str | None]:
    """Return the quiet windows that words name, and the zone where one is named."""
    text, zone = split_offset(words)
    plain = canonical(text)
    if plain in _ALL_DAY:
        raise Unclear("whole day", words)
    if has_phrase(plain, said.AT_NIGHT):
        stretch = "" if re.search(r"\d-\d", plain) else f" {NIGHT} "
        plain = replace_phrases(plain, said.AT_NIGHT, stretch)
    parts = [part for part in re.split(r"[\s,;]+", plain) if part][:_MOST_WORDS]
    found, left, doubtful = _collect(parts, zone)
    zone = zone or _zone(left, parts, found=bool(found or doubtful))
    if doubtful:
        raise doubtful
    if not found and zone is None:
        raise Unclear("hours", words)
    if len(set(found)) > MOST_WINDOWS:
        raise Unclear("many")
    return tuple(sorted(set(found))), zone


def _collect(parts: list[str], zone: str | None) -> tuple[list[Window], list[str], Unclear | None]:
    """Return the windows, the words that are neither hours nor days, and the first question about hours."""
    found: list[Window] = []
    left: list[str] = []
    days: tuple[int, ...] | None = None
    doubtful: Unclear | None = None
    fresh = False  # days were named, and no hours after them
    for place, part in enumerate(parts):
        if (named := read_days(part)) is not None:
            days, fresh = (tuple(sorted({*(days or ()), *named})) if fresh else named), True
        elif stretches := read_stretch(part):
            if len(stretches) > 1:
                doubtful = doubtful or Unclear("hours", part, _choices(parts, place, stretches, zone))
            found.append(_window(stretches[0], days or (), part))
            fresh = False
        elif part not in _FILLERS.split():
            left.append(part)
    if fresh and days and found and not any(one.days for one in found):  # `23-7 on weekdays`
        found = [replace(one, days=days) for one in found]
    return found, left, doubtful


def _choices(
    parts: list[str], place: int, stretches: tuple[tuple[int, int], ...], zone: str | None
) -> tuple[Choice, ...]:
    exact = [f"{show_minute(begin % DAY)}-{show_minute(end % DAY)}" for begin, end in stretches]
    before, after = parts[:place], [*parts[place + 1 :], *([zone] if zone else [])]
    return tuple(Choice(hours, " ".join([*before, hours, *after]).replace("'", "")) for hours in exact)


def _window(stretch: tuple[int, int], days: tuple[int, ...], part: str) -> Window:
    begin, end = stretch
    if begin % DAY == end % DAY:
        raise Unclear("whole day", part)
    return Window(begin % DAY, end % DAY, days)


def _zone(left: list[str], parts: list[str], *, found: bool) -> str | None:
    """Return the zone that the rest of the words names."""
    if not left:
        return None
    if any(char.isdigit() for word in left for char in word):
        raise Unclear("hours", " ".join(left))
    try:
        return parse_zone(" ".join(left))
    except Unclear as error:
        if error.choices:
            kept = [part for part in parts if part not in left]
            error.choices = tuple(replace(one, words=" ".join([*kept, one.words])) for one in error.choices)
        elif not found:
            raise Unclear("hours", " ".join(left)) from error
        raise
