"""Labelled pairs of news: are two texts the same story? Newswatch beside tf-idf and titles alone, in one run.

Newswatch decides at the one operating point that it ships. A baseline gets, for every set, the threshold that is best
on all the other sets: nobody's point is fitted to the set that it is scored on.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log, sqrt
from pathlib import Path

from bot.model import Candidate, Report
from bot.story import place, signature

STORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "stories"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADLINE = 100  # characters: SemEval's texts begin with their headline, unmarked
OPENING = 600  # characters that tf-idf reads beside the title


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, each (title, text), and whether people call them one story."""

    one: tuple[str, str]
    two: tuple[str, str]
    same: bool


def contest(*names: str) -> list[Pair]:
    """Read pairs of the contest files."""
    found = []
    for name in names:
        with (STORIES / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                one, two = ((row[f"INPUT:{which}_title"], row[f"INPUT:{which}_text"]) for which in ("first", "second"))
                if row["GOLDEN:quality"] in {"OK", "BAD"}:
                    found.append(Pair(one, two, row["GOLDEN:quality"] == "OK"))
    return found


def semeval(wanted: Callable[[str, str], bool]) -> list[Pair]:
    """Read pairs of the SemEval file whose languages are wanted."""

    def headed(text: str) -> tuple[str, str]:
        return text.strip()[:HEADLINE], text.strip()

    with (STORIES / "semeval_train.csv").open(encoding="utf-8", newline="") as lines:
        return [
            Pair(headed(row["text1"]), headed(row["text2"]), float(row["Overall"]) <= 2)
            for row in csv.DictReader(lines)
            if wanted(row["lang1"], row["lang2"])
        ]


def newswatch(one: tuple[str, str], two: tuple[str, str]) -> tuple[bool, bool]:
    """Return whether the two are placed together, and whether the index would have brought them together."""
    mine, theirs = signature(*one), signature(*two)
    other = Candidate(1, Report("two", "two", two[0], None, NOW), theirs.sketch)
    joined = place(Report("one", "one", one[0], None, NOW), mine, [other]).story == 1
    return joined, bool(set(mine.index) & set(theirs.index))


def words(text: str) -> list[str]:
    """Return the words of a text, lower case."""
    return re.findall(r"\w+", text.lower())


def tf_idf(pairs: Sequence[Pair]) -> list[float]:
    """Return the cosine of each pair's tf-idf vectors over title and opening."""
    told = [words(f"{title} {text[:OPENING]}") for pair in pairs for title, text in (pair.one, pair.two)]
    seen = Counter(word for text in told for word in set(text))
    vectors = [{w: (1 + log(n)) * log(len(told) / seen[w]) for w, n in Counter(text).items()} for text in told]
    sizes = [sqrt(sum(weight * weight for weight in vector.values())) or 1.0 for vector in vectors]
    return [
        sum(vectors[at][w] * vectors[at + 1][w] for w in vectors[at].keys() & vectors[at + 1].keys())
        / (sizes[at] * sizes[at + 1])
        for at in range(0, len(vectors), 2)
    ]


def titles(pairs: Sequence[Pair]) -> list[float]:
    """Return which part of its titles' words each pair shares."""
    sets = [(set(words(pair.one[0])), set(words(pair.two[0]))) for pair in pairs]
    return [len(one & two) / len(one | two) if one | two else 0.0 for one, two in sets]


def scores(pairs: Sequence[Pair], joined: Sequence[bool]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of "the same story"."""
    hits = sum(pair.same and yes for pair, yes in zip(pairs, joined, strict=True))
    said, true = sum(joined), sum(pair.same for pair in pairs)
    return hits / said if said else 1.0, hits / true if true else 1.0, 2 * hits / (said + true) if said + true else 0.0


def elsewhere_best(sets: Mapping[str, list[Pair]], likeness: Mapping[str, list[float]], name: str) -> float:
    """Return the threshold with the best mean F1 over all sets but this one."""
    others = [other for other in sets if other != name]
    points = [at / 100 for at in range(2, 70, 2)]

    def quality(point: float) -> float:
        return sum(scores(sets[other], [value >= point for value in likeness[other]])[2] for other in others)

    return max(points, key=quality)


def main() -> int:
    """Print the table; return the exit code."""
    if not STORIES.is_dir():
        print(f"skipped: no labelled stories at {STORIES}")
        return 0
    csv.field_size_limit(10**8)
    sets = {
        "contest ru + en": contest("ru_train.tsv", "ru_exam.tsv", "en_train.tsv"),
        "SemEval en": semeval(lambda one, two: one == two == "en"),
        "SemEval de es fr it pl tr": semeval(
            lambda one, two: one == two and one in {"de", "es", "fr", "it", "pl", "tr"}
        ),
        "SemEval ar zh": semeval(lambda one, two: one == two and one in {"ar", "zh"}),
    }
    baselines = {
        "tf-idf": {name: tf_idf(pairs) for name, pairs in sets.items()},
        "titles alone": {name: titles(pairs) for name, pairs in sets.items()},
    }
    print(f"{'':28}{'pairs':>6}   {'':22}precision recall  F1")
    for name, pairs in sets.items():
        placed = [newswatch(pair.one, pair.two) for pair in pairs]
        rows = {
            "newswatch": [joined for joined, _ in placed],
            "newswatch, found by index": [joined and found for joined, found in placed],
        }
        for other, likeness in baselines.items():
            point = elsewhere_best(sets, likeness, name)
            rows[f"{other} ≥ {point:.2f}"] = [value >= point for value in likeness[name]]
        for which, joined in rows.items():
            p, r, f1 = scores(pairs, joined)
            print(f"{name:28}{len(pairs):6}   {which:26}{p:.2f}   {r:.2f}   {f1:.3f}")
    across = semeval(lambda one, two: one != two)
    p, r, f1 = scores(across, [newswatch(pair.one, pair.two)[0] for pair in across])
    print(f"{'SemEval across languages':28}{len(across):6}   {'newswatch':26}{p:.2f}   {r:.2f}   {f1:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
