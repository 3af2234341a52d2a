"""Labelled pairs of news: are two texts the same story? Newswatch beside tf-idf, titles and one encoder, in one run.

What is learnt or chosen is learnt and chosen on other data than it is scored on: once every set is held out in turn,
once every language. So no line shows what fits its own data. The point of the learnt probability is one half, for all.
Newswatch without the second encoder has its constants in the code, chosen by hand on the contest's sets: of those its
figures are no forecast. Intervals hold the middle 95 of 100 resamples of the pairs.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import log, sqrt
from typing import Any
from unittest.mock import patch  # noqa: TID251 -- the weights of each fold, in place of those of the file

import numpy as np

from bench.training.event_weights import (
    ACROSS,
    WITHIN,
    Example,
    learn,
    learn_backgrounds,
    probabilities,
    read_examples,
)
from bench.training.story_pairs import STORIES, Pair, read_sets
from bot.model import Candidate, Report, Signature
from bot.stories import assign, event_probability
from bot.stories.event_probability import EventWeights
from bot.stories.semantic import encoder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPENING = 600  # characters that tf-idf reads beside the title
RESAMPLES = 400
POINTS = tuple(at / 50 for at in range(1, 36))
GROUPS: dict[str, Callable[[str], bool]] = {
    "hard Russian": lambda name: name == "contest ru hard",
    "Russian": lambda name: name.startswith("contest ru"),
    "English, contest": lambda name: name == "contest-en",
    "English": lambda name: name == "semeval-en",
    "de es fr it pl tr": lambda name: name.startswith("semeval ") and not name.endswith("ru"),
    "Arabic, Chinese": lambda name: name in {"semeval-ar", "semeval-zh"},
    "across languages": lambda name: name.startswith("across"),
}
Judged = dict[str, tuple[Any, Any]]  # by set: who was joined, who is the same


def language_of(name: str) -> str:
    """Return the languages of a set, without English where there is another."""
    code = re.sub(r"contest.?|semeval.?|across|train|exam|hard|-?en\b", " ", name).strip(" -") or "en"
    return code.strip("-")


def held_out(names: Sequence[str], by: Callable[[str], str]) -> Iterator[tuple[list[str], list[str]]]:
    """Give each group of sets to be scored, with the sets to learn from."""
    for group in sorted({by(name) for name in names}):
        yield [n for n in names if by(n) == group], [n for n in names if by(n) != group]


def learnt(sets: Mapping[str, Sequence[Example]], by: Callable[[str], str], without: str = "") -> Judged:
    """Return what the learnt probability alone says of sets that it has not seen."""
    known = learn_backgrounds([each for many in sets.values() for one in many for each in (one.mine, one.theirs)])
    found: Judged = {}
    for held, others in held_out(list(sets), by):
        weights = learn([one for name in others for one in sets[name]], known, without)
        for name in held:
            told = np.zeros(len(sets[name]))
            for part, names, foreign in (("within", WITHIN, False), ("across", ACROSS, True)):
                at = [n for n, one in enumerate(sets[name]) if one.foreign is foreign]
                if at:
                    kept = tuple(each for each in names if each != without)
                    told[at] = probabilities([sets[name][n] for n in at], weights[part], kept, known)
            found[name] = told >= event_probability.LIKELY, np.array([one.same for one in sets[name]])
    return found


def placed(
    sets: Mapping[str, Sequence[Pair]], examples: Mapping[str, Sequence[Example]], by: Callable[[str], str], size: int
) -> Judged:
    """Return what becomes of pairs as the bot places reports; vectors are cut to `size` bytes: 0, 512, or all."""
    known = learn_backgrounds([each for many in examples.values() for one in many for each in (one.mine, one.theirs)])
    found: Judged = {}
    for held, others in held_out(list(examples), by):
        told = learn([one for name in others for one in examples[name]], known) if size > 512 else None
        weights = EventWeights(told["within"], told["across"], known) if told else None
        with patch.object(event_probability, "read_weights", lambda w=weights: w):
            for name in held:
                joined = [_is_joined(p, e, size) for p, e in zip(sets[name], examples[name], strict=True)]
                found[name] = np.array(joined), np.array([one.same for one in examples[name]])
    return found


def _is_joined(pair: Pair, example: Example, size: int) -> bool:
    mine, theirs = (replace(one, vector=one.vector[:size]).pack() for one in (example.mine, example.theirs))
    other = Candidate(1, Report("two", "two", pair.two[0], None, NOW), theirs)
    return assign.place(Report("one", "one", pair.one[0], None, NOW), Signature((), mine), [other]).story == 1


def thresholded(sets: Mapping[str, Sequence[Pair]], likeness: Mapping[str, Any], by: Callable[[str], str]) -> Judged:
    """Return what a baseline says at the point that is best on the sets that are not scored."""
    same = {name: np.array([pair.same for pair in pairs]) for name, pairs in sets.items()}
    found: Judged = {}
    for held, others in held_out(list(sets), by):
        point = max(POINTS, key=lambda at, names=others: _quality(names, likeness, same, at))  # type: ignore[misc]  # the default binds the fold
        found.update({name: (likeness[name] >= point, same[name]) for name in held})
    return found


def _quality(names: Sequence[str], likeness: Mapping[str, Any], same: Mapping[str, Any], point: float) -> float:
    """Return the mean F1 over sets at a point."""
    return sum(scores(likeness[name] >= point, same[name])[2] for name in names) / len(names)


def words(text: str) -> list[str]:
    """Return the words of a text, lower case."""
    return re.findall(r"\w+", text.lower())


def tf_idf(pairs: Sequence[Pair]) -> Any:
    """Return the cosine of each pair's tf-idf vectors over title and opening."""
    told = [words(f"{title} {text[:OPENING]}") for pair in pairs for title, text in (pair.one, pair.two)]
    seen = Counter(word for text in told for word in set(text))
    vectors = [{w: (1 + log(n)) * log(len(told) / seen[w]) for w, n in Counter(text).items()} for text in told]
    sizes = [sqrt(sum(weight * weight for weight in vector.values())) or 1.0 for vector in vectors]
    return np.array(
        [
            sum(vectors[at][w] * vectors[at + 1][w] for w in vectors[at].keys() & vectors[at + 1].keys())
            / (sizes[at] * sizes[at + 1])
            for at in range(0, len(vectors), 2)
        ]
    )


def titles(pairs: Sequence[Pair]) -> Any:
    """Return which part of its titles' words each pair shares."""
    sets = [(set(words(pair.one[0])), set(words(pair.two[0]))) for pair in pairs]
    return np.array([len(one & two) / len(one | two) if one | two else 0.0 for one, two in sets])


def scores(joined: Any, same: Any) -> tuple[float, float, float]:
    """Return precision, recall and F1 of "the same story"."""
    hits, said, true = (joined & same).sum(), joined.sum(), same.sum()
    return float(hits / max(1, said)), float(hits / max(1, true)), float(2 * hits / max(1, said + true))


def show(title: str, judged: Judged, *, brief: bool = False) -> None:
    """Print a line for each group of sets, or F1 alone in one line."""
    cells = []
    for group, wanted in GROUPS.items():
        parts = [both for name, both in judged.items() if wanted(name)]
        joined, same = (np.concatenate([part[at] for part in parts]).astype(bool) for at in (0, 1))
        p, r, f1 = scores(joined, same)
        if brief:
            cells.append(f"{f1:16.3f}")
            continue
        pick = random.Random(5)  # noqa: S311 -- the same resamples every time, no secret
        drawn = (pick.choices(range(len(same)), k=len(same)) for _ in range(RESAMPLES))
        f1s = sorted(scores(joined[at], same[at])[2] for at in drawn)
        low, high = f1s[RESAMPLES // 40], f1s[-RESAMPLES // 40]
        cells.append(f"\n  {group:20}{len(same):5} pairs   P {p:.2f}  R {r:.2f}  F1 {f1:.3f} ({low:.3f}–{high:.3f})")
    print(f"{title:36}" + "".join(cells), flush=True)


def main() -> int:
    """Print the tables; return the exit code."""
    both = encoder("auto")
    if not STORIES.is_dir() or both is None:
        print(f"skipped: no labelled stories at {STORIES}, or the extra semantic is missing")
        return 0
    sets = read_sets()
    examples = read_examples(sets, both)
    second = all(one.near.second is not None for many in examples.values() for one in many)
    for by_what, by in (("set", str), ("language", language_of)):
        print(f"\n== every {by_what} held out in turn")
        show("newswatch, no extra", placed(sets, examples, by, 0))
        show("newswatch, semantic", placed(sets, examples, by, 512))
        if second:
            show("newswatch, semantic-plus", placed(sets, examples, by, 896))
    baselines = {"tf-idf": tf_idf, "titles alone": titles}
    print(f"\n== F1 of each part, every set held out\n{'':36}" + "".join(f"{name[:15]:>16}" for name in GROUPS))
    if second:
        show("all features", learnt(examples, str), brief=True)
        for name in dict.fromkeys((*WITHIN, *ACROSS)):
            show(f"  without {name}", learnt(examples, str, name), brief=True)
    for title, way in baselines.items():
        show(title, thresholded(sets, {name: way(pairs) for name, pairs in sets.items()}, str), brief=True)
    nearness = {name: np.array([one.near.first for one in many]) for name, many in examples.items()}
    show("first encoder alone", thresholded(sets, nearness, str), brief=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
