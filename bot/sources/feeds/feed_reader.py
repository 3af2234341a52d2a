"""feedparser's view of a document, as drafts: RSS 0.9 to 2.0, RDF and Atom, well-formed or not.

Bytes come in, plain text comes out. Slow (about a millisecond an item) and at the mercy of what it is given, so it
is called on documents cut down to what is new, in a thread, or in a child process for whatever is suspicious.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from bot.ports.hub_store import HubLink
from bot.sources.document import MOST, Draft
from bot.sources.feeds.hub_links import find_hub
from bot.text.dates import parse_date
from bot.text.html_text import RAW, line, plain, tidy, unescaped_again
from bot.urls import absolute_url

TITLE = 1_000  # characters; the longest real headlines have 300
LEAD = 10_000
BODY = 100_000  # a long read has 60,000

_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].{0,30})?")
_CLOSING = re.compile(r"</[A-Za-z]+>")
_OTHER_RELATIONS = frozenset({"self", "edit", "hub", "replies", "enclosure", "next", "prev", "first", "last"})


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a document held: its items, its own address, and what kind of document it is ("" = no feed at all)."""

    drafts: tuple[Draft, ...]
    home: str
    version: str
    skipped: int = 0  # items beyond the limit
    further: tuple[str, ...] = ()  # addresses that hold items: sitemaps of an index, feeds that a page names
    bare: bool = False  # its titles are only what links say: the pages behind them tell more
    hub: HubLink | None = None


def read(data: bytes, url: str, content_type: str = "") -> Reading:
    """Read a whole document. `content_type` is as sent, "" for a document that names its encoding rightly itself."""
    import feedparser

    parsed = feedparser.parse(  # noqa: TID251 - the one place, and on bytes only: it would open what a string names
        BytesIO(data),
        response_headers={"content-type": content_type} if content_type else {},
        resolve_relative_uris=False,  # of links inside texts, which we drop
        sanitize_html=False,  # texts come out without any markup
    )
    version = _text(parsed, "version")
    entries = parsed.entries
    atom = version.startswith("atom")
    base = _base(parsed.feed, url, atom=atom)
    drafts = tuple(_draft(entry, parsed.feed, base, atom=atom) for entry in entries[:MOST])
    home = absolute_url(url, _text(parsed.feed, "link")) or ""
    named = [(_text(link, "rel"), _text(link, "href")) for link in parsed.feed.get("links", ())]
    return Reading(drafts, home, version, max(0, len(entries) - MOST), hub=find_hub(named, url))


def _draft(entry: dict[str, Any], feed: dict[str, Any], base: str, *, atom: bool) -> Draft:
    summary, title = _text(entry, "summary"), _text(entry, "title")
    contents = [content for content in entry.get("content", ()) if _is_text(content)]
    language = _language(entry, feed)
    content: dict[str, Any] = max(contents, key=lambda one: len(_text(one, "value")), default={})
    if any(summary == _text(one, "value") for one in contents):
        summary = ""  # feedparser repeats the content where there is no description
    return Draft(
        guid=_text(entry, "id")[:4096],
        link=_link(entry, base),
        title=unescaped_again(line(title, TITLE, literal=atom and _is_literal(title, entry.get("title_detail")))),
        lead=_prose(summary, entry.get("summary_detail"), atom=atom)[:LEAD],
        body=_prose(_text(content, "value"), content, atom=atom)[:BODY],
        published=_published(entry, language),
        language=language,
        origin=_text(entry.get("source") or {}, "href"),
    )


def _text(holder: dict[str, Any], name: str) -> str:
    """Return a value without the substitutes that feedparser has for missing ones."""
    value = dict.get(holder, name)
    return value if isinstance(value, str) else ""


def _is_text(content: dict[str, Any]) -> bool:
    kind = _text(content, "type") or "text/html"
    return kind.startswith("text/") or kind.endswith(("xml", "html"))


def _is_literal(text: str, detail: dict[str, Any] | None) -> bool:
    """Return whether Atom's word that this is no markup may be believed."""
    return (_text(detail or {}, "type") or "text/plain") == "text/plain" and not _CLOSING.search(text)


def _prose(text: str, detail: dict[str, Any] | None, *, atom: bool) -> str:
    return unescaped_again(tidy(text[:RAW]) if atom and _is_literal(text, detail) else plain(text))


def _base(feed: dict[str, Any], url: str, *, atom: bool) -> str:
    """Return what links are relative to where no xml:base says it: the site, else the feed's own address.

    A feed is often read at another host than its site's. Within one host Atom's rule holds: its document is the base.
    """
    own = next((_text(link, "href") for link in feed.get("links", ()) if _text(link, "rel") == "self"), "")
    document = (own and absolute_url(url, own)) or url
    home = absolute_url(document, _text(feed, "link")) if _text(feed, "link") else None
    return document if home is None or (atom and urlsplit(home).netloc == urlsplit(document).netloc) else home


def _link(entry: dict[str, Any], base: str) -> str:
    """Return the item's page: its link, or else the first that leads to no feed or comment, or else its recording.

    A guid that is no address is no link, whatever it says of itself.
    """
    links = [link for link in entry.get("links", ()) if _text(link, "href")]
    pages = [_text(link, "href") for link in links if _text(link, "rel") not in _OTHER_RELATIONS]
    recordings = [_text(link, "href") for link in links if _text(link, "rel") == "enclosure"]
    guid = _text(entry, "id")
    candidates = (_text(entry, "feedburner_origlink"), _text(entry, "link"), *pages, *recordings)
    named = (link for link in candidates if link and (link != guid or link[:4].lower() == "http"))
    return next((full for link in named if (full := absolute_url(base, link))), "")


def _published(entry: dict[str, Any], language: str | None) -> datetime | None:
    """Return the first date that can be read: of several, feeds that repair one often break the other."""
    dates = (_text(entry, name) for name in ("published", "created", "updated"))
    return next((at for date in dates if date and (at := parse_date(date, language))), None)


def language_code(name: str) -> str | None:
    """Return the ISO 639-1 code that a language tag begins with, or None."""
    found = _LANGUAGE.fullmatch(name.strip())
    return found[1].lower() if found else None


def _language(entry: dict[str, Any], feed: dict[str, Any]) -> str | None:
    details = (entry.get("title_detail"), entry.get("summary_detail"))
    names = (*(_text(detail or {}, "language") for detail in details), _text(feed, "language"))
    return next((code for name in names if (code := language_code(name))), None)
