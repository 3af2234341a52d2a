"""Replies that fail on their way: tried again for a while, in order, and nobody waits for another's chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.chat.listening.reachability import Reachability
from bot.chat.messages import Reply
from bot.chat.reply_sender import PATIENCE, RETRIES, ReplySender, wait_before_retry
from bot.errors import DeliveryError
from bot.model import Chat
from bot.notify.telegram.bot_api import TelegramClient
from bot.store.repository import Store

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration

Made = tuple[ReplySender, list[float], list[str]]


@pytest.fixture
async def made(telegram_server: TelegramServer, bot_token: str, store: Store) -> AsyncIterator[Made]:
    """Give a sender, the seconds that it has waited, and what it has done to chats."""
    waits, done = list[float](), list[str]()
    client = TelegramClient(bot_token, telegram_server.url, deadline=0.5)

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def migrate(old: int, new: int) -> None:
        done.append(f"{old} is {new}")

    async def leave_topic(reply: Reply, _: str) -> Reply:
        return replace(reply, chat=Chat(reply.chat.id))

    def now() -> datetime:
        return datetime.now(UTC)

    unused: Callable[[], Any] = list
    sender = ReplySender(
        client,
        unused,
        now,
        reachability=Reachability(store.chats, now),
        migrate=migrate,
        leave_topic=leave_topic,
        pause=pause,
    )
    yield sender, waits, done
    await client.disconnect()


@pytest.mark.parametrize(
    "trouble",
    [
        {"code": 429, "description": "Too Many Requests: retry after 30", "parameters": {"retry_after": 30}},
        {"code": 500, "description": "Internal Server Error"},
        {"code": 502, "raw": "<html>Bad Gateway</html>"},
        {"drop": True},
        {"hang": asyncio.Event()},
    ],
    ids=["429", "500", "502", "reset", "timeout"],
)
async def test_whoever_wrote_hears_in_the_end(
    made: Made, telegram_server: TelegramServer, fault: type[Fault], trouble: dict[str, Any]
) -> None:
    """After two failures on the way, whatever they are."""
    sender, waits, _ = made
    telegram_server.plan(fault(**trouble), times=2)
    assert await sender.send(Reply(Chat(1), "Subscribed")) == telegram_server.sent(1)[0].message
    assert waits == ([30.0, 30.0] if trouble.get("code") == 429 else list(RETRIES[:2]))


async def test_a_reply_is_given_up_after_a_while(
    made: Made, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """After as many tries as there are waits, or where Telegram asks for more than they come to."""
    sender, waits, _ = made
    telegram_server.plan(fault(502, raw="?"), times=len(RETRIES) + 1)
    assert await sender.send(Reply(Chat(1), "One")) is None
    assert waits == list(RETRIES)
    telegram_server.plan(fault(429, "retry after 600", {"retry_after": 600}))
    assert await sender.send(Reply(Chat(1), "Two")) is None
    assert len(telegram_server.requests) == len(RETRIES) + 2
    assert sum(RETRIES) <= PATIENCE


async def test_replies_to_a_chat_keep_their_order_and_others_do_not_wait(
    made: Made, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """The first chat's answer hangs: the other's is there before, and its own second comes after it."""
    sender, _, _ = made
    telegram_server.plan(fault(hang=asyncio.Event()), chat=1)
    replies = [Reply(Chat(1), "One"), Reply(Chat(1), "Two"), Reply(Chat(2), "Three"), Reply(Chat(2), "Four")]
    sent = await sender.send_all(replies)
    assert [one.text for one in telegram_server.sent()] == ["Three", "Four", "One", "Two"]
    by_text = {one.text: one.message for one in telegram_server.sent()}
    assert sent == [by_text[one.text] for one in replies]


async def test_what_is_refused_is_adapted(
    made: Made, telegram_server: TelegramServer, fault: type[Fault], store: Store
) -> None:
    """A group that has moved and lost its topic is followed to its General; one that is closed is suspended."""
    sender, _, done = made
    telegram_server.plan(fault(400, "upgraded to a supergroup", {"migrate_to_chat_id": -1007}), chat=-7)
    telegram_server.plan(fault(400, "message thread not found"), chat=-1007)
    assert await sender.send(Reply(Chat(-7, 3), "Hello")) is not None
    (told,) = telegram_server.sent(-1007)
    assert "message_thread_id" not in told.params
    telegram_server.plan(fault(403, "Forbidden: bot was kicked"), chat=-9)
    assert await sender.send(Reply(Chat(-9), "Hello")) is None
    assert done == ["-7 is -1007"]
    assert [one.chat for one in (await store.chats.read_status(datetime.now(UTC))).suspended] == [-9]


async def test_the_answer_to_a_press_is_tried_again_briefly(
    made: Made, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Its spinner turns a few seconds longer at most."""
    sender, waits, _ = made
    telegram_server.plan(fault(500, "Internal Server Error"), times=9)
    await sender.toast("7", "Done")
    assert waits == [1.0]
    assert len(telegram_server.asked("answerCallbackQuery")) == 2


@pytest.mark.parametrize(
    ("verdict", "failures", "left", "seconds"),
    [
        ("unsent", 0, 120, 1.0),
        ("unknown", 4, 120, 40.0),
        ("unknown", 5, 120, None),
        ("unknown", 4, 39, None),
        ("wait", 0, 120, 60.0),
        ("wait", 0, 59, None),
        ("retry", 0, 120, None),
        ("token", 0, 120, None),
        ("suspend", 0, 120, None),
    ],
)
def test_what_is_tried_again(verdict: Any, failures: int, left: float, seconds: float | None) -> None:
    """What failed on its way, as long as there is time; what was refused is not."""
    assert wait_before_retry(DeliveryError("?", verdict, retry_after=60), failures, left) == seconds
