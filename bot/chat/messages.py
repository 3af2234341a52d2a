"""What is said between people and the bot, in no medium's terms.

In come commands, pressed buttons (which are commands too, and are checked like them) and changes of membership; out
go replies. Nothing here knows Telegram's objects, and nothing decides anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.errors import Closure
from bot.model import Chat

Kind = Literal["private", "group", "channel"]
Mask = Literal["", "group", "channel"]  # who an administrator writes as: themself, the group, another channel
Section = Literal["follow", "when", "ask", "own"]  # of /help: what is told, when and how, questions, for owners
BUTTON_BYTES = 1_200  # that a button may mean: the longest query of a chat, in any script


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed rather than a command written."""

    id: str  # answers it
    message: int | None  # whose button; None = too old for Telegram to say anything about it
    data: str = ""  # of the button: an id, until its meaning is looked up
    alert: bool = False  # it is under an alert, so the chat is one that is told things
    view: str = ""  # what the message shows and is to show again (`lists 2`, `mine`), or `new`: it is to stay as it is


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody wants something of the bot."""

    chat: Chat
    kind: Kind
    user: int | None
    name: str  # of the user; anything at all, to be escaped
    title: str  # of the group, or the user's name
    verb: str  # without slash, lower case; "" = plain words in a private chat
    words: str = ""  # what follows the verb
    addressed: bool = False  # in a group: `/help@our_name`, or a button of ours
    mask: Mask = ""
    press: Press | None = None
    answers: int | None = None  # the message that it was written as a reply to
    answers_other: bool = False  # a person or another bot, not us
    names_person: bool = False
    language: str = ""  # ISO 639-1, of the user's Telegram, where it says so
    forwarded_from: int | None = None  # the channel whose post it is
    bot: str = ""  # our own name, without @; "" = not known yet


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot's own place in a chat has changed."""

    chat: int
    kind: Kind
    title: str
    present: bool  # it may be told things
    reason: str = ""  # why not, in words
    closure: Closure = "gone"  # of what kind that is
    muted_until: datetime | None = None  # and until when, where that is known
    entered: bool = False  # it was not there before
    user: int | None = None  # who did it
    name: str = ""  # of the user


@dataclass(frozen=True, slots=True)
class Migration:
    """A group has got a new id."""

    old: int
    new: int


@dataclass(frozen=True, slots=True)
class TopicReopened:
    """A forum topic that was closed takes messages again."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class Button:
    """One button, on a row of its own or beside the one before."""

    label: str  # plain text
    data: str  # what it means; kept on record, and never sent: Telegram gets an id (bot.button_ids)
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One message of ours. `text` is HTML with everything foreign escaped (bot.chat.texts.basics)."""

    chat: Chat
    text: str
    buttons: tuple[Button, ...] = ()
    edit: int | None = None  # the message to show it in; None = a new one
    file: tuple[str, bytes] | None = None  # a name and what is in it; the text stands beside it then
    notice: bool = False  # nobody asked for it: when it cannot be sent, nothing follows from that


@dataclass(frozen=True, slots=True)
class Menu:
    """The commands of one scope of the Bot API, each with what is shown beside it.

    `chat` only for the scopes of one chat; no commands = it has no menu of its own; `language` is of the users who see
    it, "" = all whose language has no own menu.
    """

    scope: str
    commands: tuple[tuple[str, str], ...]
    chat: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A row of /help: a command, what it is for, what is written after it, and under which heading it stands."""

    name: str
    purpose: str
    argument: str = ""
    section: Section = "ask"


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a command leads to. `toast` is a line shown to who pressed a button; plain text.

    `leave` are groups and channels that the bot goes out of, `menus` those of the chat that are others now. `later` is
    what takes long and is asked for when all this is said: its first reply takes the place of the first one here.
    """

    replies: tuple[Reply, ...] = ()
    toast: str = ""
    leave: tuple[int, ...] = ()
    menus: tuple[Menu, ...] = ()
    later: Callable[[], Awaitable[Answer]] | None = None


def data(verb: str, words: str = "", view: str = "") -> str:
    """Return what a button means: a verb, words, and a view without "|". Rights are checked at the press."""
    return f"{verb}|{words}|{view}"


def parse_data(meaning: str) -> tuple[str, str, str]:
    """Return verb, words and view of what a button means; the words may hold anything."""
    verb, _bar, rest = meaning.partition("|")
    words, _bar, view = rest.rpartition("|")
    return verb, words, view
