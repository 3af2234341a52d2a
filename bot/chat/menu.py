"""The commands as people are shown them: Telegram's menus, who sees which, and the rows of /help.

In comes the table of commands (`bot.chat.registry`), out go menus and rows in the words of a language. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from bot.chat.access.access_rules import Need
from bot.chat.context import CommandSpec
from bot.chat.messages import CommandHelp, Menu
from bot.i18n import LANGUAGES, Translator, words

Commands = Mapping[str, CommandSpec]


def help_rows(commands: Commands, _: Translator, *needs: Need) -> tuple[CommandHelp, ...]:
    """Return the commands that need one of these rights and are shown to people, in the order of the table."""
    return tuple(
        CommandHelp(one.name, one.purpose(_), one.argument(_) if one.argument else "", one.section)
        for one in commands.values()
        if one.purpose and one.need in needs
    )


def general_menus(commands: Commands, home: Translator) -> tuple[Menu, ...]:
    """Return the menus of all chats, in every language.

    In groups the members see what only reads, the administrators all; users of another language see `home`'s.
    """
    found = []
    for language, _ in (("", home), *((code, words(code)) for code in LANGUAGES)):
        everybody, readers = _entries(commands, _, "read", "change"), _entries(commands, _, "read")
        found += [
            Menu("all_private_chats", everybody, language=language),
            Menu("all_group_chats", readers, language=language),
            Menu("all_chat_administrators", everybody, language=language),
        ]
    return tuple(found)


def owner_menu(commands: Commands, _: Translator, owner: int) -> Menu:
    """Return the menu of an owner's private chat."""
    return Menu("chat", _entries(commands, _, "read", "change", "own"), owner)


def chat_menus(commands: Commands, _: Translator, chat: int, kind: str, *, owner: bool) -> tuple[Menu, ...]:
    """Return the menus of a chat that has chosen its language: they win over those of the users' languages."""
    if kind == "channel":
        return ()
    everybody, readers = _entries(commands, _, "read", "change"), _entries(commands, _, "read")
    if kind == "group":
        return (Menu("chat", readers, chat), Menu("chat_administrators", everybody, chat))
    return (owner_menu(commands, _, chat) if owner else Menu("chat", everybody, chat),)


def removed_menus(chat: int, kind: str) -> tuple[Menu, ...]:
    """Return the menus of a chat that is forgotten: none of its own."""
    scopes = {"private": ("chat",), "group": ("chat", "chat_administrators"), "channel": ()}
    return tuple(Menu(scope, (), chat) for scope in scopes[kind])


def fingerprint(menus: Iterable[Menu], username: str) -> int:
    """Return a signed 64-bit number that differs where these menus of the bot of this name differ."""
    return int.from_bytes(blake2b(repr((username, tuple(menus))).encode(), digest_size=8).digest(), signed=True)


def _entries(commands: Commands, _: Translator, *needs: Need) -> tuple[tuple[str, str], ...]:
    """Return commands with what Telegram shows beside them."""
    rows = help_rows(commands, _, *needs)
    return tuple((one.name, f"{one.purpose}: {one.argument}" if one.argument else one.purpose) for one in rows)
