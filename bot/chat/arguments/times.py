"""Times as people write them: quiet windows, digests, how long to mute, time zones.

Words in, wishes out, or Unclear with what was not understood. Nothing here answers anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from bot.alerts.calendar import instant
from bot.preferences import DAY, WEEK, Digest, Rhythm, Window

Doubtful = Literal["hours", "whole day", "many", "zone", "day", "digest", "length"]

MOST_WINDOWS = 6
LONGEST = timedelta(days=366)  # of a mute that ends by itself
FOREVER: Final = frozenset({"forever", "always", "навсегда", "назавжди", "immer", "toujours", "siempre"})
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS: Final = {
    "weekdays": (0, 1, 2, 3, 4),
    "workdays": (0, 1, 2, 3, 4),
    "weekends": (5, 6),
    "weekend": (5, 6),
    "daily": (),
}
_CLOCK = r"([01]?[0-9]|2[0-4])(?:[:.h]([0-5][0-9]))?"
_TIME = re.compile(_CLOCK)
_HOURS = re.compile(rf"{_CLOCK}-{_CLOCK}")
# Lengths as people write them, in the languages that the bot speaks.
_UNITS: Final = {
    word: minutes
    for minutes, words in (
        (
            1,
            "m min mins minute minutes minuten minuto minutos м мин минуту минуты минут хв хвилини хвилин",
        ),
        (
            60,
            "h hr hrs hour hours std stunde stunden heure heures hora horas ч час часа часов годину години годин",
        ),
        (DAY, "d day days tag tage tagen j jour jours día días dia dias д день дня дней дні днів сутки доба добу"),
        (
            WEEK * DAY,
            "w week weeks woche wochen sem semaine semaines semana semanas неделю недели недель тижні тижнів",
        ),
    )
    for word in words.split()
}
_LENGTH = re.compile(rf"([1-9][0-9]{{0,5}})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})")
_NAMED: Final = {"hour": 60, "day": DAY, "week": WEEK * DAY}
_FOR: Final = frozenset({"for", "на", "für", "pour", "por", "pendant", "durante"})
_TODAY: Final = frozenset({"today", "сегодня", "сьогодні", "heute", "hoy", "aujourd'hui"})
_TOMORROW: Final = frozenset({"tomorrow", "завтра", "morgen", "mañana", "demain"})
_MORNING: Final = 8 * 60  # the minute of a day at which "tomorrow" comes


class Unclear(ValueError):  # noqa: N818 - it reads as what it is: "except Unclear"
    """Something that was written is not understood: what kind of thing, and the words."""

    def __init__(self, kind: Doubtful, words: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.words = words


def parse_windows(words: str) -> tuple[tuple[Window, ...], str | None]:
    """Return the quiet windows of `23:00-07:00, sat-sun 22-10 Europe/Berlin`, and the zone where one is named."""
    found: list[Window] = []
    zone: str | None = None
    days: tuple[int, ...] = ()
    for part in _parts(words):
        if hours := _HOURS.fullmatch(part):
            found.append(_window(hours, days, part))
        elif (named := _days(part)) is not None:
            days = named
        elif zone is None and not part[0].isdigit():
            zone = parse_zone(part)
        else:
            raise Unclear("hours", part)
    if not found and zone is None:
        raise Unclear("hours", words)
    if len(set(found)) > MOST_WINDOWS:
        raise Unclear("many")
    return tuple(sorted(set(found))), zone


def _parts(words: str) -> Iterable[str]:
    text = re.sub(r"[‐-―−]", "-", words)
    text = re.sub(r"(?<=[0-9])\s*-\s*(?=[0-9])", "-", text)
    return [part for part in re.split(r"[\s,;]+", text) if part][:40]


def _window(hours: re.Match[str], days: tuple[int, ...], part: str) -> Window:
    begin, end = _minutes(hours[1], hours[2]), _minutes(hours[3], hours[4])
    if begin % DAY == end % DAY:
        raise Unclear("whole day", part)
    return Window(begin % DAY, end % DAY, days)


def _minutes(hour: str, minute: str | None) -> int:
    total = int(hour) * 60 + int(minute or 0)
    if total > DAY:
        raise Unclear("hours", f"{hour}:{minute}")
    return total


def _days(part: str) -> tuple[int, ...] | None:
    """Return the days that `mon`, `mon-fri` or `weekends` names, None for other words."""
    word = part.lower()
    if word in _GROUPS:
        return _GROUPS[word]
    first, dash, last = word.partition("-")
    begin = _day(first)
    end = _day(last) if dash else begin
    if begin is None or end is None:
        return None
    return tuple(sorted((begin + step) % WEEK for step in range((end - begin) % WEEK + 1)))


def _day(word: str) -> int | None:
    found = [number for number, name in enumerate(DAYS) if len(word) > 2 and word[:3] == name]  # noqa: PLR2004 - letters
    return found[0] if found and re.fullmatch(r"[a-z]{3,9}", word) else None


def parse_digest(words: str, now: datetime) -> Digest | None:
    """Return the digest that `hourly`, `daily 08:00`, `weekly mon 08:00` or `off` (None) means."""
    parts = list(_parts(words.lower()))
    if parts == ["off"]:
        return None
    rhythms: dict[str, Rhythm] = {"hourly": "hour", "daily": "day", "weekly": "week"}
    rhythm = rhythms.get(parts[0] if parts else "")
    if rhythm is None:
        raise Unclear("digest", words)
    days = [day for part in parts[1:] if (day := _day(part)) is not None]
    times = [time for part in parts[1:] if (time := _TIME.fullmatch(part))]
    allowed = {"hour": (0, 0), "day": (0, 1), "week": (1, 1)}[rhythm]
    if len(days) + len(times) != len(parts) - 1 or len(days) > allowed[0] or len(times) > allowed[1]:
        raise Unclear("digest", words)
    at = _minutes(times[0][1], times[0][2]) % DAY if times else 0 if rhythm == "hour" else 8 * 60
    return Digest(rhythm, at, days[0] if days else 0, now)


def parse_until(word: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when `30m`, `2 hours`, `today`, `tomorrow`, `day`, `week` is over; None for `forever`. Unclear otherwise.

    `today` is over at midnight of the zone, `tomorrow` is the next morning.
    """
    said = word.lower()
    if said in FOREVER:
        return None
    if said in _TODAY | _TOMORROW:
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return instant(tomorrow, 0 if said in _TODAY else _MORNING, zone)
    length = _LENGTH.fullmatch(said)
    minutes = int(length[1]) * _UNITS[length[2]] if length else _NAMED.get(said)
    if minutes is None or timedelta(minutes=minutes) > LONGEST:
        raise Unclear("length", word)
    return now + timedelta(minutes=minutes)


def split_length(words: str) -> tuple[str, str]:
    """Return what somebody wants something of, and for how long as they said it, in lower case: "" where they did not.

    `hockey for 2 hours` is ("hockey", "2 hours"). Where nothing else is said, the whole is what.
    """
    parts = words.split()
    for many in (2, 1):
        said, what = " ".join(parts[-many:]).lower(), parts[:-many]
        if what and is_length(said):
            left = what[:-1] if what[-1].lower() in _FOR and len(what) > 1 else what
            return " ".join(left), said
    return words, ""


def is_length(words: str) -> bool:
    """Return whether words say how long, and nothing else."""
    said = words.lower()
    return said in _WHEN or bool(_LENGTH.fullmatch(said))


_WHEN: Final = frozenset({*FOREVER, *_NAMED, *_TODAY, *_TOMORROW})


def parse_zone(text: str) -> str:
    """Return the IANA zone of `Europe/Berlin` or `berlin`, in any case; Unclear where there is none."""
    wanted = re.sub(r"\s+", "_", text.strip()).lower()
    zones = _zones()
    found = zones.get(wanted)
    if found is None:
        cities = [zone for name, zone in zones.items() if name.rpartition("/")[2] == wanted]
        preferred = [zone for zone in cities if zone.partition("/")[0] in _REGIONS] or cities
        found = preferred[0] if preferred else None
    if found is None:
        raise Unclear("zone", text)
    return found


_REGIONS: Final = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}
