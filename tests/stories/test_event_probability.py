"""The learnt probability: what raises it, what lowers it, and that it means the same in every language."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from bot.stories.assign import signature
from bot.stories.event_probability import event_probability, languages_of, read_weights
from bot.stories.semantic import Closeness
from bot.stories.sketch import unpack

ONE: Final = unpack(signature("Ferries touch in fog", "The harbour of the island was closed on 23 November.").sketch)
OTHER: Final = unpack(signature("Fähren im Nebel", "Der Hafen der Insel wurde am 23. November gesperrt.").sketch)


@pytest.mark.parametrize("second", [0.75, 0.85, 0.95])
def test_it_is_a_probability_that_grows_with_meaning(second: float) -> None:
    """Whatever comes in, it is between none and certainty, and nearer texts are likelier of one event."""
    assert ONE is not None
    low = event_probability(ONE, ONE, 0.2, Closeness(0.3, second))
    high = event_probability(ONE, ONE, 0.2, Closeness(0.6, second + 0.05))
    assert 0 < low < high < 1
    for near in (Closeness(-1, -1), Closeness(1, 1)):
        assert 0 <= event_probability(ONE, ONE, 0.0, near) <= 1


def test_words_in_common_raise_it_within_a_language() -> None:
    """Reports of one event share words."""
    assert ONE is not None
    near = Closeness(0.6, 0.9)
    assert event_probability(ONE, ONE, 0.8, near) > event_probability(ONE, ONE, 0.2, near)


def test_backgrounds_are_those_of_the_languages() -> None:
    """What is common between unrelated Chinese reports is rare across languages."""
    assert ONE is not None
    assert OTHER is not None
    assert languages_of(ONE, OTHER) == languages_of(OTHER, ONE) == "de en"
    known = read_weights().background["second"]
    assert known["unspaced unspaced"][0] > known["en en"][0] > known["de en"][0]
    near = Closeness(0.3, 0.86)
    chinese = replace(ONE, language=replace(ONE).language)
    assert event_probability(chinese, chinese, 0.1, near) > 0
    strange = replace(ONE, language=0)
    assert 0 < event_probability(strange, strange, 0.1, near) < 1, "a language that nobody has seen"
