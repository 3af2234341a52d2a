"""What chats wish: quiet hours, digests, mutes, rolling messages: the delivery loop over real HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery import claimed_alerts
from bot.delivery.loop import DrainResult
from bot.model import (
    Alert,
    Chat,
    Delivery,
    DisplayPreferences,
)
from bot.preferences import Digest, Mute, Preferences, Window
from bot.store.outbox.outbox_repository import OutboxRepository
from bot.store.repository import open_store
from tests.delivery.newsroom import Room, both, texts

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer, Told


pytestmark = pytest.mark.integration


@both
async def test_what_exceeds_an_hour_is_folded(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three messages, then one rolling message with every other headline; an hour later, messages again."""
    settled, settle = list[int](), OutboxRepository.settle

    async def noted(store: OutboxRepository, deliveries: Sequence[Delivery], *rest: Any) -> None:
        settled.append(len(deliveries))
        await settle(store, deliveries, *rest)

    monkeypatch.setattr(OutboxRepository, "settle", noted)
    await room.tell_many([1], 30)
    result = await room.drain(most=3)
    assert result == DrainResult(sent=30, dead=0, left=0)
    assert settled[:3] == [1, 1, 1]
    assert max(settled) > 1, "what one message lists is written down at once"
    sent = telegram_server.sent(1)
    assert texts(sent[:3]) == ["Headline 1", "Headline 2", "Headline 3"]
    assert len(sent) == 4
    assert sent[3].params["disable_notification"] is True
    shown = telegram_server.shown(1, sent[3].message)
    assert shown.split("\n")[1:] == [f"• Headline {number} · Courier" for number in range(4, 31)]
    links = [one["url"] for one in telegram_server.told[-1].params["entities"]]
    assert len(links) == 27
    room.time += timedelta(hours=2)
    await room.tell_many([1])
    await room.drain(most=3)
    assert texts(telegram_server.sent(1)[-1:]) == ["Headline 31"]


async def test_case_21_old_news_comes_as_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """What waited through an outage of hours is one silent message, oldest first; fresh news is told as ever."""
    await room.tell_many([1], 20)
    await room.tell(2)
    room.time += timedelta(hours=6)
    await room.tell(1)
    assert await room.drain(most=30) == DrainResult(sent=22, dead=0, left=0)
    rolling, fresh = sorted(telegram_server.sent(1), key=lambda one: one.text.startswith("🔔"))
    shown = telegram_server.shown(1, rolling.message)
    assert shown.split("\n")[1:] == [f"• Headline {number} · Courier" for number in range(1, 21)]
    assert rolling.params["disable_notification"] is True
    assert texts([fresh]) == ["Headline 22"]
    assert texts(telegram_server.sent(2)) == ["Headline 21"], "a single old one is told as it is"


async def test_case_94_an_outbox_that_nobody_empties_ends_as_a_few_digests(
    room: Room, telegram_server: TelegramServer
) -> None:
    """A row waits for each story and chat, for weeks; then what is old comes as digests, oldest first, none lost."""
    for _ in range(30):
        await room.tell_many([1, 2], 5)
        room.time += timedelta(days=1)
        await room.store.tidy(room.time)
    assert await room.drain(most=30) == DrainResult(sent=300, dead=0, left=0)
    for chat in (1, 2):
        sent = telegram_server.sent(chat)
        assert listed(telegram_server, chat, sent) == [f"Headline {number}" for number in range(1, 151)]
        assert len(sent) <= 6


@both
@pytest.mark.parametrize(
    ("chats", "stories"), [(70, 4), pytest.param(400, 50, marks=pytest.mark.soak)], ids=["280", "20000"]
)
async def test_case_21_after_an_outage_every_chat_gets_one_digest(
    room: Room, telegram_server: TelegramServer, chats: int, stories: int
) -> None:
    """However many alerts and chats: few of them are in memory at a time, and each chat's come as one, oldest first."""
    await room.tell_many(list(range(1, chats + 1)), stories)
    room.time += timedelta(hours=6)
    most = 0

    async def look(seconds: float) -> None:
        nonlocal most
        most = max(most, len(sender._claimed))
        await room.pause(seconds)

    sender = room.sender(most=30, pause=look)
    result = await sender.drain(room.time + timedelta(hours=1))
    assert result == DrainResult(sent=chats * stories, dead=0, left=0)
    for chat in range(1, chats + 1):
        told = listed(telegram_server, chat, telegram_server.sent(chat))
        assert told == [f"Headline {number}" for number in range(1, stories + 1)]
    assert len(telegram_server.sent()) <= chats * 1.1
    assert most <= claimed_alerts.HELD


async def test_a_flood_takes_several_rolling_messages(room: Room, telegram_server: TelegramServer) -> None:
    """Nothing is dropped and nothing is listed twice; one full message is followed by another."""
    await room.tell_many([1], 150)
    await room.drain(most=2)
    shown = [telegram_server.shown(1, one.message) for one in telegram_server.sent(1)]
    listed = [line.split(" · ")[0].removeprefix("• ") for text in shown[2:] for line in text.split("\n")[1:]]
    assert listed == [f"Headline {number}" for number in range(3, 151)]
    assert 2 <= len(shown[2:]) <= 4


def listed(server: TelegramServer, chat: int, told: Sequence[Told]) -> list[str]:
    """Return the headlines that messages list, as they are shown in the end."""
    shown = [server.shown(chat, one.message).split("\n")[1:] for one in told]
    return [line.split(" · ")[0].removeprefix("• ") for lines in shown for line in lines]


@both
async def test_what_quiet_hours_held_comes_as_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """At night only what is urgent; in the morning one silent list, with the sources that came meanwhile."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(quiet=(Window(13 * 60, 15 * 60),)))
    await room.tell_many([1, 2], 12)
    await room.tell(1, priority="urgent")
    result = await room.drain(60)
    assert (result.sent, result.dead, result.left) == (13, 0, 0), "what is held is no work left over"
    assert texts(telegram_server.sent(1)) == ["Headline 13"]
    assert len(telegram_server.sent(2)) == 12
    await room.tell(story=5)
    room.time += timedelta(hours=1)
    assert (await room.drain()).sent == 12
    _, morning = telegram_server.sent(1)
    assert telegram_server.shown(1, morning.message).split("\n")[0] == "🌙 While it was quiet"
    assert listed(telegram_server, 1, [morning]) == [f"Headline {number}" for number in range(1, 13)]
    assert morning.params["disable_notification"] is True
    await room.tell(story=5)
    await room.drain()
    assert len(telegram_server.sent(1)) == 2, "what is listed is shown anew, and pings nobody"
    assert telegram_server.shown(1, morning.message).split("\n")[0] == "🌙 While it was quiet"


async def test_a_long_digest_takes_several_messages_and_a_single_alert_is_itself(
    room: Room, telegram_server: TelegramServer
) -> None:
    """Every headline is listed once, whatever an hour allows; the next digest is a message of its own."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(digest=Digest("hour")))
    await room.tell_many([1], 150)
    assert (await room.drain(60, most=2)).sent == 0
    room.time += timedelta(hours=1)
    assert (await room.drain(900, most=2)).sent == 150
    first = telegram_server.sent(1)
    assert listed(telegram_server, 1, first) == [f"Headline {number}" for number in range(1, 151)]
    assert 2 <= len(first) <= 6
    await room.tell_many([1], 2)
    room.time += timedelta(hours=1)
    await room.drain(900, most=2)
    assert listed(telegram_server, 1, telegram_server.sent(1)[len(first) :]) == ["Headline 151", "Headline 152"]
    await room.tell(1)
    room.time += timedelta(hours=1)
    await room.drain(900, most=2)
    assert texts(telegram_server.sent(1)[-1:]) == ["Headline 153"]


async def test_what_is_held_outlives_the_process_and_a_kill(room: Room, telegram_server: TelegramServer) -> None:
    """Another process on the same database sends it, once."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(paused=room.time))
    await room.tell_many([1], 3)
    await room.drain(60)
    async with await open_store(room.url, migrate=False) as other:
        await other.preferences.write_preferences(Chat(1), Preferences())
        await room.sender(other).drain(room.time + timedelta(minutes=10))
    await room.drain(60)
    (one,) = telegram_server.sent(1)
    assert one.text.startswith("▶️ While alerts were paused")
    assert listed(telegram_server, 1, [one]) == ["Headline 1", "Headline 2", "Headline 3"]


async def test_case_18_a_chat_may_want_nothing_twice(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Case 18: by its own wish a message of unknown fate is not sent again, and /status shows it."""
    await room.store.preferences.write_display(1, DisplayPreferences(doubt="hold"))
    telegram_server.plan(fault(accept=True, drop=True))
    await room.tell(1)
    assert (await room.drain()).dead == 1
    assert len(telegram_server.sent(1)) == 1
    ((reason, _),) = (await room.dead()).items()
    assert "wants nothing twice" in reason


async def test_a_muted_word_is_told_nowhere_and_counts_for_no_failure(
    room: Room, telegram_server: TelegramServer
) -> None:
    """It ends with its reason; the other chat is told."""
    await room.store.preferences.add_mute(Chat(1), Mute("word", "Headline", None, (("headline",),)), room.time, most=9)
    await room.tell(1, 2)
    assert await room.drain() == DrainResult(sent=1, dead=0, left=0)
    assert telegram_server.sent(1) == []
    assert await room.dead() == {}


async def test_many_notices_at_once_are_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """What befalls twenty sources at once is told to their owner in one message; two are told as they are."""

    async def notify(*numbers: int) -> None:
        notices = [Alert(Chat(1), number, (), f"Source {number} fails", None, "Why.", ()) for number in numbers]
        await room.store.polls.queue_notices(notices, room.time)

    await notify(1, 2)
    await room.drain()
    assert len(telegram_server.sent(1)) == 2
    await notify(*range(10, 30))
    await room.drain()
    (*_, many) = sent = telegram_server.sent(1)
    assert len(sent) == 3
    shown = telegram_server.shown(1, many.message)
    assert all(f"Source {number} fails" in shown for number in range(10, 30))
