"""Near-misses: the reason that a person is told when a query did not fire."""

from __future__ import annotations

import pytest

from bot.i18n import words
from bot.matching.engine import build_engine
from bot.matching.near_miss import near_misses
from bot.model import Watchlist


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("Tor", "'Tor' stands only inside 'Director'"),
        ("summit AND (Putin OR Trump)", "only summit is there: Putin is missing and Trump is missing"),
        ("title:Kremlin", "Kremlin stands only in the lead"),
        ("=Apple", "it is written 'apple', and = asks for 'Apple' exactly"),
        ('"peace talks"', "its words are there, but not side by side in this order"),
        ('"Xi Kremlin"~2', 'the words of "Xi Kremlin"~2 stand more than 2 words apart'),
        ("hat NOT cat", "only hat is there: cat is there and must not be"),
        ("source:TASS hat", "only hat is there: the source is not TASS"),
        ("lang:ru hat", "only hat is there: the language is not ru"),
    ],
)
def test_each_kind_of_near_miss_has_its_reason(query: str, reason: str) -> None:
    """What is there and what is lacking is said in the words of the query."""
    engine = build_engine([Watchlist("w", "W", (query, "hat"), languages=("en",))])
    found = near_misses(
        words("en"), engine, "Director at summit of apple",
        "talks about peace, Kremlin said, and in a hat the cat saw Xi",
        source="BBC", language="en",
    )  # fmt: skip
    assert [(miss.query, miss.reason) for miss in found] == [(query, reason)]


def test_what_fired_and_was_silenced_says_by_what() -> None:
    """Exclusion, sources and languages of the watchlist are reasons as well."""
    engine = build_engine(
        [
            Watchlist("a", "A", ("summit",), ("hockey",), languages=("en",)),
            Watchlist("b", "B", ("summit",), languages=("ru",)),
            Watchlist("c", "C", ("summit",), sources=("official",), languages=("en",)),
            Watchlist("d", "D", ("summit",), languages=("en",)),
        ]
    )
    found = near_misses(words("en"), engine, "Hockey summit", source="BBC", language="en")
    assert [(miss.watchlist, miss.reason) for miss in found] == [
        ("a", "excluded by hockey"),
        ("b", "the watchlist takes items in ru, the source says en"),
        ("c", "the watchlist takes items from official only"),
    ]
