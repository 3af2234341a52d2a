"""Learns from labelled pairs what `bot/stories/event_weights.json` holds: `make weights`.

The features are those of `event_probability`, the model is logistic regression. A kind of set counts with the square
root of its pairs. Backgrounds come from pairs of unlike texts, without labels. What this is worth on data that it has
not seen is measured by `make eval`, never here.
"""

from __future__ import annotations

import csv
import json
import random
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.training.story_pairs import STORIES, Pair, read_sets
from bot.stories.assign import signature
from bot.stories.event_probability import ANY, WEIGHTS, features, languages_of
from bot.stories.language_number import are_different
from bot.stories.semantic import Closeness, Encoder, closeness, encoder
from bot.stories.sketch import Sketch, opening_similarity, unpack

WITHIN = ("words", "headlines_apart", "meaning", "second_meaning")
ACROSS = ("words", "meaning", "second_meaning")
UNLIKE = 1_500  # random pairs of two languages
SEEN = 20  # texts of a language from which its background is known
SHRINK = 1.0  # of the weights, so that no feature is believed because of a few pairs
Backgrounds = dict[str, dict[str, tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled pair as the bot compares it."""

    kind: str  # what it is counted with
    mine: Sketch
    theirs: Sketch
    likeness: float
    near: Closeness
    same: bool

    @property
    def foreign(self) -> bool:
        """Return whether the two are in different languages."""
        return are_different(self.mine.language, self.theirs.language)


def read_examples(sets: Mapping[str, Sequence[Pair]], read_with: Encoder) -> dict[str, list[Example]]:
    """Return the pairs of each set as examples; both encoders read every text once."""
    raw: dict[tuple[str, str], bytes] = {}
    for pairs in sets.values():
        for told in (text for pair in pairs for text in (pair.one, pair.two)):
            if told not in raw:
                raw[told] = signature(*told, None, read_with.read(*told)).sketch
    found: dict[str, list[Example]] = {}
    for name, pairs in sets.items():
        for pair in pairs:
            mine, theirs = unpack(raw[pair.one]), unpack(raw[pair.two])
            if mine is None or theirs is None or not (mine.vector and theirs.vector):
                continue
            near = closeness(mine.vector, [theirs.vector])[0]
            likeness, _ = opening_similarity(mine, raw[pair.two])
            kind = name if are_different(mine.language, theirs.language) else name.split(" ")[0]
            found.setdefault(name, []).append(Example(kind, mine, theirs, likeness, near, pair.same))
    return found


def learn_backgrounds(sketches: Sequence[Sketch]) -> Backgrounds:
    """Return what two unlike texts have in common in meaning, by encoder and languages."""
    by_language: defaultdict[str, list[Sketch]] = defaultdict(list)
    for each in sketches:
        by_language[languages_of(each, each).split(" ")[0]].append(each)
    known = sorted(code for code, texts in by_language.items() if len(texts) >= SEEN and code != ANY)
    pick = random.Random(3)  # noqa: S311 -- the same pairs every time, no secret
    found: Backgrounds = {"first": {}, "second": {}}
    for at, one in enumerate(known):
        for two in known[at:]:
            pairs = [(pick.choice(by_language[one]), pick.choice(by_language[two])) for _ in range(UNLIKE)]
            near = [closeness(a.vector, [b.vector])[0] for a, b in pairs if a is not b]
            for name, values in (("first", [n.first for n in near]), ("second", [n.second or 0.0 for n in near])):
                found[name][f"{one} {two}"] = (round(float(np.mean(values)), 4), round(float(np.std(values)), 4))
    for seen in found.values():
        own = [value for languages, value in seen.items() if len(set(languages.split(" "))) == 1]
        other = [value for languages, value in seen.items() if len(set(languages.split(" "))) > 1] or own
        for name, kept in ((ANY, own), (f"{ANY} {ANY}", other)):
            mean, deviation = np.mean(np.array(kept), axis=0)
            seen[name] = (round(float(mean), 4), round(float(deviation), 4))
    return found


def table(examples: Sequence[Example], names: Sequence[str], known: Backgrounds) -> Any:
    """Return the features of examples, a row each."""
    rows = [features(one.mine, one.theirs, one.likeness, one.near, known) for one in examples]
    return np.array([[row[name] for name in names] for row in rows], float).reshape(len(rows), len(names))


def fit(examples: Sequence[Example], names: Sequence[str], known: Backgrounds) -> dict[str, float]:
    """Return the weights of logistic regression, by Newton's method on standardised features."""
    x = table(examples, names, known)
    y = np.array([one.same for one in examples], float)
    many = {kind: sum(one.kind == kind for one in examples) for kind in {one.kind for one in examples}}
    count = np.array([many[one.kind] ** -0.5 for one in examples])
    count /= count.mean()
    middle, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[np.ones(len(x)), (x - middle) / spread]
    shrink = np.eye(z.shape[1]) * SHRINK
    shrink[0, 0] = 0.0
    weights = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ weights))
        slope = z.T @ (count * (p - y)) + shrink @ weights
        weights -= np.linalg.solve((z * (count * p * (1 - p))[:, None]).T @ z + shrink, slope)
    found = dict(zip(names, map(float, weights[1:] / spread), strict=True))
    found["intercept"] = float(weights[0] - (weights[1:] * middle / spread).sum())
    return found


def probabilities(
    examples: Sequence[Example], weights: Mapping[str, float], names: Sequence[str], known: Backgrounds
) -> Any:
    """Return the probability of each example."""
    evidence = weights["intercept"] + table(examples, names, known) @ np.array([weights[name] for name in names])
    return 1 / (1 + np.exp(-evidence))


def learn(examples: Sequence[Example], known: Backgrounds, without: str = "") -> dict[str, dict[str, float]]:
    """Return the weights within and across languages, `without` a feature."""
    parts = {
        "within": (tuple(n for n in WITHIN if n != without), [one for one in examples if not one.foreign]),
        "across": (tuple(n for n in ACROSS if n != without), [one for one in examples if one.foreign]),
    }
    return {name: fit(given, names, known) for name, (names, given) in parts.items()}


def main() -> int:
    """Write the weights; return the exit code."""
    csv.field_size_limit(10**8)
    both = encoder("auto")
    if not STORIES.is_dir() or both is None:
        print(f"skipped: no labelled stories at {STORIES}, or the extras semantic and semantic-plus are missing")
        return 0
    examples = [one for each in read_examples(read_sets(), both).values() for one in each]
    known = learn_backgrounds([each for one in examples for each in (one.mine, one.theirs)])
    learnt = learn(examples, known)
    told = {part: {name: round(weight, 4) for name, weight in found.items()} for part, found in learnt.items()}
    WEIGHTS.write_text(json.dumps({**told, "background": known}, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{WEIGHTS.name}: learnt from {len(examples)} pairs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
