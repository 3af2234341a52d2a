"""The commands as people are shown them: Telegram's menus, who sees which, and the rows of /help.

One table of all commands, in the words of a language. Nothing is asked or decided here; what a command does and who
may use it stands in `bot.chat.handlers.basics`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from bot.i18n import LANGUAGES, Translator, words


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: what it is for, and what is written after it."""

    verb: str
    purpose: str
    takes: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands of one scope of the Bot API.

    `chat` only for the scopes of one chat; no commands = it has no menu of its own; `language` is of the users who see
    it, "" = all whose language has no own menu.
    """

    scope: str
    commands: tuple[tuple[str, str], ...]
    chat: int | None = None
    language: str = ""


def looking(_: Translator) -> tuple[Entry, ...]:
    """Return what only shows something."""
    return (
        Entry("lists", _("What you can subscribe to")),
        Entry("mine", _("What this chat is told")),
        Entry("latest", _("The latest stories, told or not"), _("ID")),
        Entry("story", _("All about a story that was told here: its link"), _("LINK")),
        Entry("test", _("Try a query on the latest news"), _("QUERY")),
        Entry("why", _("Why an article was told here, or was not"), _("LINK")),
        Entry("status", _("Whether the bot is watching")),
        Entry("help", _("All commands")),
    )


def changing(_: Translator) -> tuple[Entry, ...]:
    """Return what changes what a chat is told."""
    return (
        Entry("subscribe", _("Tell this chat about a watchlist"), _("ID")),
        Entry("unsubscribe", _("Stop telling it about a watchlist"), _("ID")),
        Entry("watch", _("Tell this chat about a query of its own"), _("QUERY")),
        Entry("unwatch", _("End a query of this chat"), _("NUMBER")),
        Entry("settings", _("Everything that can be chosen, with buttons")),
        Entry("pause", _("Tell nothing until /resume")),
        Entry("resume", _("Go on, and catch up if you like")),
        Entry("mute", _("Not to hear of a word, story, watchlist or source"), _("WHAT 1h")),
        Entry("quiet", _("Hours in which only urgent alerts come"), _("23:00-07:00")),
        Entry("digest", _("Alerts together, as a list"), _("daily 08:00")),
        Entry("language", _("In which language I speak here")),
        Entry("forget", _("Delete everything about this chat")),
    )


def owning(_: Translator) -> tuple[Entry, ...]:
    """Return what is for owners."""
    return (
        Entry("sources", _("How every source is doing")),
        Entry("chats", _("Who uses the bot, and who would like to")),
        Entry("reload", _("Read watchlists.yaml anew, at once")),
        Entry("for", _("Act for a channel"), _("CHAT COMMAND")),
        Entry("admit", _("Let a chat use the bot"), _("CHAT")),
        Entry("revoke", _("Take that back"), _("CHAT")),
    )


def menus(home: Translator) -> tuple[Menu, ...]:
    """Return the menus of all chats, in every language.

    In groups the members see what only looks, the administrators all; users of another language see `home`'s.
    """
    found = []
    for language, _ in (("", home), *((code, words(code)) for code in LANGUAGES)):
        everybody, looks = _shown(_everybody(_)), _shown(looking(_))
        found += [
            Menu("all_private_chats", everybody, language=language),
            Menu("all_group_chats", looks, language=language),
            Menu("all_chat_administrators", everybody, language=language),
        ]
    return tuple(found)


def own(_: Translator, owner: int) -> Menu:
    """Return the menu of an owner's private chat."""
    return Menu("chat", _shown((*_everybody(_), *owning(_))), owner)


def chosen(_: Translator, chat: int, kind: str, *, owner: bool) -> tuple[Menu, ...]:
    """Return the menus of a chat that has chosen its language: they win over those of the users' languages."""
    if kind == "channel":
        return ()
    if kind == "group":
        everybody, looks = _shown(_everybody(_)), _shown(looking(_))
        return (Menu("chat", looks, chat), Menu("chat_administrators", everybody, chat))
    return (own(_, chat) if owner else Menu("chat", _shown(_everybody(_)), chat),)


def given_back(chat: int, kind: str) -> tuple[Menu, ...]:
    """Return the menus of a chat that is forgotten: none of its own."""
    scopes = {"private": ("chat",), "group": ("chat", "chat_administrators"), "channel": ()}
    return tuple(Menu(scope, (), chat) for scope in scopes[kind])


def mark(shown: tuple[Menu, ...], name: str) -> int:
    """Return a signed 64-bit number that is another where these menus of the bot of this name are others."""
    return int.from_bytes(blake2b(repr((name, shown)).encode(), digest_size=8).digest(), signed=True)


def _everybody(_: Translator) -> tuple[Entry, ...]:
    return (*looking(_)[:1], *changing(_), *looking(_)[1:])


def _shown(entries: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    """Return commands with what Telegram shows beside them."""
    return tuple((one.verb, f"{one.purpose}: {one.takes}" if one.takes else one.purpose) for one in entries)
