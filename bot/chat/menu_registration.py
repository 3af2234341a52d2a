"""Sets the command menus at Telegram: the general ones, an owner's, those of a group that chose a language.

In come the table of commands and what chats chose, out go requests to Telegram. What fails is logged, and is tried
again at the next start.
"""

from __future__ import annotations

import logging

from bot.chat.access.access_rules import owner_ids
from bot.chat.access.authorization import Authorizer
from bot.chat.context import translator_of
from bot.chat.menu import chat_menus, fingerprint, general_menus, owner_menu
from bot.chat.messages import Menu
from bot.errors import BotError, DeliveryError
from bot.i18n import words
from bot.model import Chat
from bot.notify.telegram.bot_api import TelegramClient
from bot.ports.chat_store import ChatStore

log = logging.getLogger(__name__)


class MenuRegistration:
    """Sets menus for the bot of `client`."""

    def __init__(self, client: TelegramClient, store: ChatStore, authorizer: Authorizer) -> None:
        """Take what it works on."""
        self._client = client
        self._store = store
        self._authorizer = authorizer

    async def set_general(self, username: str) -> None:
        """Set the menus of everybody and of each owner, where Telegram shows others."""
        services = self._authorizer.services
        try:
            commands = services.commands
            owners = [(one, await translator_of(services, Chat(one))) for one in owner_ids(services.owners)]
            menus = [
                *general_menus(commands, self._authorizer.default_translator()),
                *(owner_menu(commands, _, one) for one, _ in owners),
            ]
            number = fingerprint(menus, username)
            if await self._store.read_menu_mark() != number and all([await self.set_menu(menu) for menu in menus]):
                await self._store.write_menu_mark(number)
        except BotError as error:
            log.info("command menus not set", extra={"reason": str(error)})

    async def set_owner(self, chat: Chat) -> None:
        """Set the menu of an owner's private chat."""
        services = self._authorizer.services
        await self.set_menu(owner_menu(services.commands, await translator_of(services, chat), chat.id))

    async def set_group(self, chat: int) -> None:
        """Set the menus of a group that has chosen a language."""
        services = self._authorizer.services
        if language := (await services.preferences.read_display(chat)).language:
            for menu in chat_menus(services.commands, words(language), chat, "group", owner=False):
                await self.set_menu(menu)

    async def set_menu(self, menu: Menu) -> bool:
        """Set a menu; return False when that is to be tried again."""
        try:
            await self._client.set_menu(menu.scope, menu.commands, menu.chat, menu.language or None)
        except DeliveryError as error:
            # An owner who has not written to the bot yet has no chat with it.
            level = logging.INFO if menu.chat is None else logging.DEBUG
            log.log(level, "command menu not set", extra={"scope": menu.scope, "reason": str(error)})
            return menu.chat is not None
        return True
