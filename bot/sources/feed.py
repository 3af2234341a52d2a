"""Feeds: RSS, RDF and Atom, in two steps that cost what is new rather than what is there.

First the document is listed by strict XML; then only the wanted items are read. What strict XML refuses is left to
the reader of last resort, which gets the bytes as they came.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.errors import ParseError
from bot.sources.document import Document
from bot.sources.read import Reading, read
from bot.sources.scan import Listing, cut_down, listed, refuse_traps
from bot.sources.sniff import is_html, what

_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_ROOTS = re.compile(rb"<(?:[\w-]{1,30}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_OPENED = re.compile(rb"<(?:[\w-]{1,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:[\w-]{1,30}:)?(?:item|entry)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Survey:
    """What strict XML makes of an answer: a listing of UTF-8 `data`, or why there is none."""

    data: bytes
    listing: Listing | None
    why: str = ""


def survey(body: bytes, url: str, content_type: str) -> Survey:
    """List the items of an answer. ParseError for what is certainly no feed, or a trap."""
    if is_html(body) or not body.strip():
        raise ParseError(f"not a feed but {what(body)}" if body.strip() else "the answer is empty")
    data = body if _is_plain_utf8(body, content_type) else _utf8(body, content_type)
    if refuse_traps(data):
        return Survey(data, None, "it has a DOCTYPE")
    listing = listed(data, url)
    if isinstance(listing, str):
        return Survey(data, None, f"not well-formed XML ({listing})")
    if not listing.marks and _OPENED.search(data):
        return Survey(data, None, "its items stand in unusual places")
    if not listing.marks and not _ROOTS.search(data[:4096]):
        raise ParseError(f"not a feed but {what(body)}")
    return Survey(data, listing)


def some(document: Document, wanted: Collection[int]) -> Reading:
    """Read the items at these positions of a surveyed document."""
    return read(cut_down(document.data, document.tree, wanted), document.url)


def whole_only(reading: Reading, data: bytes) -> Reading:
    """Return the reading of a broken document without the last item, if the document ends within it."""
    opened = closed = -1
    for opened_at in _OPENED.finditer(data):
        opened = opened_at.start()
    for closed_at in _CLOSED.finditer(data):
        closed = closed_at.start()
    if opened <= closed or not reading.drafts or reading.skipped:
        return reading
    return Reading(reading.drafts[:-1], reading.home, reading.version)


def _is_plain_utf8(body: bytes, content_type: str) -> bool:
    """Return whether everybody says that this is UTF-8. If it is not, strict XML will say so."""
    declared = _DECLARED.match(body)
    names = {
        declared[1].lower() if declared else b"",
        *(name.lower() for name in _CHARSET.findall(content_type.encode())),
    }
    return names <= {b"", b"utf-8", b"utf8"} and body[:1] in {b"<", b"\xef"}


def _utf8(body: bytes, content_type: str) -> bytes:
    """Return the document in UTF-8, its encoding found as feedparser finds it."""
    from feedparser.encodings import convert_to_utf8

    headers = {"content-type": content_type} if content_type else {}
    data: bytes = convert_to_utf8(headers, body, {})
    return data
