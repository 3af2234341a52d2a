"""Places that are few go to whoever behaves well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.fetch.priority_queue import HostReputation, PrioritySemaphore

GOOD, NEW, BAD = HostReputation


@asynccontextmanager
async def entering(
    semaphore: PrioritySemaphore, *asked: tuple[str, HostReputation, bool]
) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """Let these ask for a place, one after the other; give the tasks, done for those who have one."""
    tasks = {}
    for name, reputation, first in asked:
        tasks[name] = asyncio.create_task(semaphore.acquire(reputation, first=first))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


def inside(tasks: dict[str, asyncio.Task[None]]) -> set[str]:
    """Return who has a place."""
    return {name for name, task in tasks.items() if task.done()}


async def test_places_are_given_in_the_order_of_good_behaviour() -> None:
    """The good before the new before the bad, whom an alert waits for before the others, then whoever came first."""
    semaphore, order = PrioritySemaphore(1, 1, 1), list[str]()
    await semaphore.acquire(GOOD)

    async def come(name: str, reputation: HostReputation, *, first: bool = False) -> None:
        await semaphore.acquire(reputation, first=first)
        order.append(name)
        semaphore.release(reputation)

    tasks = [
        asyncio.create_task(come("bad", BAD)),
        asyncio.create_task(come("new", NEW)),
        asyncio.create_task(come("new for an alert", NEW, first=True)),
        asyncio.create_task(come("good", GOOD)),
        asyncio.create_task(come("second good", GOOD)),
    ]
    await asyncio.sleep(0)
    semaphore.release(GOOD)
    await asyncio.gather(*tasks)
    assert order == ["good", "second good", "new for an alert", "new", "bad"]


async def test_the_new_and_the_bad_share_some_places() -> None:
    """However many ask, the good find one free, and the new find one that the bad may not have."""
    many = [(f"bad {n}", BAD, True) for n in range(10)] + [(f"new {n}", NEW, True) for n in range(10)]
    async with entering(PrioritySemaphore(5, 3, 1), *many, ("good", GOOD, False)) as tasks:
        assert inside(tasks) == {"bad 0", "new 0", "new 1", "good"}


async def test_who_gives_up_takes_nobody_s_place() -> None:
    """One that is cancelled while it waits, or in the moment in which it is let in, leaves the place to the next."""
    semaphore = PrioritySemaphore(1, 1, 1)
    await semaphore.acquire(GOOD)
    async with entering(semaphore, ("first", NEW, False), ("second", NEW, False), ("third", NEW, False)) as tasks:
        tasks["first"].cancel()
        await asyncio.sleep(0)
        semaphore.release(GOOD)
        tasks["second"].cancel()
        await asyncio.wait({tasks["third"]}, timeout=5)
        assert tasks["third"].done()


async def test_a_place_is_wanted_by_those_alone_whom_it_would_let_in() -> None:
    """The bad who wait for their share want the places of the bad, not those of the good."""
    semaphore = PrioritySemaphore(3, 2, 1)
    await semaphore.acquire(GOOD)
    await semaphore.acquire(BAD)
    assert not semaphore.is_awaited(GOOD)
    async with entering(semaphore, ("bad", BAD, False)):
        assert not semaphore.is_awaited(GOOD)
        assert semaphore.is_awaited(BAD)
