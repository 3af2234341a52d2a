"""The bot's account and its owner, as Telegram knows them: is the token right, and who presses Start.

Nothing is taken from Telegram for good: what waits there is only looked at, so that `run` answers it, the owner's
/start too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.config.settings import Settings, telegram_proxy
from bot.errors import ConfigError, DeliveryError
from bot.notify.telegram.answers import as_object, to_id

if TYPE_CHECKING:
    from bot.notify.telegram.bot_api import TelegramClient

_DEADLINE: Final = 20.0  # seconds of one request
_LONG: Final = 25.0  # seconds that Telegram holds a question for news
_SHORT: Final = 1.0  # seconds between two looks while old news waits there, which ends every long question at once
_MANY: Final = 100  # updates of one answer, the most that Telegram gives


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who wrote /start to the bot in private."""

    id: int
    name: str
    language: str  # as their Telegram says, such as en or pt-br; "" where it does not


async def ask_name(settings: Settings, token: str) -> str:
    """Return the bot's user name without @. ConfigError, with the cure, for a wrong token; DeliveryError otherwise."""
    from bot.operations.token_check import cure

    async with _connected(settings, token) as client:
        try:
            return str((await client.me()).get("username") or "")
        except DeliveryError as error:
            if error.verdict == "token":
                raise ConfigError(cure(str(error))) from None
            raise


async def wait_for_start(settings: Settings, token: str, refused: frozenset[int] = frozenset()) -> Person:
    """Wait until somebody other than those `refused` writes /start in private. DeliveryError where one cannot listen.

    A connection that fails is tried again.
    """
    async with _connected(settings, token) as client:
        await client.delete_webhook()
        offset: int | None = None
        while True:
            try:
                updates = await client.updates(offset, _LONG, allowed=())
            except DeliveryError as error:
                if error.verdict not in {"unsent", "unknown", "wait"}:
                    raise
                await asyncio.sleep(max(_SHORT, error.retry_after or 0.0))
                continue
            for update in updates:
                person = _starter(update)
                if person is not None and person.id not in refused:
                    return person
            if len(updates) >= _MANY:  # so much that the new ones are not shown: the old ones have to go
                offset = (to_id(updates[-1].get("update_id")) or 0) + 1
            elif updates:
                await asyncio.sleep(_SHORT)


def _starter(update: dict[str, Any]) -> Person | None:
    message = as_object(update.get("message"))
    sender, chat = as_object(message.get("from")), as_object(message.get("chat"))
    command, user = str(message.get("text") or "").split("@")[0].split()[:1], to_id(sender.get("id"))
    if user is None or chat.get("type") != "private" or command != ["/start"]:
        return None
    name = " ".join(str(sender[key]) for key in ("first_name", "last_name") if sender.get(key))
    if sender.get("username"):
        name = f"{name} (@{sender['username']})".strip()
    return Person(user, name or "somebody", str(sender.get("language_code") or ""))


@asynccontextmanager
async def _connected(settings: Settings, token: str) -> AsyncIterator[TelegramClient]:
    from bot.notify.telegram.bot_api import TelegramClient

    client = TelegramClient(token, settings.telegram_api_url, deadline=_DEADLINE, proxy=telegram_proxy(settings))
    try:
        yield client
    finally:
        await client.disconnect()
