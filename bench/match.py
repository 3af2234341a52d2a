"""Matching: documents of 2.3 KB against 100, 10,000 and 100,000 queries, three quarters of them phrases.

Beside it, in the same run: one big `re`, a loop of `re`, and ahocorasick-rs on the raw text. None of those finds an
inflected form; the big `re` also loses keywords that overlap. Words and documents are made up from a vocabulary
with the frequencies of real text, half English, half Russian.
"""

from __future__ import annotations

import gc
import random
import re
import resource
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from ahocorasick_rs import AhoCorasick

from bot.matching.engine import Engine, build_engine
from bot.model import Watchlist

SIZES: Final = (100, 10_000, 100_000)
DOCUMENTS: Final = 200
LENGTH: Final = 2_300  # characters
VOCABULARY: Final = 15_000  # words a language
MOST_FOR_RE: Final = 10_000  # keywords; with more, `re` takes minutes
PHRASES: Final = 3  # of four queries


def vocabulary(chance: random.Random, starts: Sequence[str], ends: Sequence[str]) -> list[str]:
    """Make up words that look like those of a language, and that its dictionary does not know."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(chance.choice(starts) for _ in range(chance.randint(2, 5))) + chance.choice(ends)] = None
    return list(words)


def document(chance: random.Random, vocabularies: Sequence[list[str]]) -> str:
    """Write a text whose words are as unevenly frequent as real ones."""
    words: list[str] = []
    size = 0
    pool = chance.choice(vocabularies)
    while size < LENGTH:
        word = pool[min(int(chance.paretovariate(0.6)) - 1, len(pool) - 1)]
        words.append(word if chance.random() > 0.1 else word + chance.choice([",", ".", "\n", " —"]))
        size += len(words[-1]) + 1
    return " ".join(words)


def queries(chance: random.Random, vocabularies: Sequence[list[str]], count: int) -> list[str]:
    """Write queries, three quarters of them phrases of two to four words; nobody watches for the commonest words."""
    found: dict[str, None] = {}
    while len(found) < count:
        pool = chance.choice(vocabularies)
        words = [chance.choice(pool[300:]) for _ in range(chance.randint(2, 4) if chance.randrange(4) < PHRASES else 1)]
        found[f'"{" ".join(words)}"' if len(words) > 1 else words[0]] = None
    return list(found)


def timed(run: Callable[[str], object], documents: Sequence[str]) -> float:
    """Return the median seconds that a document takes."""
    for text in documents[: len(documents) // 4]:
        run(text)
    seconds = []
    for text in documents:
        start = time.perf_counter()
        run(text)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def built(words: Sequence[str], previous: Engine | None = None) -> tuple[Engine, str, float, float]:
    """Build an engine; return it with the seconds, the megabytes it took, and the longest stall of another thread."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stalls: list[float] = []
    done = threading.Event()

    def watch() -> None:
        last = time.perf_counter()
        while not done.wait(0.001):
            now = time.perf_counter()
            stalls.append(now - last)
            last = now

    watcher = threading.Thread(target=watch)
    watcher.start()
    start, work = time.perf_counter(), time.thread_time()
    engine = build_engine([Watchlist("w", "W", tuple(words), languages=("en", "ru"))], previous=previous)
    seconds = f"{time.perf_counter() - start:.2f} s ({time.thread_time() - work:.2f} s at work)"
    done.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return engine, seconds, (after - before) / 1024, max(stalls, default=0.0)


def literals(raw: AhoCorasick, text: str) -> object:
    """Look for literals anywhere, inside words as well."""
    return raw.find_matches_as_indexes(text.lower(), overlapping=True)


def loop(patterns: Sequence[re.Pattern[str]], text: str) -> object:
    """Try one keyword after the other."""
    return [pattern for pattern in patterns if pattern.search(text)]


def main() -> None:
    """Print microseconds a document, and how many times as fast we are as each of the others."""
    chance = random.Random(1)  # noqa: S311 - the same texts every time
    latin = vocabulary(
        chance, ["ba", "tor", "min", "sel", "ka", "pre", "von", "dis", "lum", "ge"], ["nt", "l", "ry", "d"]
    )
    cyrillic = vocabulary(
        chance, ["ба", "тор", "мин", "сел", "ка", "пре", "вон", "дис", "лум", "ге"], ["нт", "л", "ка", "д"]
    )
    documents = [document(chance, (latin, cyrillic)) for _ in range(DOCUMENTS)]
    first = 0.0
    for size in SIZES:
        words = queries(chance, (latin, cyrillic), size)
        plain = [word.strip('"') for word in words]
        engine, seconds, megabytes, stall = built(words)
        ours = timed(engine.match, documents)
        first = first or ours
        print(f"\n{size:,} queries: built in {seconds}, {megabytes:.0f} MB, longest stall {stall * 1000:.0f} ms")
        print(f"  ours           {ours * 1e6:10.0f} µs a document, {ours / first:.1f} times that of 100 queries")
        raw = AhoCorasick([word.lower() for word in plain], store_patterns=False)
        rivals: dict[str, tuple[Callable[[str], object], int]] = {
            "ahocorasick raw": (partial(literals, raw), DOCUMENTS)
        }
        if size <= MOST_FOR_RE:
            big = re.compile(r"\b(?:" + "|".join(map(re.escape, plain)) + r")\b", re.IGNORECASE)
            each = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in plain]
            rivals["one big re"] = big.findall, 8 if size > SIZES[0] else DOCUMENTS
            rivals["a loop of re"] = partial(loop, each), 4 if size > SIZES[0] else 60
        for name, (run, count) in rivals.items():
            theirs = timed(run, documents[:count])
            print(f"  {name:15}{theirs * 1e6:10.0f} µs a document: ours is {theirs / ours:.2f} times as fast")
        if size == SIZES[-1]:
            _, seconds, _, stall = built([*words[1:], "zzyzx"], previous=engine)
            print(f"  one keyword changed: rebuilt in {seconds}, longest stall {stall * 1000:.0f} ms")


if __name__ == "__main__":
    main()
