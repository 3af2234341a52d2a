"""The loop that delivers: a real database on one side, a strict Bot API over real HTTP on the other.

Time is simulated where minutes matter: whenever the loop rests, its clock is set to when it wanted to wake.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.delivery import claimed_alerts, in_flight
from bot.delivery.loop import DeliveryLoop, DrainResult
from bot.model import (
    TERMINAL,
    Chat,
    DisplayPreferences,
)
from bot.notify.telegram.send import TelegramNotifier
from bot.ports.outbox_store import Sent
from bot.preferences import Preferences
from bot.process.clock import wall
from bot.store.repository import open_store
from tests.delivery.newsroom import GROUP, START, Counting, Room, both, most_within, texts

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer


pytestmark = pytest.mark.integration


@both
async def test_an_alert_is_delivered_once(room: Room, telegram_server: TelegramServer) -> None:
    """Sent, settled, and not sent again by the next sender."""
    await room.tell(1, 2)
    assert await room.drain() == DrainResult(sent=2, dead=0, left=0)
    assert await room.drain() == DrainResult(sent=0, dead=0, left=0)
    assert [one.chat for one in telegram_server.sent()] == [1, 2]


async def test_what_was_for_the_terminal_is_given_up_silently(room: Room, telegram_server: TelegramServer) -> None:
    """Queued, or printed, before there was a token: Telegram is not asked about it, and no owner hears of it."""
    printed = await room.tell(TERMINAL)
    epoch = await room.store.outbox.take_role("sender", room.time, timedelta(seconds=20))
    assert epoch is not None
    lines = await room.store.outbox.claim(epoch, room.time, limit=9, ttl=timedelta(minutes=1))
    await room.store.outbox.settle(lines, epoch, Sent(1), room.time)
    await room.tell(story=printed)
    await room.tell_many([TERMINAL.id, 2], 5)
    assert await room.drain(most=3) == DrainResult(sent=5, dead=5, left=0)
    assert {params["chat_id"] for _, _, params in telegram_server.requests} == {2}
    assert room.notices == []
    assert (await room.store.chats.read_status(room.time)).suspended == ()
    assert await room.dead() == {"it was for the terminal, as there was no token then": 5}


@both
async def test_a_later_report_edits_the_message(room: Room, telegram_server: TelegramServer) -> None:
    """A story that another outlet joins is one message, edited; the edit does not count as sent."""
    story = await room.tell(1)
    await room.drain()
    await room.tell(story=story)
    assert await room.drain() == DrainResult(sent=0, dead=0, left=0)
    (sent,) = telegram_server.sent()
    assert "also Reuters 14:00" in telegram_server.shown(1, sent.message)


async def test_urgent_goes_first_and_edits_last(room: Room, telegram_server: TelegramServer) -> None:
    """What is urgent overtakes; an edit waits for the messages that make a sound."""
    story = await room.tell(1)
    await room.drain()
    await room.tell(story=story)
    await room.tell(2)
    await room.tell(3, priority="urgent")
    await room.drain()
    assert [one.chat for one in telegram_server.told] == [1, 3, 2, 1]


async def test_case_4_a_burst_to_a_group(room: Room, telegram_server: TelegramServer) -> None:
    """Never more than 18 a minute, in order, nothing lost; a private chat beside it is not kept waiting."""
    telegram_server.per_minute = 20
    await room.tell_many([GROUP], 60)
    await room.tell(5)
    result = await room.drain()
    assert result == DrainResult(sent=61, dead=0, left=0)
    group = telegram_server.sent(GROUP)
    assert most_within(group, 60) <= 18
    assert texts(group) == [f"Headline {number}" for number in range(1, 61)]
    assert telegram_server.sent(5)[0].at < START + timedelta(seconds=3)


async def test_case_5_many_chats_one_hot_story(room: Room, telegram_server: TelegramServer) -> None:
    """Served at 25 a second overall, one a second each after a short burst, and each chat gets its share."""
    telegram_server.per_second = 30
    chats = list(range(1, 121))
    await room.tell_many(chats, 2)
    assert (await room.drain()).sent == 240
    sent = telegram_server.sent()
    assert most_within(sent, 1) <= 29
    assert sent[-1].at - START < timedelta(seconds=240 / 24)
    assert {one.chat for one in sent[:120]} == set(chats), "everybody has the first before anybody waits for a second"


async def test_case_75_a_rush_keeps_the_pace_when_answers_are_slow(room: Room, telegram_server: TelegramServer) -> None:
    """More than 25 chats wait, answers take a tenth of a second: as many are under way as keep the pace, no more.

    Each is for another chat, none is told twice, and when few are left it is one at a time again.
    """
    telegram_server.per_second, telegram_server.delay, telegram_server.each = 30, 0.1, 1.0
    telegram_server.now = lambda: datetime.now(UTC)
    medium = Counting(room.notifier)
    await room.tell(*range(1, 61))
    start = datetime.now(UTC)
    result = await DeliveryLoop(room.store.outbox, medium, now=wall).drain(start + timedelta(minutes=1))
    assert (result.sent, result.left) == (60, 0)
    assert 2 <= medium.most <= in_flight.MOST
    assert sorted(one.chat for one in telegram_server.sent()) == list(range(1, 61))
    medium.most = 0
    await room.tell(*range(1, 6))
    await DeliveryLoop(room.store.outbox, medium, now=wall).drain(datetime.now(UTC) + timedelta(minutes=1))
    assert medium.most == 1


async def test_chats_take_turns_and_what_is_urgent_does_not_wait_for_one(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has little to be told is told before others have had all of theirs; an urgent one before all of that."""
    monkeypatch.setattr(claimed_alerts, "HELD", 16)
    monkeypatch.setattr(claimed_alerts, "PER_CHAT", 2)
    await room.tell_many(list(range(1, 31)), 6)
    await room.tell(99)
    await room.tell(1, priority="urgent")
    await room.drain()
    order = [one.chat for one in telegram_server.sent()]
    assert len(order) == 182
    assert order.index(99) <= 30 * 2 + 2, "one turn of everybody, however much they have"
    urgent = next(place for place, one in enumerate(telegram_server.sent()) if "Headline 8" in one.text)
    assert urgent < 4


async def test_what_everybody_waits_for_waits_on_record(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A chat that pauses while nothing can be sent is told nothing after that, though its alert was claimed before."""
    telegram_server.plan(fault(401, "Unauthorized"), chat=1)
    await room.tell_many([1, 2, 3])

    async def rest(seconds: float) -> None:
        await room.store.preferences.write_preferences(Chat(3), Preferences(paused=room.time))
        await room.pause(seconds)

    sender = DeliveryLoop(room.store.outbox, room.notifier, now=room.now, wall=room.now, pause=rest)
    assert (await sender.drain(START + timedelta(minutes=1))).sent == 2
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2]


@pytest.mark.soak
@pytest.mark.parametrize("delay", [0.0, 0.1])
async def test_case_5_a_thousand_chats_in_real_time(
    tmp_path: Path, telegram_server: TelegramServer, bot_token: str, delay: float
) -> None:
    """One hot story for 1,000 chats, by the real clock: at least 24 a second overall, no 429 earned, each told once."""
    telegram_server.per_second, telegram_server.per_minute, telegram_server.delay = 30, 20, delay
    async with (
        await open_store(f"sqlite:///{tmp_path}/newswatch.db", migrate=True) as store,
        TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier,
    ):
        room = Room("", store, notifier, datetime.now(UTC))
        await room.tell(*range(1, 901), *(-number for number in range(1, 101)))
        start = datetime.now(UTC)
        result = await DeliveryLoop(store.outbox, notifier, now=wall).drain(start + timedelta(minutes=2))
        seconds = (datetime.now(UTC) - start).total_seconds()
    assert (result.sent, result.left) == (1000, 0)
    assert len({one.chat for one in telegram_server.sent()}) == 1000
    assert 1000 / seconds >= 24, f"{1000 / seconds:.1f} a second"


# ---------------------------------------------------------------------------------------------- what chats wish


@pytest.mark.parametrize("days", [-3653, -1, -1 / 24, 1 / 24, 1, 3653])
async def test_case_87_a_wall_clock_that_jumps_holds_up_no_alert(
    room: Room, telegram_server: TelegramServer, days: float
) -> None:
    """A chat that was told a moment ago is told the next within seconds, whatever the wall clock shows by then."""
    shift = timedelta()
    sender = room.sender(wall=lambda: room.time + shift)
    await room.tell(1)
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    shift = timedelta(days=days)
    room.time, true = room.time + shift, room.time
    await room.tell(1)  # another process, by the same wall clock
    room.time = true
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    assert room.time - true < timedelta(seconds=10)
    shift = timedelta()
    await room.tell(1)
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    assert room.time - true < timedelta(seconds=20)
    assert len(telegram_server.sent(1)) == 3
