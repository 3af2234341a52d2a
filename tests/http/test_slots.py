"""Connections at once: hosts that hang keep nobody waiting but one another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.http.slots import FOR_SLOW, REMEMBERED, Slots

MOST = 8
HANGING = [f"hanging{n}.example" for n in range(50)]


@asynccontextmanager
async def holding(slots: Slots, hosts: list[str]) -> AsyncIterator[list[str]]:
    """Ask all of these hosts, none of which answers; give those that are being asked."""
    asked: list[str] = []

    async def hang(host: str) -> None:
        async with slots.one(host):
            asked.append(host)
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hang(host)) for host in hosts]
    for _ in range(3):
        await asyncio.sleep(0)
    yield asked
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_case_46_hosts_that_hung_wait_for_one_another_only() -> None:
    """However many hosts let their time run out the last time, those that did not find room at once."""
    slots = Slots(MOST)
    for host in HANGING:
        slots.slow(host)
    async with holding(slots, HANGING) as hanging, holding(slots, ["a", "b", "c", "d", "e", "f", "g"]) as others:
        assert len(hanging) == MOST // FOR_SLOW
        assert len(others) == MOST - MOST // FOR_SLOW
    async with holding(slots, ["z"]) as asked:
        assert asked == ["z"], "every slot was given back"


async def test_a_host_that_answers_again_is_like_any_other() -> None:
    """Having been slow counts for one request, and again only when that is slow too."""
    slots = Slots(MOST)
    for host in HANGING[:4]:
        slots.slow(host)
        async with slots.one(host):
            pass
    async with holding(slots, HANGING[:4]) as asked:
        assert len(asked) == 4
    slots.slow("again")
    async with slots.one("again"):
        slots.slow("again")
    async with holding(slots, ["again", *HANGING[:MOST]]) as asked:
        assert len(asked) == 1 + MOST - MOST // FOR_SLOW


async def test_of_hosts_that_hang_so_many_are_remembered() -> None:
    """A million names that hang do not fill the memory: whoever was not asked for long is forgotten."""
    slots = Slots(4)
    for n in range(REMEMBERED + 3):
        slots.slow(f"{n}.example")
    oldest, newest = ["0.example", "1.example", "2.example"], [f"{REMEMBERED}.example", f"{REMEMBERED + 1}.example"]
    async with holding(slots, oldest) as forgotten, holding(slots, newest) as kept:
        assert (forgotten, kept) == (oldest, newest[:1])
