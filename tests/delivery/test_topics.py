"""Forum topics that take no messages: General gets them meanwhile, and the topic is found again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model import Chat, Subscription
from bot.preferences import Preferences, Window
from tests.delivery.newsroom import Room, texts

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration
both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)
FORUM, TOPIC = -1007, Chat(-1007, 7)


async def tell(room: Room, *chats: Chat, after: timedelta = timedelta()) -> None:
    """Let a story break some time later, and deliver it by a sender of its own."""
    room.time += after
    await room.tell(*chats)
    await room.drain(30)


@both
@pytest.mark.parametrize("text", ["TOPIC_CLOSED"])
async def test_a_topic_is_tried_again_and_told_when_it_answers(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], text: str
) -> None:
    """General has what came meanwhile, each once and at once; the owner heard of it once; hours are the topic's own."""
    telegram_server.plan(fault(400, f"Bad Request: {text}"), times=2, topic=7)
    await room.store.chats.subscribe(Subscription(TOPIC, "k"), room.time)
    for after in (0, 0.5, 5):
        await tell(room, TOPIC, after=timedelta(minutes=after))
    assert [one.params.get("message_thread_id") for one in telegram_server.sent()] == [None, None, None]
    assert len(telegram_server.asked("sendMessage")) == 5
    await tell(room, TOPIC, after=timedelta(minutes=10))
    await tell(room, TOPIC, after=timedelta(minutes=1))
    assert texts(telegram_server.sent()) == [f"Headline {number}" for number in range(1, 6)]
    assert [one.params.get("message_thread_id") for one in telegram_server.sent()[3:]] == [7, 7]
    assert len(room.notices) == 1
    assert await room.store.chats.find_subscriptions(TOPIC) == ("k",)


@pytest.mark.parametrize(
    ("text", "most"),
    [("TOPIC_CLOSED", 40), ("TOPIC_DELETED", 14), ("message thread not found", 14), ("topic closed", 40)],
)
async def test_a_closed_topic_is_tried_more_often_than_one_that_is_gone(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], text: str, most: int
) -> None:
    """Over a day with an alert every forty minutes, none is late and none is lost."""
    telegram_server.plan(fault(400, f"Bad Request: {text}"), times=999, topic=7)
    for _ in range(36):
        await tell(room, TOPIC, after=timedelta(minutes=40))
    assert len(telegram_server.sent()) == 36
    assert 5 <= len(telegram_server.asked("sendMessage")) - 36 <= most
    assert len(room.notices) == 1
    telegram_server.forgive()
    await tell(room, TOPIC, after=timedelta(hours=1 if "closed" in text.casefold() else 24))
    assert telegram_server.sent()[-1].params["message_thread_id"] == 7


async def test_general_is_not_told_twice(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """A story that General gets for itself is not told there for the topic, too: before, during and after the loss."""
    telegram_server.plan(fault(400, "Bad Request: TOPIC_DELETED"), times=99, topic=7)
    await room.tell(TOPIC, Chat(FORUM))
    await room.store.outbox.close_topic(TOPIC, "TOPIC_DELETED", room.time)
    await room.drain(30)
    await tell(room, TOPIC, Chat(FORUM))
    assert sorted(texts(telegram_server.sent())) == ["Headline 1", "Headline 2"]


async def test_the_hours_of_a_lost_topic_hold_in_general(room: Room, telegram_server: TelegramServer) -> None:
    """What the topic does not want at night, General does not get for it."""
    begun = room.time.hour * 60
    await room.store.preferences.write_preferences(TOPIC, Preferences(quiet=(Window(begun, begun + 60),)))
    await room.store.outbox.close_topic(TOPIC, "TOPIC_CLOSED", room.time)
    await tell(room, TOPIC)
    assert telegram_server.sent() == []
    room.time += timedelta(hours=1)
    await room.drain(30)
    assert len(telegram_server.sent()) == 1
