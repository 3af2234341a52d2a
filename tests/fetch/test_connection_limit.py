"""Seats: a host that hangs or drips keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.fetch import connection_limit as limit_module
from bot.fetch.connection_limit import ENOUGH_BYTES, ConnectionLimit, RequestSlot
from bot.fetch.priority_queue import HostReputation

CONNECTIONS, SLOTS = 40, 3


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let slots be looked at often."""
    monkeypatch.setattr(limit_module, "SILENCE", 0.01)
    monkeypatch.setattr(limit_module, "DRIPPING_AFTER", 0.05)


@asynccontextmanager
async def waiting(slots: ConnectionLimit, requests: int, size: int = 0) -> AsyncIterator[list[RequestSlot]]:
    """Begin so many requests, whose hosts send so many bytes and then nothing; give the slots of those that began."""
    begun: list[RequestSlot] = []

    async def hang() -> None:
        ended = asyncio.Event()
        async with slots.one() as slot:
            slot.end = ended.set
            slot.ask(begun=bool(size))
            if size:
                slot.record_bytes(size)
            begun.append(slot)
            await ended.wait()

    tasks = [asyncio.create_task(hang()) for _ in range(requests)]
    try:
        yield begun
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(begun: list[RequestSlot], number: int) -> None:
    """Wait until so many have begun."""
    async with asyncio.timeout(10):
        while len(begun) < number:
            await asyncio.sleep(0.01)


async def test_case_46_hosts_that_hang_leave_their_seats_to_others() -> None:
    """All that hang begin, and whoever comes then is served at once."""
    slots = ConnectionLimit(CONNECTIONS, SLOTS)
    async with waiting(slots, 20) as hanging:
        await until(hanging, 20)
        for _ in range(SLOTS):
            async with asyncio.timeout(10), slots.one():
                pass


async def test_a_seat_that_nobody_wants_is_kept() -> None:
    """Without others who wait, a host that hangs costs nothing, and its request is not moved."""
    slots = ConnectionLimit(CONNECTIONS, SLOTS)
    async with waiting(slots, 2) as hanging:
        await until(hanging, 2)
        await asyncio.sleep(0.1)
        assert all(slot.has_slot for slot in hanging)


async def test_there_are_never_more_than_all_connections() -> None:
    """The others wait until one ends; every connection and every byte comes back."""
    slots = ConnectionLimit(8, SLOTS)
    for _ in range(2):
        async with waiting(slots, 20, size=10) as begun:
            await until(begun, 7)
            await asyncio.sleep(0.1)
            assert len(begun) == 7, "the new have seven eighths"
        assert slots.spare == limit_module.WAITING_BYTES


async def test_who_waits_for_itself_keeps_its_slot() -> None:
    """A request that has not asked, or that is at work, does not move, however many wait."""
    slots = ConnectionLimit(CONNECTIONS, 1)
    async with slots.one() as slot, waiting(slots, 5) as others:
        await asyncio.sleep(0.1)
        assert (slot.has_slot, others) == (True, [])


async def test_a_host_that_sends_again_gets_a_seat_again() -> None:
    """A request without a slot takes one when there is something to take in, before others that drip."""
    slots = ConnectionLimit(CONNECTIONS, 1)
    async with slots.one() as slot:
        slot.ask(begun=True)
        async with waiting(slots, 3, size=1) as others:
            await until(others, 3)
            await asyncio.sleep(0.1)
            before = slot.has_slot
            async with asyncio.timeout(10):
                await slot.take()
            assert (before, slot.has_slot) == (False, True)
            assert slot.priority is HostReputation.BAD, "it was silent for long"
            slot.record_bytes(ENOUGH_BYTES)
            assert (slot.priority, slot.has_dripped) == (HostReputation.NEW, True)


async def test_who_returns_for_a_slot_waits_for_room_too() -> None:
    """Hundreds of answers may have begun while there was room: all of them in memory at once would fill it."""
    limit = ConnectionLimit(CONNECTIONS, 1)
    async with limit.one() as slot:
        slot.ask(begun=True)
        async with waiting(limit, 3, size=1) as others:
            await until(others, 3)
            room, asked = asyncio.Event(), asyncio.Event()

            async def wait_for_room() -> None:
                asked.set()
                await room.wait()

            task = asyncio.create_task(slot.take(wait_for_room))
            async with asyncio.timeout(10):
                await asked.wait()
                assert slot.has_slot
                assert not task.done()
                assert not slot.is_dripping(), "it waits for us"
                room.set()
                await task


async def test_what_waits_in_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many bytes a request that drips is ended, and its slot goes to whoever waits."""
    monkeypatch.setattr(limit_module, "WAITING_BYTES", 100)
    slots = ConnectionLimit(CONNECTIONS, SLOTS)
    async with waiting(slots, 12, size=60) as begun:
        await until(begun, 12)
        assert slots.spare == 40
        assert sum(slot.ended for slot in begun) >= 12 - SLOTS - 1
    assert slots.spare == 100


async def test_large_answers_that_drip_leave_their_slots_too() -> None:
    """Whoever comes to be large while others hang there waits for a moment only."""
    slots = ConnectionLimit(CONNECTIONS, 20, large=2)
    async with asyncio.timeout(10):
        for _ in range(6):
            task = asyncio.create_task(_grow(slots, asyncio.Event()))
            await asyncio.sleep(0)
            assert not task.done()
        ended = asyncio.Event()
        ended.set()
        await _grow(slots, ended)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


async def _grow(slots: ConnectionLimit, ended: asyncio.Event) -> None:
    async with slots.one() as slot:
        slot.ask(begun=True)
        slot.record_bytes(1000)
        await slot.acquire_large()
        slot.ask(begun=True)
        await ended.wait()
