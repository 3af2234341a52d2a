"""One source asked, in as many requests as its kind needs: an index means its sitemaps, a site means finding its feed.

A source comes in with what is known of it; its document goes out, or that nothing has changed, and where the items of
a `kind: auto` source were found. Every request is the guarded client's, and there are few: what a site has to be asked
for once is remembered by the caller. Faults are FetchError and ParseError, as of a single answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.errors import FetchError, ParseError
from bot.model import Fetched, Item, Kind, Source, Validators
from bot.ports.retrieval import Fetch, Parse
from bot.shown_items import ShownDocument, unpack_shown
from bot.sources import discovery
from bot.sources.content_sniffing import describe_body
from bot.sources.document import Document
from bot.sources.sitemap import is_of_news
from bot.sources.sites.pasted_address import find_site_address

log = logging.getLogger(__name__)

TOGETHER = 30.0  # seconds for the sitemaps of one index, or for finding a site's feed
DEAD = timedelta(days=60)  # a feed without anything newer is not what a site is read by
SITEMAPS = 8  # requests for one index
OLDER = 5  # pages before the newest of a channel: about a hundred posts


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a source answered. `document` is None when nothing has changed."""

    fetched: Fetched  # with the validators to ask by the next time
    document: Document | None
    found: str | None = None  # where its items are, if not at its url; its url, if a search was in vain


@dataclass(frozen=True, slots=True)
class Retriever:
    """Asks sources; holds what that needs."""

    fetch: Fetch
    parse: Parse
    now: Callable[[], datetime]

    async def ask(
        self,
        source: Source,
        validators: Validators | None = None,
        found: str | None = None,
        *,
        first: bool = True,
        lost: bool = False,
        shown: bytes = b"",
    ) -> Retrieved:
        """Ask a source. `found` is where an earlier poll found its items; at `first` sight nothing may be missing.

        A site is searched at first sight, and again when its items are `lost`: a feed that for once sends a page, to
        log in or to wait, is only ill. `shown` is what it showed when it was read last, packed: a channel's older
        pages are asked until they meet that.
        """
        source = at_site(source)
        kind: Kind = "page" if source.select and source.kind == "auto" else source.kind
        found = found if kind == "auto" else None
        fetched = await self._get(found or source.url, source, validators)
        if fetched.not_modified:
            return Retrieved(fetched, None, found)
        document = await self.parse.scan(fetched, self.now(), kind, source.select)
        if document.shape == "index":
            return replace(await self.index(fetched, document, source, whole=first), found=found)
        if document.shape == "telegram" and (last := unpack_shown(shown)):
            document = await self._with_older_pages(document, source, last, partly=lost)
        if document.shape != "page" or kind == "page":
            return Retrieved(fetched, document, found)
        if found is None and not (first or lost):
            raise ParseError(f"not a feed but {describe_body(fetched.body)}")
        if found is None:
            return await self._discover(fetched, document, source, or_list=first)
        if found != source.url:
            raise ParseError("where its feed was, there is a web page now")
        return Retrieved(fetched, _list_of(fetched, document), found)

    async def places(self, page: Fetched, document: Document, source: Source) -> AsyncGenerator[Retrieved]:
        """Give the feeds and news sitemaps of a site, the likeliest first, as long as the site lets itself be asked.

        `page` is the answer of the source's url and `document` its links; the page itself is not among the places. The
        usual addresses are only tried where the site says nothing itself: each is a second or more of its time.
        """
        tried: set[str] = {source.url, page.url}
        some = False
        for step in ("named", "listed", "usual"):
            if some and step == "usual":
                return
            for url in await self._addresses(step, page, document, source):
                if url in tried:
                    continue
                tried.add(url)
                try:
                    asked = await self._place(url, source)
                except ParseError:
                    continue
                except FetchError as error:
                    if error.status in {429, 503}:  # it wants to be left alone
                        return
                    continue
                if asked.document is not None and asked.document.identities:
                    some = True
                    yield asked

    async def _discover(self, page: Fetched, document: Document, source: Source, *, or_list: bool) -> Retrieved:
        """Return the first place of a site that is alive, else the page itself as a list, if it may be one."""
        try:
            async with asyncio.timeout(TOGETHER):
                async with aclosing(self.places(page, document, source)) as places:
                    async for asked in places:
                        if asked.document and await self._is_alive(asked.document):
                            return asked
        except TimeoutError:
            pass
        if not or_list:
            raise ParseError(f"not a feed but {describe_body(page.body)}, and no other feed is found from there")
        return Retrieved(page, _list_of(page, document), source.url)

    async def _place(self, url: str, source: Source) -> Retrieved:
        fetched = await self._get(url, source)
        document = await self.parse.scan(fetched, self.now(), "auto")
        if document.shape == "page" or (document.shape == "index" and not any(map(is_of_news, document.further))):
            raise ParseError("this is no feed")
        if document.shape == "index":
            return replace(await self.index(fetched, document, source, whole=True), found=url)
        if document.bare:
            raise ParseError("this sitemap has no titles")
        return Retrieved(fetched, document, url)

    async def index(self, fetched: Fetched, index: Document, source: Source, *, whole: bool) -> Retrieved:
        """Return the items of an index's sitemaps; with `whole` of all of them, or the fault of one that fails.

        An index may stay the same while its sitemaps change, so it is always asked anew.
        """
        documents: list[Document] = []
        faults: list[FetchError | ParseError] = []
        waiting, asked = list(index.further), 0
        try:
            async with asyncio.timeout(TOGETHER):
                while waiting and asked < SITEMAPS:
                    asked += 1
                    try:
                        answer = await self._get(waiting.pop(0), source)
                        document = await self.parse.scan(answer, self.now(), "sitemap")
                    except (FetchError, ParseError) as error:
                        faults.append(error)
                        continue
                    if document.shape == "index":
                        waiting += document.further
                    else:
                        documents.append(document)
        except TimeoutError:
            faults.append(FetchError(f"its sitemaps do not come within {TOGETHER:g} s"))
        if faults and (whole or not documents):
            raise faults[0]
        if not documents:
            raise ParseError("an index without any sitemaps")
        document = await self.parse.join(documents, self.now())
        return Retrieved(replace(fetched, validators=Validators()), document)

    async def _with_older_pages(
        self, newest: Document, source: Source, last: ShownDocument, *, partly: bool
    ) -> Document:
        """Return a channel's page with the pages before it, as far back as nothing shows what was there last time.

        A page that cannot be had is the poll's fault, so that it is asked again before anything is taken as seen; with
        `partly`, after some such polls, what can be had is read.
        """
        documents, places = [newest], {newest.url}
        guids = {draft.guid for draft in newest.drafts or ()}
        try:
            async with asyncio.timeout(TOGETHER):
                while len(documents) <= OLDER and not _meets(documents[-1], last):
                    place = next(iter(documents[-1].further), None)
                    if place is None or place in places or _host(place) != _host(newest.url):
                        break
                    places.add(place)
                    older = await self.parse.scan(await self._get(place, source), self.now(), "telegram")
                    drafts = tuple(draft for draft in older.drafts or () if draft.guid not in guids)
                    if not drafts:  # a mirror that gives the same page for every address
                        break
                    guids |= {draft.guid for draft in drafts}
                    documents.append(replace(older, drafts=drafts))
        except (FetchError, ParseError):
            if not partly:
                raise
        except TimeoutError as error:
            if not partly:
                raise FetchError(f"its older posts do not come within {TOGETHER:g} s") from error
        if len(documents) > OLDER and not _meets(documents[-1], last):
            log.warning("more posts came than the pages asked show", extra={"source": source.name, "pages": OLDER})
        return newest if len(documents) == 1 else await self.parse.join(documents, self.now())

    async def _get(self, url: str, source: Source, validators: Validators | None = None) -> Fetched:
        """Fetch an address of a source; its headers are for the host of its url alone."""
        ours = _host(url) == _host(source.url)
        return await self.fetch.get(
            url, validators=validators, headers=source.headers if ours else (), proxy=source.proxy
        )

    async def _addresses(self, step: str, page: Fetched, document: Document, source: Source) -> Sequence[str]:
        if step == "named":
            named = (*discovery.feeds_in_header(page.links), *document.further)
            return discovery.find_named_feeds(tuple(dict.fromkeys(named)), page.url)
        if step == "usual":
            return discovery.usual_addresses(page.url)
        try:
            robots = await self._get(discovery.robots_of(page.url), source)
        except FetchError:
            return ()
        return discovery.find_listed_sitemaps(robots.body.decode(errors="replace"), page.url)

    async def _is_alive(self, document: Document) -> bool:
        """Return whether what was found has anything of the last weeks, or does not say."""
        dates = [item.published for item in await self.newest(document) if item.published]
        return not dates or max(dates) > self.now() - DEAD

    async def newest(self, document: Document, most: int = 3) -> tuple[Item, ...]:
        """Read the first items of a document, which can be read from again afterwards."""
        again = replace(document, tree=None, kept=None)
        return await self.parse.items(again, range(min(most, len(document.identities))))


def at_site(source: Source) -> Source:
    """Return the source as its site is asked: a channel of YouTube by its feed, one of Telegram by its preview.

    ParseError for an address of a known site that brings no news.
    """
    site = find_site_address(source.url) if source.kind in {"auto", "telegram"} and not source.select else None
    return replace(source, url=site.url, kind=site.kind) if site else source


def _meets(document: Document, last: ShownDocument) -> bool:
    """Return whether a page shows anything that was shown when the source was read last."""
    return any(last.find(entry.guid) or last.find(entry.link) for entry in document.identities)


def _list_of(page: Fetched, document: Document) -> Document:
    if not document.identities:
        raise ParseError(f"{no_list(page)}: give the address of its feed, or say with `select` which links to follow")
    return document


def no_list(page: Fetched) -> str:
    """Return what is wrong with a site where neither a feed nor articles are found."""
    lacks = "none of its links looks like an article"
    if b"<a " not in page.body:
        lacks = "it has no links: it may be made by scripts in the browser"
    return f"{describe_body(page.body)} without any feed that can be read, and {lacks}"


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # no address at all, as asking it will say
        return url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
