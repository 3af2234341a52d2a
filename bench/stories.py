"""Copies of a wire text among many other articles: who finds them, and at what price. datasketch alone beside us.

Made-up articles of 150 to 400 words; copies have 5 % of their words edited, another headline, and every second one
is cut to 40 %. Prints recall, false merges and time, and the ratios.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import median
from time import perf_counter
from typing import Any

from bot.model import Candidate, Report
from bot.stories.assign import place, signature
from bot.stories.memory_index import MemoryIndex

ARTICLES, COPIES = 10_000, 300
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LETTERS = "aeioubcdfghklmnprstvz"


class Press:
    """Writes articles, always the same ones: words by how often they occur, a few of them names."""

    def __init__(self) -> None:
        self.chance = random.Random(20261123)  # noqa: S311 -- the same articles every time, no secret
        spell = self.chance
        self.lexicon = ["".join(spell.choices(LETTERS, k=spell.randint(3, 10))) for _ in range(30_000)]
        self.weights = list(accumulate(1 / (rank + 200) for rank in range(len(self.lexicon))))

    def words(self, count: int) -> list[str]:
        """Return so many words of running text."""
        found = self.chance.choices(self.lexicon, cum_weights=self.weights, k=count)
        return [word.title() if at % 9 == 0 else word for at, word in enumerate(found)]

    def edited(self, words: list[str], *, cut: bool) -> list[str]:
        """Return a copy with 5 % of its words changed, cut to 40 % if asked."""
        kept = words[: len(words) * 2 // 5] if cut else words
        return [self.chance.choice(self.lexicon) if self.chance.random() < 0.05 else word for word in kept]


class Ours:
    """The index of the store in memory, and `place`."""

    def __init__(self) -> None:
        self.held = MemoryIndex()

    def tell(self, number: int, title: str, text: str, publisher: str) -> int | None:
        """Place a report and keep it; return the story it joined."""
        made = signature(title, text)
        report = Report(publisher, publisher, title, None, NOW)
        joined = place(report, made, self.held.near(made, NOW, timedelta(hours=72))).story
        self.held.add(made, Candidate(number if joined is None else joined, report, made.sketch))
        return joined


class Datasketch:
    """MinHash of 128 values over shingles of four words, and its index at Jaccard 0.5."""

    def __init__(self) -> None:
        from datasketch import MinHash, MinHashLSH

        self.make: Callable[..., Any] = MinHash
        self.index = MinHashLSH(threshold=0.5, num_perm=128)

    def tell(self, number: int, title: str, text: str, publisher: str) -> int | None:
        """Return the first report that the index gives, and keep this one."""
        words = f"{title} {text}".lower().split()
        made = self.make(num_perm=128)
        made.update_batch([" ".join(words[at : at + 4]).encode() for at in range(len(words) - 3)])
        found = sorted(self.index.query(made))
        self.index.insert(f"{number:08}{publisher}", made)
        return int(found[0][:8]) if found else None


def run(name: str, grouper: Ours | Datasketch) -> tuple[float, int, float]:
    """Tell all articles, then the copies; return recall, false merges and median milliseconds."""
    press = Press()
    told = [press.words(press.chance.randint(150, 400)) for _ in range(ARTICLES)]
    took: list[float] = []
    false = found = 0
    for number, words in enumerate(told):
        began = perf_counter()
        joined = grouper.tell(number, " ".join(press.words(8)), " ".join(words), f"p{number % 40}")
        took.append(perf_counter() - began)
        false += joined is not None
    for at, number in enumerate(press.chance.sample(range(ARTICLES), COPIES)):
        copy = press.edited(told[number], cut=at % 2 == 0)
        began = perf_counter()
        joined = grouper.tell(ARTICLES + at, " ".join(press.words(8)), " ".join(copy), "copier")
        took.append(perf_counter() - began)
        found += joined == number
        false += joined not in {None, number}
    print(f"{name:12} recall {found / COPIES:.3f}   false merges {false}   {1000 * median(took):.2f} ms a report")
    return found / COPIES, false, median(took)


def main() -> int:
    """Print both and the ratios; return the exit code."""
    print(f"{ARTICLES} different articles, {COPIES} copies")
    recall, _, took = run("newswatch", Ours())
    try:
        other, _, long = run("datasketch", Datasketch())
    except ImportError:
        print("datasketch is not installed: nothing to compare with")
        return 0
    print(f"ratios: recall {recall / max(other, 0.001):.2f} times, speed {long / took:.2f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
