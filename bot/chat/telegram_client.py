"""The line to Telegram: updates in as plain JSON, replies out, with python-telegram-bot's bare Bot.

One request a call, each with its own deadline, refused with a DeliveryError (bot.notify.telegram.send translates).
Nothing is tried again here. The Bot and its connections can be thrown away and built anew at any time: that is the cure
for a connection that is open and dead.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.chat.messages import Menu, Reply
from bot.chat.updates import ALLOWED
from bot.errors import DeliveryError
from bot.notify.telegram import refusals
from bot.notify.telegram.send import TELEGRAM, ask, bare_bot, close

if TYPE_CHECKING:
    import telegram

SLACK = 10.0  # seconds beyond the long poll's own time that an answer may take
_PATIENCE = 15.0  # seconds for any other request: one person waits for it
_CLOSING = 2.0  # seconds for closing connections


class TelegramClient:
    """Everything the listener says to Telegram."""

    def __init__(self, token: str, api_url: str = TELEGRAM) -> None:
        self._token = token
        self._api_url = api_url
        self._bot: telegram.Bot | None = None

    async def renew(self) -> None:
        """Throw the connections away; the next request opens new ones. Never fails, never waits long."""
        bot, self._bot = self._bot, None
        if bot is None:
            return
        try:
            async with asyncio.timeout(_CLOSING):
                await close(bot)
        except Exception:  # noqa: BLE001, S110 - a broken connection may fail in any way while it is thrown away
            pass

    async def username(self) -> str:
        """Return the bot's own name, without @."""
        return (await self._ask(self._open().get_me())).username or ""

    async def updates(self, offset: int | None, wait: float, limit: int = 100) -> list[dict[str, Any]]:
        """Return what came, at most `limit`, waiting `wait` seconds for it; those before `offset` are done with."""
        asked = {"timeout": int(wait), "limit": limit, "allowed_updates": list(ALLOWED)}
        if offset is not None:
            asked["offset"] = offset
        # Raw, since one update that the library cannot read would fail every batch that it is in. The library warns
        # of a raw call to a method that it knows; the underscore, which it drops, keeps that quiet.
        call = self._open().do_api_request("getUpdates_", api_kwargs=asked, read_timeout=wait + SLACK)
        found = await self._ask(call, wait + SLACK)
        if not isinstance(found, list):
            raise DeliveryError("getUpdates answered something that is no list", "unknown")
        return [update for update in found if isinstance(update, dict) and isinstance(update.get("update_id"), int)]

    async def delete_webhook(self) -> None:
        """Take the updates back from a webhook; what waits there is kept."""
        await self._ask(self._open().delete_webhook(drop_pending_updates=False))

    async def say(self, reply: Reply) -> int | None:
        """Send a reply, or show it in the message that it is for; return that message, None where it is not said."""
        from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

        rows: list[list[InlineKeyboardButton]] = []
        for button in reply.buttons:
            if not (button.beside and rows):
                rows.append([])
            rows[-1].append(InlineKeyboardButton(button.label, callback_data=button.data))
        keys = InlineKeyboardMarkup(rows) if rows else None
        bot, preview = self._open(), LinkPreviewOptions(is_disabled=True)
        if reply.edit is None:
            sent = await self._ask(
                bot.send_message(
                    reply.chat.id,
                    reply.text,
                    parse_mode="HTML",
                    link_preview_options=preview,
                    message_thread_id=reply.chat.topic,
                    reply_markup=keys,
                )
            )
            return getattr(sent, "message_id", None)
        try:
            await self._ask(
                bot.edit_message_text(
                    reply.text,
                    reply.chat.id,
                    reply.edit,
                    parse_mode="HTML",
                    link_preview_options=preview,
                    reply_markup=keys,
                )
            )
        except DeliveryError as error:
            if not refusals.unchanged(str(error)):
                raise
        return reply.edit

    async def toast(self, press: str, text: str) -> None:
        """Answer a pressed button: its spinner stops, and a text is shown to who pressed it."""
        await self._ask(self._open().answer_callback_query(press, text or None, show_alert=len(text) > 60))  # noqa: PLR2004 - more than a line

    async def leave(self, chat: int) -> None:
        """Go out of a group or channel."""
        await self._ask(self._open().leave_chat(chat))

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Return whether the user administers the group, by asking Telegram now."""
        member = await self._ask(self._open().get_chat_member(chat, user))
        return member.status in {"creator", "administrator"}

    async def menu(self, menu: Menu) -> None:
        """Set the menu of commands of a scope, or take it back where it has none."""
        from telegram import BotCommandScope

        where = BotCommandScope(menu.scope, api_kwargs=None if menu.chat is None else {"chat_id": menu.chat})
        bot, language = self._open(), menu.language or None
        if menu.commands:
            await self._ask(bot.set_my_commands(menu.commands, scope=where, language_code=language))
        else:
            await self._ask(bot.delete_my_commands(scope=where, language_code=language))

    def _open(self) -> telegram.Bot:
        if self._bot is None:
            self._bot = bare_bot(self._token, self._api_url)
        return self._bot

    async def _ask(self, call: Any, seconds: float = _PATIENCE) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await ask(call)
        except TimeoutError:
            raise DeliveryError(f"no answer from Telegram within {seconds:g} s", "unknown") from None
