"""Telegram as a medium: renders deliveries and sends them with python-telegram-bot's bare Bot.

One request a call, its answer or its failure translated into words that deliver understands. Nothing is tried again
here, nothing waits, and no money is ever spent (paid broadcasts are never allowed).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from bot.errors import DeliveryError
from bot.model import TERMINAL, Chat, Delivery, DisplayPreferences
from bot.notify.digest_message import fold
from bot.notify.keyboard import Key, keyboard
from bot.notify.message_builder import Message, Span
from bot.notify.render import render
from bot.notify.telegram import refusals

if TYPE_CHECKING:
    import telegram

_Answer = TypeVar("_Answer")

TELEGRAM = "https://api.telegram.org"
_DEADLINE = 60.0  # over all: the time-outs above are per read, and a dripping answer renews them


class TelegramNotifier:
    """Fulfils Notifier. `home` gives what a chat's own look leaves open; it is asked at each message."""

    def __init__(self, token: str, *, home: Callable[[], DisplayPreferences], api_url: str = TELEGRAM) -> None:
        self._bot = bare_bot(token, api_url)
        self._home = home

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await close(self._bot)

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        message = render(delivery, self._home())
        keys = keyboard(delivery, self._home())
        return await self._put(delivery.alert.chat, message, delivery.message, answers=delivery.answers, keys=keys)

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        rendered = fold(deliveries, self._home())
        if rendered is None:
            raise DeliveryError(f"{len(deliveries)} alerts do not fit one message", "shrink")
        return await self._put(deliveries[0].alert.chat, rendered, message)

    async def _put(
        self,
        chat: Chat,
        message: Message,
        edited: int | None,
        *,
        answers: int | None = None,
        keys: tuple[tuple[Key, ...], ...] = (),
    ) -> int:
        from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters

        if chat == TERMINAL:  # queued before there was a token; nobody has this id, so nobody need hear of it
            raise DeliveryError("it was for the terminal, as there was no token then", "stale")
        preview = LinkPreviewOptions(is_disabled=not message.preview, url=message.preview)
        entities = tuple(_entity(span) for span in message.spans)
        rows = [[InlineKeyboardButton(label, callback_data=said) for label, said in row] for row in keys]
        buttons = InlineKeyboardMarkup(rows) if rows else None
        answered = ReplyParameters(answers, allow_sending_without_reply=True) if answers is not None else None
        if edited is None:
            accepted = await ask(
                self._bot.send_message(
                    chat.id,
                    message.text,
                    entities=entities,
                    link_preview_options=preview,
                    disable_notification=message.silent,
                    message_thread_id=chat.topic,
                    reply_markup=buttons,
                    reply_parameters=answered,
                )
            )
            return accepted.message_id
        try:
            await ask(
                self._bot.edit_message_text(
                    message.text,
                    chat.id,
                    edited,
                    entities=entities,
                    link_preview_options=preview,
                    reply_markup=buttons,  # what an edit does not repeat is gone
                )
            )
        except DeliveryError as error:
            if not refusals.unchanged(str(error)):
                raise
        return edited


def bare_bot(token: str, api_url: str = TELEGRAM) -> telegram.Bot:
    """Return a Bot that speaks to `api_url` (without `/bot`), ignores proxies of the environment, and keeps quiet.

    Use `ask` around its methods.
    """
    from telegram import Bot

    from bot.notify.telegram.transport import Wire

    wire = Wire()
    return Bot(token, base_url=f"{api_url.rstrip('/')}/bot", request=wire, get_updates_request=wire)


async def close(bot: telegram.Bot) -> None:
    """Close the connections of a bot, whether it was ever initialised by a getMe or not."""
    await bot.request.shutdown()


async def ask(call: Awaitable[_Answer]) -> _Answer:
    """Await a method of the bot; DeliveryError says what went wrong, and never holds the token."""
    from telegram.error import TelegramError

    try:
        async with asyncio.timeout(_DEADLINE):
            return await call
    except TimeoutError:
        raise DeliveryError(f"no answer from Telegram within {_DEADLINE:g} s", "unknown") from None
    except TelegramError as error:
        raise _told(error) from None


def _told(error: Exception) -> DeliveryError:
    """Return what the wire said, out of what the library made of it."""
    cause = error.__cause__
    if isinstance(cause, DeliveryError):
        return cause
    return DeliveryError(f"no answer from Telegram ({type(cause or error).__name__})", "unknown")


def _entity(span: Span) -> telegram.MessageEntity:
    from telegram import MessageEntity

    kind = MessageEntity.TEXT_LINK if span.kind == "link" else MessageEntity.BOLD
    return MessageEntity(kind, span.start, span.length, url=span.url)
