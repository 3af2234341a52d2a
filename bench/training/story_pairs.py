"""Labelled pairs of news, by set: what the weights are learnt from, and what they are measured on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

STORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "stories"
HEADLINE = 100  # characters: SemEval's texts begin with their headline, unmarked
_CONTEST = {
    "contest ru train": "ru_train.tsv",
    "contest ru exam": "ru_exam.tsv",
    "contest ru hard": "ru_pairs.tsv",
    "contest-en": "en_train.tsv",
}
_OTHERS = frozenset({"de", "es", "fr", "it", "pl", "tr", "ru"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, each (title, text), and whether people call them one story."""

    one: tuple[str, str]
    two: tuple[str, str]
    same: bool


def read_sets() -> dict[str, list[Pair]]:
    """Return the pairs by set; the first word of a name is its kind: all sets of a kind are labelled alike."""
    csv.field_size_limit(10**8)
    found = {name: _contest(file) for name, file in _CONTEST.items()}
    with (STORIES / "semeval_train.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            one, two = row["lang1"], row["lang2"]
            alike = f"semeval {one}" if one in _OTHERS else f"semeval-{one}"
            name = alike if one == two else f"across {one}-{two}"
            pair = Pair(_headed(row["text1"]), _headed(row["text2"]), float(row["Overall"]) <= 2)
            found.setdefault(name, []).append(pair)
    return found


def _contest(file: str) -> list[Pair]:
    found = []
    with (STORIES / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            one, two = ((row[f"INPUT:{which}_title"], row[f"INPUT:{which}_text"]) for which in ("first", "second"))
            if row["GOLDEN:quality"] in {"OK", "BAD"}:
                found.append(Pair(one, two, row["GOLDEN:quality"] == "OK"))
    return found


def _headed(text: str) -> tuple[str, str]:
    return text.strip()[:HEADLINE], text.strip()
