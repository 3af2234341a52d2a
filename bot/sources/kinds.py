"""What kind of source an answer is, by its first bytes and by what watchlists.yaml says.

The one place that knows all kinds: `detect_kind` tells them apart, `read_document` reads all but the plain
feeds, which take a way of their own. Pure, so that a thread and a child process may do the same.
"""

from __future__ import annotations

import re
import zlib
from email.message import Message
from typing import Final, Literal

from bot.errors import ParseError
from bot.model import Kind
from bot.sources import json_feed, sitemap, telegram_preview
from bot.sources.content_sniffing import HEAD, describe_body, is_html
from bot.sources.feeds import feed
from bot.sources.feeds.feed_reader import Reading
from bot.sources.feeds.feed_scan import refuse_traps
from bot.sources.pages import list_page

# A site is a page that may have no links, but a feed; what is packed is a file, and only its inside says what.
Found = Literal["feed", "json", "sitemap", "page", "site", "telegram", "packed"]

GZIP: Final = b"\x1f\x8b"
UNPACKED: Final = 16 * 1024 * 1024  # bytes of an answer that is a gzip file

_ASIDE: Final = r"(?:<!--(?>.*?-->)\s*|<\?(?>.*?\?>)\s*)*+"  # comments and instructions
_DOCTYPE: Final = r"(?:<!DOCTYPE[^>\[]{0,300}(?:\[(?>.*?\]\s*>)|>)\s*)?"  # with what it declares between brackets
_PROLOGUE: Final = rf"(?:\xef\xbb\xbf)?\s*{_ASIDE}{_DOCTYPE}{_ASIDE}"
_SITEMAP: Final = re.compile(
    _PROLOGUE.encode() + rb"<(?:[\w-]{1,30}:)?(?:urlset|sitemapindex)\b", re.IGNORECASE | re.DOTALL
)
_XHTML: Final = re.compile(_PROLOGUE.encode() + rb"<(?:html|head|body)\b", re.IGNORECASE | re.DOTALL)

_FEED: Final = re.compile(
    rb"<(?:feed|rss|rdf:RDF)\s[^<>]{0,300}?(?:xmlns|version)", re.IGNORECASE
)  # wrapped into a page


def detect_kind(body: bytes, kind: Kind) -> Found:
    """Return what to read an answer as. ParseError where it is not what watchlists.yaml says it is."""
    if kind in {"page", "telegram"}:
        return "page" if kind == "page" else "telegram"
    if body.startswith(GZIP):
        return "packed"
    if kind == "feed":
        return "json" if json_feed.is_json(body) else "feed"
    return _detect_unnamed(body, kind)


def _detect_unnamed(body: bytes, kind: Kind) -> Found:
    """Return what an answer is by its first bytes, where a sitemap is wanted or nothing is said."""
    head = body[:HEAD]
    if _SITEMAP.match(head) or (kind == "sitemap" and sitemap.has_root(body) and not is_html(body)):
        return "sitemap"
    if kind == "sitemap":
        raise ParseError(f"not a sitemap but {describe_body(body)}" if body.strip() else "the answer is empty")
    if json_feed.is_json(body):
        return "json"
    return "site" if is_html(body) or (_XHTML.match(head) and not _FEED.search(head)) else "feed"


def read_document(body: bytes, url: str, content_type: str, found: Found, select: str | None = None) -> Reading:
    """Read an answer at once, whatever that takes."""
    if found == "packed":
        body = _unpacked(body)
        refuse_traps(body)
        found = "feed" if body.startswith(GZIP) else detect_kind(body, "auto")  # packed twice is nothing
        if found == "site":
            raise ParseError(f"not a feed but a gzip file with {describe_body(body)}")
    if found == "json":
        return json_feed.read(body, url)
    if found == "sitemap":
        return sitemap.read(body, url)
    if found == "telegram":
        return telegram_preview.read(body, url, charset_of(content_type))
    if found in {"page", "site"}:
        return list_page.read(body, url, charset_of(content_type), select, empty=found == "site")
    return feed.read_feed(body, url, content_type)


def _unpacked(data: bytes) -> bytes:
    """Return what a gzip file holds. ParseError for a bomb, and for one that is broken."""
    try:
        unpacker = zlib.decompressobj(wbits=31)
        plain = unpacker.decompress(data, UNPACKED)
    except zlib.error as error:
        raise ParseError("the answer is a gzip file that cannot be unpacked") from error
    if unpacker.unconsumed_tail:
        raise ParseError(f"the answer is a gzip file of more than {UNPACKED // 1024 // 1024} MB")
    return plain


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset()
