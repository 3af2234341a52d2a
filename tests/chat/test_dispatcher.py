"""What an update leads to when things go wrong twice."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.chat.dispatcher import Dispatcher
from bot.chat.messages import Answer, Command
from bot.errors import DeliveryError, StoreError
from bot.i18n import Translator, words

GROUP = -100500
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 9,
        "date": 1,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Newsroom"},
        "from": {"id": 22, "is_bot": False, "first_name": "Reader"},
        "text": "/mine",
        "entities": [{"type": "bot_command", "offset": 0, "length": 5}],
    },
}


class Broken:
    """A store, commands and a client of Telegram of which none does what it should."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble = trouble
        self.sent = 0

    async def answer(self, _: object) -> Any:
        """Fail, as commands do without their store."""
        raise self.trouble

    def default_translator(self) -> Translator:
        """Speak English."""
        return words("en")

    async def migrate(self, _old: int, _new: int) -> None:
        """Fail, as the store does."""
        raise self.trouble

    async def send(self, _: object) -> None:
        """Refuse the apology, because the group has moved: that would have to go on record."""
        self.sent += 1
        raise DeliveryError("group chat was upgraded to a supergroup chat", "migrate", chat=GROUP - 1)


@pytest.mark.parametrize("trouble", [StoreError("disk full"), RuntimeError("a bug")], ids=repr)
async def test_a_fault_while_apologising_costs_that_update_only(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can be told that the database is gone; the next update is read all the same, and the log has both."""
    broken: Any = Broken(trouble)
    answering = Dispatcher(broken, broken, broken, frozenset(), lambda: datetime.now(UTC))
    answering.username = "newswatch_test_bot"
    with caplog.at_level(logging.WARNING):
        assert await answering.answer([UPDATE], lambda: None) == 1
        assert await answering.answer([UPDATE | {"update_id": 2}], lambda: None) == 1
    assert broken.sent == 2
    assert caplog.text.count("update not answered") == 4


class Slow:
    """Commands that take for ever until a test lets them go on."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let = asyncio.Event()
        self.answered = 0

    async def answer(self, _: object) -> Answer:
        """Say nothing, in the end."""
        self.asked.set()
        await self.let.wait()
        self.answered += 1
        return Answer()


async def test_what_was_broken_off_is_answered_when_it_comes_again() -> None:
    """The role was lost in the middle of a command: nobody has confirmed it, and whoever gets it next obeys, once."""
    slow: Any = Slow()
    answering = Dispatcher(slow, slow, slow, frozenset(), lambda: datetime.now(UTC))
    answering.username = "newswatch_test_bot"
    broken_off = asyncio.create_task(answering.answer([UPDATE], lambda: None))
    await slow.asked.wait()
    broken_off.cancel()
    await asyncio.wait([broken_off])
    slow.let.set()
    assert await answering.answer([UPDATE, UPDATE], lambda: None) == 1
    assert await answering.answer([UPDATE], lambda: None) == 0
    assert slow.answered == 1


class Orderly:
    """Commands of which `/why` takes until a test lets it go on; who was answered, in order."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.answered: list[tuple[int, str]] = []

    async def revive_chat(self, _chat: int, _now: datetime) -> bool:
        """Know of no suspension."""
        return False

    async def answer(self, command: Command) -> Answer:
        """Say nothing, but note it."""
        if command.verb == "why":
            await self.let.wait()
        self.answered.append((command.chat.id, command.verb))
        return Answer()


def update(number: int, text: str, chat: int) -> dict[str, Any]:
    """Return a command in a private chat."""
    message = UPDATE["message"] | {"text": text, "chat": {"id": chat, "type": "private"}}  # type: ignore[operator]  # a dict
    message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": number, "message": message}


async def test_a_slow_answer_holds_up_its_own_chat_alone() -> None:
    """The next updates are answered beside it, those of its chat after it and in order, each once."""
    slow: Any = Orderly()
    answering = Dispatcher(slow, slow, slow, frozenset(), lambda: datetime.now(UTC))
    answering.username = "newswatch_test_bot"
    first = [update(1, "/why", 7), update(2, "/mine", 7), update(3, "/mine", 8)]
    async with asyncio.timeout(20):
        assert await answering.answer(first, lambda: None) == 3
        assert slow.answered == [(8, "mine")]
        assert await answering.answer([*first, update(4, "/lists", 7), update(5, "/mine", 9)], lambda: None) == 2
        assert slow.answered == [(8, "mine"), (9, "mine")]
        slow.let.set()
        await answering.finish()
    assert slow.answered[2:] == [(7, "why"), (7, "mine"), (7, "lists")]


async def test_a_chat_with_a_slow_answer_has_so_many_updates_wait() -> None:
    """What waits for one chat is bounded, and so is what is answered beside the next updates."""
    slow: Any = Orderly()
    answering = Dispatcher(slow, slow, slow, frozenset(), lambda: datetime.now(UTC))
    answering.username = "newswatch_test_bot"
    async with asyncio.timeout(20):
        await answering.answer([update(1, "/why", 7), *(update(n, "/mine", 7) for n in range(2, 99))], lambda: None)
        slow.let.set()
        await answering.finish()
    assert 2 < len(slow.answered) < 50
