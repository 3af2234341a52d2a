"""Polling beside the `reader` library: the same sources, the same updates, in the same run.

300 sources on loopback, a host each (127.x.y.z, so that per-host politeness stays on), 100 entries with full HTML
bodies (about 430 KB a document). Four rounds: first sight, 3 of 100 new, 304, and none new though the bytes changed
(in this order, since `reader` keeps new validators only of a document that brought something).
Prints sources per second for both, and the ratio.

    python bench/poll.py [--sources 300] [--rounds 1]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop
from aiohttp import web

from bot import app
from bot.poll import Poller, Tally

ENTRIES = 100
WANT = {"first sight": 1.8, "3 of 100 new": 8.0, "none new": 20.0, "304": 1.5}
BODY = (
    "<p>The committee met on <a href='/a/{n}?ref=x&amp;y=1'>Tuesday</a> and heard from <b>experts</b> who spoke about "
    "budgets, schools and the harbour bridge &mdash; for the {n}th time this year.</p>"
    "<p><img src='/i/{n}.jpg' alt='The harbour'/>Residents said that <em>nothing</em> had changed since the last "
    "meeting, and that the minutes of it were not to be found anywhere on the council&#8217;s site.</p>"
) * 9


@dataclass
class Site:
    """What the stand-in serves: `generation` moves the window of entries, `salt` changes bytes alone."""

    generation: int = 0
    salt: int = 0
    validators: bool = False

    def document(self, host: str) -> bytes:
        """Return the document of a host: the newest entry first."""
        newest = ENTRIES + 3 * self.generation
        key = host.encode()
        chunks = [
            (
                b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
                b'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Source '
            ),
            key,
            b"</title><link>http://",
            key,
            f"/</link><lastBuildDate>{self.salt}</lastBuildDate>".encode(),
        ]
        for number in range(newest, newest - ENTRIES, -1):
            chunks += _entry(number, key)
        chunks.append(b"</channel></rss>")
        return b"".join(chunks)


_CACHE: dict[int, tuple[bytes, bytes, bytes]] = {}


def _entry(number: int, key: bytes) -> tuple[bytes, ...]:
    if number not in _CACHE:
        _CACHE[number] = (
            f"<item><title>Council hears case {number} about the harbour</title><link>http://".encode(),
            f"/story/{number}</link><guid isPermaLink='false'>tag:{number}:".encode(),
            f"</guid><pubDate>Mon, 23 Nov 2026 {number % 24:02}:{number % 60:02}:00 +0000</pubDate>"
            f"<description>Case {number} was heard.</description>"
            f"<content:encoded><![CDATA[{BODY.format(n=number)}]]></content:encoded></item>".encode(),
        )
    start, middle, end = _CACHE[number]
    return (start, key, middle, key, end)


async def _serve(pipe: Connection, hosts: list[str]) -> None:
    site = Site()

    async def answer(request: web.Request) -> web.Response:
        etag = f'"{site.generation}-{site.salt}"'
        if site.validators and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(
            body=site.document(request.host), content_type="application/rss+xml", headers={"ETag": etag}
        )

    app = web.Application()
    app.router.add_get("/feed.xml", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, hosts[0], 0).start()
    port = runner.addresses[0][1]
    for host in hosts[1:]:
        await web.TCPSite(runner, host, port).start()
    pipe.send(port)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def control() -> None:
        order = pipe.recv()
        if order is None:
            done.set()
            return
        site.generation, site.salt, site.validators = order
        pipe.send("ok")

    loop.add_reader(pipe.fileno(), control)
    await done.wait()
    await runner.cleanup()


def _server(pipe: Connection, hosts: list[str]) -> None:
    asyncio.run(_serve(pipe, hosts))


@dataclass
class Round:
    """One update of all sources, by one contestant."""

    name: str
    seconds: float
    new: int


class Newswatch:
    """Our poll loop as `newswatch once --force` runs it, on a SQLite file; one keyword in a hundred items matches."""

    def __init__(self, folder: Path, urls: list[str], port: int) -> None:
        file = folder / "watchlists.yaml"
        file.write_text(
            "defaults: {full_text: never}\nsources:\n"
            + "".join(f"  - {{name: s{n}, publisher: p{n}, url: '{url}'}}\n" for n, url in enumerate(urls))
            + "watchlists:\n  k: {keywords: ['\"case 101\"', summit], languages: [en]}\n",
            encoding="utf-8",
        )
        self.environ = {
            "NEWSWATCH_WATCHLISTS": str(file),
            "NEWSWATCH_DATABASE_URL": f"sqlite:///{folder}/newswatch.db",
            "NEWSWATCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_ALLOWED_PORTS": str(port),
            "NEWSWATCH_LOG_LEVEL": "ERROR",
        }
        self.opened = AsyncExitStack()
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.base, self.poller = self.runner.run(self._open())
        self.before = Tally()

    async def _open(self) -> tuple[app.Base, Poller]:
        base = await self.opened.enter_async_context(app.opened(self.environ))
        return base, await self.opened.enter_async_context(app.poller(base, app.notices(base)))

    def update(self, name: str) -> Round:
        """Poll every source once."""
        start = time.perf_counter()
        complete = self.runner.run(self.poller.tick(600.0, forced_since=app.now()))
        seconds = time.perf_counter() - start
        assert complete
        assert not self.poller.tally.failures, self.poller.tally.failures
        new = self.poller.tally.new - self.before.new
        self.before = replace(self.poller.tally)
        return Round(name, seconds, new)

    def close(self) -> None:
        """End its loop."""
        self.runner.run(self.opened.aclose())
        self.runner.close()


class Reader:
    """The `reader` library on a SQLite file, with as many workers as its documentation uses."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        from reader import make_reader

        self.reader = make_reader(str(folder / "reader.db"))
        for url in urls:
            self.reader.add_feed(url)

    def update(self, name: str) -> Round:
        """Poll every source once."""
        start = time.perf_counter()
        new = 0
        for result in self.reader.update_feeds_iter(scheduled=False, workers=10):
            if isinstance(result.value, Exception):
                raise result.value
            new += result.value.new if result.value is not None else 0
        return Round(name, time.perf_counter() - start, new)


def main() -> None:
    """Run every round for both and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--sources", type=int, default=300)
    count = options.parse_args().sources
    hosts = [f"127.{1 + n // 250}.{n % 250}.1" for n in range(count)]
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_server, args=(theirs, hosts), daemon=True)
    server.start()
    port = ours.recv()
    urls = [f"http://{host}:{port}/feed.xml" for host in hosts]
    with tempfile.TemporaryDirectory() as folder:
        contestants = (Newswatch(Path(folder), urls, port), Reader(Path(folder), urls))
        print(f"{count} sources, {ENTRIES} entries of full HTML each, {os.cpu_count()} cores; sources per second")
        print(f"{'round':<16}{'newswatch':>12}{'reader':>12}{'ratio':>9}{'wanted':>9}{'new items':>12}")
        for name, order in (
            ("first sight", (0, 0, False)),
            ("3 of 100 new", (1, 0, False)),
            ("304", (1, 0, True)),
            ("none new", (1, 1, False)),
        ):
            ours.send(order)
            ours.recv()
            mine, other = (contestant.update(name) for contestant in contestants)
            rates = count / mine.seconds, count / other.seconds
            print(
                f"{name:<16}{rates[0]:>12.0f}{rates[1]:>12.0f}{rates[0] / rates[1]:>9.1f}{WANT[name]:>9.1f}"
                f"{f'{mine.new}/{other.new}':>12}"
            )
        contestants[0].close()
    ours.send(None)
    server.join(5)


if __name__ == "__main__":
    main()
