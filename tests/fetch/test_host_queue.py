"""Whose turn it is at a host: pages before polls, one at a time, a pause between two."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.errors import FetchError
from bot.fetch.host_queue import HostQueue

PAUSE = 0.05


async def test_a_page_goes_before_the_polls_that_wait_and_the_pause_is_kept() -> None:
    """Whoever waits for an alert's page is not kept waiting by polls that came before, not even in the pause."""
    hosts, order, times = HostQueue(PAUSE), list[str](), list[float]()

    async def ask(name: str, *, page: bool = False) -> None:
        async with hosts.turn("a.example", page=page):
            hosts.begin("a.example")
            order.append(name)
            times.append(asyncio.get_running_loop().time())

    await ask("poll 1")
    polls = [asyncio.create_task(ask(f"poll {n}")) for n in (2, 3)]
    await asyncio.sleep(0)  # they are in the queue
    await asyncio.gather(ask("page 1", page=True), ask("page 2", page=True), *polls)
    assert order == ["poll 1", "page 1", "page 2", "poll 2", "poll 3"]
    assert min(after - before for before, after in itertools.pairwise(times)) >= PAUSE * 0.99


async def test_who_gives_up_takes_nobody_s_turn() -> None:
    """One that is cancelled while it waits, or while it is served, lets the next one in."""
    hosts, served = HostQueue(0.001), asyncio.Event()

    async def ask(*, stay: bool = False) -> None:
        async with hosts.turn("a.example"):
            if stay:
                served.set()
                await asyncio.Event().wait()

    holder = asyncio.create_task(ask(stay=True))
    await served.wait()
    waiting, last = asyncio.create_task(ask()), asyncio.create_task(ask())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0)
    holder.cancel()
    async with asyncio.timeout(5):
        await last
    await asyncio.gather(holder, waiting, return_exceptions=True)


async def test_case_43_all_who_wait_for_a_host_that_asks_for_time_are_told_at_once() -> None:
    """None of them waits for a pause before it hears so."""
    hosts = HostQueue(60.0)
    async with hosts.turn("a.example"):
        polls = [asyncio.create_task(_refused(hosts)) for _ in range(3)]
        await asyncio.sleep(0)
        hosts.close("a.example", 60.0, 429)
    async with asyncio.timeout(5):
        await asyncio.gather(*polls)


async def _refused(hosts: HostQueue) -> None:
    with pytest.raises(FetchError, match="asked us to wait"):
        async with hosts.turn("a.example"):
            pytest.fail("it was asked all the same")
