"""Regexes of many people together: one that cannot be built or takes too long is left out by itself."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bot.i18n import words
from bot.matching import regex
from bot.matching.engine import build_engine
from bot.matching.near_miss import near_misses
from bot.matching.query_limits import LONE_SET_MEMORY, SET_MEMORY, SET_SIZE
from bot.matching.regex_set import Allowance, RegexSets
from bot.model import Watchlist

if TYPE_CHECKING:
    import pytest

LARGE = [rf"{letter}a\p{{Greek}}{{0,831}}" for letter in "abcdefgh"]  # each fits RE2, two of them no set


def found(sets: RegexSets, text: str, allowance: Allowance | None = None) -> set[int]:
    """Return the leaves found in a text."""
    return {number for number, _ in sets.find(text, 8, allowance or Allowance())}


def test_regexes_that_go_into_no_set_are_found_one_by_one() -> None:
    """RE2 takes each of them, and not all together: nobody is silenced by that."""
    assert regex.compile_set(LARGE, SET_MEMORY) is None
    sets = RegexSets([*enumerate(LARGE), (99, "kremlin")])
    assert found(sets, "Kremlin, ba") == {1, 99}
    assert not sets.left_out


def test_what_cannot_be_built_even_alone_is_left_out_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that fails is halved down to one pattern; the others of it are found."""
    monkeypatch.setattr("bot.matching.regex_set.SET_SIZE", 10**9)
    monkeypatch.setattr("bot.matching.regex_set.LONE_SET_MEMORY", SET_MEMORY)
    sets = RegexSets([(0, "kremlin"), (1, LARGE[0]), (2, "putin"), (3, LARGE[1]), (4, "trump")])
    assert found(sets, "Putin, Trump, Kremlin, aa") == {0, 2, 4}
    assert sets.left_out == {1, 3}


def test_a_set_that_gives_a_text_up_asks_its_patterns_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 says nothing where it runs out of memory: a pattern that matches every text shows whether it has."""
    monkeypatch.setattr("bot.matching.regex._ANY", "never in a text")
    matching = regex.compile_set(["kremlin", "putin", "trump"], LONE_SET_MEMORY)
    assert matching is not None
    assert matching("Trump in the Kremlin") == [0, 2]


def test_dear_regexes_are_left_out_of_an_item_when_its_time_is_over() -> None:
    """The cheap ones come first and are found; the rest are named as late, and count as not found."""
    dear = [(number, f"(?:.{{100}}){{5}}{number}az") for number in range(20)]
    sets = RegexSets([*dear, (99, "kremlin")])
    ticks = itertools.count()
    allowance = Allowance(3.0, lambda: float(next(ticks)))  # each look at the clock is a second later
    assert found(sets, "Kremlin", allowance) == {99}
    assert len(allowance.late) == 20 - 2
    assert sets.late == allowance.late
    assert sum(regex.program_size(pattern) for _, pattern in dear[:2]) > SET_SIZE


def test_who_watches_for_a_late_regex_is_named_and_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """`explain` says that there was no time, and the engine names the query; the watchlist's others fire."""
    monkeypatch.setattr("bot.matching.regex_set.ITEM_SECONDS", 0.0)
    monkeypatch.setattr("bot.matching.regex_set.Allowance.over", lambda _: True)
    engine = build_engine([Watchlist("w", "W", ("Kremlin", "Kremlin AND /sa.e/"))])
    assert [match.query for match in engine.match("Kremlin says same")] == ["Kremlin"]
    assert [(one.watchlist, one.query) for one in engine.left_out()] == [("w", "Kremlin AND /sa.e/")]
    (miss,) = near_misses(words("en"), engine, "Kremlin says same")
    assert "there was no time to look for /sa.e/ in this text" in miss.reason
