"""The wiring: the one place that builds real things and hands them to the stages.

Everything above is given what it needs; nothing above knows where it came from.
"""

from __future__ import annotations

import asyncio
import gc
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from bot.config.active import ActiveConfig, PersonalQuerySync
from bot.config.environment import environment
from bot.config.settings import SECRETS, Settings, load_settings, pages_address, telegram_proxy, unused_variables
from bot.delivery.loop import DeliveryLoop
from bot.delivery.rate_limit import UNPACED, Limits
from bot.errors import ConfigError
from bot.fetch.client import WebClient
from bot.i18n import Say
from bot.inflection.word_forms import FormCache
from bot.matching.engine import Engine
from bot.model import Config, DisplayPreferences, Source
from bot.polling.hubs.hub_contents import Hubs
from bot.polling.items.article_cache import ArticleCache
from bot.polling.items.item_matcher import ItemMatcher
from bot.polling.loop import PollLoop
from bot.polling.poll_source import PollResult, SourcePoller
from bot.polling.source_health.source_notices import Notices
from bot.ports.outbox_store import Notifier
from bot.process.clock import wall
from bot.process.shutdown import leave_tasks
from bot.sources.parse import Parser
from bot.store.repository import Store, open_store
from bot.stories.semantic import encoder

if TYPE_CHECKING:
    from bot.chat.listening.listener import Listener
    from bot.config.edits.editor import WatchlistEditor
    from bot.ports.editing.source_finder import SourceFinder

T = TypeVar("T")
Ail = Callable[[str | None], None]  # says what keeps a loop from its purpose; None: nothing any more

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
_SHORTEST_SECRET = 8  # characters: shorter ones would hide half the log


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a fresh event loop; nothing that still runs then, task or thread, is waited for."""
    import uvloop

    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)  # its own farewell waits for every thread
    try:
        return runner.run(main)
    finally:
        leave_tasks(runner.get_loop())


@dataclass(frozen=True, slots=True)
class Base:
    """What every verb that works starts from."""

    settings: Settings
    current: ActiveConfig
    store: Store
    personal: PersonalQuerySync
    unused: tuple[str, ...] = ()  # lines about variables that look like settings and are none

    @property
    def token(self) -> str | None:
        """Return the token, None where alerts go to the terminal."""
        secret = self.settings.telegram_token
        return secret.get_secret_value() if secret else None

    def home(self) -> DisplayPreferences:
        """Return how the installation shows alerts where a chat has no wish of its own."""
        config = self.current.config()
        return DisplayPreferences(timezone=config.timezone, language=config.language)


@asynccontextmanager
async def opened(environ: Mapping[str, str] | None = None) -> AsyncIterator[Base]:
    """Read the settings and watchlists.yaml, start logging, open the database; ConfigError, StoreError.

    `environ` stands for the environment and `.env`.
    """
    environ = environment() if environ is None else environ
    settings = load_settings(environ)
    async with AsyncExitStack() as stack:
        stack.callback(log_to(settings, environ))
        current = ActiveConfig(
            settings.watchlists, environ, cache=form_cache(settings), terminal=settings.telegram_token is None
        )
        store = await open_store(settings.database_url.get_secret_value(), migrate=True)
        await stack.enter_async_context(store)
        await store.polls.sync_sources(current.config().sources, wall())
        personal = PersonalQuerySync(store.queries, current)
        await personal.look()
        yield Base(settings, current, store, personal, unused_variables(environ))


def log_to(settings: Settings, environ: Mapping[str, str]) -> Callable[[], None]:
    """Start logging to stderr with every secret hidden; return what flushes and ends it."""
    from bot.process.logs import configure

    given = (getattr(settings, name) for name in SECRETS)
    secrets = [one.get_secret_value() for one in given if one is not None and one.get_secret_value()]
    secrets += [text for name, text in environ.items() if _SECRET.search(name) and len(text) >= _SHORTEST_SECRET]
    return configure(settings.log_format, settings.log_level, secrets)


def form_cache(settings: Settings) -> FormCache | None:
    """Return where the forms of words are kept between starts: beside the SQLite file, else in the user's cache.

    None for a user without a home, as containers have: the forms are looked up at every start.
    """
    from bot.inflection.form_cache import FormCacheFile
    from bot.store.database.connections import sqlite_path

    path = sqlite_path(settings.database_url.get_secret_value())
    try:
        directory = path.parent if path else Path.home() / ".cache"
    except RuntimeError:
        return None
    return FormCacheFile(directory / "newswatch-words.db")


def fetcher(
    settings: Settings, *, robots: bool = True, room: Callable[..., Awaitable[None]] | None = None
) -> WebClient:
    """Return the one client of this process; without `robots`, its pages are those that a person asks for by name.

    `room` is awaited before anything is fetched.
    """
    return WebClient(
        user_agent=settings.user_agent,
        allowed_networks=settings.allowed_networks,
        allowed_ports=settings.allowed_ports,
        host_spacing=settings.host_spacing,
        proxy=settings.proxy.get_secret_value(),
        robots=robots,
        room=room,
    )


@asynccontextmanager
async def notifier(base: Base, out: TextIO) -> AsyncIterator[Notifier]:
    """Return the medium: Telegram, or without a token the terminal."""
    if base.token is None:
        from bot.notify.console.send import ConsoleNotifier

        yield ConsoleNotifier(out, home=base.home)
        return
    from bot.notify.telegram.send import TelegramNotifier

    url, proxy = base.settings.telegram_api_url, telegram_proxy(base.settings)
    async with TelegramNotifier(base.token, api_url=url, proxy=proxy, home=base.home) as telegram:
        yield telegram


def deliverer(
    base: Base, medium: Notifier, notice: Callable[[Say], None], report_problem: Ail = lambda _: None
) -> DeliveryLoop:
    """Return the delivery loop. A terminal stands any speed, and nothing is folded there."""
    return DeliveryLoop(
        base.store.outbox,
        medium,
        limits=Limits() if base.token else UNPACED,
        max_per_hour=lambda: base.current.config().max_per_hour if base.token else 0,
        notice=notice,
        report_problem=report_problem,
    )


@asynccontextmanager
async def poller(
    base: Base,
    notices: Notices,
    queued: Callable[[], None] = lambda: None,
    observe: Callable[[Source, PollResult, float], None] = lambda *_: None,
    hurry: asyncio.Event | None = None,
) -> AsyncIterator[PollLoop]:
    """Return the poll loop with its client and its parsers; `hurry` is set by who has made a source due at once."""
    async with Parser() as parser, fetcher(base.settings, room=parser.room) as fetch:
        gc.freeze()  # the modules stay: no collection walks through them again, which holds the loop for 70 ms
        matcher = ItemMatcher(parser, ArticleCache(fetch, parser), encoder(base.settings.semantic, in_a_hurry=True))
        judges = bool(base.settings.model_url)
        hubs = Hubs(base.store.hubs, parser, wall, wanted=base.settings.web_url is not None)
        turns = SourcePoller(base.store.polls, fetch, parser, wall, matcher, hubs, judges=judges)
        yield PollLoop(turns, base.current.setup, notices, queued=queued, observe=observe, hurry=hurry)


def notices(base: Base) -> Notices:
    """Return what tells the owners."""
    return Notices(base.store.polls, base.settings.owners, base.store.preferences.read_display, base.home)


async def reload_config(base: Base) -> tuple[str, ...]:
    """Read watchlists.yaml, put it in force in this process, and return what has changed; ConfigError, StoreError."""
    changed = await base.current.reload()
    await base.store.polls.sync_sources(base.current.config().sources, wall())
    return changed


def editor(base: Base) -> WatchlistEditor:
    """Return what changes watchlists.yaml for the chat and the pages."""
    from bot.config.edits.editor import WatchlistEditor

    current = base.current
    return WatchlistEditor(current.path, current.environ, base.store.edits, wall, form_cache(base.settings))


def listener(
    base: Base,
    token: str,
    beat: Callable[[], None] = lambda: None,
    report_problem: Ail = lambda _: None,
    answered: Callable[[], None] = lambda: None,
    *,
    finder: SourceFinder,
) -> Listener:
    """Return what answers commands."""
    from bot.chat.access.authorization import Authorizer
    from bot.chat.context import QueryServices, Services
    from bot.chat.dispatcher import Dispatcher
    from bot.chat.listening.listener import DEADLINE, Listener
    from bot.chat.registry import COMMANDS
    from bot.notify.telegram.bot_api import TelegramClient
    from bot.preview.record_search import Search
    from bot.preview.replay import Replay
    from bot.web.access.sign_in_links import PageLinks

    settings, owners, store, current = base.settings, frozenset(base.settings.owners), base.store, base.current
    client = TelegramClient(token, settings.telegram_api_url, deadline=DEADLINE, proxy=telegram_proxy(settings))
    replay = Replay(store.items, time.monotonic)
    search = Search(store.search, store.items, time.monotonic)
    setup, engine_of, heard = current.setup, current.engine_of, base.personal.heard
    library = QueryServices(store.items, store.queries, replay, search, setup, engine_of, heard)

    links = PageLinks(store.sessions, store.feeds, pages_address(settings), wall)

    services = Services(
        commands=COMMANDS,
        config=current.config,
        chats=store.chats,
        preferences=store.preferences,
        admissions=store.admissions,
        buttons=store.buttons,
        queries=library,
        owners=owners,
        access=settings.access,
        now=wall,
        clock=time.monotonic,
        is_administrator=client.is_administrator,
        queue_alerts=lambda alerts: store.polls.queue_notices(alerts, wall()),
        make_page_link=links.make_link,
        make_feed_link=links.make_feed_link,
        editor=editor(base),
        finder=finder,
        reload_config=lambda: reload_config(base),
        has_model=bool(settings.model_url),
    )
    answering = Dispatcher(client, Authorizer(services), base.store.chats, owners, wall)
    return Listener(
        client,
        answering,
        base.store.outbox,
        clock=time.monotonic,
        beat=beat,
        report_problem=report_problem,
        answered=answered,
    )


def watchlists(settings: Settings, environ: Mapping[str, str], file: Path | None = None) -> Config:
    """Return what watchlists.yaml says; ConfigError holds every mistake."""
    from bot.config.watchlists.watchlists_file import load

    return load(file or settings.watchlists, environ)


def checked(settings: Settings, environ: Mapping[str, str], file: Path | None = None) -> Config:
    """Return the same after every query was built and timed; ConfigError holds every mistake."""
    from bot.config.watchlists.watchlists_file import load
    from bot.matching.query import parse
    from bot.matching.query_check import find_refusals
    from bot.matching.query_tree import Query

    config = watchlists(settings, environ, file)
    refused = find_refusals(config.watchlists, None if file else form_cache(settings))

    def judged(text: str) -> Query:
        if reason := refused.get(text):
            raise reason
        return parse(text)

    return load(file or settings.watchlists, environ, judged) if refused else config


def engine(settings: Settings, environ: Mapping[str, str], only: Sequence[str] = ()) -> Engine:
    """Return the keyword engine of watchlists.yaml, of these watchlists only where any are named."""
    from bot.matching.engine import build_engine

    config = watchlists(settings, environ)
    if unknown := set(only) - {one.id for one in config.watchlists}:
        known = ", ".join(one.id for one in config.watchlists)
        raise ConfigError(f"there is no watchlist {', '.join(sorted(unknown))}; known are {known}")
    chosen = [one for one in config.watchlists if not only or one.id in only]
    return build_engine(chosen, config.sources, cache=form_cache(settings))


@asynccontextmanager
async def on_record(settings: Settings) -> AsyncIterator[Store | None]:
    """Open the database as it is; None where there is no file yet."""
    from bot.store.database.connections import sqlite_path

    url = settings.database_url.get_secret_value()
    path = sqlite_path(url)
    if path is not None and not path.exists():
        yield None
        return
    async with await open_store(url, migrate=False) as store:
        yield store


async def upgrade() -> None:
    """Bring the database to the schema of this version."""
    settings = load_settings()
    async with await open_store(settings.database_url.get_secret_value(), migrate=True):
        pass
