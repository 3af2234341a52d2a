"""The menu of commands that Telegram shows: who sees which, as data for setMyCommands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_READING = (
    ("lists", "What you can subscribe to"),
    ("mine", "What this chat is told"),
    ("test", "Try a query on the latest news"),
    ("why", "Why an article was told here, or not: its link"),
    ("status", "Whether the bot is watching"),
    ("help", "All commands"),
)
_CHANGING = (
    ("subscribe", "Tell this chat about a watchlist: its ID"),
    ("unsubscribe", "Stop telling it: the watchlist's ID"),
    ("watch", "Tell this chat about a query of its own"),
    ("unwatch", "End such a query: its number"),
)
_OWNING = (("admit", "Let a chat use the bot: its id"), ("revoke", "Take that back: the chat's id"))


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands of one scope of the Bot API; `chat` only for the scope `chat`."""

    scope: str
    commands: tuple[tuple[str, str], ...]
    chat: int | None = None


def menus(owners: Iterable[int]) -> tuple[Menu, ...]:
    """Return the menus: private chats, members of groups, their administrators, and each owner's private chat."""
    everybody = (*_READING[:1], *_CHANGING, *_READING[1:])
    return (
        Menu("default", everybody),
        Menu("all_private_chats", everybody),
        Menu("all_group_chats", _READING),
        Menu("all_chat_administrators", everybody),
        *(own(owner) for owner in sorted(owners)),
    )


def own(owner: int) -> Menu:
    """Return the menu of an owner's private chat."""
    return Menu("chat", (*_READING[:1], *_CHANGING, *_READING[1:], *_OWNING), owner)
