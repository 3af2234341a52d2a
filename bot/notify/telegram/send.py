"""Telegram as a medium: renders deliveries and sends them with the client of the Bot API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from bot.errors import DeliveryError
from bot.model import TERMINAL, Chat, Delivery, DisplayPreferences
from bot.notify.digest_message import fold
from bot.notify.keyboard import keyboard
from bot.notify.message_builder import Message
from bot.notify.render import render
from bot.notify.telegram.bot_api import TELEGRAM, Outgoing, Rows, TelegramClient

_DEADLINE = 60.0  # seconds over all: long, so that it is rarely unknown whether a message was accepted


class TelegramNotifier:
    """Fulfils Notifier. `home` gives what a chat's own look leaves open; it is asked at each message."""

    def __init__(
        self, token: str, *, home: Callable[[], DisplayPreferences], api_url: str = TELEGRAM, proxy: str = ""
    ) -> None:
        self._client = TelegramClient(token, api_url, deadline=_DEADLINE, proxy=proxy)
        self._home = home

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.disconnect()

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        message = render(delivery, self._home())
        keys = keyboard(delivery, self._home())
        return await self._put(_target(delivery), message, delivery.message, answers=delivery.answers, keys=keys)

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        rendered = fold(deliveries, self._home())
        if rendered is None:
            raise DeliveryError(f"{len(deliveries)} alerts do not fit one message", "shrink")
        return await self._put(_target(deliveries[0]), rendered, message)

    async def _put(
        self, chat: Chat, message: Message, edited: int | None, *, answers: int | None = None, keys: Rows = ()
    ) -> int:
        if chat == TERMINAL:  # queued before there was a token; nobody has this id, so nobody need hear of it
            raise DeliveryError("it was for the terminal, as there was no token then", "stale")
        return await self._client.send(
            Outgoing(
                chat,
                message.text,
                keys,
                edited,
                spans=message.spans,
                preview=message.preview,
                shape=message.shape,
                silent=message.silent,
                answers=answers,
            )
        )


def _target(delivery: Delivery) -> Chat:
    """Return where a message goes: General where the topic takes none."""
    chat = delivery.alert.chat
    return Chat(chat.id) if delivery.to_general else chat
