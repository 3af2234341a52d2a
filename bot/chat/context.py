"""What commands work on, and how they answer where they were request. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.chat.access.access_rules import Access, Need
from bot.chat.messages import Answer, Button, Command, Reply, Section
from bot.config.compiled import CompiledConfig
from bot.config.edits.editor import WatchlistEditor
from bot.i18n import LANGUAGES, Say, Translator, words
from bot.matching.engine import Engine
from bot.model import Alert, Chat, Config
from bot.ports.chat_store import ButtonStore, ChatStore
from bot.ports.editing.source_finder import SourceFinder
from bot.ports.history_store import ItemStore, QueryStore
from bot.ports.preference_store import AdmissionStore, PreferenceStore
from bot.preview.record_search import Search
from bot.preview.replay import Replay


@dataclass(frozen=True, slots=True)
class QueryServices:
    """What questions about queries and items need."""

    items: ItemStore
    store: QueryStore
    replay: Replay
    search: Search
    compiled: Callable[[], CompiledConfig]  # the configuration in force, with its engine
    build_engine: Callable[[str], Awaitable[Engine]]  # of one query alone
    on_change: Callable[[], None]  # called after a chat has added or ended a query


@dataclass(frozen=True, slots=True)
class Services:
    """What the commands work on. `now` tells the time in UTC, `clock` is monotonic, in seconds."""

    commands: Mapping[str, CommandSpec]  # `bot.chat.registry.COMMANDS`
    config: Callable[[], Config]
    chats: ChatStore
    preferences: PreferenceStore
    admissions: AdmissionStore
    buttons: ButtonStore
    queries: QueryServices
    owners: frozenset[int]
    access: Access
    now: Callable[[], datetime]
    clock: Callable[[], float]
    is_administrator: Callable[[int, int], Awaitable[bool]]  # of (chat, user); may raise BotError
    queue_alerts: Callable[[tuple[Alert, ...]], Awaitable[object]]  # each once
    make_page_link: Callable[[int], Awaitable[str | None]]  # of an owner; None where the pages are off
    editor: WatchlistEditor  # of watchlists.yaml
    make_feed_link: Callable[[str, int], Awaitable[str | None]]  # of a watchlist, for an owner; None likewise
    finder: SourceFinder
    reload_config: Callable[[], Awaitable[tuple[str, ...]]]  # reads the file, returns what has changed; ConfigError
    has_model: bool = False  # a language model is set


@dataclass(frozen=True, slots=True)
class Request:
    """A command with what is known about who sent it and what its chat has chosen."""

    command: Command
    owner: bool
    translator: Translator
    zone: str = "UTC"
    on_behalf: bool = False  # an owner acts for a chat that is not theirs


Handler = Callable[[Services, Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command: its name, who may send it, what carries it out, and how /help and the menus show it."""

    name: str
    need: Need  # also its place: members of groups see what only reads, administrators the rest, owners all
    handler: Handler
    purpose: Say | None = None  # None = shown nowhere: Telegram, a button or a forwarded post sends it
    argument: Say | None = None  # what is written after it
    section: Section = "ask"
    is_slow: bool = False  # it searches the items on record, or all keywords: seconds


async def translator_of(services: Services, chat: Chat) -> Translator:
    """Return the texts in the language of a chat, else in that of the installation."""
    return words((await services.preferences.read_display(chat.id)).language or services.config().language)


async def build_request(services: Services, command: Command, *, owner: bool) -> Request:
    """Return a command with what its chat has chosen, else the installation.

    Whoever has chosen no language is answered in private in that of their Telegram, where the bot speaks it.
    """
    display, home = await services.preferences.read_display(command.chat.id), services.config()
    theirs = command.language if command.kind == "private" and command.language in LANGUAGES else ""
    language = display.language or theirs or home.language
    return Request(command, owner, words(language), display.timezone or home.timezone)


def reply(command: Command, text: str, buttons: tuple[Button, ...] = ()) -> Answer:
    """Answer a command with a message, and a press in the message of its button.

    A press under a message that is to stay as it is, such as an alert, is answered with a new one.
    """
    press = command.press
    return Answer((Reply(command.chat, text, buttons, edit=press.message if press and press.view != "new" else None),))


async def auto_admit(services: Services, request: Request) -> None:
    """Admit a chat that an owner subscribes to something: that an owner wants it there is clear."""
    if request.owner and services.access == "closed":
        await services.chats.admit_chat(request.command.chat.id, request.command.user or 0, services.now())
