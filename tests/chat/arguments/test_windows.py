"""Quiet hours as people write them in six languages: understood, asked about, or refused."""

from __future__ import annotations

import pytest

from bot.chat.arguments.unclear import Unclear
from bot.chat.arguments.windows import parse_windows

WORKDAYS, WEEKEND = (0, 1, 2, 3, 4), (5, 6)
NIGHT = ((23, 7),)  # hours; 22.5 is half past ten

UNDERSTOOD = [
    *((text, NIGHT, None) for text in ("23:00-07:00", "23-7", "23–7", "23 — 7", "23.00-7.00", "23:00 - 07:00")),
    *((text, NIGHT, None) for text in ("11pm-7am", "11 pm - 7 am", "11 p.m. to 7 a.m.", "11PM–7AM", "2300-0700")),
    *((text, NIGHT, None) for text in ("from 11pm to 7am", "between 11pm and 7am", "23 to 7", "11pm until 7am")),
    *((text, NIGHT, None) for text in ("at night", "overnight", "nights", "every night 23-7", "nightly 11pm-7am")),
    *((text, NIGHT, None) for text in ("с 23 до 7", "с 23:00 до 7:00", "23 до 7", "с 11 вечера до 7 утра")),
    *((text, NIGHT, None) for text in ("11 вечера - 7 утра", "ночью", "по ночам", "на ночь", "с 23 часов до 7 часов")),
    *((text, NIGHT, None) for text in ("з 23 до 7", "від 23:00 до 7:00", "з 11 вечора до 7 ранку", "вночі", "уночі")),
    *((text, NIGHT, None) for text in ("von 23 bis 7 Uhr", "23 Uhr bis 7 Uhr", "zwischen 23 und 7 Uhr", "nachts")),
    *((text, NIGHT, None) for text in ("11 Uhr abends bis 7 Uhr morgens", "ab 23 bis 7", "in der Nacht")),
    *((text, NIGHT, None) for text in ("de 23h à 7h", "23h-7h", "entre 23h et 7h", "11h du soir à 7h du matin")),
    *((text, NIGHT, None) for text in ("la nuit", "de 23 h à 7 h", "de las 23:00 a las 7:00", "de 23 a 7")),
    *((text, NIGHT, None) for text in ("de 11 de la noche a 7 de la mañana", "entre las 23 y las 7", "por la noche")),
    ("23h30-7h", ((23.5, 7),), None),
    ("de 22 h à 6 h 30", ((22, 6.5),), None),
    ("23 Uhr 30 bis 7 Uhr", ((23.5, 7),), None),
    ("9.30–10.15", ((9.5, 10.25),), None),
    ("midnight-8am", ((0, 8),), None),
    ("с полуночи до 8 утра", ((0, 8),), None),
    ("noon-1pm", ((12, 13),), None),
    ("0-8", ((0, 8),), None),
    ("00-08", ((0, 8),), None),
    ("07-23", ((7, 23),), None),
    ("7-23", ((7, 23),), None),
    ("22-10", ((22, 10),), None),
    ("01:00-7:00", ((1, 7),), None),
    ("12am-6am", ((0, 6),), None),
    ("11pm-7", NIGHT, None),
    ("23-7 GMT+3", NIGHT, "Etc/GMT-3"),
    ("23-7 UTC+3", NIGHT, "Etc/GMT-3"),
    ("23:00-7:00 (GMT+3)", NIGHT, "Etc/GMT-3"),
    ("23-7 gmt −5", NIGHT, "Etc/GMT+5"),
    ("23-7 +03:00", NIGHT, "Etc/GMT-3"),
    ("23-7 UTC+5:30", NIGHT, "Asia/Kolkata"),
    ("23-7 MSK", NIGHT, "Europe/Moscow"),
    ("23-7 МСК", NIGHT, "Europe/Moscow"),
    ("23-7 МСК+2", NIGHT, "Etc/GMT-5"),
    ("22-6 MEZ", ((22, 6),), "Europe/Berlin"),
    ("22-6 CET", ((22, 6),), "CET"),
    ("23-7 Berlin", NIGHT, "Europe/Berlin"),
    ("23-7 Berlin time", NIGHT, "Europe/Berlin"),
    ("23-7 New York", NIGHT, "America/New_York"),
    ("23:00-07:00 Europe/Kyiv", NIGHT, "Europe/Kyiv"),
    ("с 23 до 7 по Москве", NIGHT, "Europe/Moscow"),
    ("23-7 по московскому времени", NIGHT, "Europe/Moscow"),
    ("23-7 за Києвом", NIGHT, "Europe/Kyiv"),
    ("23:00-7:00 heure de Paris", NIGHT, "Europe/Paris"),
    ("23:00-7:00 hora de Madrid", NIGHT, "Europe/Madrid"),
    ("Europe/Berlin", (), "Europe/Berlin"),
]
WITH_DAYS = [
    ("sat-sun 22-10", (((22, 10), WEEKEND),)),
    ("mon-fri 23-7, weekends 23-10", (((23, 7), WORKDAYS), ((23, 10), WEEKEND))),
    ("пн-пт 23-7, сб-вс 23-10", (((23, 7), WORKDAYS), ((23, 10), WEEKEND))),
    ("с пн по пт 23-7", (((23, 7), WORKDAYS),)),
    ("пн-пт 23-7, сб-нд 23-10", (((23, 7), WORKDAYS), ((23, 10), WEEKEND))),
    ("montags bis freitags 22-7", (((22, 7), WORKDAYS),)),
    ("du lundi au vendredi 22h-7h", (((22, 7), WORKDAYS),)),
    ("lunes a viernes 22-7", (((22, 7), WORKDAYS),)),
    ("23-7 on weekdays", (((23, 7), WORKDAYS),)),
    ("по будням 23-7", (((23, 7), WORKDAYS),)),
    ("mon, wed 23-7", (((23, 7), (0, 2)),)),
    ("fri-mon 01-02", (((1, 2), (0, 4, 5, 6)),)),
    ("every day 23-7", (((23, 7), ()),)),
    ("täglich 23-7", (((23, 7), ()),)),
]
ASKED = [  # with the readings that are offered
    ("11-7", {"23:00-07:00", "11:00-19:00"}),
    ("from 11 to 7", {"23:00-07:00", "11:00-19:00"}),
    ("с 11 до 7", {"23:00-07:00", "11:00-19:00"}),
    ("з 11 до 7", {"23:00-07:00", "11:00-19:00"}),
    ("von 11 bis 7", {"23:00-07:00", "11:00-19:00"}),
    ("de 11 à 7", {"23:00-07:00", "11:00-19:00"}),
    ("de 11 a 7", {"23:00-07:00", "11:00-19:00"}),
    ("11-7 at night", {"23:00-07:00", "11:00-19:00"}),
    ("10–6", {"22:00-06:00", "10:00-18:00"}),
    ("9-6", {"21:00-06:00", "09:00-18:00"}),
    ("8-8", {"20:00-08:00", "08:00-20:00"}),
    ("12-6", {"00:00-06:00", "12:00-18:00"}),
    ("1-7", {"01:00-07:00", "13:00-19:00"}),
    ("12-8 Berlin", {"00:00-08:00", "12:00-20:00"}),
    ("mon-fri 10-6", {"22:00-06:00", "10:00-18:00"}),
    ("по будням 11-7", {"23:00-07:00", "11:00-19:00"}),
    ("1-2 1-2", {"01:00-02:00", "13:00-14:00", "13:00-02:00", "01:00-14:00"}),
    ("23-7 CST", {"America/Chicago", "Asia/Shanghai", "America/Havana"}),
    ("23-7 IST", {"Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"}),
    ("22-6 BST", {"Europe/London", "Asia/Dhaka"}),
    ("22-6 EST", {"America/New_York", "America/Panama", "Australia/Sydney"}),
    ("23-7 pst", {"America/Los_Angeles", "Asia/Manila"}),
    ("23-7 MST", {"America/Denver", "America/Phoenix", "Asia/Kuala_Lumpur"}),
    ("23-7 AMT", {"Asia/Yerevan", "America/Manaus"}),
    ("at night CST", {"America/Chicago", "Asia/Shanghai", "America/Havana"}),
]
REFUSED = [
    *("", "-", "soon", "<b>23</b>", "later", "always", "ночь напролёт", "irgendwann", "un jour", "nunca más"),
    *("23", "7am", "8:00", "at 8", "в 8", "um 8 Uhr", "à 8h", "a las 8", "23-", "-7", "23:00", "monday", "пн", "lundi"),
    *("25-26", "99-3", "24:30-07:00", "25:00-26:00", "23:60-7:00", "23-7-9", "7-7:00:00", "1e3-7", "23;7"),
    *("7:00-7:00", "23:00-23:00", "0-24", "24-7", "24/7", "00:00-24:00 12-13", "23-23"),
    *("23:00-07:00 Mars", "23-7 UTC+25", "23-7 UTC+1:15", "23-7 GMT-13", "23-7 Hogwarts", "23-7 XYZ", "23-7 +99"),
    *("not 23-7", "23-7 except sunday", "кроме 23-7", "nicht 23-7", "sauf 23-7", "excepto 23-7", "23-7 maybe"),
    "00-01 01-02 02-03 03-04 04-05 05-06 06-07",
]


@pytest.mark.parametrize(("text", "hours", "zone"), UNDERSTOOD)
def test_hours_that_are_understood(text: str, hours: tuple[tuple[float, float], ...], zone: str | None) -> None:
    """Twelve or twenty-four hours, words for "to", parts of the day, and a zone."""
    found, named = parse_windows(text)
    assert [(one.begin, one.end, one.days) for one in found] == [(begin * 60, end * 60, ()) for begin, end in hours]
    assert named == zone


@pytest.mark.parametrize(("text", "windows"), WITH_DAYS)
def test_days_that_are_understood(text: str, windows: tuple[tuple[tuple[int, int], tuple[int, ...]], ...]) -> None:
    """Days before or after their hours, one by one or from one to another."""
    found, _zone = parse_windows(text)
    assert [(one.begin, one.end, one.days) for one in found] == [(a * 60, b * 60, days) for (a, b), days in windows]


@pytest.mark.parametrize(("text", "readings"), ASKED)
def test_what_may_mean_two_things_is_asked_about(text: str, readings: set[str]) -> None:
    """Each reading comes with words that say exactly that, and keep all else that was written."""
    with pytest.raises(Unclear) as caught:
        parse_windows(text)
    assert {one.meaning for one in caught.value.choices} == readings
    for one in caught.value.choices:
        if text == "1-2 1-2":  # the next question
            continue
        windows, zone = parse_windows(one.words)
        assert windows
        assert one.meaning == zone or "/" not in one.meaning


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Never guessed: no such hours or zone, the whole day, too many, or the reverse of what was read."""
    with pytest.raises(Unclear) as caught:
        parse_windows(text)
    assert caught.value.choices == ()
