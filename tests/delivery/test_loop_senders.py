"""Stops, and senders that wait, are replaced, or lose their lease: the delivery loop over real HTTP."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.delivery import loop
from bot.delivery.loop import DeliveryLoop, DrainResult
from bot.errors import StoreError
from bot.model import (
    Delivery,
)
from bot.process import supervise
from bot.process.clock import wall
from bot.store.leases.process_identity import this_process
from bot.store.outbox.outbox_repository import OutboxRepository
from bot.store.repository import open_store
from tests.delivery.newsroom import START, Room, both, until

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer


pytestmark = pytest.mark.integration


@both
async def test_case_89_a_deadline_holds_while_a_send_hangs(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A scheduler kills what overruns: the send is left to its claim, the rest given back, and all is told later."""
    telegram_server.plan(fault(hang=asyncio.Event()), times=3)
    await room.tell_many([1, 2, 3])
    start = datetime.now(UTC)
    result = await DeliveryLoop(room.store.outbox, room.notifier, now=wall).drain(start + timedelta(seconds=0.3))
    assert datetime.now(UTC) - start < timedelta(seconds=2.5), "by the clock on the wall"
    assert (result.sent, result.left, result.standby) == (0, 3, False)
    telegram_server.forgive()
    room.time = datetime.now(UTC)
    assert (await room.drain()).sent == 3


@both
async def test_case_76_leaving_is_finished_even_when_it_is_cancelled(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever loses patience with a hanging send still gets the role back, and the alerts that were not tried."""
    assert loop.GRACE + 3 * loop.STEP < supervise.GRACE < 10
    monkeypatch.setattr(loop, "PATIENCE", 0.01)
    telegram_server.plan(fault(hang=asyncio.Event()))
    await room.tell_many([1, 2, 3])
    stop, leaving = asyncio.Event(), asyncio.Event()
    sender = room.sender()
    leave = sender._stop_sending

    async def noted(seconds: float) -> None:
        leaving.set()
        await leave(seconds)

    monkeypatch.setattr(sender, "_stop_sending", noted)
    task = asyncio.create_task(sender.run(stop, asyncio.Event()))
    await until(lambda: telegram_server.requests)
    stop.set()
    await leaving.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not sender._in_flight
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        epoch = await other.outbox.take_role("sender", room.time, timedelta(seconds=20))
        assert epoch is not None, "the role was given back"
        async with other.database.read() as connection:
            leased = await connection.execute(text("SELECT chat FROM outbox WHERE lease_until IS NOT NULL"))
            assert [row.chat for row in leased] == [1], "only what may have been accepted stays claimed"


@both
async def test_case_76_a_stop_in_the_middle(room: Room, telegram_server: TelegramServer) -> None:
    """What is under way is finished, the rest given back at once: the next sender finds it; nothing twice."""
    await room.tell_many(list(range(1, 41)))
    stop, wake, beats = asyncio.Event(), asyncio.Event(), list[int]()
    sender = room.sender()
    task = asyncio.create_task(sender.run(stop, wake, lambda: beats.append(1)))
    await until(lambda: len(telegram_server.sent()) >= 5)
    stop.set()
    async with asyncio.timeout(5):
        await task
    before = len(telegram_server.sent())
    assert before < 40
    result = await room.drain()
    assert before + result.sent == 40
    assert sorted(one.chat for one in telegram_server.sent()) == list(range(1, 41))
    assert len(beats) >= 2


async def test_a_hint_wakes_the_loop(room: Room, telegram_server: TelegramServer) -> None:
    """With the clock at rest, only the hint makes the sender look again."""
    stop, wake, rest = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def forever(_: float) -> None:
        await rest.wait()

    sender = DeliveryLoop(room.store.outbox, room.notifier, now=room.now, wall=room.now, pause=forever)
    task = asyncio.create_task(sender.run(stop, wake))
    await until(lambda: sender._claimed._look_at > START)
    await room.tell(1)
    wake.set()
    await until(lambda: len(telegram_server.sent()) == 1)
    stop.set()
    await task


@both
async def test_case_78_a_second_sender_waits(room: Room, telegram_server: TelegramServer) -> None:
    """While another machine's sender lives, nothing is sent and everything is left to it; then this one takes over."""
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    await room.tell(1)
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        epoch = await other.outbox.take_role("sender", room.time, timedelta(seconds=20))
        assert epoch is not None
        assert await room.drain() == DrainResult(sent=0, dead=0, left=1, standby=True)
        room.time += timedelta(seconds=21)
        assert (await room.drain()).sent == 1
    assert len(telegram_server.sent()) == 1


async def test_a_fault_of_the_database_that_lasts_ends_the_loop(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again cannot help: whoever supervises the loop has to hear of it. Any other is waited out."""
    claims = list[bool]()

    async def broken(*_: object, **__: object) -> tuple[Delivery, ...]:
        claims.append(True)
        raise StoreError("the database is damaged", lasting=len(claims) > 2)

    monkeypatch.setattr(OutboxRepository, "claim", broken)
    with pytest.raises(StoreError, match="damaged"):
        await room.sender().run(asyncio.Event(), asyncio.Event())
    assert len(claims) == 3


@both
async def test_case_77_a_sender_that_was_replaced_stops(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asleep for longer than its lease, it sends nothing more of what it held; the new one sends it once."""
    monkeypatch.setattr(loop, "PATIENCE", 0.01)
    release, rests = asyncio.Event(), asyncio.Event()
    telegram_server.plan(fault(hang=release, code=500, description="Internal Server Error"), chat=1)
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")

    async def asleep(_: float) -> None:
        rests.set()
        await release.wait()

    old = room.sender()
    old._pause = asleep
    for _ in range(7):
        old._pace.record_request(0, START)  # the bot's bucket is low: after the first send it has to rest
    task = asyncio.create_task(old.drain(START + timedelta(hours=1)))
    await rests.wait()
    await until(lambda: telegram_server.requests)
    room.time += timedelta(seconds=60)
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        new = room.sender(other)
        assert (await new.drain(room.time + timedelta(minutes=10))).sent == 3
        release.set()
        await task
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]


async def test_case_77_a_sender_whose_database_was_slow_is_not_certain_any_more(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role ends while alerts are claimed: what came of that is not sent, as the new sender has it."""
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    quick, first = OutboxRepository.claim, iter([True])
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:

        async def slow(self: OutboxRepository, *args: Any, **limits: Any) -> tuple[Delivery, ...]:
            claimed = await quick(self, *args, **limits)
            if next(first, False):
                room.time += timedelta(seconds=25)
                assert (await room.sender(other).drain(room.time + timedelta(minutes=1))).sent == 3
            return claimed

        monkeypatch.setattr(OutboxRepository, "claim", slow)
        assert (await room.drain()).sent == 0
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]


@both
async def test_case_77_a_database_that_hangs_makes_no_two_instances_send_the_same(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim was confirmed before the database froze for longer than the role lasts: its sender looks at its clock."""
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    quick, first = OutboxRepository.confirm_claims, iter([True])
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:

        async def frozen(self: OutboxRepository, *args: Any) -> tuple[Delivery, ...]:
            confirmed = await quick(self, *args)
            if next(first, False):
                room.time += timedelta(seconds=25)
                assert (await room.sender(other).drain(room.time + timedelta(minutes=1))).sent == 3
            return confirmed

        monkeypatch.setattr(OutboxRepository, "confirm_claims", frozen)
        assert (await room.drain()).sent == 0
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]
