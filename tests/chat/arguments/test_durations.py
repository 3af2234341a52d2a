"""How long as people write it in six languages: what must be understood, and what must be asked about or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.calendar import zone_of
from bot.chat.arguments.durations import is_length, names_day_last, parse_until, split_length
from bot.chat.arguments.unclear import Unclear

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday, 13:00 in Berlin
BERLIN = zone_of("Europe/Berlin")


def at(day: int, hour: float, month: int = 11) -> datetime:
    """Return an instant of that year by the clocks of Berlin."""
    return datetime(2026, month, day, int(hour), int(hour % 1 * 60), tzinfo=BERLIN)


FRIDAY = at(27, 8)
UNDERSTOOD = [
    ("30m", NOW + timedelta(minutes=30)),
    ("90 min", NOW + timedelta(minutes=90)),
    ("half an hour", NOW + timedelta(minutes=30)),
    ("полчаса", NOW + timedelta(minutes=30)),
    ("1h30", NOW + timedelta(minutes=90)),
    ("1 h 30 min", NOW + timedelta(minutes=90)),
    ("1.5h", NOW + timedelta(minutes=90)),
    *((text, NOW + timedelta(hours=1)) for text in ("1h", "1ч", "час", "an hour", "eine Stunde", "una hora")),
    *((text, NOW + timedelta(hours=2)) for text in ("2 Hours", "for 2 hours", "на 2 часа", "2 години", "deux heures")),
    *((text, NOW + timedelta(days=3)) for text in ("3 Tage", "3 дня", "3 jours", "tres días", "für 3 Tage")),
    *((text, NOW + timedelta(weeks=1)) for text in ("week", "a week", "на неделю", "une semaine", "eine Woche")),
    *((text, at(24, 0)) for text in ("today", "сегодня", "сьогодні", "heute", "aujourd'hui", "hoy", "until midnight")),
    *((text, at(24, 8)) for text in ("tomorrow", "до завтра", "bis morgen", "jusqu'à demain", "hasta mañana")),
    *((text, FRIDAY) for text in ("until Friday", "friday", "next friday", "bis Freitag", "bis zum Freitag")),
    *((text, FRIDAY) for text in ("до пятницы", "до п’ятниці", "jusqu'à vendredi", "jusqu’à vendredi")),
    *((text, FRIDAY) for text in ("hasta el viernes", "til fri", "до пт")),
    ("until monday", at(30, 8)),
    ("until Friday 18:00", at(27, 18)),
    ("bis Freitag um 18 Uhr", at(27, 18)),
    ("до пятницы 6 вечера", at(27, 18)),
    ("until tomorrow 10:00", at(24, 10)),
    *((text, at(23, 18)) for text in ("until 18:00", "until 6pm", "bis 18 Uhr", "до 18:00", "до 18 часов", "до 18")),
    *((text, at(23, 18)) for text in ("jusqu'à 18h", "hasta las 18:00", "hasta las 6 de la tarde")),
    ("until 8am", at(24, 8)),
    ("until next week", at(30, 8)),
    ("до следующей недели", at(30, 8)),
    ("until the weekend", at(28, 8)),
    *((text, at(24, 8, 12)) for text in ("until 24 Dec", "until December 24", "bis 24. Dezember", "до 24 декабря")),
    *((text, at(24, 8, 12)) for text in ("24.12.", "2026-12-24", "jusqu'au 24 décembre", "hasta el 24 de diciembre")),
    *((text, None) for text in ("forever", "for ever", "навсегда", "назавжди", "für immer", "toujours", "siempre")),
]
ASKED = [
    *((text, {"06:00", "18:00"}) for text in ("until 6", "до 6", "bis 6", "hasta las 6", "jusqu'à 6", "до 6 часов")),
    *((text, {"06:00", "18:00"}) for text in ("until friday 6", "bis Freitag 6", "до пятницы 6", "until tomorrow 6")),
]
REFUSED = [
    *("", "soon", "until", "until soon", "later", "a while", "немного", "bald", "un rato", "until victory", "for"),
    *("0m", "1000000 d", "999999w", "-5m", "5", "1 x", "until 31 Feb", "until 1 Jan 2030", "2020-01-01", "until 25:00"),
    *("until yesterday", "last friday", "5/12", "until mon-fri", "1h 2x", "until friday maybe", "tonightish"),
]


@pytest.mark.parametrize(("text", "end"), UNDERSTOOD)
def test_lengths_and_ends_that_are_understood(text: str, end: datetime | None) -> None:
    """`today` ends at midnight of the chat's zone; a day without a time begins at eight in the morning."""
    assert parse_until(text, NOW, BERLIN) == end
    assert is_length(text)


@pytest.mark.parametrize(("text", "readings"), ASKED)
def test_a_bare_hour_is_asked_about(text: str, readings: set[str]) -> None:
    """Each reading comes with words that say exactly that."""
    with pytest.raises(Unclear) as caught:
        parse_until(text, NOW, BERLIN)
    assert {one.meaning for one in caught.value.choices} == readings
    for one in caught.value.choices:
        end = parse_until(one.words, NOW, BERLIN)
        assert end
        assert f"{end.astimezone(BERLIN):%H:%M}" == one.meaning


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_refused(text: str) -> None:
    """Never guessed."""
    with pytest.raises(Unclear) as caught:
        parse_until(text, NOW, BERLIN)
    assert caught.value.choices == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("hockey 1h", ("hockey", "1h")),
        ("hockey for 2 hours", ("hockey", "2 hours")),
        ("хоккей на 3 дня", ("хоккей", "3 дня")),
        ("peace talks TODAY", ("peace talks", "today")),
        ("hockey until friday", ("hockey", "until friday")),
        ("Hockey bis Freitag", ("Hockey", "bis freitag")),
        ("хоккей до пятницы", ("хоккей", "до пятницы")),
        ("hockey until Friday 18:00", ("hockey", "until friday 18:00")),
        ("hockey until 6", ("hockey", "until 6")),
        ("hockey until 24 Dec", ("hockey", "until 24 dec")),
        ("hockey for a week", ("hockey", "a week")),
        ("Boeing 737", ("Boeing 737", "")),
        ("vitamin d", ("vitamin d", "")),
        ("Black Friday", ("Black Friday", "")),
        ("War until victory", ("War until victory", "")),
        ("World War 2", ("World War 2", "")),
        ("March 4", ("March 4", "")),
        ("2 hours", ("2 hours", "")),
        ("day", ("day", "")),
        ("", ("", "")),
    ],
)
def test_what_and_for_how_long(words: str, found: tuple[str, str]) -> None:
    """The last words say how long where they can; what would be nothing but a length is what is meant."""
    assert split_length(words) == found


def test_a_day_at_the_end_may_be_a_part_of_a_name() -> None:
    """`Black Friday` and `hockey friday` look alike: whoever asks for one of them is asked back."""
    assert names_day_last("Black Friday")
    assert names_day_last("хоккей пятница")
    assert not names_day_last("Friday")
    assert not names_day_last("hockey 1h")
