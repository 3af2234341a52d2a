"""The poll loop on real parts: SQLite in a file, the real client, parser and engine, and a clock that a test sets.

Only the time is made up. What the loop is to read stands in a newsroom or on sites of a test's own, on loopback.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from sqlalchemy import event

from bot.cli.demo_newsroom import Newsroom
from bot.config.active import ActiveConfig
from bot.fetch.client import WebClient
from bot.inflection.word_forms import FormCache
from bot.model import Delivery, DisplayPreferences
from bot.polling.clock_jumps import Lately
from bot.polling.hubs.hub_contents import Hubs
from bot.polling.items.article_cache import ArticleCache
from bot.polling.items.item_matcher import ItemMatcher
from bot.polling.loop import PollLoop
from bot.polling.poll_source import SourcePoller
from bot.polling.poll_tally import PollTally
from bot.polling.source_health.source_notices import Notices
from bot.ports.outbox_store import Sent
from bot.sources.parse import Parser
from bot.store.leases.process_identity import this_process
from bot.store.repository import Store, open_store

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def feed(*entries: tuple[str, str, str], site: str = "http://site.example", content: str = "") -> bytes:
    """Return an RSS document of (path, title, description), the newest first; `content` is the full text of each."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{site}/{name}</guid><link>{site}/{name}</link><title>{title}</title>"
        f"<description>{text}</description><content:encoded>{content}</content:encoded></item>"
        for name, title, text in entries
    )
    space = "http://purl.org/rss/1.0/modules/content/"
    return f'<rss version="2.0" xmlns:content="{space}"><channel><title>S</title>{items}</channel></rss>'.encode()


@dataclass
class Site:
    """A server of a test's own on a loopback host: `pages` gives the body, or the handler, of each path."""

    host: str
    port: int = 0
    pages: dict[str, bytes | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def url(self, path: str = "/feed") -> str:
        """Return the address of a path."""
        return f"http://{self.host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer with what stands there, 404 where nothing does."""
        self.asked.append(request.path)
        page = self.pages.get(request.path)
        if page is None:
            raise web.HTTPNotFound
        if isinstance(page, bytes):
            kind = "application/rss+xml" if b"<rss" in page else "text/html"
            return web.Response(body=page, content_type=kind)
        return await page(request)


class Disk:
    """A disk of so many pages: what SQLite does when the real one is full, on every connection."""

    def __init__(self, store: Store) -> None:
        self.pages = 1_000_000  # from the next transaction on
        event.listen(store.database.engine.sync_engine, "checkout", self._apply)

    def _apply(self, connection: DBAPIConnection, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {self.pages}")
        cursor.close()


@dataclass
class Rig:
    """An installation in one process. `poll` is one round of what is due; `told` takes the outbox as read."""

    folder: Path
    newsroom: Newsroom
    stack: AsyncExitStack
    forms: FormCache
    now: datetime = NOW
    steady: datetime | None = None  # the other clock, where a test parts the two
    owners: tuple[int, ...] = ()
    sites: list[Site] = field(default_factory=list)
    ports: set[int] = field(default_factory=set)
    _parts: tuple[Store, SourcePoller, ActiveConfig, Notices] | None = None

    @property
    def file(self) -> Path:
        """Return where watchlists.yaml is."""
        return self.folder / "watchlists.yaml"

    @property
    def url(self) -> str:
        """Return the database."""
        return f"sqlite:///{self.folder}/newswatch.db"

    async def site(self) -> Site:
        """Open one more site, on a host of its own."""
        site = Site(f"127.0.0.{len(self.sites) + 2}")
        app = web.Application()
        app.router.add_get("/{path:.*}", site.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, site.host, 0).start()
        site.port = runner.addresses[0][1]
        self.sites.append(site)
        return site

    async def set_up(self, text: str, *, deadline: float = 3.0, **environ: str) -> Store:
        """Put everything together for this watchlists.yaml; `deadline` is the client's, in seconds."""
        self.file.write_text(text, encoding="utf-8")
        current = ActiveConfig(self.file, environ, self.forms)
        store = await self.stack.enter_async_context(await open_store(self.url, migrate=True))
        await store.polls.sync_sources(current.config().sources, self.now)
        fetch = await self.stack.enter_async_context(
            WebClient(
                allowed_networks=[ip_network("127.0.0.0/8")],
                allowed_ports={self.newsroom.port, *self.ports, *(site.port for site in self.sites)},
                host_spacing=0,
                deadline=deadline,
            )
        )
        parser = await self.stack.enter_async_context(Parser())
        turns = SourcePoller(
            store.polls,
            fetch,
            parser,
            lambda: self.now,
            ItemMatcher(parser, ArticleCache(fetch, parser)),
            Hubs(store.hubs, parser, lambda: self.now, wanted=bool(environ.get("NEWSWATCH_WEB_URL"))),
            lately=Lately(lambda: self.steady or self.now),
            judges="NEWSWATCH_MODEL_URL" in environ,
        )
        self._parts = (
            store,
            turns,
            current,
            Notices(store.polls, self.owners, store.preferences.read_display, DisplayPreferences),
        )
        return store

    def let_the_clock_run(self) -> None:
        """Take the machine's time from now on, for what is watched while it happens."""
        store, turns, current, notices = self.parts
        self._parts = store, replace(turns, now=lambda: datetime.now(UTC)), current, notices

    def forget_notices(self) -> None:
        """Begin with notices that remember nothing, as every process does."""
        store, turns, current, _ = self.parts
        self._parts = (
            store,
            turns,
            current,
            Notices(store.polls, self.owners, store.preferences.read_display, DisplayPreferences),
        )

    @property
    def parts(self) -> tuple[Store, SourcePoller, ActiveConfig, Notices]:
        """Return store, turns, configuration and notices."""
        assert self._parts is not None, "set_up comes first"
        return self._parts

    def poller(self, store: Store | None = None) -> PollLoop:
        """Return a poll loop; on another worker's `store` where one is given."""
        _, turns, current, notices = self.parts
        if store is not None:
            turns, notices = (
                replace(turns, store=store.polls),
                Notices(store.polls, self.owners, store.preferences.read_display, DisplayPreferences),
            )
        return PollLoop(turns, current.setup, notices)

    async def poll(self, *, force: bool = False, deadline: float = 20.0) -> PollTally:
        """Take one round of what is due, or of everything, and return what came of it."""
        poller = self.poller()
        assert await poller.tick(deadline, forced_since=self.now if force else None)
        return poller.tally

    async def later(self, **length: float) -> PollTally:
        """Let time pass, then poll everything."""
        self.now += timedelta(**length)
        return await self.poll(force=True)

    async def worker(self) -> Store:
        """Open the database as another machine does."""
        holder = replace(this_process(), host="elsewhere", boot="another")
        return await self.stack.enter_async_context(await open_store(self.url, migrate=True, holder=holder))

    async def told(self) -> tuple[Delivery, ...]:
        """Take what waits in the outbox as a sender does, and settle it as sent."""
        store = self.parts[0].outbox
        epoch = await store.take_role("sender", self.now, timedelta(minutes=1))
        assert epoch is not None
        claimed = await store.claim(epoch, self.now, limit=1000, ttl=timedelta(minutes=1))
        for number, delivery in enumerate(claimed, start=1):
            await store.settle([delivery], epoch, Sent(delivery.message or number), self.now)
        return claimed

    async def headlines(self) -> list[str]:
        """Return the headlines of what waits in the outbox, sorted, and take it as sent."""
        return sorted(one.alert.headline for one in await self.told())

    def disk(self) -> Disk:
        """Return the disk that the database lies on, with room for three more pages."""
        disk = Disk(self.parts[0])
        disk.pages = self.rows("PRAGMA page_count")[0][0] + 3
        return disk

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database file itself."""
        with closing(sqlite3.connect(self.folder / "newswatch.db")) as file:
            return list(file.execute(query))

    def change(self, *statements: str) -> None:
        """Change the database file itself, as no program of ours does."""
        with closing(sqlite3.connect(self.folder / "newswatch.db")) as file, file:
            for statement in statements:
                file.execute(statement)

    async def running(
        self, poller: PollLoop, until: Callable[[], bool], *, report_problem: Callable[[str | None], None]
    ) -> None:
        """Run the loop until `until` says so, for ten seconds at most."""
        stop = asyncio.Event()
        task = asyncio.create_task(poller.run(stop, lambda: None, report_problem))
        try:
            async with asyncio.timeout(10):
                while not until():
                    await asyncio.sleep(0.01)
        finally:
            stop.set()
            await task


@dataclass(frozen=True)
class Remembered:
    """Forms of words, kept for all tests of a process: looking them up costs most of a start."""

    forms: dict[str, str] = field(default_factory=dict)

    def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        """See FormCache."""
        return {key: self.forms[key] for key in keys if key in self.forms}

    def put_many(self, found: Mapping[str, str]) -> None:
        """See FormCache."""
        self.forms.update(found)

    def get_dictionary(self, _key: str) -> None:
        """See FormCache."""

    def put_dictionary(self, key: str, data: bytes) -> None:
        """See FormCache."""


@pytest.fixture(scope="session")
def remembered_forms() -> Remembered:
    """Give what was looked up so far."""
    return Remembered()


@pytest.fixture
async def rig(tmp_path: Path, newsroom: Newsroom, remembered_forms: Remembered) -> AsyncIterator[Rig]:
    """Give an installation in this process that may read the newsroom; `set_up` puts it together."""
    async with AsyncExitStack() as stack:
        yield Rig(tmp_path, newsroom, stack, remembered_forms)


@pytest.fixture
def rss() -> Callable[..., bytes]:
    """Hand out the maker of feeds."""
    return feed
