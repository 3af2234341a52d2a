"""Surveys an address: its own items, or those of the feeds and sitemaps that it leads to.

An address comes in, `SurveyResult`s go out, the best one first. For `sources add` and `sources test`; nothing is
stored, and every request is the guarded client's.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from bot.errors import FetchError, ParseError
from bot.model import Fetched, Item, Kind, Source
from bot.polling.retrieve import DEAD, TOGETHER, Retrieved, Retriever, at_site, no_list
from bot.sources.document import Document
from bot.text.charset import decode
from bot.text.html_text import unescaped_again

FINDS = 5  # places of one site that are shown
SHOWN = 3  # items of each
NEWEST = 100  # items that are read, for the newest dates and for what fires

_NAME = (
    re.compile(rb"<meta[^>]{0,200}og:site_name[^>]{0,200}?content=[\"']([^\"'<>]{1,80})", re.IGNORECASE),
    re.compile(rb"<title[^<>]{0,200}>\s*(?:<!\[CDATA\[)?([^<\]]{1,200})", re.IGNORECASE),
    re.compile(rb"<news:name>\s*(?:<!\[CDATA\[)?([^<\]]{1,200})", re.IGNORECASE),
)
_HEAD = 32 * 1024  # bytes in which a name is looked for
_PARTS = re.compile(r" [|·•»–—:-]++ | ?[|»] ?")  # in text whose white space is folded
_LONGEST_NAME = 50  # characters; longer ones are slogans

FiringTest = Callable[[Item], bool]


@dataclass(frozen=True, slots=True)
class SurveyResult:
    """One place that holds items."""

    url: str
    kind: Kind  # feed, sitemap or page
    items: int
    newest: tuple[Item, ...]  # the first of them
    latest: datetime | None  # the newest date among them
    fires: int | None  # of the items read, how many are what somebody watches for; None = not asked
    name: str  # by its own words, "" without any
    note: str | None = None
    moved_to: str | None = None
    through: str | None = None  # where an address that is a site was really read


async def survey(retriever: Retriever, source: Source, fires: FiringTest | None = None) -> tuple[SurveyResult, ...]:
    """Return what an address holds or leads to, the best first. FetchError or ParseError where that is nothing."""
    source = at_site(source)
    fetched = await retriever.fetch.get(source.url, headers=source.headers, proxy=source.proxy)
    document = await retriever.parse.scan(fetched, retriever.now(), source.kind, source.select)
    if document.shape != "page" or source.kind == "page":
        asked = Retrieved(fetched, document)
        if document.shape == "index":
            asked = await retriever.index(fetched, document, source, whole=True)
        return (await _find(retriever, asked, source.url, fires),)
    found: list[SurveyResult] = []
    try:
        async with asyncio.timeout(2 * TOGETHER), aclosing(retriever.places(fetched, document, source)) as places:
            async for asked in places:
                found.append(await _find(retriever, asked, asked.found or source.url, fires))
                if len(found) >= FINDS:
                    break
    except TimeoutError:
        pass
    if document.identities:
        found.append(await _find(retriever, Retrieved(fetched, document), source.url, fires))
    if not found:
        raise ParseError(no_list(fetched))
    name = name_of(fetched)
    now = retriever.now()
    ranked = sorted(found, key=lambda one: _is_dead(one, now))  # stable: otherwise as likely as they were found
    return tuple(replace(one, name=name or one.name) if one.kind == "page" else one for one in ranked)


async def survey_one(retriever: Retriever, source: Source, fires: FiringTest | None = None) -> SurveyResult:
    """Return what a source brings when it is polled now. FetchError or ParseError say why it does not."""
    asked = await retriever.ask(source)
    where = asked.found or source.url
    return replace(await _find(retriever, asked, source.url, fires), through=where if where != source.url else None)


async def _find(retriever: Retriever, asked: Retrieved, url: str, fires: FiringTest | None) -> SurveyResult:
    document = asked.document
    if document is None:  # only a conditional request is answered so, and this was none
        raise FetchError("the server says that nothing has changed, to whom has nothing")
    items = await retriever.newest(document, NEWEST)
    dates = [item.published for item in items if item.published]
    return SurveyResult(
        url,
        _kind(document),
        len(document.identities),
        items[:SHOWN],
        max(dates, default=None),
        None if fires is None else await asyncio.to_thread(lambda: sum(map(fires, items))),
        name_of(asked.fetched),
        document.note,
        asked.fetched.moved_to,
    )


def name_of(fetched: Fetched) -> str:
    """Return what a feed or page calls itself, short enough for a name; "" where it does not."""
    head = decode(fetched.body[:_HEAD], fetched.content_type).encode("utf-8", "replace")
    for pattern in _NAME:
        if found := pattern.search(head):
            words = unescaped_again(" ".join(html.unescape(found[1].decode(errors="replace")).split()))
            parts = [part for part in _PARTS.split(words) if part]
            name = words if len(words) <= _LONGEST_NAME else min(parts, key=len, default="")
            if name.isprintable() and "\ufffd" not in name and 1 < len(name) <= _LONGEST_NAME:
                return name
    return ""


def _kind(document: Document) -> Kind:
    if document.shape in {"page", "telegram"}:
        return "page" if document.shape == "page" else "telegram"
    return "sitemap" if document.shape in {"sitemap", "index"} else "feed"


def _is_dead(find: SurveyResult, now: datetime) -> bool:
    return not find.items or (find.latest is not None and find.latest < now - DEAD)
