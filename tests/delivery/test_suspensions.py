"""Chats that refuse messages for a while: what is held, when it is tried, how it ends; over hours and restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.alerts.suspension import HELD_MOST
from bot.store.repository import open_store
from tests.delivery.newsroom import Room, texts

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration
both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)
RIGHTS = "Bad Request: not enough rights to send text messages to the chat"
GROUP = -1007


@asynccontextmanager
async def another_process(room: Room) -> AsyncIterator[Room]:
    """Go on in a process that knows only what is on record."""
    async with await open_store(room.url, migrate=False) as store:
        yield Room(room.url, store, room.notifier, room.time, room.notices, room.problems, room.numbers)


async def pass_time(room: Room, length: timedelta, step: timedelta = timedelta(minutes=5)) -> None:
    """Let time pass, a tick of the scheduler after the other: each is a sender of its own."""
    end = room.time + length
    while room.time < end:
        room.time += step
        await room.drain(30)


@both
async def test_a_closed_night_is_found_over_in_the_morning(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A few probes by the way, one notice, and what was held as one digest; the next alert comes at once."""
    telegram_server.plan(fault(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), times=99, chat=GROUP)
    await room.tell(GROUP)
    await room.drain(30)
    for _ in range(4):
        await room.tell(GROUP)
        await pass_time(room, timedelta(hours=2), timedelta(minutes=10))
    asked = len(telegram_server.asked("sendMessage"))
    assert 5 <= asked <= 20
    assert len(room.notices) == 1
    assert await room.dead() == {}
    telegram_server.forgive()
    async with another_process(room) as later:
        telegram_server.now = later.now
        await pass_time(later, timedelta(hours=1), timedelta(minutes=10))
        assert (await later.store.chats.read_status(later.time)).suspended == ()
        digest = telegram_server.sent(GROUP)[0].text
        assert all(f"Headline {number}" in digest for number in range(1, 4))
        already = len(telegram_server.sent(GROUP))
        assert already <= 3
        await later.tell(GROUP)
        await later.drain(30)
        assert len(telegram_server.sent(GROUP)) == already + 1


@pytest.mark.parametrize(
    "refusal",
    [
        "Bad Request: CHAT_RESTRICTED",
        "Bad Request: chat not found",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: Have no write access to the chat",
        "Bad Request: USER_BANNED_IN_CHANNEL",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: a reason that nobody has seen",
        "Bad Request: ALLOW_PAYMENT_REQUIRED_5",
    ],
)
async def test_whatever_passes_is_found_to_have_passed(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], refusal: str
) -> None:
    """Refused for half an hour: told within the next, nothing lost, nothing twice, the owner told once."""
    telegram_server.plan(fault(403 if refusal.startswith("Forb") else 400, refusal), times=99, chat=GROUP)
    await room.tell(GROUP)
    await room.drain(30)
    await pass_time(room, timedelta(minutes=30))
    telegram_server.forgive()
    await room.tell(GROUP)
    await pass_time(room, timedelta(minutes=45))
    assert texts(telegram_server.sent(GROUP)) == ["Headline 1", "Headline 2"]
    assert len(room.notices) == 1


@both
async def test_an_outage_of_telegrams_suspends_nobody(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Twenty channels refuse alike for hours: no suspension, one notice, and every alert when it is over."""
    channels = list(range(-1020, -1000))
    telegram_server.plan(fault(400, RIGHTS), times=100_000)
    await room.tell_many(channels)
    sender = room.sender()
    for _ in range(24):
        await sender.drain(room.time + timedelta(seconds=30))
        room.time += timedelta(minutes=5)
    assert (await room.store.chats.read_status(room.time)).suspended == ()
    assert len(room.notices) == 1
    assert len(telegram_server.asked("sendMessage")) <= 20 * 25
    telegram_server.forgive()
    async with another_process(room) as later:
        telegram_server.now = later.now
        await pass_time(later, timedelta(minutes=15))
    assert sorted(one.chat for one in telegram_server.sent()) == channels
    assert await room.dead() == {}


async def test_what_is_held_is_bounded_and_the_newest(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A week of news for a chat that takes none: fifty of the last three days, in few messages."""
    telegram_server.plan(fault(403, "Forbidden: bot was blocked by the user"), times=999, chat=7)
    for _ in range(14):
        await room.tell_many([7], 12)
        await pass_time(room, timedelta(hours=12), timedelta(hours=4))
    telegram_server.forgive()
    await room.store.chats.revive_chat(7, room.time)
    before = len(telegram_server.sent(7))
    await room.drain(120)
    told = telegram_server.sent(7)[before:]
    listed = sum(one.text.count("Headline ") for one in told)
    assert 40 <= listed <= HELD_MOST
    assert "Headline 168" in "".join(one.text for one in told)
    assert len(told) <= 15
    assert (await room.store.chats.read_status(room.time)).suspended == ()


async def test_no_answer_to_a_probe_is_no_refusal(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """The network fails at the probe: it is made again, and the chat is told."""
    telegram_server.plan(fault(400, RIGHTS), chat=GROUP)
    await room.tell(GROUP)
    await room.drain(30)
    telegram_server.plan(fault(502, "Bad Gateway"), times=2, chat=GROUP)
    await pass_time(room, timedelta(minutes=15), timedelta(minutes=1))
    assert texts(telegram_server.sent(GROUP)) == ["Headline 1"]
    assert (await room.store.chats.read_status(room.time)).suspended == ()


async def test_an_edit_is_no_probe(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """While a chat takes no messages, those that are there are not edited; afterwards they are."""
    story = await room.tell(GROUP)
    await room.drain(30)
    telegram_server.plan(fault(400, RIGHTS), times=99, chat=GROUP, method="sendMessage")
    await room.tell(GROUP)
    await room.drain(30)
    await room.tell(story=story)
    await pass_time(room, timedelta(minutes=20))
    assert telegram_server.asked("editMessageText") == []
    telegram_server.forgive()
    await pass_time(room, timedelta(minutes=40))
    assert len(telegram_server.asked("editMessageText")) == 1
    assert (await room.store.chats.read_status(room.time)).suspended == ()
