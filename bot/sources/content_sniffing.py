"""What an answer is that should have been a source's document, in words for the owner.

Only the beginning of the body is looked at. Never raises, never parses.
"""

from __future__ import annotations

import html
import re

HEAD = 4096  # bytes that tell one kind from another

_TITLE = re.compile(rb"<title[^<>]{0,300}>([^<]{1,400})", re.IGNORECASE)
# Atomic: each comment ends at its first end, or forty of them would be tried in a billion ways.
_HTML = re.compile(
    rb"\s*(?:<!--(?>.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|title|meta|script|style|div|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHALLENGE = re.compile(rb"Just a moment|cf-browser-verification|cf_chl_|Attention Required! \| Cloudflare")
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]{0,40})")
_FILES = (
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a ZIP file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"BEGIN:VCALENDAR", "a calendar"),
)
_ROOTS = {
    "urlset": "a sitemap",
    "sitemapindex": "an index of sitemaps",
    "opml": "an OPML list of feeds",
    "error": "an error message in XML",
    "svg": "an image",
}


def is_html(body: bytes) -> bool:
    """Return whether this is a web page, by its first tag."""
    return _HTML.match(_head(body)) is not None


def is_challenge(body: bytes) -> bool:
    """Return whether this page only checks for browsers."""
    return _CHALLENGE.search(body[: 16 * HEAD]) is not None


def describe_body(body: bytes) -> str:
    """Return what the body is, fit for “this is not a feed but …”."""
    head = _head(body)
    file = next((words for start, words in _FILES if body.startswith(start)), None)
    if file or not head.strip():
        return file or "empty"
    if is_challenge(body):
        return "a page by which Cloudflare checks for browsers"
    if _HTML.match(head):
        title = _title(body)
        return f"a web page (“{title}”)" if title else "a web page"
    if head.lstrip()[:1] in {b"{", b"["}:
        return "JSON"
    return _kind_of_xml(head)


def _title(body: bytes) -> str:
    found = _TITLE.search(body[: 16 * HEAD])
    words = html.unescape(found[1].decode(errors="replace")) if found else ""
    return "".join(letter for letter in " ".join(words.split())[:80] if letter.isprintable())


def _kind_of_xml(head: bytes) -> str:
    root = _ROOT.search(head)
    if not root or not head.lstrip().startswith(b"<"):
        return "something that is neither XML nor JSON"
    name = root[1].decode(errors="replace")
    return _ROOTS.get(name.rpartition(":")[2].lower(), f"an XML document of another kind (<{name}>)")


def _head(body: bytes) -> bytes:
    head = body[:HEAD]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return head.decode("utf-16", errors="replace").encode(errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf")
