"""What the gate for a model's lines catches: inventions of known kinds, and what of honest lines it drops.

Lines are first sentences of labelled news. Against their own text nothing may be dropped; against that of another story
nearly all must be, and so must be each whose number was changed. Nothing is fitted here, and no model is asked.
"""

from __future__ import annotations

import csv
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from bot.language_model.faithfulness import find_inventions
from bot.text.sentences import split_sentences

STORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "stories"
LANGUAGES = ("en", "ru", "de", "fr", "es")
EACH = 40  # texts of a language
SHORTEST, LONGEST = 40, 280  # characters of a line
_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?![\w.,]\d|\w)")


def read_texts() -> dict[str, list[str]]:
    """Return news texts by language."""
    csv.field_size_limit(10**9)
    found: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    with (STORIES / "semeval_train.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for one in ("1", "2"):
                if row[f"lang{one}"] in found:
                    found[row[f"lang{one}"]].append(" ".join(row[f"text{one}"].split()))
    with (STORIES / "ru_pairs.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found["ru"] += [f"{row[f'INPUT:{one}_title']}. {row[f'INPUT:{one}_text']}" for one in ("first", "second")]
    return found


def lines_of(texts: list[str]) -> list[tuple[str, str]]:
    """Return whole sentences that are as long as a line, each with its text."""
    found = []
    for text in texts:
        first = next((text[a:b] for a, b in split_sentences(text)[:3] if SHORTEST <= b - a <= LONGEST), None)
        if first is not None and first[-1] in ".!?":
            found.append((first, text))
    return found


def altered(lines: list[tuple[str, str]], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Give lines with one number changed to one that their text does not have."""
    for line, text in lines:
        number = _NUMBER.search(line)
        other = str(int(number[0]) + chance.randint(3, 60)) if number else ""
        if number and other not in text:
            yield line[: number.start()] + other + line[number.end() :], text


def main() -> int:
    """Print the table; return the exit code: 1 where a line is dropped that stands in its text."""
    if not STORIES.is_dir():
        print(f"skipped: no labelled stories at {STORIES}")
        return 0
    chance, wrong = random.Random(5), 0  # noqa: S311 -- the same every time, no secret
    print("language  lines  own dropped  other story caught  number changed, caught  CPU a line")
    for language, texts in read_texts().items():
        chance.shuffle(texts)
        lines = lines_of(texts)[:EACH]
        began = process_time()
        own = sum(bool(find_inventions(line, [text], language)) for line, text in lines)
        other = sum(bool(find_inventions(line, [lines[n - 7][1]], language)) for n, (line, _) in enumerate(lines))
        changed = list(altered(lines, chance))
        caught = sum(bool(find_inventions(line, [text], language)) for line, text in changed)
        seconds = (process_time() - began) / max(1, 2 * len(lines) + len(changed))
        of = len(lines)
        print(f"{language:8}  {of:5}  {own:11}  {other:13} of {of}  {caught:17} of {len(changed):2}  {seconds:7.2f} s")
        wrong += own
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
