"""Finds and tries sources for the chat of a running service, as the verbs `sources add` and `sources test` do.

Fulfils `bot.ports.editing.source_finder.SourceFinder`: an address or a name comes in, plain values go out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.app import Base
from bot.config.edits.source_insertion import Entry
from bot.model import Item
from bot.ports.editing.source_finder import FoundSource
from bot.source_management import actions
from bot.source_management.actions import AddRequest, SourceContext
from bot.source_management.survey import FiringTest, SurveyResult
from bot.sources.sites.pasted_address import expand_handle
from bot.urls import redact_url


@dataclass(frozen=True, slots=True)
class ChatSourceFinder:
    """Asks one address at a time: each takes child processes to parse with."""

    base: Base
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def find_sources(self, address: str) -> tuple[FoundSource, ...]:
        """See SourceFinder."""
        context, request = await self._context(), AddRequest(expand_handle(address.strip()))
        async with self.turn:
            finds = await actions.survey_address(context, request)
        return tuple(_found(find, actions.entry(context, request, find)) for find in finds)

    async def try_source(self, name: str) -> FoundSource:
        """See SourceFinder."""
        context = await self._context()
        async with self.turn:
            source, find = await actions.try_source(context, name)
        return _found(find, {"name": source.name, "url": source.url})

    async def _context(self) -> SourceContext:
        current = self.base.current
        return SourceContext(self.base.settings, dict(current.environ), current.config(), await self._fires())

    async def _fires(self) -> FiringTest:
        engine = await self.base.current.setup().engine()

        def fires(item: Item) -> bool:
            return bool(engine.match(item.title, item.lead, item.body, language=item.language))

        return fires


def _found(find: SurveyResult, entry: Entry) -> FoundSource:
    return FoundSource(
        name=str(entry["name"]),
        address=redact_url(find.url),
        kind=find.kind,
        items=find.items,
        latest=find.latest,
        titles=tuple(item.title for item in find.newest),
        fires=find.fires,
        note=find.note or "",
        entry=entry,
    )
