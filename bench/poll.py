"""Polling beside the `reader` library and beside what one would write oneself: httpx, feedparser, a set of ids.

2,000 sources of mixed size on loopback, a host each (127.x.y.z, so that per-host politeness stays on): 10 to 300
entries with full HTML bodies, 100 on average (about 430 KB). Four rounds: first sight, 3 entries new in each, 304, and
none new though the bytes changed (in this order, since `reader` keeps new validators only of a document that brought
something). The slow ones get the first sources only, the same documents in the same proportions. A server of its own
process sends answers that were made before. Then ten more rounds of ours, for the memory. One new item in a hundred
matches; the first of them loads what is loaded once (word forms, the encoder: two seconds), which few sources notice.

    python bench/poll.py [--sources 2000] [--slow 140] [--rounds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import uvloop

from bot import app
from bot.polling.loop import PollLoop
from bot.polling.poll_tally import PollTally
from bot.process.clock import wall

if TYPE_CHECKING:
    import httpx

SIZES = (10, 20, 40, 80, 100, 150, 300)  # entries, in turn
TELLING = 100  # entries of every 35th document, one of whose three new items matches: one new item in 105
WANT = {"first sight": 1.8, "3 new": 12.0, "304": 2.0, "none new": 30.0}  # times as fast as reader
LAG, LARGEST = 50, 400  # milliseconds at the 99th percentile; MB
PROBE = 0.005  # seconds between two looks at the loop
BODY = (
    "<p>The committee met on <a href='/a/{n}?ref=x&amp;y=1'>Tuesday</a> and heard from <b>experts</b> who spoke about "
    "budgets, schools and the harbour bridge &mdash; for the {n}th time this year.</p>"
    "<p><img src='/i/{n}.jpg' alt='The harbour'/>Residents said that <em>nothing</em> had changed since the last "
    "meeting, and that the minutes of it were not to be found anywhere on the council&#8217;s site.</p>"
) * 9


def document(entries: int, generation: int, salt: int, *, telling: bool = False) -> bytes:
    """Return a document: `generation` moves the window of entries by three, `salt` changes bytes alone.

    Of a telling one every third item matches.
    """
    newest = entries + 3 * generation
    head = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
        f'content/"><channel><title>Council</title><link>http://council.example/</link>'
        f"<lastBuildDate>{salt}</lastBuildDate>"
    )
    items = (
        f"<item><title>{'Summit' if telling and n % 3 == 0 else 'Council'} hears case {n} about the harbour</title><link>http://council.example/story/{n}</link>"
        f"<guid isPermaLink='false'>tag:council:{n}</guid>"
        f"<pubDate>Mon, 23 Nov 2026 {n % 24:02}:{n % 60:02}:00 +0000</pubDate>"
        f"<description>Case {n} was heard.</description>"
        f"<content:encoded><![CDATA[{BODY.format(n=n)}]]></content:encoded></item>"
        for n in range(newest, newest - entries, -1)
    )
    return "".join((head, *items, "</channel></rss>")).encode()


class Server(asyncio.Protocol):
    """One connection of the stand-in; sends what `answers` holds for the path, whole answers made before."""

    def __init__(self, answers: dict[bytes, bytes], etag: list[bytes]) -> None:
        self._answers = answers
        self._etag = etag  # the one that brings a 304; none while it is empty
        self._asked = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        *whole, self._asked = (self._asked + data).split(b"\r\n\r\n")
        for request in whole:
            if self._etag[0] and self._etag[0] in request:
                self._transport.write(b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % self._etag[0])
            else:
                self._transport.write(self._answers[request.split(b" ", 2)[1]])


async def _serve(pipe: Connection, hosts: list[str]) -> None:
    answers: dict[bytes, bytes] = {}
    etag = [b""]

    def render(generation: int, salt: int, validators: bool) -> None:  # noqa: FBT001 - it comes over a pipe
        tag = b'"%d-%d"' % (generation, salt)
        for size, name in (*((size, b"%d" % size) for size in SIZES), (TELLING, b"telling")):
            body = document(size, generation, salt, telling=name == b"telling")
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: %s\r\nContent-Length: %d\r\n\r\n"
            answers[b"/%s.xml" % name] = head % (tag, len(body)) + body
        etag[0] = tag if validators else b""

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(answers, etag), hosts[0], 0, backlog=512)
    port = server.sockets[0].getsockname()[1]
    others = [await loop.create_server(lambda: Server(answers, etag), host, port, backlog=512) for host in hosts[1:]]
    pipe.send(port)
    done = asyncio.Event()

    def control() -> None:
        if (order := pipe.recv()) is None:
            done.set()
        else:
            render(*order)
            pipe.send("ok")

    loop.add_reader(pipe.fileno(), control)
    await done.wait()
    for one in (server, *others):
        one.close()


def _server(pipe: Connection, hosts: list[str]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(pipe, hosts))


@dataclass(frozen=True, slots=True)
class Round:
    """One update of some sources, by one contestant."""

    sources: int
    seconds: float
    new: int

    @property
    def rate(self) -> float:
        """Return sources per second."""
        return self.sources / self.seconds


class Contestant(Protocol):
    """Somebody who polls."""

    def update(self) -> Round:
        """Poll every source once."""
        ...


@dataclass
class Newswatch:
    """Our poll loop as `newswatch once --force` runs it, on a SQLite file; one new item in a hundred matches."""

    folder: Path
    urls: list[str]
    port: int
    lags: list[float] = field(default_factory=list)  # of the loop, in seconds

    def __post_init__(self) -> None:
        """Start the loop, as the service does."""
        file = self.folder / "watchlists.yaml"
        file.write_text(
            "defaults: {full_text: never}\nsources:\n"
            + "".join(f"  - {{name: s{n}, publisher: p{n}, url: '{url}'}}\n" for n, url in enumerate(self.urls))
            + "watchlists:\n  k: {keywords: ['\"case 101\"', summit], languages: [en]}\n",
            encoding="utf-8",
        )
        self.environ = {
            "NEWSWATCH_WATCHLISTS": str(file),
            "NEWSWATCH_DATABASE_URL": f"sqlite:///{self.folder}/newswatch.db",
            "NEWSWATCH_ALLOWED_NETWORKS": "127.0.0.0/8",
            "NEWSWATCH_ALLOWED_PORTS": str(self.port),
            "NEWSWATCH_LOG_LEVEL": "ERROR",
        }
        self.opened = AsyncExitStack()
        self.runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        self.poller = self.runner.run(self._open())
        self.before = PollTally()

    async def _open(self) -> PollLoop:
        base = await self.opened.enter_async_context(app.opened(self.environ))
        return await self.opened.enter_async_context(app.poller(base, app.notices(base)))

    def update(self) -> Round:
        """Poll every source once."""
        start = time.perf_counter()
        complete = self.runner.run(self._watched(lambda: self.poller.tick(900.0, forced_since=wall())))
        seconds = time.perf_counter() - start
        assert complete
        assert not self.poller.tally.failures, next(iter(self.poller.tally.failures.items()))
        new = self.poller.tally.new - self.before.new
        self.before = replace(self.poller.tally)
        return Round(len(self.urls), seconds, new)

    async def _watched(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """Do the work while a probe measures how late the loop comes to what is due."""

        async def probe() -> None:
            while True:
                start = time.perf_counter()
                await asyncio.sleep(PROBE)
                self.lags.append(time.perf_counter() - start - PROBE)

        task = asyncio.create_task(probe())
        try:
            return await work()
        finally:
            task.cancel()

    def close(self) -> None:
        """End its loop."""
        self.runner.run(self.opened.aclose())
        self.runner.close()


class Reader:
    """The `reader` library on a SQLite file, with as many workers as its documentation uses."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        from reader import make_reader

        self.reader = make_reader(str(folder / "reader.db"))
        self.sources = len(urls)
        for url in urls:
            self.reader.add_feed(url)

    def update(self) -> Round:
        """Poll every source once."""
        start = time.perf_counter()
        new = 0
        for result in self.reader.update_feeds_iter(scheduled=False, workers=10):
            if isinstance(result.value, Exception):
                raise result.value
            new += result.value.new if result.value is not None else 0
        return Round(self.sources, time.perf_counter() - start, new)


@dataclass
class Loop:
    """httpx and feedparser, ten requests at once, ids and validators in memory: no database, no politeness."""

    urls: list[str]
    seen: dict[str, set[str]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)

    def update(self) -> Round:
        """Poll every source once."""
        start = time.perf_counter()
        new = asyncio.run(self._update())
        return Round(len(self.urls), time.perf_counter() - start, new)

    async def _update(self) -> int:
        import httpx

        slots = asyncio.Semaphore(10)
        async with httpx.AsyncClient(timeout=60) as client:
            return sum(await asyncio.gather(*(self._poll(client, slots, url) for url in self.urls)))

    async def _poll(self, client: httpx.AsyncClient, slots: asyncio.Semaphore, url: str) -> int:
        import feedparser

        async with slots:
            answer = await client.get(url, headers={"If-None-Match": self.etags.get(url, "")})
        if answer.status_code == 304:
            return 0
        first, seen = url not in self.seen, self.seen.setdefault(url, set())
        ids = {entry.id for entry in feedparser.parse(BytesIO(answer.content)).entries}  # noqa: TID251 - the measure
        new = len(ids - seen)
        seen |= ids
        self.etags[url] = answer.headers["ETag"]
        return 0 if first else new


def megabytes(pid: int, line: str) -> float:
    """Return a figure of a process's memory: VmRSS as it is, VmHWM at its highest."""
    for row in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if row.startswith(f"{line}:"):
            return int(row.split()[1]) / 1024
    return 0.0


def largest() -> float:
    """Return the highest memory that this process or one of its children ever had, in MB; not the server's."""
    server = {child.pid for child in multiprocessing.active_children()}
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return max(
        megabytes(pid, "VmHWM")
        for pid in (os.getpid(), *(int(child) for child in children if int(child) not in server))
    )


def compare(order: Callable[[int, int, bool], None], ours: Newswatch, others: dict[str, Contestant]) -> None:
    """Run the four rounds and print the table."""
    print(
        f"{'round':<14}{'newswatch':>11}"
        + "".join(f"{name:>16}{'ratio':>8}" for name in others)
        + f"{'wanted':>9}{'new':>7}"
    )
    for name, turn in (
        ("first sight", (0, 0, False)),
        ("3 new", (1, 0, False)),
        ("304", (1, 0, True)),
        ("none new", (1, 1, False)),
    ):
        order(*turn)
        mine = ours.update()
        row = f"{name:<14}{mine.rate:>11.0f}"
        for other in others.values():
            theirs = other.update()
            row += f"{theirs.rate:>16.1f}{mine.rate / theirs.rate:>8.1f}"
            if name != "first sight":
                assert mine.new * theirs.sources == theirs.new * mine.sources, (name, mine.new, theirs.new)
        print(f"{row}{WANT[name]:>9.1f}{mine.new:>7}", flush=True)


def main() -> None:
    """Run every round for all and print the tables."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    for name, default in (("--sources", 2000), ("--slow", 140), ("--rounds", 10)):
        options.add_argument(name, type=int, default=default)
    chosen = options.parse_args()
    hosts = [f"127.{1 + n // 250}.{n % 250}.1" for n in range(chosen.sources)]
    control, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_server, args=(theirs, hosts), daemon=True)
    server.start()
    port = control.recv()
    names = [SIZES[n % len(SIZES)] if n % 35 != SIZES.index(TELLING) else "telling" for n in range(chosen.sources)]
    urls = [f"http://{host}:{port}/{name}.xml" for host, name in zip(hosts, names, strict=True)]

    def order(generation: int, salt: int, validators: bool) -> None:  # noqa: FBT001 - it goes over a pipe
        control.send((generation, salt, validators))
        control.recv()

    print(f"{len(urls)} sources of {SIZES[0]} to {SIZES[-1]} entries, {os.cpu_count()} cores; sources a second")
    with tempfile.TemporaryDirectory() as folder:
        ours, slow = Newswatch(Path(folder), urls, port), urls[: chosen.slow]
        others: dict[str, Contestant] = {}
        if slow:
            others = {"reader": Reader(Path(folder), slow), "httpx+feedparser": Loop(slow)}
            print(f"the others: the first {len(slow)} of them")
        compare(order, ours, others)
        memory = []
        for number in range(chosen.rounds):
            order(2 + number, 0, validators=False)
            ours.update()
            memory.append(megabytes(os.getpid(), "VmRSS"))
        if memory:
            print("MB after each further round of 3 new: " + " ".join(f"{one:.0f}" for one in memory))
        lags = sorted(ours.lags)
        p99, longest = (1000 * lags[place] for place in (len(lags) * 99 // 100, -1))
        print(f"loop lag: p99 {p99:.1f} ms (wanted: {LAG}), longest {longest:.0f} ms")
        print(f"largest process: {largest():.0f} MB, this one with its contestants (wanted: {LARGEST})")
        ours.close()
    control.send(None)
    server.join(5)


if __name__ == "__main__":
    main()
