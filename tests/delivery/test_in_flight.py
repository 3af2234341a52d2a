"""How many messages are under way, and that nobody waits for another's chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery.in_flight import LATE, MOST, RUSH, SILENT, SOON, InFlight
from bot.delivery.loop import DeliveryLoop
from bot.model import Delivery
from bot.process.clock import wall

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

    Room = Any  # what the fixture gives; tests are no package, so its type cannot be imported

pytestmark = pytest.mark.integration


class Clock:
    """Seconds that go by when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Read it."""
        return self.seconds


@asynccontextmanager
async def flights(clock: Clock) -> AsyncIterator[tuple[InFlight, Callable[..., asyncio.Event]]]:
    """Give what counts requests, and how to start one: it ends when its event is set."""
    in_flight, chats = InFlight(25, clock, lambda _: None), iter(range(100))

    def start(*, silent: bool = False) -> asyncio.Event:
        over = asyncio.Event()

        async def wait() -> None:
            await over.wait()

        in_flight.start(next(chats), wait(), silent=silent)
        return over

    yield in_flight, start
    await in_flight.abort(1)


async def test_one_is_under_way_until_its_answer_is_late() -> None:
    """Then another may start beside it, and so on, never more than eight."""
    clock = Clock()
    async with flights(clock) as (in_flight, start):
        for number in range(MOST):
            assert in_flight.room(), number
            start()
            assert not in_flight.room()
            assert in_flight.wait_for_room() == pytest.approx(SOON if number < MOST - 1 else LATE)
            clock.seconds += SOON
        assert not in_flight.room()


async def test_late_is_what_takes_twice_the_usual_time() -> None:
    """A second at the most: where all answers are slow, a kill costs little more than where none is."""
    clock = Clock()
    async with flights(clock) as (in_flight, start):
        for _ in range(30):
            start().set()
            clock.seconds += 0.4
            await in_flight.end(1)
        over = start()
        assert in_flight.wait_for_room() == pytest.approx(0.8, abs=0.01)
        for _ in range(30):
            clock.seconds += 5
            over.set()
            over = start()
        clock.seconds += 0.99
        assert not in_flight.room()


async def test_chats_that_never_answer_cannot_take_every_place() -> None:
    """Two of the eight at most."""
    clock = Clock()
    async with flights(clock) as (in_flight, start):
        for _ in range(SILENT):
            assert in_flight.room(silent=True)
            start(silent=True)
            clock.seconds += SOON
        assert in_flight.room()
        assert not in_flight.room(silent=True)


async def test_a_rush_has_as_many_under_way_as_keep_the_pace() -> None:
    """With more chats to be told than a second's worth, until none is left."""
    clock = Clock()
    async with flights(clock) as (in_flight, start):
        over = start()
        clock.seconds += 0.1
        over.set()
        await in_flight.end(1)
        in_flight.expect(RUSH + 1)
        started = 0
        while in_flight.room():
            start()
            started += 1
        assert started == 3
        in_flight.expect(5)
        assert not in_flight.room()
        in_flight.expect(0)
        assert in_flight.wait_for_room() == pytest.approx(SOON)


# ---------------------------------------------------------------------------------------------- the whole loop


@dataclass(slots=True)
class Recorder:
    """A medium that accepts at once, but for chats whose answers never come, and notes when by the room's clock."""

    now: Callable[[], datetime]
    hanging: frozenset[int]
    accepted: list[tuple[int, datetime]] = field(default_factory=list)
    most: int = 0
    under_way: int = 0

    async def send(self, delivery: Delivery) -> int:
        """Accept, or hang."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if (chat := delivery.alert.chat.id) in self.hanging:
                await asyncio.Event().wait()
            self.accepted.append((chat, self.now()))
            return len(self.accepted)
        finally:
            self.under_way -= 1

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Fail: nothing is folded here."""
        raise AssertionError(deliveries, message)


@pytest.mark.parametrize(("chats", "hanging"), [(2, 1), (10, 1), (10, 5), (2000, 1), (2000, 3)])
async def test_case_18_nobody_waits_for_an_answer_that_another_never_gets(room: Room, chats: int, hanging: int) -> None:
    """Whether 2 chats wait or 2,000, and though those that hang come first."""
    await room.tell(*range(1, chats + 1))
    medium = Recorder(room.now, frozenset(range(1, hanging + 1)))
    start, others, span = room.time, min(chats - hanging, 60), 3.2

    def clock() -> float:  # for the answers, simulated as well
        return float(room.time.timestamp())

    sender = DeliveryLoop(
        room.store.outbox, medium, now=room.now, wall=room.now, pause=room.pause, clock=clock, max_per_hour=lambda: 0
    )
    await sender.drain(start + timedelta(seconds=span))
    told = [when for _, when in medium.accepted][:others]
    assert len(told) == others
    due = [max(0, place - 25) / 25 for place in range(others)]  # by the pace alone
    delays = [(when - start).total_seconds() - at for when, at in zip(told, due, strict=True)]
    assert max(delays) <= 2, delays
    assert medium.most <= hanging + MOST


async def test_publish_to_message_with_a_hanging_chat_among_ten(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Over real HTTP and by the real clock: each of the nine others has each alert within two seconds."""
    release, stop, wake = asyncio.Event(), asyncio.Event(), asyncio.Event()
    telegram_server.now = wall
    telegram_server.plan(fault(hang=release), times=9, chat=1)
    sender = DeliveryLoop(room.store.outbox, room.notifier, max_per_hour=lambda: 0)
    running = asyncio.create_task(sender.run(stop, wake))
    for number in range(2):
        room.time = began = datetime.now(UTC)
        await room.tell(*range(1, 11))
        wake.set()
        async with asyncio.timeout(20):
            while len(telegram_server.sent()) < 9 * (number + 1):
                await asyncio.sleep(0.01)
        assert telegram_server.told[-1].at - began < timedelta(seconds=2 + number)
    release.set()
    stop.set()
    await running


async def test_case_1_slow_mode_of_some_chats_is_nobody_elses(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """An hour of it, for three that come first of ten: the others are told within two seconds, and those in an hour."""
    for chat in (1, 2, 3):
        telegram_server.plan(fault(429, "Too Many Requests: retry after 3600", {"retry_after": 3600}), chat=chat)
    start = room.time
    await room.tell(*range(1, 11))
    assert (await room.drain(seconds=10)).sent == 7
    assert max(one.at for one in telegram_server.sent()) <= start + timedelta(seconds=2)
    await room.tell(*range(4, 11))
    later = room.time
    assert (await room.drain(seconds=10)).sent == 7
    assert max(one.at for one in telegram_server.sent()) <= later + timedelta(seconds=2)
    await room.drain(seconds=4000)
    assert {one.chat for one in telegram_server.sent()} == set(range(1, 11))


async def test_groups_that_wait_for_their_pace_keep_nobody_waiting(room: Room, telegram_server: TelegramServer) -> None:
    """A backlog for sixteen groups, at fifteen a minute each: a chat that is told something now hears it now."""
    await room.tell_many([-number for number in range(1, 17)], 9)
    began, moments = list[datetime](), iter(room.time + timedelta(seconds=after) for after in (4, 6, 8))
    moment = next(moments)

    async def rest(seconds: float) -> None:
        nonlocal moment
        await room.pause(seconds)
        if room.time >= moment:
            began.append(room.time)
            moment = next(moments, room.time + timedelta(hours=1))
            await room.tell(7)

    await room.sender(pause=rest).drain(room.time + timedelta(seconds=11))
    told = [one.at for one in telegram_server.sent(7)]
    assert max(at - since for at, since in zip(told, began, strict=True)) <= timedelta(seconds=2)
