"""Digests as people write them in six languages: what must be understood, and what must be asked about or refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.chat.arguments.digests import parse_digest
from bot.chat.arguments.unclear import Unclear
from bot.preferences import Digest

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

UNDERSTOOD = [
    *((text, "hour", 0, 0) for text in ("hourly", "every hour", "каждый час", "щогодини", "stündlich", "cada hora")),
    *((text, "day", 8, 0) for text in ("8:00", "daily 08:00", "Daily", "daily 8am", "every day at 8:00", "08", "8.00")),
    *((text, "day", 8, 0) for text in ("ежедневно в 8:00", "каждый день в 8 утра", "щодня о 8:00", "в 8 утра")),
    *((text, "day", 8, 0) for text in ("8 Uhr", "täglich um 8 Uhr", "jeden Tag 8 Uhr", "tous les jours à 8h", "8h")),
    *((text, "day", 8, 0) for text in ("cada día a las 8:00", "todos los días a las 8 de la mañana", "à 8h du matin")),
    *((text, "day", 20, 0) for text in ("8pm", "20:00", "20", "8 вечера", "8 de la tarde", "20 Uhr", "8 Uhr abends")),
    *((text, "day", 12, 0) for text in ("noon", "12pm", "в полдень", "mittags", "midi")),
    *((text, "week", 9, 0) for text in ("weekly mon 9:00", "mondays 9am", "every monday at 9:00", "Mon 9:00")),
    *((text, "week", 9, 0) for text in ("по понедельникам в 9:00", "щопонеділка 9:00", "montags um 9 Uhr")),
    *((text, "week", 9, 0) for text in ("le lundi à 9h", "los lunes a las 9:00")),
    ("weekly 18.30 Sunday", "week", 18.5, 6),
    ("еженедельно пт 17:00", "week", 17, 4),
]
WITH_ZONE = [
    ("daily 8:00 Berlin", "Europe/Berlin"),
    ("daily 8:00 Europe/Berlin", "Europe/Berlin"),
    ("8:00 GMT+3", "Etc/GMT-3"),
    ("8:00 MSK", "Europe/Moscow"),
    ("8:00 по Москве", "Europe/Moscow"),
    ("8 Uhr MEZ", "Europe/Berlin"),
    ("8:00 New York", "America/New_York"),
    ("weekly mon 8:00 +01:00", "Etc/GMT-1"),
]
ASKED = [
    *((text, {"08:00", "20:00"}) for text in ("8", "daily 8", "at 8", "в 8", "о 8", "um 8", "à 8", "a las 8")),
    *((text, {"08:00", "20:00"}) for text in ("daily 8 Berlin", "weekly mon 8", "по понедельникам в 8", "montags 8")),
    *((text, {"00:00", "12:00"}) for text in ("12", "daily 12", "каждый день в 12")),
    ("8:00 CST", {"America/Chicago", "Asia/Shanghai", "America/Havana"}),
    ("daily 8:00 IST", {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"}),
    ("weekly fri 8:00 BST", {"Europe/London", "Asia/Dhaka"}),
]
REFUSED = [
    *("", "monthly", "soon", "sometimes", "yes", "on", "каждый месяц", "monatlich", "mensuel", "cada mes"),
    *("daily mon", "hourly 08:00", "every hour at 8:00", "weekly every day 8:00", "mon tue 8:00", "weekdays 8:00"),
    *("daily 99:00", "daily 25:00", "8:60", "24:30", "daily 8:00 Mars", "8:00 UTC+25", "8:00-9:00", "every 2 hours"),
    *("every morning", "утром", "morgens", "le matin", "not 8:00", "8:00 or so"),
]


@pytest.mark.parametrize(("text", "rhythm", "hour", "day"), UNDERSTOOD)
def test_digests_that_are_understood(text: str, rhythm: str, hour: float, day: int) -> None:
    """A time alone is daily, a day with a time weekly; a time that is left out is eight in the morning."""
    assert parse_digest(text, NOW) == (Digest(rhythm, int(hour * 60), day, NOW), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["8:00 18:30", "daily 18:30, 8:00", "8:00 and 18:30", "в 8:00 и в 18:30", "8am 6:30pm", "um 8:00 und 18:30"]
)
def test_several_times_a_day(text: str) -> None:
    """In any order; a week has one."""
    assert parse_digest(text, NOW) == (Digest("day", 480, 0, NOW, (1110,)), None)
    with pytest.raises(Unclear):
        parse_digest(f"weekly mon {text}", NOW)


@pytest.mark.parametrize(("text", "zone"), WITH_ZONE)
def test_a_zone_may_follow(text: str, zone: str) -> None:
    """By its name, its city, its letters, or its distance from UTC."""
    digest, named = parse_digest(text, NOW)
    assert digest
    assert digest.at == 8 * 60
    assert named == zone


@pytest.mark.parametrize("text", ["off", "none", "выкл", "нет", "вимк", "aus", "aucun", "ninguno", "Off"])
def test_no_digest(text: str) -> None:
    """In every language."""
    assert parse_digest(text, NOW) == (None, None)


@pytest.mark.parametrize(("text", "readings"), ASKED)
def test_what_may_mean_two_things_is_asked_about(text: str, readings: set[str]) -> None:
    """Each reading comes with words that say exactly that."""
    with pytest.raises(Unclear) as caught:
        parse_digest(text, NOW)
    assert {one.meaning for one in caught.value.choices} == readings
    for one in caught.value.choices:
        digest, zone = parse_digest(one.words, NOW)
        assert digest
        assert one.meaning in {f"{digest.at // 60:02}:00", zone}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Never guessed."""
    with pytest.raises(Unclear) as caught:
        parse_digest(text, NOW)
    assert caught.value.choices == ()
