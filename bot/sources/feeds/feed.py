"""Feeds: RSS, RDF and Atom, in two steps that cost what is new rather than what is there.

First the document is listed by strict XML; then only the wanted items are read. What strict XML refuses is left to
the reader of last resort, which gets the bytes as they came.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.errors import ParseError
from bot.item_identity import identify_entries
from bot.sources.content_sniffing import describe_body, is_html
from bot.sources.document import MOST, Document
from bot.sources.feeds.feed_reader import Reading, read
from bot.sources.feeds.feed_scan import cut_down, listed, refuse_traps, shortened
from bot.text.charset import as_utf8

LARGE = 512 * 1024  # bytes; beyond any of these a thread would be busy for a tenth of a second and more
MARKS = 8_000
MONSTROUS = 16  # times as much of anything as is modest: what no newsroom publishes

_DEAR = (b"<", b"=", b"&", b"\n", b"\r", b"\\u003c", b"\\u003C", b"\\u0026")
_ALL_DEAR = b"<=&\n\r\\"  # each of these signs, and the one that every escape begins with
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.-]+)", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.-]+)", re.IGNORECASE)
_ROOTS = re.compile(rb"<(?:[\w-]{1,30}:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_OPENED = re.compile(rb"<(?:[\w-]{1,30}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_CLOSED = re.compile(rb"</(?:[\w-]{1,30}:)?(?:item|entry)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BrokenFeed:
    """An answer that strict XML cannot list, and why."""

    why: str


def scan_feed(body: bytes, url: str, content_type: str, now: datetime) -> Document | BrokenFeed:
    """List the items of an answer. ParseError for what is certainly no feed, or a trap."""
    if is_html(body) or not body.strip():
        raise ParseError(f"not a feed but {describe_body(body)}" if body.strip() else "the answer is empty")
    if refuse_traps(body):
        return BrokenFeed("it has a DOCTYPE")
    data, listing = body, listed(body, url) if is_plain_utf8(body, content_type) else ""
    if isinstance(listing, str):
        data = as_utf8(body, content_type)
        refuse_traps(data)  # once more: now no encoding hides them
        again = listed(data, url) if data != body else listing
        if isinstance(again, str):
            return BrokenFeed(f"not well-formed XML ({listing or again})")  # by the lines that the publisher sees
        listing = again
    if not listing.marks and _OPENED.search(data):
        return BrokenFeed("its items stand in unusual places")
    if not listing.marks and not _ROOTS.search(data[:4096]):
        raise ParseError(f"not a feed but {describe_body(body)}")
    identities = identify_entries(listing.marks, now, homes=(url, listing.home))
    note = skipped_note(listing.skipped)
    return Document(url, identities, note, data=data, tree=listing.tree, hints=listing.hints, hub=listing.hub)


def skipped_note(skipped: int, why: str = "") -> str | None:
    """Return what the owner should know: what was wrong, and how many items were left out."""
    parts = [why] if why else []
    if skipped:
        parts.append(f"only the newest {MOST} of its {MOST + skipped} items are read")
    return "; ".join(parts) or None


def read_entries(document: Document, wanted: Collection[int]) -> Reading:
    """Read the items at these positions of a scanned document, whatever that takes."""
    data = document.data
    if document.tree is None and isinstance(listed(data, document.url), str):
        data = as_utf8(data, document.content_type)  # as it was listed: a child gives the bytes as they came
    return read(cut_down(data, document.tree, wanted), document.url)


def is_modest(data: bytes, times: int = 1) -> bool:
    """Return whether no parser can be kept busy with this for long: few tags, attributes, entities and lines.

    In JSON, tags and entities may be escaped once more. `times` multiplies what counts as few.
    """
    if len(data) > times * LARGE:
        return False
    together = len(data) - len(data.translate(None, _ALL_DEAR))  # one look instead of eight: it settles nearly all
    return together <= times * MARKS or all(data.count(mark) <= times * MARKS for mark in _DEAR)


def read_feed(body: bytes, url: str, content_type: str) -> Reading:
    """Read an answer that strict XML refuses, in any encoding, but for a last item that is not all there."""
    data = as_utf8(body, content_type)
    refuse_traps(data)  # once more: what was scrubbed may have hidden them
    short, skipped = shortened(data)
    reading = read(short, url)
    if not reading.version and not reading.drafts:
        raise ParseError(f"not a feed but {describe_body(body)}")
    drafts = reading.drafts
    if not (skipped or reading.skipped) and _breaks_off(data):
        drafts = drafts[:-1]
    return Reading(drafts, reading.home, reading.version, skipped or reading.skipped, hub=reading.hub)


def _breaks_off(data: bytes) -> bool:
    """Return whether the document ends within an item."""
    opened = closed = -1
    for start in _OPENED.finditer(data):
        opened = start.start()
    for end in _CLOSED.finditer(data):
        closed = end.start()
    return opened > closed


def is_plain_utf8(body: bytes, content_type: str) -> bool:
    """Return whether everybody says that this is UTF-8. If it is not, strict XML will say so."""
    declared = _DECLARED.match(body)
    names = {
        declared[1].lower() if declared else b"",
        *(name.lower() for name in _CHARSET.findall(content_type.encode())),
    }
    return names <= {b"", b"utf-8", b"utf8"} and body[:1] in {b"<", b"\xef"}
