"""Labelled pairs of news: are two texts the same story? Newswatch beside tf-idf and titles alone, in one run.

Newswatch decides at the one operating point that it ships, with the extra `semantic` (where it is installed) and
without it; the last lines say which point cross-validation would choose. A baseline gets, for every set, the threshold
that is best on all the other sets: nobody's point is fitted to the set that it is scored on.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from pathlib import Path
from statistics import median

from bot.model import Candidate, Report
from bot.stories.assign import _EVENT, Placement, place, signature
from bot.stories.memory_index import MemoryIndex
from bot.stories.semantic import Encoder, Meaning, encoder

STORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "stories"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADLINE = 100  # characters: SemEval's texts begin with their headline, unmarked
STREAMS = 3  # orders of the same items
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


def newswatch(pair: Pair, encoder: Encoder | None) -> tuple[Placement, bool]:
    """Return how the second is placed beside the first, and whether the index would have brought them together."""
    mine, theirs = (signature(*told, None, encoder.read(*told) if encoder else None) for told in (pair.one, pair.two))
    other = Candidate(1, Report("two", "two", pair.two[0], None, NOW), theirs.sketch)
    asked = {key for probe in mine.probes for key in probe.keys}
    return place(Report("one", "one", pair.one[0], None, NOW), mine, [other]), not asked.isdisjoint(theirs.index)


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


def chosen(sets: Mapping[str, list[Pair]], likeness: Mapping[str, list[float]], folds: int = 5) -> list[float]:
    """Return the threshold that each fold's other pairs choose: the best mean F1 over all sets."""
    points = [at / 100 for at in range(40, 65)]

    def quality(point: float, fold: int) -> float:
        parts = {name: [at for at in range(len(sets[name])) if at % folds != fold] for name in sets}
        return sum(
            scores([sets[name][at] for at in part], [likeness[name][at] >= point for at in part])[2]
            for name, part in parts.items()
        )

    return [max(points, key=lambda point, fold=fold: quality(point, fold)) for fold in range(folds)]  # type: ignore[misc]  # the default binds the fold


def streams(sets: Mapping[str, list[Pair]], encoder: Encoder | None) -> None:
    """Print what becomes of the pairs when all items are told in one stream, as `newswatch group` tells them.

    Each order of the items is a stream of its own; of F1 the median is shown. Only labelled pairs are scored, so the
    largest story says how far stories chain.
    """
    items = dict.fromkeys(told for pairs in sets.values() for pair in pairs for told in (pair.one, pair.two))
    read: dict[tuple[str, str], Meaning | None] = {told: encoder.read(*told) if encoder else None for told in items}
    f1s: dict[str, list[float]] = {}
    largest: list[int] = []
    for order in range(STREAMS):
        told = list(items)
        random.Random(order).shuffle(told)  # noqa: S311 -- the same streams every time, no secret
        nearby, stories = MemoryIndex(), dict[tuple[str, str], int]()
        for number, (title, text) in enumerate(told):
            made = signature(title, text, None, read[title, text])
            report = Report(f"p{number}", f"p{number}", title, None, NOW)
            joined = place(report, made, nearby.near(made, NOW, timedelta(hours=72))).story
            stories[title, text] = number if joined is None else joined
            nearby.add(made, Candidate(stories[title, text], report, made.sketch))
        largest.append(max(Counter(stories.values()).values()))
        for name, pairs in sets.items():
            f1s.setdefault(name, []).append(
                scores(pairs, [stories[pair.one] == stories[pair.two] for pair in pairs])[2]
            )
    which = "newswatch, semantic" if encoder else "newswatch"
    for name, found in f1s.items():
        print(f"{name:28}{len(sets[name]):6}   {f'{which}, in one stream':48}{median(found):.3f}")
    print(f"{which}: {STREAMS} streams of {len(items)} items; the largest story has {median(largest)}", flush=True)


def show(name: str, pairs: Sequence[Pair], which: str, joined: Sequence[bool]) -> None:
    """Print one row."""
    p, r, f1 = scores(pairs, joined)
    print(f"{name:28}{len(pairs):6}   {which:36}{p:.2f}   {r:.2f}   {f1:.3f}", flush=True)


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
        "SemEval across languages": semeval(lambda one, two: one != two),
    }
    baselines = {
        "tf-idf": {name: tf_idf(pairs) for name, pairs in sets.items()},
        "titles alone": {name: titles(pairs) for name, pairs in sets.items()},
    }
    print(f"{'':28}{'pairs':>6}   {'':32}precision recall  F1")
    extra = encoder("auto")
    for with_extra in (None, *([extra] if extra else [])):
        which = "newswatch, semantic" if with_extra else "newswatch"
        likeness: dict[str, list[float]] = {}
        for name, pairs in sets.items():
            placed = [newswatch(pair, with_extra) for pair in pairs]
            likeness[name] = [placement.score for placement, _ in placed]
            show(name, pairs, which, [placement.story == 1 for placement, _ in placed])
            show(name, pairs, f"{which}, found by index", [found and one.story == 1 for one, found in placed])
        points = ", ".join(f"{point:.2f}" for point in chosen(sets, likeness))
        streams(sets, with_extra)
        print(f"{which}: five folds of all sets would choose {points}; shipped {_EVENT:.2f} for all")
    for other, likeness in baselines.items():
        for name, pairs in sets.items():
            point = elsewhere_best(sets, likeness, name)
            show(name, pairs, f"{other} ≥ {point:.2f}", [value >= point for value in likeness[name]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
