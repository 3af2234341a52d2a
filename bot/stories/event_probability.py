"""How probable it is that two reports tell one event, learnt from labelled pairs; both encoders must have read them.

Two sketches, their likeness and how near they are in meaning come in, a probability goes out. What two unrelated
reports of their languages have in common is taken off first: 0.80 is nothing in Chinese and much across languages. The
features are few, each with its reason: words in common, the two meanings, and whether the headlines stand apart from
the texts, for then their words count twice. Across languages the meanings decide, and words in common speak against an
event: kindred languages share some whatever they tell, and encoders are misled by them. Numbers that differ were tried
and taken out: reports of one event count differently, and what is opposite is found by `opposition`.

The weights are in `event_weights.json`, made by `bench/training/event_weights.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, sqrt
from pathlib import Path
from typing import Final

from bot.stories.language_number import are_different, code_of
from bot.stories.semantic import Closeness
from bot.stories.sketch import Sketch, SketchHeader

WEIGHTS: Final = Path(__file__).parent / "event_weights.json"
LIKELY: Final = 0.5  # the probability from which two reports are taken for one event: no data chose it
ANY: Final = "*"  # languages of which too little was seen


@dataclass(frozen=True, slots=True)
class EventWeights:
    """What was learnt; features by name, backgrounds (mean, deviation) by encoder and languages."""

    within: Mapping[str, float]
    across: Mapping[str, float]
    background: Mapping[str, Mapping[str, tuple[float, float]]]


@cache
def read_weights() -> EventWeights:
    """Return the weights. OSError, ValueError or KeyError where the file is not what the bench wrote."""
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    background = {
        encoder: {languages: (mean, deviation) for languages, (mean, deviation) in known.items()}
        for encoder, known in told["background"].items()
    }
    return EventWeights(told["within"], told["across"], background)


def event_probability(
    mine: Sketch | SketchHeader, theirs: Sketch | SketchHeader, likeness: float, near: Closeness
) -> float:
    """Return the probability that two reports tell one event, 0 … 1. `near` must know both meanings."""
    learnt = read_weights()
    weights = learnt.across if are_different(mine.language, theirs.language) else learnt.within
    found = features(mine, theirs, likeness, near, learnt.background)
    evidence = weights["intercept"] + sum(weight * found[name] for name, weight in weights.items() if name in found)
    return 1 / (1 + exp(-max(-50.0, min(50.0, evidence))))


def features(
    mine: Sketch | SketchHeader,
    theirs: Sketch | SketchHeader,
    likeness: float,
    near: Closeness,
    background: Mapping[str, Mapping[str, tuple[float, float]]],
) -> dict[str, float]:
    """Return what the probability is made of."""
    languages = languages_of(mine, theirs)
    return {
        "words": sqrt(max(0.0, likeness)),
        "headlines_apart": float(mine.apart and theirs.apart),
        "meaning": _above(near.first, languages, background["first"]),
        "second_meaning": _above(near.second or 0.0, languages, background["second"]),
    }


def languages_of(mine: Sketch | SketchHeader, theirs: Sketch | SketchHeader) -> str:
    """Return the languages of two reports as the backgrounds name them, in alphabetical order."""
    return " ".join(sorted((code_of(mine.language) or ANY, code_of(theirs.language) or ANY)))


def _above(near: float, languages: str, known: Mapping[str, tuple[float, float]]) -> float:
    """Return how many deviations a similarity is above that of unrelated reports of these languages."""
    one, _, two = languages.partition(" ")
    mean, deviation = known.get(languages) or known[f"{ANY} {ANY}" if one != two else ANY]
    return (near - mean) / deviation
