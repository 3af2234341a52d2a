"""One query never harms another: each stage of building leaves out the one that it fails on, and names it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.matching import compilation
from bot.matching.engine import build_engine
from bot.model import Watchlist

GOOD = tuple(f"word{letter}" for letter in "abcdefghijklm")


def built(bad: str) -> tuple[list[str], list[str]]:
    """Return the queries that fire on a text with all words, and those that are left out."""
    engine = build_engine([Watchlist("w", "W", (*GOOD, bad, "Kremlin"))])
    return [match.query for match in engine.match(" ".join((*GOOD, bad, "Kremlin")))], [
        one.query for one in engine.left_out()
    ]


def breaks_on(original: Any, bad: str) -> Any:
    """Return a stage that has a bug for whatever names this word."""

    def broken(*args: Any, **named: Any) -> Any:
        if any(bad in repr(one) for one in args):
            raise IndexError(bad)
        return original(*args, **named)

    return broken


@pytest.mark.parametrize(
    ("stage", "fires"), [("parse", False), ("inflect", True), ("Finder", False), ("Planner.plan", False)]
)
def test_a_bug_of_any_stage_for_one_query_costs_that_query_alone(
    monkeypatch: pytest.MonkeyPatch, stage: str, fires: bool
) -> None:
    """Where only its other forms cannot be found, it still fires as it is written."""
    where = compilation
    for name in stage.split(".")[:-1]:
        where = getattr(where, name)
    name = stage.rsplit(".", maxsplit=1)[-1]
    monkeypatch.setattr(where, name, breaks_on(getattr(where, name), "poison"))
    fired, left_out = built("poison")
    assert left_out == ["poison"]
    assert fired == [*GOOD, *(["poison"] if fires else []), "Kremlin"]


@pytest.mark.parametrize("error", [OSError("no descriptor"), MemoryError()])
def test_what_the_machine_lacks_is_no_querys_fault(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """It is raised, so that the build is tried again: no query loses its forms for it."""

    def lacking(*_: Any) -> None:
        raise error

    monkeypatch.setattr(compilation, "inflect", lacking)
    with pytest.raises(type(error)):
        build_engine([Watchlist("w", "W", GOOD)])


def test_a_query_that_meets_a_bug_in_an_item_is_left_out_of_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others fire, and it is named."""

    def broken(*_: Any) -> None:
        raise IndexError

    engine = build_engine([Watchlist("w", "W", ("Kremlin", '"Putin Trump"~5'))])
    monkeypatch.setattr("bot.matching.evaluation.find_near", broken)
    assert [match.query for match in engine.match("Kremlin: Putin, Trump")] == ["Kremlin"]
    assert [one.query for one in engine.left_out()] == ['"Putin Trump"~5']
    assert "IndexError" in str(engine.left_out()[0].reason)
