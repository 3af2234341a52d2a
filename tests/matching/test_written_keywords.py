"""Keywords as people write them, on telephones and in many languages, against texts as outlets write them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.matching.engine import Engine, build_engine
from bot.model import Watchlist

Row = tuple[str, str, list[str]]  # query, text, what is found in it


def engine_of(rows: Sequence[Row], *languages: str) -> Engine:
    """Return one engine of all queries of a table."""
    return build_engine([Watchlist("w", "W", tuple(dict.fromkeys(row[0] for row in rows)), languages=languages)])


def found(engine: Engine, query: str, text: str) -> list[str]:
    """Return the words on which the query fires in the text."""
    return [each.text for match in engine.match(text) if match.query == query for each in match.evidence]


NUMBERS: list[Row] = [
    ("25000", "25,000; 25.000; 25 000; 25’000; 25\u202f000", ["25,000", "25.000", "25 000", "25’000", "25\u202f000"]),
    ("1.200.000", "1200000 or 1,200,000", ["1200000", "1,200,000"]),
    ("31 500", "31500 jobs", ["31500"]),
    ('"31 500 jobs"', "all 31,500 jobs", ["31,500 jobs"]),
    ('"31500 jobs"', "all 31 500 jobs", ["31 500 jobs"]),
    ("300000", "3,00,000 voters", ["3,00,000"]),
    ("100", "2,100 and 3 100 and 100.5 and .100", []),
    ("7", "7.5 or 0,7", []),
    ("7", "He had 7. She had 7, they 7,8 and 9: 7%", ["7", "7", "7", "7"]),
    ("2026", "on 30.11.2026", ["2026"]),
    ("3.11", "Python 3.11.2", ["3.11.2"]),
    ("3.5", "um 3,5 Prozent", ["3,5"]),
    ("1990", "in the 1990s", []),
    ("$100", "US$100, then 100 euros", ["100"]),
    ("=25000", "25,000", ["25,000"]),
]
NAMES: list[Row] = [
    (".io", "an io and a .io, github.io", ["io", "io"]),
    ("Yahoo!", "Yahoo and Yahoo!", ["Yahoo"]),
    ("$AAPL", "AAPL and $AAPL", ["AAPL"]),
    ("#tag", "a tag, a #tag", ["tag"]),
    ("@name", "me@name.com by @name", ["name"]),
    ("F#", "F and F#", ["F#"]),
    ('".NET core"', "net core, .NET Core", ["NET Core"]),
    ('"🇩🇪"', "to 🇩🇪", ["🇩🇪"]),
    ("🇦🇩", "🇺🇦🇩🇪", []),
    ('"🚀 launch"', "🚀 launch, launch", ["🚀 launch"]),
    ("MP", "MPs and MP’s, mps", ["MPs", "MP"]),
    ("NGOs", "an NGO", ["NGO"]),
    ("IT", "its ITs", ["ITs"]),
    ("UN", "uns", []),
    ("F-16", "F-16s, F16s", ["F-16s", "F16s"]),
    ("MiG-29", "MiG-29s", ["MiG-29s"]),
    ('"Boeing 737"', "Boeing 737s", ["Boeing 737s"]),
]
OPERATORS: list[Row] = [
    *((f"summit {dash}cocktail", "summit and cocktail", []) for dash in "-–—−‑!－！"),
    ("summit –cocktail", "summit of tea", ["summit"]),
    ("summit --cocktail", "summit and cocktail", []),
    ("summit && Putin", "summit alone", []),
    ("Xi || Putin", "Xi", ["Xi"]),
    ("Xi|Modi", "Modi", ["Modi"]),
    ("Marks & Spencer", "Spencer, Marks", ["Spencer", "Marks"]),
    ("（Xi　ＯＲ　Modi）", "Modi", ["Modi"]),
    *(
        (f"{left}peace talks{right}", "talks peace, peace talks", ["peace talks"])
        for left, right in ("““", "„“", "«»", "»«", "‘’", "‚‘", "''", "‹›", "「」", '"”')
    ),
    ("rock ‘n’ roll", "roll n rock", ["roll", "n", "rock"]),
]
FORMS: list[Row] = [
    ("Schäuble", "SCHAEUBLE, Schaeubles", ["SCHAEUBLE", "Schaeubles"]),
    ("Kroeger", "Kröger, Kröger, Kroger", ["Kröger", "Kröger"]),
    ("Öl", "OEL", ["OEL"]),
    ("Ålesund", "Aalesund", ["Aalesund"]),
    ("Soerensen", "Sørensen, Sörensen", ["Sørensen", "Sörensen"]),
    ("sue", "im Süden, Süd", []),
    ("الناتو", "بالناتو", ["بالناتو"]),
    ("נתניהו", "ולנתניהו", ["ולנתניהו"]),
    ("Σαμαράς", "του Σαμαρά", ["Σαμαρά"]),
]


@pytest.mark.parametrize("rows", [NUMBERS, NAMES, OPERATORS, FORMS], ids=["numbers", "names", "operators", "forms"])
def test_keywords_mean_what_people_write(rows: list[Row]) -> None:
    """Marks, signs, dashes and quotation marks: each query finds what its line says, no more."""
    engine = engine_of(rows, *(() if rows is FORMS else ("en",)))
    assert not engine.left_out()
    for query, text, words in rows:
        assert found(engine, query, text) == words, (query, text)


def test_a_dash_and_a_sign_mean_the_same_in_excludes() -> None:
    """The exclude list is read by the same rules."""
    engine = build_engine([Watchlist("w", "W", ("summit",), ("hockey –ice", "“summit cocktail”"), languages=("en",))])
    assert engine.match("summit of hockey on ice")
    assert not engine.match("summit of hockey")
    assert not engine.match("a summit cocktail")
