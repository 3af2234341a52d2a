"""What the pages are given of the running service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import app
from bot.app import Base
from bot.model import Item, Source
from bot.polling.retrieve import Retriever
from bot.preview.record_search import Search
from bot.process.clock import wall
from bot.record_management import backup_folder
from bot.source_management.survey import survey_one
from bot.web.pages.page_services import Backup, PageServices, SourceTrial
from bot.web.pages.recent_readings import RecentReadings
from bot.web.record_pages.record_services import RecordServices
from bot.web.watchlist_pages.edit_services import EditServices


def page_services(base: Base, health: Callable[[], Mapping[str, Any]], listen: tuple[str, int]) -> PageServices:
    """Return what the pages work on; `health` tells of this process."""
    store = base.store
    return PageServices(
        config=base.current.config,
        chats=store.chats,
        preferences=store.preferences,
        readings=store.readings,
        sessions=store.sessions,
        feeds=store.feeds,
        record=RecordServices(
            store.record_reader,
            store.items,
            store.admissions,
            Search(store.search, store.items, time.monotonic),
            base.current.setup,
            base.current.engine_of,
        ),
        edits=EditServices(app.editor(base), lambda: app.reload_config(base)),
        owners=frozenset(base.settings.owners),
        health=health,
        now=wall,
        try_source=SourceTrials(base).try_source,
        find_backups=lambda: find_backups(base.settings.backup),
        recent=RecentReadings(store.chats, store.readings),
        listen=listen,
        web_url=base.settings.web_url,
    )


@dataclass(frozen=True, slots=True)
class SourceTrials:
    """Tries sources, one at a time: each takes child processes to parse with."""

    base: Base
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def try_source(self, source: Source) -> SourceTrial:
        """Poll a source without recording anything; FetchError or ParseError say why it brings nothing."""
        from bot.sources.parse import Parser

        engine = await self.base.current.setup().engine()

        def fires(item: Item) -> bool:
            return bool(engine.match(item.title, item.lead, item.body, language=item.language))

        async with self.turn, app.fetcher(self.base.settings) as fetch, Parser() as parser:
            found = await survey_one(Retriever(fetch, parser, wall), source, fires)
        newest = tuple((item.title, item.published) for item in found.newest)
        return SourceTrial(found.items, newest, found.fires, found.through, found.moved_to, found.note)


def find_backups(folder: Path | None) -> tuple[Backup, ...]:
    """Return what is in the folder of backups, the newest first."""
    found = []
    for taken_at, path in backup_folder.find_backups(folder) if folder is not None else []:
        try:
            found.append(Backup(taken_at, path.name, path.stat().st_size))
        except OSError:  # gone meanwhile: the oldest are removed
            continue
    return tuple(reversed(found))
