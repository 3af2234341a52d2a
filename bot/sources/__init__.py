"""Answers of sources become items: one file a kind, and here the choice between them and the work off the loop.

`Parser.scan` tells what a document holds, with a key for everything in it; `Parser.items` reads those that turned
out to be new. The event loop is never kept waiting: honest documents go through a few threads, large and broken
ones through child processes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from bot.errors import ParseError
from bot.identity import Marks, identify
from bot.model import Fetched, Item
from bot.sources import feed, jsonfeed
from bot.sources.child import DEADLINE, Children
from bot.sources.document import MOST, Document, Draft
from bot.sources.read import Reading
from bot.sources.scan import MARK, cut_down, shortened
from bot.sources.sniff import what

FEW = 8  # items that a thread may read: about ten milliseconds, in which the loop has its turns

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Parser:
    """An implementation of `ports.Parse`; an async context manager that owns its threads and processes.

    `children` is how many processes it may start; `deadline` is in seconds, for one document.
    """

    def __init__(self, *, children: int = 0, deadline: float = DEADLINE) -> None:
        most = children or min(4, os.cpu_count() or 1)
        self._children = Children(most, deadline)
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="parse")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._children.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def scan(self, fetched: Fetched, now: datetime) -> Document:
        """Return what the answer holds. ParseError says what it is instead, where it holds no items at all.

        Only the 500 newest items by position count. An empty feed is a Document without items.
        """
        if fetched.body.lstrip()[:1] in {b"{", b"["}:
            reading = await self._thread(jsonfeed.read, fetched.body, fetched.url)
            return _document(reading, fetched.url, now, None)
        found = await self._thread(_surveyed, fetched, now)
        return found if isinstance(found, Document) else await self._broken(fetched, found, now)

    async def items(self, document: Document, wanted: Sequence[int]) -> tuple[Item, ...]:
        """Return the items at these positions of the document, in its order. A document is asked once."""
        positions = sorted(set(wanted))
        if not positions:
            return ()
        if document.drafts is not None:
            drafts = tuple(document.drafts[position] for position in positions)
        elif len(positions) <= FEW:
            drafts = (await self._thread(feed.some, document, positions)).drafts
        else:
            data = await self._thread(cut_down, document.data, document.tree, positions)
            drafts = (await self._children.read(data, document.url)).drafts
        if len(drafts) != len(positions):
            raise ParseError(f"{len(positions)} items were listed, but {len(drafts)} could be read")
        return tuple(_item(draft, document, at) for draft, at in zip(drafts, positions, strict=True))

    async def _broken(self, fetched: Fetched, survey: feed.Survey, now: datetime) -> Document:
        body, skipped = shortened(fetched.body)
        reading = await self._children.read(body, fetched.url, fetched.content_type)
        if not reading.version and not reading.drafts:
            raise ParseError(f"not a feed but {what(fetched.body)}")
        reading = feed.whole_only(reading, survey.data)
        return _document(reading, fetched.url, now, _note(skipped or reading.skipped, survey.why))

    async def _thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _surveyed(fetched: Fetched, now: datetime) -> Document | feed.Survey:
    """Return the document where strict XML can list it, otherwise what is known of it."""
    survey = feed.survey(fetched.body, fetched.url, fetched.content_type)
    if survey.listing is None:
        return survey
    listing = survey.listing
    identities = identify(listing.marks, now, homes=(fetched.url, listing.home))
    return Document(fetched.url, identities, _note(listing.skipped, ""), data=survey.data, tree=listing.tree)


def _document(reading: Reading, url: str, now: datetime, note: str | None) -> Document:
    marks = [
        Marks(draft.guid, draft.link, (draft.title or draft.lead or draft.body)[:MARK]) for draft in reading.drafts
    ]
    return Document(url, identify(marks, now, homes=(url, reading.home)), note, drafts=reading.drafts)


def _item(draft: Draft, document: Document, position: int) -> Item:
    return Item(
        keys=document.identities[position].keys,
        url=draft.link or None,
        title=draft.title,
        lead=draft.lead,
        body=draft.body,
        published=draft.published,
        language=draft.language,
    )


def _note(skipped: int, why: str) -> str | None:
    parts = [why] if why else []
    if skipped:
        parts.append(f"only the first {MOST} of its {MOST + skipped} items are read")
    return "; ".join(parts) or None
