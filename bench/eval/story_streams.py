"""What becomes of labelled pairs when all their reports come in one stream, as `newswatch group` places them.

Each order of the reports is a stream of its own, and of precision, recall and F1 the medians are shown. Only labelled
pairs are scored, so the largest story says how far stories chain. The weights are those that are shipped: they were
learnt from these pairs, so this shows what streams do to pairs, and `stories` what the weights are worth elsewhere.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np

from bench.eval.stories import GROUPS, scores
from bench.training.story_pairs import STORIES, Pair, read_sets
from bot.model import Candidate, Report
from bot.stories.assign import place, signature
from bot.stories.memory_index import MemoryIndex
from bot.stories.semantic import Meaning, encoder

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = timedelta(hours=72)
ORDERS = 3
Told = tuple[str, str]


def stream(told: Sequence[Told], meanings: Mapping[Told, Meaning | None]) -> dict[Told, int]:
    """Return the story of each report, placed one after the other."""
    nearby, stories = MemoryIndex(), dict[Told, int]()
    for number, (title, text) in enumerate(told):
        made = signature(title, text, None, meanings.get((title, text)))
        report = Report(f"p{number}", f"p{number}", title, None, NOW)
        joined = place(report, made, nearby.near(made, NOW, WINDOW)).story
        stories[title, text] = number if joined is None else joined
        nearby.add(made, Candidate(stories[title, text], report, made.sketch))
    return stories


def show(title: str, sets: Mapping[str, Sequence[Pair]], meanings: Mapping[Told, Meaning | None]) -> None:
    """Print a line for each group of sets."""
    items = list(dict.fromkeys(told for pairs in sets.values() for pair in pairs for told in (pair.one, pair.two)))
    found: dict[str, list[tuple[float, float, float]]] = {}
    largest = []
    for order in range(ORDERS):
        told = list(items)
        random.Random(order).shuffle(told)  # noqa: S311 -- the same streams every time, no secret
        stories = stream(told, meanings)
        largest.append(max(Counter(stories.values()).values()))
        for group, wanted in GROUPS.items():
            pairs = [pair for name, many in sets.items() if wanted(name) for pair in many]
            joined = np.array([stories[pair.one] == stories[pair.two] for pair in pairs])
            found.setdefault(group, []).append(scores(joined, np.array([pair.same for pair in pairs])))
    print(f"{title}: {ORDERS} streams of {len(items)} reports; the largest story has {median(largest)}")
    for group, many in found.items():
        p, r, f1 = (median(each) for each in zip(*many, strict=True))
        print(f"  {group:20}P {p:.2f}  R {r:.2f}  F1 {f1:.3f}", flush=True)


def main() -> int:
    """Print the tables; return the exit code."""
    if not STORIES.is_dir():
        print(f"skipped: no labelled stories at {STORIES}")
        return 0
    sets = read_sets()
    show("newswatch, no extra", sets, {})
    if (extra := encoder("auto")) is not None:
        items = {told for pairs in sets.values() for pair in pairs for told in (pair.one, pair.two)}
        show("newswatch, with what extras there are", sets, {told: extra.read(*told) for told in items})
    return 0


if __name__ == "__main__":
    sys.exit(main())
