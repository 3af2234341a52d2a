"""Time zones as people write them in six languages: understood, asked about, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.chat.arguments.unclear import Unclear
from bot.chat.arguments.zone_words import ABBREVIATIONS, AMBIGUOUS, CITIES
from bot.chat.arguments.zones import label_zone, parse_zone

WINTER = datetime(2026, 12, 1, tzinfo=UTC)

UNDERSTOOD = [  # with the hours east of UTC in winter
    *((text, 3) for text in ("GMT+3", "UTC+3", "gmt +3", "UTC +03:00", "+3", "+03:00", "+0300", "utc+3", "(GMT+3)")),
    *((text, 3) for text in ("MSK", "мск", "Moscow", "Москва", "по Москве", "московское время", "Moskau", "Moscou")),
    *((text, 1) for text in ("MEZ", "CET", "cest", "Berlin", "berliner zeit", "Europe/Berlin", "europe/berlin")),
    *((text, 1) for text in ("Paris", "heure de Paris", "Madrid", "hora de Madrid", "Wien", "Warschau", "Париж")),
    *((text, 2) for text in ("Kyiv", "Киев", "Київ", "за Києвом", "Kiew", "EET", "UTC+2")),
    *((text, 0) for text in ("UTC", "GMT", "Z", "GMT+0", "London", "Londres", "Лондон", "WEZ")),
    *((text, -5) for text in ("New York", "Eastern", "ET", "GMT-5", "UTC−5", "Нью-Йорк", "Nueva York", "-5")),
    *((text, -8) for text in ("PT", "los angeles", "Pacific time", "America/Los_Angeles")),
    *((text, 5) for text in ("МСК+2", "msk+2", "Almaty", "Алматы", "Tashkent")),
    ("UTC+5:30", 5.5),
    ("+05:45", 5.75),
    ("JST", 9),
    ("GMT+14", 14),
    ("GMT-12", -12),
]
ASKED = ["CST", "cst", "IST", "BST", "EST", "PST", "MST", "AST", "AMT", "SST", "WST", "Central time", "CDT"]
REFUSED = [
    *("Mars/Olympus", "", "soon", "3", "XYZ", "GMT+15", "GMT-13", "UTC+1:15", "UTC+99", "+", "Europe/Nowhere"),
    *("here", "тут", "hier", "ici", "aquí", "GMT+3+3", "++3", "../etc/passwd"),
]


@pytest.mark.parametrize(("text", "hours"), UNDERSTOOD)
def test_zones_that_are_understood(text: str, hours: float) -> None:
    """By name, city, letters, or distance from UTC, whose sign is that of people and not of POSIX."""
    assert WINTER.astimezone(ZoneInfo(parse_zone(text))).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("text", ASKED)
def test_letters_of_several_countries_are_asked_about(text: str) -> None:
    """Every reading is a zone that its own words name."""
    with pytest.raises(Unclear) as caught:
        parse_zone(text)
    zones = [one.words for one in caught.value.choices]
    assert len(zones) > 1
    assert [parse_zone(zone) for zone in zones] == zones


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_zone_is_refused(text: str) -> None:
    """Never guessed."""
    with pytest.raises(Unclear) as caught:
        parse_zone(text)
    assert caught.value.choices == ()


def test_every_zone_of_the_tables_exists() -> None:
    """A misspelled zone would be a setting that silently means UTC."""
    named = {*ABBREVIATIONS, *CITIES, *(zone for zones in AMBIGUOUS.values() for zone in zones.split())}
    assert named <= available_timezones()


def test_zones_are_shown_as_people_read_them() -> None:
    """The sign of the database's Etc zones is the other one."""
    assert label_zone("Etc/GMT-3") == "UTC+3"
    assert label_zone("Etc/GMT+5") == "UTC-5"
    assert label_zone("Europe/Berlin") == "Europe/Berlin"
