"""Time zones as people write them: Europe/Berlin, New York, MSK, GMT+3, по Москве.

Words in, a name of the IANA database out, Unclear where there is none or several. `GMT+3` is three hours ahead of UTC,
as everybody means it, though the database counts its Etc zones the other way round. Pure.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.arguments.zone_words import ABBREVIATIONS, AMBIGUOUS, AROUND, CITIES

_REGIONS: Final = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_EAST, _WEST = 14, 12  # hours of the outermost zones
# Zones without summer time for what no whole hour says, by minutes east of UTC.
_PARTS: Final = {
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    -570: "Pacific/Marquesas",
}
_FROM_MOSCOW: Final = 3  # hours: people in Russia count from there
_OFFSET: Final = re.compile(r"(utc|gmt|msk|мск)?\s*([+-])\s*([0-9]{1,2})(?::?([0-5][0-9]))?")
# Within other words only what cannot be a stretch of hours: with letters, or with a plus.
_OFFSET_WITHIN: Final = re.compile(
    r"(?<![\w:])(?:(?:utc|gmt|msk|мск)\s*[+-]\s*|\+)[0-9]{1,2}(?::?[0-5][0-9])?(?![\w:])"
)


def parse_zone(text: str) -> str:
    """Return the IANA zone that words name, in any case; Unclear where there is none, or one must be chosen."""
    said = re.sub(r"[‐-―−]", "-", text).strip().lower().strip("()[].")
    if offset := _OFFSET.fullmatch(said):
        return _of_offset(offset, text)
    names = {said, " ".join(_telling(said))}
    for name in sorted(names, key=len, reverse=True):
        if found := _find(name.replace(" ", "_")):
            return found
        if name in AMBIGUOUS:
            zones = AMBIGUOUS[name].split()
            raise Unclear("zone", text, tuple(Choice(zone, zone) for zone in zones))
    raise Unclear("zone", text)


def split_offset(text: str) -> tuple[str, str | None]:
    """Return a text without the offset from UTC that stands in it, and the zone of that."""
    plain = re.sub(r"[‐-―−]", "-", text)
    found = _OFFSET_WITHIN.search(plain.lower())
    if not found:
        return plain, None
    return f"{plain[: found.start()]} {plain[found.end() :]}", parse_zone(found[0])


def label_zone(zone: str) -> str:
    """Return a zone as people read it: `UTC+3` for `Etc/GMT-3`."""
    found = re.fullmatch(r"Etc/GMT([+-])([0-9]{1,2})", zone)
    return f"UTC{'-' if found[1] == '+' else '+'}{found[2]}" if found else zone


def _of_offset(offset: re.Match[str], text: str) -> str:
    base = _FROM_MOSCOW * 60 if offset[1] in {"msk", "мск"} else 0
    minutes = int(offset[3]) * 60 + int(offset[4] or 0)
    total = base + (minutes if offset[2] == "+" else -minutes)
    if total % 60:
        if total in _PARTS:
            return _PARTS[total]
        raise Unclear("zone", text)
    hours = total // 60
    if not -_WEST <= hours <= _EAST:
        raise Unclear("zone", text)
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def _telling(said: str) -> list[str]:
    """Return the words that name a zone, without those that only say that one is meant."""
    around = AROUND.split()
    words = re.sub(r"d'(?=\w)", "", said).split()
    return [word for word in words if word not in around]


def _find(name: str) -> str | None:
    if not name:
        return None
    known = _known()
    if found := known.get(name) or known.get(name.replace("_", "-")):
        return found
    zones = _zones()
    if name in zones and name not in AMBIGUOUS:
        return zones[name]
    cities = [zone for key, zone in zones.items() if key.rpartition("/")[2] == name and name not in AMBIGUOUS]
    preferred = [zone for zone in cities if zone.partition("/")[0] in _REGIONS] or cities
    return preferred[0] if preferred else None


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in sorted(available_timezones())}


@cache
def _known() -> dict[str, str]:
    tables = (ABBREVIATIONS, CITIES)
    return {word: zone for table in tables for zone, words in table.items() for word in words.split()}
