"""The client of Telegram's Bot API, for sending and for listening: one request a call.

In come messages and questions, out go message ids and plain JSON, by python-telegram-bot's bare Bot, or a DeliveryError
that says what to do (`bot.notify.telegram.refusals`) and never holds the token. Nothing is tried again here, nothing
waits, and no money is ever spent (paid broadcasts are never allowed). The connections can be thrown away at any time:
that is the cure for one that is open and dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import DeliveryError
from bot.model import Chat
from bot.notify.message_builder import Span
from bot.notify.telegram import refusals

if TYPE_CHECKING:
    import telegram

_Result = TypeVar("_Result")

TELEGRAM = "https://api.telegram.org"
SLACK = 10.0  # seconds beyond a long poll's own time that its answer may take
_CLOSING = 2.0  # seconds for closing connections
_LINE = 60  # characters of a toast; more is shown in a window

Rows = Sequence[Sequence[tuple[str, str]]]  # of buttons: label, plain text; what it says when it is pressed


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send, or to show in the place of the message `edit`.

    Either `is_html`, or plain text with `spans`. `preview` is the address whose preview belongs to it, None = none.
    """

    chat: Chat
    text: str
    buttons: Rows = ()
    edit: int | None = None
    is_html: bool = False
    spans: tuple[Span, ...] = ()
    preview: str | None = None
    silent: bool = False
    answers: int | None = None  # the message that it is a reply to


class TelegramClient:
    """The Bot API for one token. It ignores proxies of the environment."""

    def __init__(self, token: str, api_url: str = TELEGRAM, *, deadline: float) -> None:
        """Take the address without `/bot`; `deadline` is in seconds, over all of a request but a long poll."""
        from telegram import Bot

        from bot.notify.telegram.transport import Wire

        wire = Wire()
        self._bot = Bot(token, base_url=f"{api_url.rstrip('/')}/bot", request=wire, get_updates_request=wire)
        self._deadline = deadline

    async def disconnect(self) -> None:
        """Throw the connections away; the next request opens new ones. Never fails, never waits long."""
        try:
            async with asyncio.timeout(_CLOSING):
                await self._bot.request.shutdown()
        except Exception:  # noqa: BLE001, S110 - a broken connection may fail in any way while it is thrown away
            pass

    # ------------------------------------------------------------------------------------------ messages

    async def send(self, message: Outgoing) -> int:
        """Send or edit a message and return its id. An edit that changes nothing is done."""
        from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters

        rows = [[InlineKeyboardButton(label, callback_data=says) for label, says in row] for row in message.buttons]
        shown: dict[str, Any] = {
            "parse_mode": "HTML" if message.is_html else None,
            "entities": [_entity(span) for span in message.spans] or None,
            "link_preview_options": LinkPreviewOptions(is_disabled=not message.preview, url=message.preview),
            "reply_markup": InlineKeyboardMarkup(rows) if rows else None,  # what an edit does not repeat is gone
        }
        chat, bot = message.chat, self._bot
        if message.edit is None:
            answered = None
            if message.answers is not None:
                answered = ReplyParameters(message.answers, allow_sending_without_reply=True)
            call = bot.send_message(
                chat.id,
                message.text,
                disable_notification=message.silent,
                message_thread_id=chat.topic,
                reply_parameters=answered,
                **shown,
            )
            return (await self._ask(call)).message_id
        try:
            await self._ask(bot.edit_message_text(message.text, chat.id, message.edit, **shown))
        except DeliveryError as error:
            if not refusals.unchanged(str(error)):
                raise
        return message.edit

    async def answer_press(self, press: str, text: str) -> None:
        """Answer a pressed button: its spinner stops, and a text is shown to who pressed it."""
        await self._ask(self._bot.answer_callback_query(press, text or None, show_alert=len(text) > _LINE))

    # ------------------------------------------------------------------------------------------ updates

    async def updates(
        self, offset: int | None, wait: float, *, allowed: Sequence[str], limit: int = 100
    ) -> list[dict[str, Any]]:
        """Return what came, at most `limit`, waiting `wait` seconds for it; those before `offset` are done with."""
        asked: dict[str, Any] = {"timeout": int(wait), "limit": limit, "allowed_updates": list(allowed)}
        if offset is not None:
            asked["offset"] = offset
        # Raw, since one update that the library cannot read would fail every batch that it is in. The library warns
        # of a raw call to a method that it knows; the underscore, which it drops, keeps that quiet.
        call = self._bot.do_api_request("getUpdates_", api_kwargs=asked, read_timeout=wait + SLACK)
        found = await self._ask(call, wait + SLACK)
        if not isinstance(found, list):
            raise DeliveryError("getUpdates answered something that is no list", "unknown")
        return [update for update in found if isinstance(update, dict) and isinstance(update.get("update_id"), int)]

    async def delete_webhook(self) -> None:
        """Take the updates back from a webhook; what waits there is kept."""
        await self._ask(self._bot.delete_webhook(drop_pending_updates=False))

    # ------------------------------------------------------------------------------------------ the bot, and chats

    async def me(self) -> telegram.User:
        """Return the bot itself."""
        return await self._ask(self._bot.get_me())

    async def chat(self, chat: int) -> telegram.ChatFullInfo:
        """Return what Telegram knows of a chat."""
        return await self._ask(self._bot.get_chat(chat))

    async def member(self, chat: int, user: int) -> telegram.ChatMember:
        """Return a user's place in a chat, by asking Telegram now."""
        return await self._ask(self._bot.get_chat_member(chat, user))

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Return whether the user administers the group, by asking Telegram now."""
        return (await self.member(chat, user)).status in {"creator", "administrator"}

    async def leave(self, chat: int) -> None:
        """Go out of a group or channel."""
        await self._ask(self._bot.leave_chat(chat))

    async def set_menu(
        self, scope: str, commands: Sequence[tuple[str, str]], chat: int | None = None, language: str | None = None
    ) -> None:
        """Set the menu of commands of a scope, or take it back where there are no commands."""
        from telegram import BotCommandScope

        seen_in = BotCommandScope(scope, api_kwargs=None if chat is None else {"chat_id": chat})
        if commands:
            await self._ask(self._bot.set_my_commands(commands, scope=seen_in, language_code=language))
        else:
            await self._ask(self._bot.delete_my_commands(scope=seen_in, language_code=language))

    # ------------------------------------------------------------------------------------------ requests

    async def _ask(self, call: Awaitable[_Result], seconds: float | None = None) -> _Result:
        """Await a method of the bot, within its deadline over all: time-outs of the transport are per read."""
        from telegram.error import TelegramError

        deadline = self._deadline if seconds is None else seconds
        try:
            async with asyncio.timeout(deadline):
                return await call
        except TimeoutError:
            raise DeliveryError(f"no answer from Telegram within {deadline:g} s", "unknown") from None
        except TelegramError as error:
            raise _transport_error(error) from None


def _transport_error(error: Exception) -> DeliveryError:
    """Return what the transport said, out of what the library made of it."""
    cause = error.__cause__
    if isinstance(cause, DeliveryError):
        return cause
    return DeliveryError(f"no answer from Telegram ({type(cause or error).__name__})", "unknown")


def _entity(span: Span) -> telegram.MessageEntity:
    from telegram import MessageEntity

    kind = MessageEntity.TEXT_LINK if span.kind == "link" else MessageEntity.BOLD
    return MessageEntity(kind, span.start, span.length, url=span.url)
