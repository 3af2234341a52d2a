"""Many sources, some of them slow, endless or lost: the others are polled on time, and nothing grows."""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.polling.loop import PollLoop
from tests.plugins.crowd import ITEMS, crowd, hosts
from tests.plugins.home import Home
from tests.plugins.rig import Rig, Site

HANGING = "hanging.example"
FILES = 64  # open files, the least that a user has met


def mixed(number: int, port: int, every: str) -> str:
    """Return a watchlists.yaml: of 20 sources 16 are honest, and one each drips, hangs in DNS, loops, never ends."""
    odd = {0: "drip", 5: "dns", 10: "loop", 15: "endless"}
    lines = []
    for one, host in enumerate(hosts(number)):
        kind = odd.get(one % 20, "feed")
        name = f"n{one}.{HANGING}" if kind == "dns" else host
        path = "feed" if kind == "dns" else kind
        url = f"http://{name}:{port}/{path}"
        lines.append(f"  - {{name: {kind}{one}, publisher: p{one}, url: '{url}', every: {every}}}")
    return "\n".join(
        ["defaults: {full_text: never}", "sources:", *lines, "watchlists: {k: {keywords: [Kremlin], languages: [en]}}"]
    )


def hang_in_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let names below HANGING never be resolved, nor refused; loopback addresses need no name server."""
    resolve = aiohttp.AsyncResolver.resolve

    async def slow(self: aiohttp.AsyncResolver, host: str, *args: object, **more: object) -> object:
        if host.endswith(HANGING):
            await asyncio.Event().wait()
        return await resolve(self, host, *args, **more)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(aiohttp.AsyncResolver, "resolve", slow)


@asynccontextmanager
async def lags() -> AsyncIterator[list[float]]:
    """Measure how late the loop comes to what is due, in seconds."""
    found: list[float] = []

    async def watch() -> None:
        clock = asyncio.get_running_loop()
        while True:
            before = clock.time()
            await asyncio.sleep(0.005)
            found.append(clock.time() - before - 0.005)

    task = asyncio.create_task(watch())
    try:
        yield found
    finally:
        task.cancel()


def open_files() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def asked(port: int) -> dict[str, int]:
    """Return how often each host was asked for each path."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.1.0.1:{port}/counts") as answer:
        counts: dict[str, int] = await answer.json()
        return counts


async def until_all_honest(poller: PollLoop, number: int) -> None:
    """Wait until every honest source was polled."""
    while poller.tally.items < number * 16 // 20 * ITEMS:
        await asyncio.sleep(0.01)


async def test_case_32_and_46_a_fifth_that_is_slow_keeps_nobody_waiting(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 100 sources 5 drip, 5 hang in DNS, 5 loop, 5 never end: the other 80 are polled while those still hang."""
    hang_in_dns(monkeypatch)
    async with crowd(100) as port:
        rig.sites.append(Site("127.1.0.1", port))
        await rig.set_up(mixed(100, port, "1m"), deadline=30.0)
        poller = rig.poller()
        polling = asyncio.create_task(poller.tick(60.0))
        async with asyncio.timeout(25), lags() as late:
            await until_all_honest(poller, 100)
        reasons = {name.rstrip("0123456789") for name in poller.tally.failures}
        assert reasons <= {"loop", "endless"}  # the others still hang
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    late.sort()
    assert late[len(late) // 2] < 0.05


async def test_case_93_little_memory_is_enough(home: Home) -> None:
    """With 256 MB of private memory it looks up words, reads a feed of every source and ends well."""
    async with crowd(60) as port:
        lines = [f"  - {{name: s{n}, url: 'http://{host}:{port}/feed'}}" for n, host in enumerate(hosts(60))]
        keywords = "watchlists: {k: {keywords: [Kremlin, выборы, Wahlen], languages: [en, ru, de]}}"
        home.watch("\n".join(["sources:", *lines, keywords]))
        home.environ["NEWSWATCH_ALLOWED_PORTS"] = str(port)
        ended = await home.run("once", "--json", memory=256 * 1024 * 1024)
    assert ended.code == 0, ended.err
    tick = ended.json()
    assert (tick["polled"], tick["failed"]) == (60, 0), tick["failures"][:3]


async def test_case_45_many_sources_need_few_open_files(home: Home) -> None:
    """All sources are due at once, and the process may open 64 files: each is polled, none fails."""
    async with crowd(120) as port:
        lines = [
            f"  - {{name: s{n}, publisher: p{n}, url: 'http://{host}:{port}/feed'}}"
            for n, host in enumerate(hosts(120))
        ]
        home.watch("\n".join(["sources:", *lines, "watchlists: {k: {keywords: [Kremlin], languages: [en]}}"]))
        home.environ["NEWSWATCH_ALLOWED_PORTS"] = str(port)
        ended = await home.run("once", "--json", files=FILES)
    assert ended.code == 0, ended.err
    tick = ended.json()
    assert (tick["polled"], tick["failed"], tick["items"]) == (120, 0, 120 * ITEMS), tick["failures"][:3]


async def test_case_92_what_is_polled_for_days_leaves_nothing_behind(rig: Rig) -> None:
    """Of 40 sources polled every hour for two days, the second day needs no more memory, files or tasks."""
    async with crowd(40) as port:
        rig.sites.append(Site("127.1.0.1", port))
        lines = [f"  - {{name: s{n}, url: 'http://{host}:{port}/feed', every: 1h}}" for n, host in enumerate(hosts(40))]
        await rig.set_up("\n".join(["sources:", *lines, "watchlists: {k: {keywords: [Kremlin], languages: [en]}}"]))
        used = [await a_day(rig) for _ in range(2)]
    (memory, files, tasks), (memory_after, files_after, tasks_after) = used
    assert memory_after - memory < 1_000_000
    assert files_after <= files
    assert tasks_after <= tasks


async def a_day(rig: Rig) -> tuple[int, int, int]:
    """Poll everything every hour for a day; return how much memory, files and tasks it holds then."""
    for _ in range(24):
        tally = await rig.later(hours=1)
        assert (tally.polled, tally.failures) == (40, {})
    gc.collect()
    sizes = sum(sys.getsizeof(one) for one in gc.get_objects())
    return sizes, open_files(), len(asyncio.all_tasks())


@pytest.mark.soak
async def test_case_92_of_a_thousand_sources_those_that_are_honest_are_polled_on_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """1,000 sources, 50 of each bad kind, a minute at a pace of ten seconds: every honest one is asked five times."""
    hang_in_dns(monkeypatch)
    async with crowd(1000) as port:
        rig.sites.append(Site("127.1.0.1", port))
        rig.now = datetime.now(UTC)
        await rig.set_up(mixed(1000, port, "10s"), deadline=20.0)
        rig.let_the_clock_run()
        poller, stop = rig.poller(), asyncio.Event()
        async with lags() as late:
            running = asyncio.create_task(poller.run(stop, lambda: None, lambda _: None))
            await asyncio.sleep(60)
            files, tasks = open_files(), len(asyncio.all_tasks())
            stop.set()
            await running
        counts = await asked(port)
    honest = sorted(count for name, count in counts.items() if name.startswith("feed "))
    late.sort()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with capsys.disabled():
        print(  # noqa: T201 - a soak says what it saw
            f"\n{len(honest)} honest sources, asked {honest[0]} to {honest[-1]} times in 60 s; loop lag p99 "
            f"{late[len(late) * 99 // 100] * 1000:.0f} ms; {memory:.0f} MB, {files} files, {tasks} tasks"
        )
    assert len(honest) == 800
    assert honest[0] >= 5
    assert memory < 400
