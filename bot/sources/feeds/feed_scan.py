"""Strict XML: which items a document holds, and the document cut down to some of them.

Well-formed UTF-8 comes in; the marks of its items and smaller documents with the very same items go out. What is
not well-formed, declares entities or nests without end is not touched here: None, and the reader of last resort
takes the original bytes. Nothing is repaired (a repaired `AT&T` reads `AT`), resolved or loaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from bot.errors import ParseError
from bot.item_identity import EntryMarks
from bot.model import Hints
from bot.ports.hub_store import HubLink
from bot.sources.document import MOST, select_newest
from bot.sources.feeds.hub_links import find_hub
from bot.sources.feeds.poll_hints import hints_of
from bot.text.dates import parse_date
from bot.text.html_text import line
from bot.urls import absolute_url

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError, _Element

TAGS = 200_000  # more `<` than this after shortening, and the tree alone would take 100 MB
KEPT = 600_000  # bytes of a document whose tree may wait; it takes about four times as much
DATE = 120  # characters of a date
MARK = 300  # characters of a title, or of a text instead of one, that count for identity
STRICT: Final[dict[str, Any]] = {  # of every parser of XML: nothing is resolved, loaded or repaired
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
}

_ENDS = (b"</item>", b"</entry>")
_FIRST = re.compile(rb"<(?:[\w-]{1,30}:)?(?:item|entry)[\s>]")
_DATE = re.compile(
    rb"<(?:[\w-]{1,30}:)?(?:pubDate|published|date|created|issued|updated|modified)(?:\s[^>]{0,100})?>\s{0,50}+"
    rb"(?:<!\[CDATA\[\s{0,50}+)?([^<\]\s][^<\]]{5,59}?)\s{0,50}+[<\]]"
)
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>\[]*(\[)?", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY\s", re.IGNORECASE)
_HARMLESS = re.compile(
    rb"<!ENTITY\s+\w{1,40}\s+(?:\"(?:[^\"&%]{0,200}|&#\w{1,8};)\"|'(?:[^'&%]{0,200}|&#\w{1,8};)')\s*>", re.IGNORECASE
)
# The vocabularies whose words feedparser takes for the plain ones.
_OURS = frozenset(
    {"", "http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/", "http://www.w3.org/2005/atom"}
    | {"http://purl.org/atom/ns#", "http://backend.userland.com/rss", "http://blogs.law.harvard.edu/tech/rss"}
    | {"http://purl.org/rss/1.0/modules/rss091#", "http://example.com/newformat#", "http://example.com/necho"}
    | {"http://purl.org/echo/", "uri/of/echo/namespace#", "http://purl.org/pie/"}
)
# People and keywords, which nobody here reads, and on which feedparser spends quadratic time: an hour for 400 KB.
_UNREAD = re.compile(
    r"(?:.*[}_])?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|tags|keywords|category|subject)",
    re.IGNORECASE | re.DOTALL,
)
_DATED = frozenset({"pubdate", "published", "date", "created", "issued", "updated", "modified"})
_NAMED = frozenset({"guid", "id", "title", "description", "summary", "content", "encoded", "origlink"})


@dataclass(frozen=True, slots=True)
class Listing:
    """The items of a well-formed document: their marks in order, and the site's own address."""

    marks: tuple[EntryMarks, ...]
    home: str
    skipped: int  # items beyond the limit
    tree: _Element | None  # to be cut down later, where it is small enough to be kept
    hints: Hints
    hub: HubLink | None


def refuse_traps(data: bytes) -> bool:
    """Return whether the document has a DOCTYPE at all; raise ParseError for one that defines hostile entities.

    Only what stands before the first element is looked at, as no parser heeds a DOCTYPE after it.
    """
    first = re.search(rb"<\w", data)
    head = data[: first.start()] if first else data
    found = _DOCTYPE.search(head)
    if found and found[1] and len(_ENTITY.findall(head)) != len(_HARMLESS.findall(head)):
        raise ParseError("the document declares entities that could read files or fill the memory: not parsed")
    return found is not None


def shortened(data: bytes) -> tuple[bytes, int]:
    """Return the document with its newest items only, in their order, and how many were left out."""
    for end in _ENDS:
        if data.count(end) <= MOST:
            continue
        start = _FIRST.search(data)
        if start is None:
            break
        ends = [found.end() for found in re.finditer(re.escape(end), data)]
        edges = [start.start(), *ends]  # what stands between two items goes with the later one
        newest = select_newest([_dated(data, *edge) for edge in pairwise(edges)])
        kept = b"".join(data[edges[at] : edges[at + 1]] for at in newest)
        return data[: edges[0]] + kept + data[edges[-1] :], len(ends) - len(newest)
    return data, 0


def _dated(data: bytes, start: int, end: int) -> datetime | None:
    """Return the date of the item that stands there, as far as it is in a usual form; aware."""
    found = _DATE.search(data, start, end)
    return parse_date(found[1].decode("ascii", "replace")) if found else None


def listed(data: bytes, url: str) -> Listing | str:
    """Return the items of the document, or why strict XML cannot tell."""
    short, skipped = shortened(data)
    if short.count(b"<") > TAGS:
        return "it has more tags than any feed"
    root = _tree(short)
    if isinstance(root, str):
        return root
    marks = tuple(_marks(item, url) for item in _items(root))
    return Listing(
        marks, _home(root, url), skipped, root if len(short) <= KEPT else None, hints_of(root), _hub(root, url)
    )


def cut_down(data: bytes, tree: _Element | None, wanted: Collection[int]) -> bytes:
    """Return the document with the items at these positions only, and without what nobody reads.

    All else of it stays. The tree is used up.
    """
    from lxml import etree

    root = _tree(shortened(data)[0]) if tree is None else tree
    assert not isinstance(root, str), "only documents that were listed are cut down"  # noqa: S101 - a bug of ours
    for position, item in enumerate(_items(root)):
        parent = item.getparent()
        if position not in wanted and parent is not None:
            parent.remove(item)
    unread = {element.tag for element in root.iterdescendants("{*}*") if _UNREAD.fullmatch(element.tag)}
    etree.strip_elements(root, *unread, with_tail=False)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def mistake_in(error: XMLSyntaxError) -> str:
    """Return what is not well-formed, and in which line."""
    where = f"line {error.lineno}: " if error.lineno else ""
    return f"{where}{line(error.msg or 'not XML', 160, literal=True)}"


def _tree(data: bytes) -> _Element | str:
    from lxml import etree

    try:
        return etree.fromstring(data, etree.XMLParser(strip_cdata=False, **STRICT))
    except etree.XMLSyntaxError as error:
        return mistake_in(error)


def _items(root: _Element) -> list[_Element]:
    """Return the items as feedparser finds them: not those of other vocabularies, nor one inside another."""
    items: list[_Element] = []
    holder: _Element | None = None  # of the last item
    for element in root.iter("{*}item", "{*}entry"):
        parent = element.getparent()
        if _is_ours(element) and (parent is holder or not any(above is items[-1] for above in _above(element, items))):
            items.append(element)
            holder = parent
    return items


def _above(element: _Element, items: list[_Element]) -> Iterable[_Element]:
    return element.iterancestors() if items else ()


def _is_ours(element: _Element) -> bool:
    return not element.prefix or element.tag[1:].partition("}")[0].lower() in _OURS


def _home(root: _Element, url: str) -> str:
    """Return the address that the channel gives as its own site."""
    channel = next(root.iterchildren("{*}channel"), root)
    return absolute_url(url, _link(channel)) or ""


def _hub(root: _Element, url: str) -> HubLink | None:
    """Return the hub that the feed names, in the vocabulary of Atom as nearly all do."""
    channel = next(root.iterchildren("{*}channel"), root)
    links = (*root.iterchildren("{*}link"), *(channel.iterchildren("{*}link") if channel is not root else ()))
    return find_hub([(link.get("rel") or "", link.get("href") or "") for link in links], url)


def _marks(item: _Element, url: str) -> EntryMarks:
    guid = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or ""
    title = text = origin = date = ""
    permanent = False
    for child in item.iterchildren():
        word = child.tag.rpartition("}")[2].lower()
        if word not in _NAMED:
            if word in _DATED:
                date = date or child.text or ""
            continue
        if word == "origlink":
            origin = child.text or ""
        elif word == "encoded":
            text = text or _content(child)
        elif not _is_ours(child):
            continue
        elif word in {"guid", "id"}:
            guid = guid or child.text or ""
            permanent = child.get("isPermaLink", "true") == "true"
        elif word == "title":
            title = title or _content(child)
        else:
            text = text or _content(child)
    link = origin or _link(item) or (guid if permanent and guid[:4].lower() == "http" else "")
    name = line(title, MARK) or line(text, MARK)
    return EntryMarks(guid.strip(), absolute_url(url, link) or "", name, date[:DATE].strip(), text)


def _link(holder: _Element) -> str:
    """Return the first link to a page that the element itself gives, as an address or as its text."""
    found = ""
    for child in holder.iterchildren("{*}link"):
        if (child.get("rel") or "alternate") != "alternate":
            continue
        href = (child.get("href") or child.text or "").strip()
        kind = child.get("type") or "text/html"
        if href and "html" in kind:
            return href
        found = found or href
    return found


def _content(element: _Element) -> str:
    return "".join(map(str, element.itertext())) if len(element) else element.text or ""
