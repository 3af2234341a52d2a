"""Opposite news of one subject, and the rounds of a series, are events of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Candidate, Report
from bot.stories.assign import place, signature
from bot.stories.opposition import are_opposed, is_of_series

FRIDAY = datetime(2026, 11, 27, 21, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Shares in London end lower after rate decision", "Shares in London end higher before rate decision"),
        ("Oil rises on supply fears", "Oil drops as supply fears ease"),
        ("Рубль вырос к доллару на открытии торгов", "Рубль упал к доллару на открытии торгов"),
        ("Гривня зміцнилася до долара", "Гривня послабшала до долара"),
        ("Dax schließt im Plus", "Dax schließt im Minus"),
        ("La Bourse de Paris termine en hausse", "La Bourse de Paris termine en baisse"),
        ("El Ibex 35 cierra con alza", "El Ibex 35 cierra con caída"),
        ("Piazza Affari chiude in rialzo", "Piazza Affari chiude in ribasso"),
        ("日経平均、終値は反発", "日経平均、終値は反落"),
        ("Arsenal beat Chelsea at home", "Arsenal lose to Chelsea"),
        ("Arsenal beat Chelsea 2-1", "Arsenal beat Chelsea 3-0"),
        ("Зенит выиграл у Спартака", "Зенит проиграл Спартаку"),
        ("Parliament passes the budget", "Parliament rejects the budget"),
    ],
)
def test_opposites_of_one_subject_are_two_events(one: str, two: str) -> None:
    """In the languages of the bot, in either order."""
    assert are_opposed(one, two)
    assert are_opposed(two, one)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("England lose to Spain in final", "Spain beat England in final"),
        ("Rouble falls to 100 per dollar", "Dollar rises to 100 roubles"),
        ("Бавария обыграла Боруссию", "Боруссия проиграла Баварии"),
        ("Stocks fall, oil rises", "Oil rises as stocks fall"),
        ("Arsenal beat Chelsea 2-1", "Chelsea beaten 1-2 by Arsenal"),
        ("Gold falls in Asia", "Wheat rises in Chicago"),
        ("Kremlin says talks go on", "Talks go on, says Kremlin"),
        ("Oil rises", "Oil gains"),
        ("", ""),
    ],
)
def test_the_two_sides_of_one_event_are_not_opposed(one: str, two: str) -> None:
    """Who loses is told of who wins; who tells both sides tells neither; other subjects say nothing of each other."""
    assert not are_opposed(one, two)
    assert not are_opposed(two, one)


def test_a_series_is_known_by_its_words() -> None:
    """A session's end and which way it went, in one headline."""
    assert is_of_series("Wall Street closes mixed")
    assert is_of_series("Рынок акций закрылся снижением")
    assert not is_of_series("Border closes for a week")


def placed(first: tuple[str, str], second: tuple[str, str], *, later: timedelta) -> bool:
    """Return whether the second report joins the story of the first, of another outlet."""
    before = Report("one", "one", first[0], "https://one.example/1", FRIDAY)
    after = Report("two", "two", second[0], "https://two.example/2", FRIDAY + later)
    known = Candidate(1, before, signature(*first, before.url).sketch)
    return place(after, signature(*second, after.url), [known]).story is not None


CLOSE = "Shares in London ended higher on {day}, led by miners and banks, as investors weighed the new budget."
TITLE = "London shares end higher as miners and banks lead"


def test_another_days_close_is_another_story_and_the_same_days_is_not() -> None:
    """By the days that the texts name, else by the time between them."""
    first = (TITLE, CLOSE.format(day="Friday"))
    assert placed(first, (TITLE, CLOSE.format(day="Friday")), later=timedelta(hours=2))
    assert not placed(
        first, (TITLE, CLOSE.format(day="Monday") + " The index gained a percent."), later=timedelta(hours=2)
    )
    undated = (TITLE, CLOSE.format(day="the last day") + " More follows.")
    assert placed(first, undated, later=timedelta(hours=2))
    assert not placed(first, undated, later=timedelta(hours=60))


def test_opposite_reports_never_meet_over_a_third() -> None:
    """A story that tells the opposite is none for a report, whoever else is in it."""
    lower = ("London shares end lower as miners fall", CLOSE.format(day="Friday").replace("higher", "lower"))
    mixed = ("London shares: miners and banks in focus", CLOSE.format(day="Friday"))
    higher = ("London shares end higher as miners rise", CLOSE.format(day="Friday"))
    reports = [Report(name, name, told[0], None, FRIDAY) for name, told in (("a", lower), ("b", mixed))]
    known = [Candidate(1, one, signature(*told).sketch) for one, told in zip(reports, (lower, mixed), strict=True)]
    assert place(Report("c", "c", higher[0], None, FRIDAY), signature(*higher), known).story is None
