"""The web and what it sends: bytes fetched, bytes parsed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.model import Article, Fetched, Item, Kind, Validators

if TYPE_CHECKING:
    from bot.articles.lead import LeadTexts
    from bot.sources.document import Document


class Fetch(Protocol):
    """The only way out to the web."""

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Sequence[tuple[str, str]] = (),
        page: bool = False,
        proxy: str | None = None,
    ) -> Fetched:
        """Return the answer, or raise FetchError with a reason in words.

        `validators` makes the request conditional; `headers` go to the host of `url` only, never past a redirect
        to another; `page` marks an article's page (a reader's page rather than a feed: other Accept header); `proxy`
        is the address of the proxy, None for that of the settings, `none` for a direct connection.
        """
        ...


class Parse(Protocol):
    """Bytes to items, off the event loop."""

    async def scan(self, fetched: Fetched, now: datetime, kind: Kind = "feed", select: str | None = None) -> Document:
        """Return what the answer holds, `kind` and `select` as of its source; ParseError says what it is instead."""
        ...

    async def join(self, documents: Sequence[Document], now: datetime) -> Document:
        """Return one document with the items of all of these: sitemaps, or a channel's pages, the newest first."""
        ...

    async def items(self, document: Document, wanted: Sequence[int]) -> tuple[Item, ...]:
        """Return the items at these positions of the document, in its order."""
        ...

    async def article(self, fetched: Fetched) -> Article:
        """Return the article of a page, with empty text where it has none; ParseError where it is too dear to read."""
        ...

    async def leads(self, texts: Sequence[LeadTexts]) -> tuple[str, ...]:
        """Return what stands below the headlines of these texts; "" for one that is too dear to make."""
        ...
