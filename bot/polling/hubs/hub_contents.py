"""What hubs send, read as an answer of their source; and which hub a feed names.

A content is signed by its hub, and parsed like any answer. What cannot be read is ignored, visibly, and the source is
polled instead. Knows ports, never an adapter.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import ParseError
from bot.model import Fetched, Source
from bot.polling.hubs.hub_trust import keeps_its_word
from bot.ports.hub_store import HubContent, HubStore
from bot.ports.poll_store import SourceLease
from bot.ports.retrieval import Parse
from bot.sources.document import Document
from bot.sources.feeds.hub_links import choose_hub

log = logging.getLogger(__name__)

NOT_MODIFIED = 304  # so that a content counts as no whole answer of the source


@dataclass(frozen=True, slots=True)
class SentContent:
    """A content of a hub as an answer, and its number on record."""

    number: int
    fetched: Fetched
    document: Document


@dataclass(frozen=True, slots=True)
class Hubs:
    """What a turn asks about the hub of its source; `wanted` where we have an address that hubs can reach."""

    store: HubStore
    parse: Parse
    now: Callable[[], datetime]
    wanted: bool = False

    async def read_sent(self, leased: SourceLease) -> SentContent | None:
        """Return the oldest content that waits for a source, read; None where the source is to be polled.

        Before its first sight, and after a restore, only the whole feed shows what is old.
        """
        if leased.hub is None or not leased.hub.waiting:
            return None
        content = await self.store.find_content(leased.id)
        if content is None:
            return None
        if not leased.baselined or leased.told_from is not None:
            await self._ignore(leased, content, "the feed itself is to be read first")
            return None
        fetched = Fetched(leased.hub.link.topic, NOT_MODIFIED, content.body, content.content_type, leased.validators)
        try:
            document = await self.parse.scan(fetched, self.now(), "feed")
        except ParseError as error:
            await self._ignore(leased, content, str(error))
            return None
        return SentContent(content.id, fetched, replace(document, hints=leased.stats.hints))

    async def _ignore(self, leased: SourceLease, content: HubContent, reason: str) -> None:
        log.warning("a hub's content is not taken", extra={"source": leased.name, "reason": reason})
        await self.store.ignore_content(leased.id, f"what the hub sent is not taken: {reason}", content.id)

    async def note_hub(
        self, leased: SourceLease, source: Source, fetched: Fetched, document: Document, *, news: bool
    ) -> None:
        """Note which hub a feed names after a poll, and whether the poll found `news` that the hub had not sent.

        What is asked with headers of its own is nobody else's: it is never subscribed.
        """
        if not self.wanted or document.shape != "feed":
            return
        link = None if source.headers else choose_hub(fetched.links, document.hub, fetched.url)
        if link != (leased.hub.link if leased.hub else None):
            await self.store.note_hub(leased.id, link, self.now())
        elif news and keeps_its_word(leased.hub, leased.stats.lull, self.now()):
            await self.store.note_missed(leased.id, self.now())
