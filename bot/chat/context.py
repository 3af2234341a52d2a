"""What commands work on, and how they answer where they were asked. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.chat.access_rules import Access
from bot.chat.messages import Answer, Button, Command, Reply
from bot.config.compiled import CompiledConfig
from bot.i18n import Translator, words
from bot.matching.engine import Engine
from bot.model import Alert, Chat, Config
from bot.ports.button_store import ButtonStore
from bot.ports.chat_store import ChatStore
from bot.ports.preference_store import AdmissionStore, PreferenceStore
from bot.ports.record import ItemStore, QueryStore
from bot.preview.replay import Replay


@dataclass(frozen=True, slots=True)
class QueryServices:
    """What questions about queries and items are asked of."""

    items: ItemStore
    queries: QueryStore
    replay: Replay
    setup: Callable[[], CompiledConfig]  # the configuration in force, with its engine
    engine_of: Callable[[str], Awaitable[Engine]]  # of one query alone
    heard: Callable[[], None]  # a chat has added or ended a query


@dataclass(frozen=True, slots=True)
class Services:
    """What the commands work on. `now` tells the time in UTC, `clock` is monotonic, in seconds."""

    config: Callable[[], Config]
    store: ChatStore
    wishes: PreferenceStore
    guests: AdmissionStore
    buttons: ButtonStore
    library: QueryServices
    owners: frozenset[int]
    access: Access
    now: Callable[[], datetime]
    clock: Callable[[], float]
    look: Callable[[int, int], Awaitable[bool]]  # whether (chat, user) is an administrator; may raise BotError
    tell: Callable[[tuple[Alert, ...]], Awaitable[object]]  # queues notices, each once
    reload: Callable[[], Awaitable[tuple[str, ...]]]  # reads watchlists.yaml, says what has changed; ConfigError


@dataclass(frozen=True, slots=True)
class Request:
    """A command that may be carried out."""

    command: Command
    owner: bool
    words: Translator  # of the chat
    zone: str = "UTC"  # of the chat


Handler = Callable[[Services, Request], Awaitable[Answer]]


async def words_of(house: Services, chat: Chat) -> Translator:
    """Return the words to speak to a chat with: its own language, else the installation's."""
    return words((await house.wishes.look(chat.id)).language or house.config().language)


async def asked_by(house: Services, command: Command, *, owner: bool) -> Request:
    """Return a command with what its chat has chosen, else the installation."""
    look, home = await house.wishes.look(command.chat.id), house.config()
    return Request(command, owner, words(look.language or home.language), look.timezone or home.timezone)


def say(command: Command, text: str, buttons: tuple[Button, ...] = ()) -> Answer:
    """Answer where it was asked: a command with a message, a press in the message of its button.

    A press under a message that is to stay as it is, such as an alert, is answered with a new one.
    """
    press = command.press
    return Answer((Reply(command.chat, text, buttons, edit=press.message if press and press.view != "new" else None),))


async def let_in(house: Services, asked: Request) -> None:
    """Admit a chat that an owner has made a reader: what an owner subscribes, an owner has admitted."""
    if asked.owner and house.access == "closed":
        await house.store.admit(asked.command.chat.id, asked.command.user or 0, house.now())
