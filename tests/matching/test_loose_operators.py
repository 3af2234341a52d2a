"""Operators as people write them: what may mean two things is found, in every reading; what is exact is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueryError
from bot.matching.loose_operators import find_loose
from bot.matching.query import parse


def readings(text: str) -> dict[str, str]:
    """Return the readings of a query by their kind; none where it is exact."""
    found = find_loose(text)
    return dict(found.readings) if found else {}


@pytest.mark.parametrize(
    ("text", "either", "every"),
    [
        ("Kremlin or Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin Or Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin, Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin,Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin; Putin; Trump", "Kremlin OR Putin OR Trump", "Kremlin AND Putin AND Trump"),
        ("Kremlin/Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin / Putin / Trump", "Kremlin OR Putin OR Trump", "Kremlin AND Putin AND Trump"),
        ("Kremlin\nPutin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("- Kremlin\n- Putin\n", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("1. Kremlin\n2) Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Путин ИЛИ Трамп", "Путин OR Трамп", "Путин AND Трамп"),
        ("Путин или Трамп", "Путин OR Трамп", "Путин AND Трамп"),
        ("Путін або Трамп", "Путін OR Трамп", "Путін AND Трамп"),
        ("Путін чи Трамп", "Путін OR Трамп", "Путін AND Трамп"),
        ("Kreml oder Putin", "Kreml OR Putin", "Kreml AND Putin"),
        ("Kreml und/oder Putin", "Kreml OR Putin", "Kreml AND Putin"),
        ("Kremlin ou Poutine", "Kremlin OR Poutine", "Kremlin AND Poutine"),
        ("Kremlin o Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin y/o Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("Kremlin, Putin or Trump", "Kremlin OR Putin OR Trump", "Kremlin AND Putin AND Trump"),
        ("Kremlin, and Putin", "Kremlin OR Putin", "Kremlin AND Putin"),
        ("普京，特朗普", "普京 OR 特朗普", "普京 AND 特朗普"),
        ("peace talks, oil", "(peace talks) OR oil", "peace talks AND oil"),
        ('"peace talks" or oil', '"peace talks" OR oil', '"peace talks" AND oil'),
        ("(Kremlin, Putin) AND oil", "(Kremlin OR Putin) AND oil", "(Kremlin AND Putin) AND oil"),
        ("summit AND (Putin or Trump)", "summit AND (Putin OR Trump)", "summit AND (Putin AND Trump)"),
        ("x/y AND oil", "(x OR y) AND oil", "(x AND y) AND oil"),
        ("title:Kremlin/Putin", "title:(Kremlin OR Putin)", "title:(Kremlin AND Putin)"),
        ("a OR b, c", "(a OR b) OR c", "(a OR b) AND c"),
        ("Kremlin, Putin, -hockey", "(Kremlin OR Putin) AND -hockey", "Kremlin AND Putin AND -hockey"),
    ],
)
def test_what_may_mean_two_things(text: str, either: str, every: str) -> None:
    """Each has a reading as any of and as all of, which the query language understands and which are exact."""
    found = readings(text)
    assert (found["any"], found["all"]) == (either, every)
    for query in found.values():
        parse(query)
        assert readings(query) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Kremlin",
        "Kremlin Putin",
        "Kremlin OR Putin",
        "summit AND (Putin OR Trump)",
        '"Kremlin, Putin"',
        "«война и мир»",
        "/Kremlin,? or Putin/",
        "title:/a, b/",
        'source:"A, B" oil',
        "25,000 troops",
        "9/11",
        "https://one.example/a/b",
        "Kremlin,",
        "or Kremlin",
        "Kremlin or",
        "Kremlin, -hockey",
        "Kremlin, OR Putin",
        "",
        "(",
        "x" * 3000 + " or y",
    ],
)
def test_what_is_exact_is_left_alone(text: str) -> None:
    """Quotes, regexes, numbers, addresses, capitals, and words at an edge ask nothing."""
    assert find_loose(text) is None


def test_and_without_and_phrases() -> None:
    """`and` offers all of first, `без` a reading that leaves out, and what may be a name is offered as one."""
    assert list(readings("war and peace").items()) == [
        ("all", "war AND peace"),
        ("any", "war OR peace"),
        ("phrase", '"war and peace"'),
    ]
    assert readings("Путин без Трампа")["without"] == "Путин NOT Трампа"
    assert readings("Putin NICHT Trump")["without"] == "Putin NOT Trump"
    assert readings("Putin nicht Trump") == {}
    assert readings("AC/DC")["phrase"] == '"AC/DC"'


def test_the_place_of_the_question_is_known() -> None:
    """The first word or sign is named with where it stands."""
    found = find_loose("peace talks, oil or gas")
    assert found is not None
    assert (found.said, found.at) == (",", 11)


@given(st.text(alphabet='ab ,;/()"-+or\nи или:~*', max_size=30))
def test_whatever_is_written_costs_no_fault(text: str) -> None:
    """Readings of anything are texts, and whichever can be understood is exact."""
    for query in readings(text).values():
        try:
            parse(query)
        except QueryError:
            continue
