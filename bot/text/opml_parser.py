"""Parses OPML lists of feeds, also malformed ones: two thirds of those in circulation are not well-formed XML.

Bytes come in; feeds with their folders go out, and what had to be mended. The tags are read one after the other, in
linear time, without an XML parser: nothing is expanded, opened or fetched, and no nesting is too deep.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.text.charset import decode
from bot.text.html_text import unescaped_again
from bot.text.scrub import scrub

LARGEST = 16 * 1024 * 1024  # bytes of a list; the longest that people share have two
MOST = 10_000  # feeds that are taken from one list
TAGS = 100_000  # outlines that are looked at
FOLDERS = 5  # of a feed that become its tags, the nearest ones
TEXT = 200  # characters of a title or folder
VALUE = 8192  # characters of an attribute that are read
TAG = 65_536  # characters of one tag

_TOKEN = re.compile(r"<!--|<(/?)(?:[a-z]\w{0,20}:)?(outline|body|opml)(?![\w:.-])", re.IGNORECASE)
_START = re.compile(r"<(?:[a-z]\w{0,20}:)?(?:opml|body)(?![\w:.-])", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]{0,60})\s{0,100}=\s{0,100}([\"']?)")
_FOLLOWS = re.compile(r"\s{0,100}(?:[A-Za-z_][\w:.-]{0,60}\s{0,100}=\s{0,100}[\"']|/?\s{0,100}>|/?\s{0,100}\Z)")
_ADDRESS = re.compile(r"xmlurl\s{0,100}=\s{0,100}[\"']?\s{0,100}([^\"'\s<>]{1,4096})", re.IGNORECASE)
_WRAPPED = re.compile(r"[ \t]{0,200}+[\n\t][ \n\t]{0,200}+")  # an address that was broken into lines
_BARE = re.compile(r"[^\s>]*")
_LOOSE = re.compile(r"&(?!(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """One outline that names a feed."""

    title: str
    url: str
    folders: tuple[str, ...] = ()


@dataclass(slots=True)
class _Scan:
    """What a scan has come to."""

    feeds: list[Feed] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)  # that are open; "" for one without a name
    mended: Counter[str] = field(default_factory=Counter)
    passed_over: int = 0  # outlines with neither an address nor anything in them


@dataclass(frozen=True, slots=True)
class Outlines:
    """A list of feeds as read."""

    feeds: tuple[Feed, ...]
    mended: tuple[str, ...]  # what was wrong with it, in words
    is_list: bool  # it has the tags of OPML at all


def parse_opml(data: bytes) -> Outlines:
    """Return the feeds of a list in its order; more than MOST are left out, which `mended` says."""
    text, scan = scrub(decode(data[:LARGEST])), _Scan()
    if len(data) > LARGEST:
        scan.mended[f"only its first {LARGEST >> 20} MB are read"] += 1
    start = _START.search(text)
    if _ENTITY.search(text, 0, start.start() if start else len(text)):
        scan.mended["it declares entities, which are left as they stand"] += 1
    tags = 0
    for tag, closes, leaf in _tags(text, start.start() if start else 0, scan):
        tags += 1
        if closes:
            _close(scan)
        else:
            _open(scan, tag, leaf=leaf)
        if len(scan.feeds) >= MOST or tags >= TAGS:
            scan.mended[f"only its first {len(scan.feeds)} feeds are taken"] += 1
            break
    else:
        if scan.folders:
            scan.mended["a folder that is not closed"] += len(scan.folders)
    if scan.passed_over:
        scan.mended["an outline without the address of a feed was passed over"] += scan.passed_over
    words = tuple(f"{what} ({times} times)" if times > 1 else what for what, times in scan.mended.items())
    return Outlines(tuple(scan.feeds), words, bool(start or tags))


def _tags(text: str, place: int, scan: _Scan) -> Iterator[tuple[str, bool, bool]]:
    """Give every outline tag: what is inside it, whether it closes one, and whether it has nothing in it."""
    token = _TOKEN.search(text, place)
    while token:
        if token[0] == "<!--":
            end = text.find("-->", token.end())
            token = _TOKEN.search(text, end + 3) if end >= 0 else None
            continue
        following = _TOKEN.search(text, token.end())
        if token[2].lower() == "outline":
            stop = min(following.start() if following else len(text), token.end() + TAG)
            inside = text[token.end() : stop]
            if token[1]:
                yield "", True, False
            else:
                closed = following is not None and following[1] == "/" and following[2].lower() == "outline"
                slash = inside.rstrip().endswith(("/>", "/")) or _ends_itself(inside)
                if not slash and closed:
                    following = _TOKEN.search(text, following.end()) if following else None
                if ">" not in inside:
                    scan.mended["a tag that does not end"] += 1
                yield inside, False, slash or closed
        token = following


def _ends_itself(inside: str) -> bool:
    """Return whether the tag ends with a slash, whatever text stands behind it."""
    return inside.rpartition(">")[0].rstrip().endswith("/")


def _open(scan: _Scan, inside: str, *, leaf: bool) -> None:
    attributes = _attributes(inside, scan)
    title = _line(unescaped_again(attributes.get("title") or attributes.get("text") or ""))
    url = attributes.get("xmlurl", "").strip()
    if not url and attributes.get("type", "").lower() in {"rss", "atom", "feed"}:
        url = attributes.get("url", "").strip()
    if not url and (lost := _ADDRESS.search(inside)):
        scan.mended["a quote that is not closed"] += 1
        url, title = html.unescape(lost[1]), _line(title.partition("=")[0].rpartition(" ")[0])
    if url:
        if not leaf:
            scan.mended["a feed's outline that is not closed"] += 1
        categories = (part for path in attributes.get("category", "").split(",") for part in path.split("/"))
        folders = dict.fromkeys(name for name in (*scan.folders[-FOLDERS:], *map(_line, categories)) if name)
        scan.feeds.append(Feed(title, _address(url, scan), (*folders,)[:FOLDERS]))
    elif leaf:
        scan.passed_over += 1
    else:
        scan.folders.append(_line(unescaped_again(attributes.get("text") or title)))


def _close(scan: _Scan) -> None:
    if scan.folders:
        scan.folders.pop()
    else:
        scan.mended["a closing tag too many"] += 1


def _attributes(inside: str, scan: _Scan) -> dict[str, str]:
    """Return the attributes of a tag by name in lower case, the first of each.

    A value ends at the quote behind which another attribute begins, or the tag ends: quotes may stand in it unescaped.
    """
    found: dict[str, str] = {}
    place = 0
    while match := _ATTRIBUTE.search(inside, place):
        quote = match[2]
        if quote:
            start, end = match.end(), _end_of(inside, match.end(), quote)
            place = end + 1
        else:
            bare = _BARE.match(inside, match.end())
            start, end = match.end(), bare.end() if bare else match.end()
            place = max(end, match.end())
            scan.mended["a value without quotes"] += 1
        value = inside[start : min(end, start + VALUE)]
        if quote and quote in value:
            scan.mended["quotes inside a value that are not escaped"] += 1
        if _LOOSE.search(value):
            scan.mended["an & that is not escaped"] += 1
        if "<" in value:
            scan.mended["a < that is not escaped"] += 1
        found.setdefault(match[1].lower().rpartition(":")[2], html.unescape(value))
    return found


def _end_of(inside: str, start: int, quote: str) -> int:
    """Return where the value ends that begins at `start`."""
    first = end = inside.find(quote, start)
    while end >= 0:
        if _FOLLOWS.match(inside, end + 1):
            return end
        end = inside.find(quote, end + 1)
    return first if first >= 0 else len(inside)


def _address(url: str, scan: _Scan) -> str:
    """Return the address with a scheme that is fetched: `feed:` is only a word for subscribing."""
    whole = _WRAPPED.sub("", url.strip()).replace(" ", "%20")
    head, _, rest = whole.partition(":")
    if head.lower() == "feed":
        scan.mended["an address that begins with feed:"] += 1
        whole = rest if rest.startswith(("http:", "https:")) else "http://" + rest.lstrip("/")
    return whole


def _line(text: str) -> str:
    words = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * TEXT]).split())
    return words[:TEXT].strip()
