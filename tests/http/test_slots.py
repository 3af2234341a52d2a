"""Connections at once: hosts that hang keep nobody else waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.http.slots import Slots

QUICK, SLOW = 3, 5
SOON = 0.01


@asynccontextmanager
async def holding(slots: Slots, requests: int) -> AsyncIterator[list[int]]:
    """Begin so many requests, none of which ends; give those that have a seat."""
    seated: list[int] = []

    async def hang(number: int) -> None:
        async with slots.one() as seat:
            seat.ask()
            seated.append(number)
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hang(number)) for number in range(requests)]
    try:
        yield seated
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(seated: list[int], number: int) -> None:
    """Wait until so many have a seat."""
    async with asyncio.timeout(5):
        while len(seated) < number:
            await asyncio.sleep(SOON)


async def test_case_46_hosts_that_hang_leave_their_seats_to_others() -> None:
    """As many as hang find seats among the slow, and whoever comes then is served at once."""
    slots = Slots(QUICK, SLOW, SOON)
    async with holding(slots, SLOW) as hanging:
        await until(hanging, SLOW)
        await asyncio.sleep(3 * SOON)
        for _ in range(QUICK):
            async with asyncio.timeout(5), slots.one():
                pass


async def test_there_are_never_more_than_all_seats() -> None:
    """When those for the slow are taken too, the others wait; every seat comes back."""
    slots = Slots(QUICK, SLOW, SOON)
    for _ in range(2):
        async with holding(slots, 20) as hanging:
            await until(hanging, QUICK + SLOW)
            await asyncio.sleep(3 * SOON)
            assert len(hanging) == QUICK + SLOW


async def test_a_seat_that_comes_free_among_the_slow_is_taken() -> None:
    """Whoever found none there is asked again."""
    slots = Slots(1, 1, SOON)
    async with holding(slots, 1) as first:
        await until(first, 1)
        await asyncio.sleep(3 * SOON)
        async with holding(slots, 2) as others:
            await until(others, 1)
            await asyncio.sleep(3 * SOON)
            assert len(others) == 1
        async with asyncio.timeout(5), slots.one():
            pass
