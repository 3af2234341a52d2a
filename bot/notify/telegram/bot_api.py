"""The client of Telegram's Bot API, for sending and for listening: one request a call.

In come messages and questions, out go message ids and plain JSON (`bot.notify.telegram.answers` reads it), by
python-telegram-bot's bare Bot, or a DeliveryError that says what to do (`bot.notify.telegram.refusals`) and never holds
the token. Nothing is tried again here, nothing waits, and no money is ever spent (paid broadcasts are never allowed).
The connections can be thrown away at any time: that is the cure for one that is open and dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import DeliveryError
from bot.model import Chat, Preview
from bot.notify.message_builder import Span
from bot.notify.telegram import answers, refusals
from bot.proxies.proxy_address import parse_proxy

TELEGRAM = "https://api.telegram.org"
SLACK = 10.0  # seconds beyond a long poll's own time that its answer may take
_CLOSING = 2.0  # seconds for closing connections
_ADMINISTRATORS = frozenset(("creator", "administrator"))
_SHAPES: Mapping[Preview, Mapping[str, bool]] = {
    "auto": {},
    "small": {"prefer_small_media": True},
    "large": {"prefer_large_media": True},
    "above": {"prefer_large_media": True, "show_above_text": True},
    "off": {},
}
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
    shape: Preview = "auto"  # how the preview is shown
    silent: bool = False
    answers: int | None = None  # the message that it is a reply to
    file: tuple[str, bytes] | None = None  # a name and what is in it; the text is its caption then


class TelegramClient:
    """The Bot API for one token. It ignores proxies of the environment."""

    def __init__(self, token: str, api_url: str = TELEGRAM, *, deadline: float, proxy: str = "") -> None:
        """Take the address without `/bot`, and that of a proxy, "" or `none` for none.

        `deadline` is in seconds, over all of a request but a long poll.
        """
        from telegram import Bot

        from bot.notify.telegram.transport import Wire

        wire = Wire(parse_proxy(proxy) if proxy else None)
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
        if message.file is not None:
            return await self._send_file(message, message.file)
        keys = [[{"text": label, "callback_data": says} for label, says in row] for row in message.buttons]
        preview = {"url": message.preview, **_SHAPES[message.shape]} if message.preview else {"is_disabled": True}
        shown: dict[str, Any] = {
            "chat_id": message.chat.id,
            "text": message.text,
            "parse_mode": "HTML" if message.is_html else None,
            "entities": [_entity(span) for span in message.spans] or None,
            "link_preview_options": preview,
            "reply_markup": {"inline_keyboard": keys} if keys else None,  # what an edit does not repeat is gone
        }
        if message.edit is None:
            answered = None
            if message.answers is not None:
                answered = {"message_id": message.answers, "allow_sending_without_reply": True}
            shown |= {"disable_notification": message.silent, "message_thread_id": message.chat.topic}
            return answers.message_id(await self._ask("sendMessage", shown | {"reply_parameters": answered}))
        if message.edit == answers.UNKNOWN_MESSAGE:
            raise DeliveryError("Telegram never said the id of this message", "stale")
        try:
            await self._ask("editMessageText", shown | {"message_id": message.edit})
        except DeliveryError as error:
            if not refusals.unchanged(str(error)):
                raise
        return message.edit

    async def _send_file(self, message: Outgoing, file: tuple[str, bytes]) -> int:
        from telegram import InputFile

        name, content = file
        shown: dict[str, Any] = {
            "chat_id": message.chat.id,
            "message_thread_id": message.chat.topic,
            "document": InputFile(content, name),
            "caption": message.text,
            "parse_mode": "HTML" if message.is_html else None,
        }
        return answers.message_id(await self._ask("sendDocument", shown))

    async def answer_press(self, press: str, text: str) -> None:
        """Answer a pressed button: its spinner stops, and a text is shown to who pressed it."""
        asked = {"callback_query_id": press, "text": text or None, "show_alert": len(text) > _LINE}
        await self._ask("answerCallbackQuery", asked)

    # ------------------------------------------------------------------------------------------ updates

    async def updates(
        self, offset: int | None, wait: float, *, allowed: Sequence[str], limit: int = 100
    ) -> list[dict[str, Any]]:
        """Return what came, at most `limit`, waiting `wait` seconds for it; those before `offset` are done with."""
        asked = {"timeout": int(wait), "limit": limit, "allowed_updates": list(allowed), "offset": offset}
        found = answers.readable_updates(await self._ask("getUpdates", asked, wait + SLACK))
        if found is None:
            raise DeliveryError("getUpdates answered something that is no list", "unknown")
        return found

    async def delete_webhook(self) -> None:
        """Take the updates back from a webhook; what waits there is kept."""
        await self._ask("deleteWebhook", {"drop_pending_updates": False})

    # ------------------------------------------------------------------------------------------ the bot, and chats

    async def me(self) -> Mapping[str, Any]:
        """Return what Telegram says of the bot itself: `id`, `username` without @."""
        return answers.as_object(await self._ask("getMe", {}))

    async def chat(self, chat: int) -> Mapping[str, Any]:
        """Return what Telegram knows of a chat: `type`, `title`, `first_name`."""
        return answers.as_object(await self._ask("getChat", {"chat_id": chat}))

    async def member(self, chat: int, user: int) -> Mapping[str, Any]:
        """Return a user's place in a chat, by asking Telegram now: `status` and rights."""
        return answers.as_object(await self._ask("getChatMember", {"chat_id": chat, "user_id": user}))

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Return whether the user administers the group, by asking Telegram now.

        Where it shows no members, as to a bot in a group that hides them, the list of administrators tells.
        """
        try:
            member = await self.member(chat, user)
        except DeliveryError as error:
            if error.verdict not in {"suspend", "retry"}:
                raise
        else:
            if "status" in member:
                return member["status"] in _ADMINISTRATORS
        listed = await self._ask("getChatAdministrators", {"chat_id": chat})
        found = [answers.as_object(one) for one in (listed if isinstance(listed, list) else ())]
        return any(answers.to_id(answers.as_object(one.get("user")).get("id")) == user for one in found)

    async def leave(self, chat: int) -> None:
        """Go out of a group or channel."""
        await self._ask("leaveChat", {"chat_id": chat})

    async def set_menu(
        self, scope: str, commands: Sequence[tuple[str, str]], chat: int | None = None, language: str | None = None
    ) -> None:
        """Set the menu of commands of a scope, or take it back where there are no commands."""
        seen_in = {"type": scope} if chat is None else {"type": scope, "chat_id": chat}
        asked: dict[str, Any] = {"scope": seen_in, "language_code": language}
        if commands:
            shown = [{"command": name, "description": purpose} for name, purpose in commands]
            await self._ask("setMyCommands", asked | {"commands": shown})
        else:
            await self._ask("deleteMyCommands", asked)

    # ------------------------------------------------------------------------------------------ requests

    async def _ask(self, method: str, asked: Mapping[str, Any], seconds: float | None = None) -> object:
        """Ask within a deadline over all (time-outs of the transport are per read); return the result as it came.

        Raw, since what the library cannot read would fail: a message that was accepted, every batch with one strange
        update. It warns of a raw call to a method that it knows; the underscore, which it drops, keeps that quiet.
        """
        from telegram.error import TelegramError

        deadline = self._deadline if seconds is None else seconds
        given = {name: value for name, value in asked.items() if value is not None}
        patience: dict[str, Any] = {} if seconds is None else {"read_timeout": seconds}
        try:
            async with asyncio.timeout(deadline):
                return await self._bot.do_api_request(f"{method}_", api_kwargs=given, **patience)
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


def _entity(span: Span) -> dict[str, Any]:
    kind = {"type": "text_link", "url": span.url} if span.kind == "link" else {"type": "bold"}
    return kind | {"offset": span.start, "length": span.length}
