"""The pages as a browser meets them: a real server on loopback over a real record, and a way in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from bot.config.compiled import CompiledConfig
from bot.config.edits.editor import WatchlistEditor
from bot.errors import FetchError
from bot.inflection.word_forms import FormCache
from bot.matching.engine import Engine, build_engine
from bot.matching.query_check import build_checked_engine
from bot.model import Config, Source, Watchlist
from bot.preview.record_search import Search
from bot.process.heartbeat import Heartbeats
from bot.store.repository import Store, open_store
from bot.web.health import application, report
from bot.web.pages.page_paths import enter_path
from bot.web.pages.page_services import PageServices, SourceTrial
from bot.web.pages.recent_readings import RecentReadings
from bot.web.pages.site import add_pages
from bot.web.record_pages.record_services import RecordServices
from bot.web.watchlist_pages.edit_services import EditServices
from tests.plugins.rig import Remembered

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SOURCES = tuple(
    Source(name, f"https://{name.lower()}.example/feed", f"{name.lower()}.example") for name in ("Courier", "Wire")
)
FILE = """\
sources:
  - name: Courier
    url: https://courier.example/feed
  - {name: Wire, url: 'https://wire.example/feed', tags: [agencies]}
watchlists:
  kremlin:  # the first
    title: Kremlin
    keywords: [Kremlin]  # why
"""
HOSTILE = '<script>alert("x")</script>'


@dataclass
class Answer:
    """What the server said."""

    status: int
    text: str
    headers: Mapping[str, str]


@dataclass
class Pages:
    """The server, its record, and a browser that keeps cookies."""

    store: Store
    services: PageServices
    client: aiohttp.ClientSession
    address: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page; redirects are not followed."""
        return await self._ask("GET", path, headers)

    async def post(self, path: str, data: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Press a button."""
        return await self._ask("POST", path, headers, data)

    async def link(self, owner: int | None = None) -> str:
        """Return the path of a new one-time link."""
        return enter_path(await self.store.sessions.create_link(owner, self.services.now()))

    async def enter(self, owner: int | None = None) -> Answer:
        """Get in."""
        token = await self.store.sessions.create_link(owner, self.services.now())
        return await self.post("/enter", {"token": token})

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], data: Mapping[str, str] | None = None
    ) -> Answer:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.client.request(
            method, self.address + path, headers=given, data=data, allow_redirects=False
        ) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)


async def no_trial(source: Source) -> SourceTrial:
    """Try no source: nothing is asked over the network."""
    raise FetchError(f"{source.name} is not asked in this test")


def file_of(config: Config) -> str:
    """Return a watchlists.yaml of these sources and watchlists."""
    sources = [{"name": one.name, "url": one.url, "tags": list(one.tags)} for one in config.sources]
    lists = {one.id: {"title": one.title, "keywords": list(one.keywords)} for one in config.watchlists}
    return yaml.safe_dump({"sources": sources, "watchlists": lists}, allow_unicode=True, sort_keys=False)


async def _nothing() -> None:
    """Put nothing in force: the pages read the file."""


@dataclass
class PagesMaker:
    """Opens pages over a database, closed with the test."""

    folder: Path
    stack: AsyncExitStack
    forms: FormCache | None = None

    async def open(self, url: str = "", config: Config | None = None, **changes: Any) -> Pages:
        """Serve the pages of this database; `changes` are fields of their services."""
        store = await open_store(url or f"sqlite:///{self.folder}/pages.db", migrate=True)
        await self.stack.enter_async_context(store)
        made = config or Config(SOURCES, (Watchlist("kremlin", "Kremlin", ("Kremlin",)),))
        await store.polls.sync_sources(made.sources, NOW)
        hearts = Heartbeats(lambda: 0.0)
        services = PageServices(
            config=lambda: made,
            chats=store.chats,
            preferences=store.preferences,
            readings=store.readings,
            sessions=store.sessions,
            feeds=store.feeds,
            record=_record(store, made, self.forms),
            edits=EditServices(self._editor(store, config), _nothing),
            owners=frozenset({500}),
            health=lambda: report(hearts),
            now=lambda: NOW,
            try_source=no_trial,
            find_backups=tuple,
            recent=RecentReadings(store.chats, store.readings, kept=0.0),
            listen=("127.0.0.1", 0),
        )
        pages = Pages(store, replace(services, **changes), await self._client())
        app = application(hearts)
        add_pages(app, pages.services)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, max_line_size=128 * 1024)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pages.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return pages

    def _editor(self, store: Store, config: Config | None) -> WatchlistEditor:
        """Return what changes a watchlists.yaml that says what the pages show."""
        file = self.folder / "watchlists.yaml"
        if not file.exists():
            file.write_text(file_of(config) if config else FILE, encoding="utf-8")
        return WatchlistEditor(file, {}, store.edits, lambda: NOW, self.forms)

    async def _client(self) -> aiohttp.ClientSession:
        jar = aiohttp.CookieJar(unsafe=True)  # cookies of an IP address, as browsers keep them
        return await self.stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))


def _record(store: Store, config: Config, forms: FormCache | None) -> RecordServices:
    """Return what the pages over the record work on."""
    built = cache(lambda: build_engine(config.watchlists, config.sources, cache=forms))

    async def engine() -> Engine:
        return await asyncio.to_thread(built)

    async def build(query: str) -> Engine:
        return await asyncio.to_thread(build_checked_engine, query, config.sources, forms)

    compiled = CompiledConfig(config, engine, {}, {one.id: one for one in config.watchlists})
    search = Search(store.search, store.items, time.monotonic)
    return RecordServices(store.record_reader, store.items, store.admissions, search, lambda: compiled, build)


@pytest.fixture
async def open_pages(tmp_path: Path, remembered_forms: Remembered) -> AsyncIterator[PagesMaker]:
    """Hand out what serves the pages of a database."""
    async with AsyncExitStack() as stack:
        yield PagesMaker(tmp_path, stack, remembered_forms)


@pytest.fixture
async def pages(open_pages: PagesMaker) -> Pages:
    """Give the pages of an empty record with two sources."""
    return await open_pages.open()
