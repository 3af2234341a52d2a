"""What the tests of a conversation share: a real store, two watchlists, people who write, a clock that is set."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat.access.authorization import Authorizer
from bot.chat.context import QueryServices, Services
from bot.chat.messages import Answer, Command, Press
from bot.chat.registry import COMMANDS
from bot.config.active import ActiveConfig, PersonalQuerySync
from bot.config.compiled import CompiledConfig
from bot.config.edits.editor import WatchlistEditor
from bot.errors import ConfigError, DeliveryError
from bot.matching.engine import Engine, build_engine
from bot.matching.query_check import build_checked_engine
from bot.model import Chat, Config, Item, Source, Validators, Watchlist
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.preview.record_search import Search
from bot.preview.replay import Replay
from bot.store.repository import Store, open_store
from bot.web.access.sign_in_links import PageLinks
from tests.chat.finder import SetFinder

OWNER, READER, ADMINISTRATOR, GROUP = 11, 22, 33, -1005550001
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

KREMLIN = Watchlist("kremlin", "Kremlin and summits", ("Kremlin", "Peskov", "summit AND (Putin OR Trump)"))
OIL = Watchlist("oil", "Oil & gas <b>prices</b>", ("oil", "OPEC*"), deliver_to=(Chat(-100777),))
SOURCES = (Source("Kremlin site", "http://en.kremlin.example/feed", "kremlin.example"),)
FILE = """\
sources: [{name: One, url: 'https://one.example/feed'}]
watchlists: {kremlin: {keywords: [Kremlin], languages: [en]}}
"""


class Clock:
    """Monotonic seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@dataclass
class Desk:
    """The commands with a real store behind them, and the people in front."""

    store: Store
    clock: Clock
    file: Path  # watchlists.yaml, for who changes it
    access: str = "closed"
    owners: frozenset[int] = frozenset({OWNER})
    config: Config = field(default_factory=lambda: Config(SOURCES, (KREMLIN, OIL)))
    administrators: set[tuple[int, int]] = field(default_factory=lambda: {(GROUP, ADMINISTRATOR)})
    looks: int = 0
    unreachable: bool = False
    hidden: bool = False  # who administers the groups
    forms: Any = None  # a FormCache
    personal: tuple[Watchlist, ...] = ()
    heard: int = 0  # how often a chat has changed its queries
    now: datetime = NOW
    finder: SetFinder = field(default_factory=SetFinder)
    problems: tuple[str, ...] = ()  # of watchlists.yaml
    has_model: bool = False  # a language model is set
    _commands: Authorizer | None = None

    async def look(self, chat: int, user: int) -> bool:
        """Say whether somebody administers a group, as Telegram would."""
        self.looks += 1
        if self.unreachable:
            raise DeliveryError("no connection to Telegram", "unsent")
        if self.hidden:
            raise DeliveryError("Bad Request: CHAT_ADMIN_REQUIRED", "suspend")
        return (chat, user) in self.administrators

    async def reload(self) -> tuple[str, ...]:
        """Read watchlists.yaml, which is as wrong as a test says."""
        if self.problems:
            raise ConfigError(*self.problems)
        return ("watchlists: + oil",)

    def hear(self) -> None:
        """Note that a chat has changed its queries."""
        self.heard += 1

    async def engine(self, watchlists: tuple[Watchlist, ...]) -> Engine:
        """Build an engine off the loop."""
        return await asyncio.to_thread(build_engine, watchlists, self.config.sources, cache=self.forms)

    def setup(self) -> CompiledConfig:
        """Return the configuration in force, with the personal queries that were adopted."""
        lists = (*self.config.watchlists, *self.personal)
        return CompiledConfig(self.config, lambda: self.engine(lists), {}, {one.id: one for one in lists})

    async def adopt(self) -> None:
        """Put the personal queries on record in force, as every process does."""
        every = await self.store.queries.find_all_queries()
        self.personal = tuple(Watchlist(one.watchlist, one.text, (one.text,)) for one in every)

    @property
    def commands(self) -> Authorizer:
        """Return the commands, built at first use so that a test can set the rest before."""
        if self._commands is None:
            services = Services(
                commands=COMMANDS,
                config=lambda: self.config,
                chats=self.store.chats,
                preferences=self.store.preferences,
                admissions=self.store.admissions,
                buttons=self.store.buttons,
                queries=QueryServices(
                    self.store.items,
                    self.store.queries,
                    Replay(self.store.items, self.clock),
                    Search(self.store.search, self.store.items, self.clock),
                    self.setup,
                    lambda text: asyncio.to_thread(build_checked_engine, text, self.config.sources, self.forms),
                    self.hear,
                ),
                owners=self.owners,
                access=self.access,  # type: ignore[arg-type]  # a word of the settings, as a test wrote it
                now=lambda: self.now,
                clock=self.clock,
                is_administrator=self.look,
                queue_alerts=lambda alerts: self.store.polls.queue_notices(alerts, self.now),
                editor=WatchlistEditor(self.file, {}, self.store.edits, lambda: self.now, self.forms),
                make_page_link=PageLinks(
                    self.store.sessions, self.store.feeds, "http://127.0.0.1:8080", lambda: self.now
                ).make_link,
                make_feed_link=PageLinks(
                    self.store.sessions, self.store.feeds, "http://127.0.0.1:8080", lambda: self.now
                ).make_feed_link,
                finder=self.finder,
                reload_config=self.reload,
                has_model=self.has_model,
            )
            self._commands = Authorizer(services)
        return self._commands

    async def ask(self, text: str, **said: Any) -> Answer:
        """Let somebody write a command: by default the reader, in private. What comes later is waited for."""
        answer = await self.commands.answer(written(text, **said))
        return answer if answer.later is None else await answer.later()

    async def press(self, pressed: str, *, message: int | None = 5, **said: Any) -> Answer:
        """Let somebody press a button that was kept with this meaning where they are."""
        where = written("/x", **said).chat.id
        (key,) = await self.store.buttons.save_buttons(where, [pressed], self.now)
        return await self.tap(key, message=message, **said)

    async def tap(self, key: str, *, message: int | None = 5, **said: Any) -> Answer:
        """Let somebody press a button that says this, or pretend to."""
        command = replace(written("/x", **said), verb="?", words="", addressed=True)
        return await self.commands.answer(replace(command, press=Press("q1", message, key)))


def written(
    text: str, *, user: int = READER, chat: int | None = None, topic: int | None = None, **more: Any
) -> Command:
    """Return a command as the reading of an update gives it."""
    where = user if chat is None else chat
    verb, _, words = text.removeprefix("/").partition(" ")
    private = where > 0
    given: dict[str, Any] = {"name": "Reader", "title": "Reader" if private else "Newsroom", "addressed": private}
    given["kind"] = "private" if private else "group"
    return Command(
        chat=Chat(where, topic),
        user=user,
        verb=verb,
        words=words,
        **given | more,
    )


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Open a real SQLite store."""
    async with await open_store(f"sqlite:///{tmp_path / 'news.db'}", migrate=True) as opened:
        yield opened


@pytest.fixture
def library(store: Store, tmp_path: Path, remembered_forms: Any) -> QueryServices:
    """Give what questions are asked of, as the app builds it, with a watchlists.yaml of its own."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE, encoding="utf-8")
    current = ActiveConfig(file, {}, remembered_forms)
    heard = PersonalQuerySync(store.queries, current).heard
    replay = Replay(store.items, time.monotonic)
    search = Search(store.search, store.items, time.monotonic)
    return QueryServices(store.items, store.queries, replay, search, current.setup, current.engine_of, heard)


@pytest.fixture
def desk(store: Store, clock: Clock, remembered_forms: Any, tmp_path: Path) -> Desk:
    """Give the commands with a real store behind them: access closed, one owner."""
    file = tmp_path / "watchlists.yaml"
    file.write_text(FILE, encoding="utf-8")
    return Desk(store, clock, file, forms=remembered_forms)


@pytest.fixture
def record(desk: Desk) -> Callable[..., Awaitable[None]]:
    """Hand out what puts items of a source on record, as a poll does, some days ago."""
    polls, numbers = desk.store.polls, itertools.count(1)

    async def put(*titles: str, days: float = 0, source: str = "Kremlin site", **more: Any) -> None:
        at = NOW - timedelta(days=days)
        names = dict.fromkeys([*(one.name for one in desk.config.sources), source])
        await polls.sync_sources(
            [Source(name, f"http://{name.split()[0].lower()}.example/feed", name) for name in names], at
        )
        leases = await polls.lease_sources(at, limit=9, ttl=timedelta(minutes=1), forced_since=NOW + timedelta(days=9))
        leased = next(one for one in leases if one.name == source)
        items = []
        for title in titles:
            number = next(numbers)
            given = {"url": f"http://news.example/{number}/{title.split()[0].lower()}", "title": title} | more
            items.append(Recorded(Item((number,), **given), at))
        async with polls.open_recording(leased) as recording:
            await recording.write_poll(Turn(Outcome(leased, at, at, Validators(), parsed=True), tuple(items)))
        await polls.release_leases([one for one in leases if one is not leased])

    return put


@pytest.fixture
def write() -> Callable[..., Command]:
    """Hand out what makes a command."""
    return written
