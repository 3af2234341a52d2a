"""What answers and updates show of chats and topics, over the wire: suspensions begin and end, topics are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.model import Chat
from bot.store.tables import chats
from tests.chat.listening.conversation import GROUP, READER, answers, running, until

if TYPE_CHECKING:
    from bot.store.repository import Store
    from tests.chat.listening.conversation import Make

pytestmark = pytest.mark.integration
ADMINISTRATOR = 12


async def row_of(store: Store, chat: int) -> Any:
    """Return what is on record of a chat."""
    async with store.database.read() as connection:
        return (await connection.execute(select(chats).where(chats.c.id == chat))).one_or_none()


async def test_an_answer_in_a_closed_topic_says_where_it_is_written(
    make: Make,
    telegram_server: Any,
    store: Store,
    fault: Any,
) -> None:
    """It goes to General with a note, the topic keeps its subscription, and has the next answer when it is open."""
    telegram_server.members[GROUP, ADMINISTRATOR] = "administrator"
    who: dict[str, Any] = {"chat": GROUP, "user": ADMINISTRATOR, "topic": 7}
    async with running(make()):
        telegram_server.plan(fault(400, "Bad Request: TOPIC_CLOSED"), topic=7)
        said = await answers(telegram_server, "/subscribe kremlin", **who)
        assert "General" in said
        assert "Subscribed" in said
        assert "message_thread_id" not in telegram_server.sent(GROUP)[-1].params
        assert (await store.outbox.take_unannounced(datetime.now(UTC)))[0][0] == Chat(GROUP, 7)
        assert "General" not in await answers(telegram_server, "/mine", **who)
        assert telegram_server.sent(GROUP)[-1].params["message_thread_id"] == 7
    assert await store.chats.find_subscriptions(Chat(GROUP, 7)) == ("kremlin",)
    assert not await store.chats.reopen_topic(Chat(GROUP, 7))


async def test_a_topic_that_is_reopened_is_found_at_once(
    make: Make,
    telegram_server: Any,
    store: Store,
) -> None:
    """By what Telegram says of it, with nobody writing there."""
    await store.chats.close_topic(Chat(GROUP, 7), "TOPIC_CLOSED", datetime.now(UTC))
    async with running(make()):
        group = {"id": GROUP, "type": "supergroup", "title": "Newsroom", "is_forum": True}
        said = {"message_id": 5, "date": 1, "chat": group, "message_thread_id": 7, "is_topic_message": True}
        telegram_server.update(message=said | {"forum_topic_reopened": {}})
        await answers(telegram_server, "/start")
    assert not await store.chats.reopen_topic(Chat(GROUP, 7))


async def test_a_mute_with_an_end_is_waited_for(
    make: Make,
    telegram_server: Any,
    store: Store,
    fault: Any,
) -> None:
    """An answer that is refused meanwhile brings the probe no nearer; an answer that is accepted ends it."""
    telegram_server.members[GROUP, ADMINISTRATOR] = "administrator"
    ends = int((datetime.now(UTC) + timedelta(hours=2)).timestamp())
    bot = {"id": 1, "is_bot": True, "first_name": "Newswatch"}
    async with running(make()):
        await answers(telegram_server, "/subscribe kremlin", chat=GROUP, user=ADMINISTRATOR)
        telegram_server.update(
            my_chat_member={
                "chat": {"id": GROUP, "type": "supergroup", "title": "Newsroom"},
                "from": {"id": ADMINISTRATOR, "is_bot": False, "first_name": "A"},
                "date": 1,
                "old_chat_member": {"status": "member", "user": bot},
                "new_chat_member": {
                    "status": "restricted",
                    "user": bot,
                    "is_member": True,
                    "can_send_messages": False,
                    "until_date": ends,
                },
            }
        )
        telegram_server.plan(fault(400, "Bad Request: not enough rights to send text messages to the chat"), chat=GROUP)
        before = len(telegram_server.asked("sendMessage"))
        telegram_server.say("/mine", chat=GROUP, user=ADMINISTRATOR)
        await until(lambda: len(telegram_server.asked("sendMessage")) > before)
        await answers(telegram_server, "/start")
        row = await row_of(store, GROUP)
        assert (row.probe_at, row.closure) == (ends * 1000, "restricted")
        assert [one[0] for one in await store.outbox.take_unannounced(datetime.now(UTC))] == [Chat(GROUP)]
        await answers(telegram_server, "/mine", chat=GROUP, user=ADMINISTRATOR)
        await answers(telegram_server, "/start")
    assert (await row_of(store, GROUP)).suspended is None


async def test_who_writes_in_private_is_told_again_before_the_answer(
    make: Make,
    telegram_server: Any,
    store: Store,
) -> None:
    """Any word ends it, and a stranger's leaves no row behind."""
    await store.chats.suspend_chat(READER, "Bad Request: chat not found", datetime.now(UTC))
    async with running(make()):
        await answers(telegram_server, "hello")
        await answers(telegram_server, "hello", chat=4711)
    assert (await row_of(store, READER)).suspended is None
    assert await row_of(store, 4711) is None
