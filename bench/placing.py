"""Placing an item among few and among many stories on record: the store's own query, and the decision.

A real SQLite file, or the database that NEWSWATCH_BENCH_DATABASE names. The record is filled in bulk: every report has
ten index numbers, one of them such as the items that are placed ask for, one of those fifty times as often as others.
STORIES in the environment sets another size; a million takes some minutes to fill.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert
from stories import Press  # type: ignore[import-not-found]  # beside us when we run

from bot.model import Report, Signature
from bot.store.recording import OpenRecording
from bot.store.schema import report, story, story_key
from bot.store.seen import Shown
from bot.store.store import Store, open_store
from bot.story import place, signature

SIZES = (1_000, int(os.environ.get("STORIES", "100000")))
PLACED, BATCH, KEYS = 200, 20_000, 9
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def articles() -> list[tuple[str, Signature]]:
    """Return the items that are placed."""
    press = Press()
    made = [(" ".join(press.words(8)), " ".join(press.words(250))) for _ in range(PLACED)]
    return [(title, signature(title, text)) for title, text in made]


async def fill(store: Store, first: int, last: int, told: list[tuple[str, Signature]]) -> None:
    """Put reports first … last on record."""
    chance = random.Random(first)  # noqa: S311 - the same record every time, no secret
    asked = [key for _, one in told for key in one.probes[0].keys]
    crowded = asked[:: len(asked) // 40]
    at = int((NOW - timedelta(hours=1)).timestamp() * 1000)
    for low in range(first, last, BATCH):
        numbers = range(low, min(low + BATCH, last))
        rows = [
            {
                "id": n, "story": n, "source": "s", "publisher": f"p{n % 500}", "headline": "h", "url": None, "at": at,
                "published": None, "watchlists": "[]", "sketch": told[n % PLACED][1].sketch,
            }
            for n in numbers
        ]  # fmt: skip
        keys = [
            {"key": key, "at": at, "report": n}
            for n in numbers
            for key in {
                chance.choice(crowded if chance.random() < 0.05 else asked),
                *(chance.getrandbits(62) for _ in range(KEYS)),
            }
        ]
        keys.sort(key=lambda row: row["key"] or 0)
        async with store.polls.database.write() as connection:
            stories = [{"id": n, "created_at": at, "headline": "h", "url": None} for n in numbers]
            await connection.execute(insert(story), stories)
            await connection.execute(insert(report), rows)
            await connection.execute(insert(story_key), keys)


async def placing(store: Store, told: list[tuple[str, Signature]]) -> tuple[float, float]:
    """Return the median milliseconds of finding an item's candidates and placing it, and how many candidates it had."""
    took: list[float] = []
    found: list[int] = []
    async with store.polls.database.write() as connection:
        recording = OpenRecording(connection, store.polls.database.dialect, Shown())
        for title, one in told:
            began = perf_counter()
            (near,) = await recording.candidates([one.probes], NOW - timedelta(hours=72))
            place(Report("new", "new", title, None, NOW), one, near)
            took.append(1000 * (perf_counter() - began))
            found.append(len(near))
    return median(took), median(found)


async def measure(url: str) -> None:
    """Print both sizes and the ratio."""
    told = articles()
    took: list[float] = []
    done = 1
    async with await open_store(url, migrate=True) as store:
        for size in SIZES:
            began = perf_counter()
            await fill(store, done, size + 1, told)
            done, filled = size + 1, perf_counter() - began
            await placing(store, told[:20])  # warm
            milliseconds, candidates = await placing(store, told)
            took.append(milliseconds)
            said = f"{milliseconds:.2f} ms an item, {candidates:.0f} candidates, filled in {filled:.0f} s"
            print(f"{size:9,} stories: {said}", flush=True)
    print(f"ratio: {took[-1] / took[0]:.2f} times")


def main() -> int:
    """Measure; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("NEWSWATCH_BENCH_DATABASE") or f"sqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(measure(url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
