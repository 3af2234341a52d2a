"""News sitemaps, plain ones, and indexes of them, as drafts: bytes come in, the newest entries go out.

A sitemap is in no order and may list 50,000 pages, so its entries are sorted by their dates and the newest are read.
Where an entry has no title, the words of its address stand in for it until its page is opened. Nothing is fetched
here: an index comes out as the addresses of the few sitemaps in it that can hold news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from bot.errors import ParseError
from bot.sources.content_sniffing import describe_body
from bot.sources.document import MOST, Draft
from bot.sources.feeds.feed_reader import TITLE, Reading, language_code
from bot.sources.feeds.feed_scan import STRICT, mistake_in, refuse_traps
from bot.text.charset import as_utf8
from bot.text.dates import parse_date
from bot.text.html_text import line
from bot.urls import absolute_url

if TYPE_CHECKING:
    from lxml.etree import _Element

CHILDREN = 4  # sitemaps of an index that are read
ENTRIES = 50_000  # in one sitemap: what the protocol allows

_ENTRY = re.compile(rb"</(?:[\w-]{1,30}:)?(?:url|sitemap)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:[\w-]{1,30}:)?(?:urlset|sitemapindex))\b", re.IGNORECASE)
_BARE_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_PREFIX = re.compile(rb"<([A-Za-z][\w-]{0,30}):")
_DECLARED = re.compile(rb"xmlns:([\w-]{1,31})\s*=")
_NEWS = re.compile(r"news(?!letter)|google|latest|recent", re.IGNORECASE)
_NO_ARTICLES = re.compile(
    r"categor|tags?\b|_tag|author|users?\b|pages?[-_.]|[-_/]pages?\b|image|video|product|static|topic|section|taxonom|misc",
    re.IGNORECASE,
)
_MONTH = re.compile(r"((?:19|20)\d\d)[-_/.]?(0[1-9]|1[0-2])(?!\d\d\d)(?:[-_/.]?([0-3]\d))?")
_FILE_END = re.compile(r"\.(?:html?|shtml|php|aspx?|jsp)$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_BREAKS = re.compile(r"[-_+\s]+")
_OLDEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One `url` or `sitemap` as written."""

    at: datetime | None  # published, or else last modified
    link: str
    title: str = ""
    language: str = ""


def read(data: bytes, url: str) -> Reading:
    """Read a sitemap. ParseError for what is none, and for traps.

    The version of an index is "index": it has no items, and `further` says where they are.
    """
    refuse_traps(data)
    root = _ROOT.search(data[:8192])
    if not root:
        raise ParseError(f"not a sitemap but {describe_body(data)}")
    entries = _entries(data, url)
    if root[1].lower().endswith(b"sitemapindex"):
        return Reading((), "", "index", further=_worth_reading(entries))
    newest = _newest(entries)
    drafts = tuple(_draft(entry) for entry in newest)
    bare = any(not entry.title for entry in newest)
    return Reading(drafts, "", "sitemap", bare=bare)


def has_root(data: bytes) -> bool:
    """Return whether the element of a sitemap or of an index of them begins near the beginning."""
    return _ROOT.search(data[:8192]) is not None


def words_of(link: str) -> str:
    """Return the words in the last part of an address that has some: `/2026/11/summit-ends-7.html` is "Summit ends"."""
    for part in reversed(urlsplit(link).path.split("/")):
        words = [
            word for word in _BREAKS.split(_FILE_END.sub("", unquote(part))) if _WORD.fullmatch(word.replace("'", ""))
        ]
        if len(words) > 1:
            text = " ".join(words)
            return line(text[0].upper() + text[1:], TITLE, literal=True)
    return ""


def is_of_news(link: str) -> bool:
    """Return whether a sitemap's address says that it holds news."""
    return _NEWS.search(urlsplit(link).path) is not None


def _entries(data: bytes, url: str) -> list[_Entry]:
    """Return the entries in the order of the document."""
    from lxml import etree

    try:
        return _all(data, url)
    except etree.XMLSyntaxError as error:
        reason = f"the sitemap is not well-formed XML ({mistake_in(error)})"
    whole = as_utf8(data)
    refuse_traps(whole)  # once more: what was scrubbed may have hidden them
    try:
        return _all(_mended(whole), url)
    except etree.XMLSyntaxError as error:
        raise ParseError(reason) from error


def _mended(data: bytes) -> bytes:
    """Return the document with bare ampersands escaped and every prefix declared, without a half last entry."""
    root, last = _ROOT.search(data), None
    for last in _ENTRY.finditer(data):  # noqa: B007 - only the last one counts
        pass
    whole = data[: last.end()] + b"</" + root[1] + b">" if root and last else data
    if root:
        undeclared = {*_PREFIX.findall(whole)}.difference(_DECLARED.findall(whole))
        spaces = b"".join(b' xmlns:%s="urn:%s"' % (prefix, prefix) for prefix in sorted(undeclared))
        whole = whole[: root.end(1)] + spaces + whole[root.end(1) :]
    return _BARE_AMPERSAND.sub(b"&amp;", whole)


def _all(data: bytes, url: str) -> list[_Entry]:
    found = (entry for element in _elements(data) if (entry := _entry(element, url)))
    return list(islice(found, ENTRIES))


def _elements(data: bytes) -> Iterator[_Element]:
    """Yield every `url` and `sitemap` element, and let go of each before the next: the tree never stands."""
    from lxml import etree

    for _, element in etree.iterparse(BytesIO(data), events=("end",), tag=("{*}url", "{*}sitemap"), **STRICT):
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _entry(element: _Element, url: str) -> _Entry | None:
    """Return an entry; None without an address. Titles of pictures and films are none of its own."""
    link = absolute_url(url, _text(element, "loc"))
    if not link:
        return None
    news = next(element.iterchildren("{*}news"), None)
    at = parse_date(_text(element, "lastmod"))
    if news is None:
        return _Entry(at, link)
    of_publication = next(news.iterchildren("{*}publication"), None)
    return _Entry(
        parse_date(_text(news, "publication_date")) or at,
        link,
        line(_text(news, "title"), TITLE),
        "" if of_publication is None else _text(of_publication, "language"),
    )


def _text(holder: _Element, name: str) -> str:
    found = next(holder.iterchildren(f"{{*}}{name}"), None)
    return "" if found is None else "".join(map(str, found.itertext()))[: TITLE * 4].strip()


def _newest(entries: Sequence[_Entry]) -> list[_Entry]:
    """Return the newest entries, newest first. Without dates, news is at the one end of a document or at the other."""
    if not any(entry.at for entry in entries) and len(entries) > MOST:
        return [*entries[: MOST // 2], *entries[-MOST // 2 :]]
    return sorted(entries, key=lambda entry: entry.at or _OLDEST, reverse=True)[:MOST]


def _draft(entry: _Entry) -> Draft:
    return Draft(
        link=entry.link,
        title=entry.title or words_of(entry.link),
        published=entry.at,
        language=language_code(entry.language),
    )


def _worth_reading(entries: Sequence[_Entry]) -> tuple[str, ...]:
    """Return the sitemaps of an index that can hold news: those that say so, else the newest by date or by name."""
    paths = [(entry, urlsplit(entry.link).path) for entry in entries]
    of_news = [(entry, path) for entry, path in paths if is_of_news(entry.link)]
    of_articles = [(entry, path) for entry, path in paths if not _NO_ARTICLES.search(path)]
    chosen = of_news if 0 < len(of_news) < len(paths) else of_articles or paths
    ranked = [((entry.at or _OLDEST, _month(path)), entry.link) for entry, path in chosen]
    first = max((rank for rank, _ in ranked), default=None)
    equals = [link for rank, link in ranked if rank == first]
    if len(equals) > CHILDREN:  # nothing tells them apart but their order
        return (*equals[: CHILDREN // 2], *equals[-CHILDREN // 2 :])
    return tuple(link for _, link in sorted(ranked, key=itemgetter(0), reverse=True)[:CHILDREN])


def _month(path: str) -> tuple[str, ...]:
    """Return the month that the name of a sitemap tells, as text that sorts."""
    found = _MONTH.search(path)
    return found.groups("") if found else ("", "", "")
