"""Answers of sources become items: one file a kind, and here the choice between them and the work off the loop.

`Parser.scan` tells what a document holds, with a key for everything in it; `Parser.items` reads those that turned
out to be new; `Parser.article` reads a page, `Parser.leads` what is shown of a text. The event loop is never kept
waiting, and neither is the process: a thread, which nothing can end, reads only what is honest and so small that no
parser can be kept busy with it for more than a tenth of a second (`feed.is_modest`). All else, and every page, is read
by child processes with a deadline and little memory. What they give up on is read by nobody.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, ParamSpec, Self, TypeVar

from bot.articles.lead import LeadTexts, lead_from_texts
from bot.errors import ParseError
from bot.item_identity import EntryMarks, identify_entries
from bot.model import Article, Fetched, Item, Kind
from bot.sources import kinds
from bot.sources.document import MOST, Document, Draft, Shape
from bot.sources.feeds import feed
from bot.sources.feeds.feed_reader import Reading
from bot.sources.feeds.feed_scan import MARK
from bot.sources.post_headline import headline_of_post, is_headline
from bot.sources.workers.worker_pool import DEADLINE, SUSPECT, WorkerPool
from bot.text.scrub import scrub
from bot.urls import absolute_url, publisher_of, without_tracking
from bot.wrapped_links import gathers_news, is_opaque, unwrap_link

FEW = 8  # items that a thread may read: about ten milliseconds, in which the loop has its turns
PATIENCE = 4  # times the deadline, for what is honest: on a busy machine time passes without any work
HONEST, SUSPICIOUS = 2, 1  # child processes at most; more of them would not fit into the memory that is promised
BRIEF = 20_000  # characters of texts whose leads a thread may make: a third of a second for the dearest there are
BATCH = 8  # leads of one question to a child
LEADS = 15.0  # seconds for all leads of a turn; what has none by then is told by its headline alone
AT_ONCE = 3  # documents that threads may list at once; more than that, and child processes pay

_SHAPES: Final[dict[str, Shape]] = {"sitemap": "sitemap", "index": "index", "page": "page", "telegram": "telegram"}

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Parser:
    """An implementation of `ports.Parse`; an async context manager that owns its threads and processes.

    `children` is how many processes may share the honest work; `deadline` is in seconds, for a document of the others.
    """

    def __init__(self, *, children: int = 0, deadline: float = DEADLINE) -> None:
        most = children or min(HONEST, os.cpu_count() or 1)
        numbers = itertools.count(1)
        self._honest = WorkerPool(most, PATIENCE * deadline, numbers)
        self._suspicious = WorkerPool(SUSPICIOUS, deadline, numbers, SUSPECT)  # so that only they wait for each other
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="parse")
        self._listing = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._honest.close()
        await self._suspicious.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def scan(self, fetched: Fetched, now: datetime, kind: Kind = "feed", select: str | None = None) -> Document:
        """Return what the answer holds. ParseError says what it is instead, where it holds no items at all.

        `kind` and `select` are the source's. Only the 500 newest items by position count, of a sitemap by date. An
        empty feed is a Document without items, an index of sitemaps is one that says where to look `further`.
        """
        what = kinds.detect_kind(fetched.body, kind)
        if what != "feed":
            return _document(await self._whole(fetched, what, select), fetched.url, now, None)
        found = await self._scan(fetched, now)
        if isinstance(found, feed.BrokenFeed):
            reading = await self._suspicious.whole(fetched)
            return _document(reading, fetched.url, now, found.why)
        return found

    async def room(self, *, large: bool = False) -> None:
        """Wait until another answer may come: not while many wait to be read. Large ones wait for one another."""
        await (self._suspicious if large else self._honest).backlog.eased()

    async def join(self, documents: Sequence[Document], now: datetime) -> Document:
        """See `ports.Parse`."""
        return await self._thread(_joined, documents, now)

    async def items(self, document: Document, wanted: Sequence[int]) -> tuple[Item, ...]:
        """Return the items at these positions of the document, in its order. A document is asked once."""
        positions = sorted(set(wanted))
        if not positions:
            return ()
        if document.drafts is not None:
            drafts = tuple(document.drafts[position] for position in positions)
        else:
            drafts = await self._drafts(document, positions)
        if len(drafts) != len(positions):
            raise ParseError(f"{len(positions)} items were listed, but {len(drafts)} could be read")
        return tuple(_item(draft, document, at) for draft, at in zip(drafts, positions, strict=True))

    async def article(self, fetched: Fetched) -> Article:
        """Return the article of a page, with empty text where it has none; ParseError where it is too dear to read."""
        return await self._reader_of(fetched.body).article(fetched)

    async def leads(self, texts: Sequence[LeadTexts]) -> tuple[str, ...]:
        """Return the leads of these texts; "" for one that is too dear to make."""
        if sum(one.size for one in texts) <= BRIEF:
            return await self._thread(lambda: tuple(map(lead_from_texts, texts)))
        leads: list[str] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(LEADS):
                for first in range(0, len(texts), BATCH):
                    leads += await self._leads(texts[first : first + BATCH])
        return (*leads, *("" for _ in texts[len(leads) :]))

    async def _leads(self, texts: Sequence[LeadTexts]) -> list[str]:
        """Return a batch of leads; where it fails, each by itself: one that is dear costs the others nothing."""
        try:
            return await self._honest.leads(texts)
        except ParseError:
            if len(texts) == 1:
                return [""]
        return [lead for one in texts for lead in await self._leads([one])]

    async def _drafts(self, document: Document, positions: list[int]) -> tuple[Draft, ...]:
        """Read items: a thread those of a small document, a child all others, also when it forgot the document."""
        honest = _is_honest(document.data, document.content_type)
        if document.kept is None and len(positions) <= FEW and honest and feed.is_modest(document.data):
            return (await self._thread(feed.read_entries, document, positions)).drafts
        if self._honest.keeps(document):
            return await self._honest.items(document, positions)
        if self._suspicious.keeps(document) or not honest:
            return await self._suspicious.items(document, positions)
        return await self._honest.items(document, positions)

    def _reader_of(self, page: bytes) -> WorkerPool:
        """Return who reads a page: those that are larger or more crowded than real ones wait for each other alone."""
        return self._honest if feed.is_modest(page) else self._suspicious

    async def _whole(self, fetched: Fetched, what: kinds.Found, select: str | None) -> Reading:
        if what in {"page", "site", "telegram"}:
            return await self._reader_of(fetched.body).whole(fetched, what, select)
        if fetched.body.startswith(kinds.GZIP) or not feed.is_modest(fetched.body, feed.MONSTROUS):
            return await self._suspicious.whole(fetched, what, select)
        if feed.is_modest(fetched.body):
            return await self._thread(
                kinds.read_document, fetched.body, fetched.url, fetched.content_type, what, select
            )
        return await (self._suspicious if what == "json" else self._honest).whole(fetched, what, select)

    async def _scan(self, fetched: Fetched, now: datetime) -> Document | feed.BrokenFeed:
        if not _is_honest(fetched.body, fetched.content_type):
            return await self._suspicious.scan(fetched, now)
        if self._honest.started or self._listing >= AT_ONCE or not feed.is_modest(fetched.body):
            return await self._honest.scan(fetched, now)
        self._listing += 1
        try:
            return await self._thread(feed.scan_feed, fetched.body, fetched.url, fetched.content_type, now)
        finally:
            self._listing -= 1

    async def _thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _is_honest(data: bytes, content_type: str) -> bool:
    """Return whether no harm is to be expected; an encoding other than UTF-8 may be a trap of its own."""
    return feed.is_plain_utf8(data, content_type) and feed.is_modest(data, feed.MONSTROUS)


def _document(reading: Reading, url: str, now: datetime, why: str | None) -> Document:
    marks = [
        EntryMarks(
            draft.guid,
            draft.link,
            (draft.title or draft.lead or draft.body)[:MARK],
            draft.published.isoformat() if draft.published else "",
            draft.lead or draft.body,
        )
        for draft in reading.drafts
    ]
    identities = identify_entries(marks, now, homes=(url, reading.home))
    return Document(
        url,
        identities,
        feed.skipped_note(reading.skipped, why or ""),
        drafts=reading.drafts,
        shape=_SHAPES.get(reading.version, "feed"),
        further=reading.further,
        bare=reading.bare,
        hub=reading.hub,
    )


def _joined(documents: Sequence[Document], now: datetime) -> Document:
    drafts = [draft for document in documents for draft in document.drafts or ()]
    shape = "telegram" if documents[0].shape == "telegram" else "sitemap"
    if shape == "sitemap":
        drafts.sort(key=lambda draft: draft.published or datetime.min.replace(tzinfo=UTC), reverse=True)
    bare = any(document.bare for document in documents)
    return _document(Reading((*drafts[:MOST],), "", shape, bare=bare), documents[0].url, now, None)


def _item(draft: Draft, document: Document, position: int) -> Item:
    link = without_tracking(_behind(draft.link))
    outlet = publisher_of(draft.origin if is_opaque(link) else link) if gathers_news(draft.link) else ""
    headline = draft.title if is_headline(draft.title) else headline_of_post(draft.lead or draft.body) or draft.title
    return Item(
        keys=document.identities[position].keys,
        url=scrub(link) or None,
        title=scrub(headline),
        lead=scrub(draft.lead),
        body=scrub(draft.body),
        published=draft.published,
        language=draft.language,
        outlet=outlet or None,
    )


def _behind(link: str) -> str:
    """Return the page that a link leads on to, or the link itself."""
    inner = unwrap_link(link)
    return link if inner == link else absolute_url(link, inner) or link
