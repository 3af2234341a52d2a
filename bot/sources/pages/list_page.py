"""A list page as drafts: the links to articles on it, found by the shapes of links or by a CSS selector.

The bytes of a page come in; its article links go out as drafts whose title is what the link says, and the feeds that
the page names beside them. The pages behind the links tell the rest. Nothing is fetched here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from bot.articles.extraction import without_scripts
from bot.errors import ParseError
from bot.sources.content_sniffing import describe_body, is_challenge
from bot.sources.discovery import leads_to_feed
from bot.sources.document import MOST, Draft
from bot.sources.feeds.feed_reader import Reading, language_code
from bot.sources.pages import link_shapes, page_links
from bot.sources.sitemap import words_of
from bot.text.charset import decode, scrubbed
from bot.text.html_text import crowded
from bot.urls import absolute_url

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST = 4 * 1024 * 1024  # bytes of a page that are read
ADVERTISED = 20  # feeds of one page

_REFRESH = re.compile(
    r"\s{0,20}+\d{1,2}(?:\.\d{0,3})?\s{0,20}+[;,]\s{0,20}+url\s{0,20}+=\s{0,20}+[\"']?([^\s\"']{1,2000})", re.IGNORECASE
)


def read(
    data: bytes, url: str, charset: str | None = None, select: str | None = None, *, empty: bool = False
) -> Reading:
    """Read a page. ParseError where it cannot be read, or has no article links and may not be `empty` of them."""
    if is_challenge(data):
        raise ParseError(f"not a list of articles but {describe_body(data)}")
    root = parse_page(scrubbed(decode(data[:LARGEST], label=charset)))
    base = page_links.base_of(root, url)
    further = () if select else advertised(root, base)
    found = (
        _selected(root, base, select)
        if select
        else link_shapes.articles(page_links.on_page(root, url), surely=not empty)
    )
    if not found and not empty:
        raise ParseError(_nothing(root, data, select))
    language = language_code(root.get("lang") or "")
    drafts = tuple(Draft(link=one.url, title=one.text or words_of(one.url), language=language) for one in found[:MOST])
    return Reading(drafts, base, "page", further=further, bare=True)


def advertised(root: _Element, base: str) -> tuple[str, ...]:
    """Return the feeds that a page names, in its order, those of comments left out; first where it forwards to.

    In its head (rel alternate or feed), by links that say their type, and by a refresh to another address: what stands
    at the old address of a feed often forwards so.
    """
    found = [
        full
        for element in root.iter("link", "a")
        if (full := absolute_url(base, element.get("href") or "")) and _names_feed(element, full)
    ]
    return tuple(dict.fromkeys((*_forwarded(root, base), *found)))[:ADVERTISED]


def _names_feed(element: _Element, url: str) -> bool:
    relations, title = (element.get("rel") or "").lower().split(), element.get("title") or ""
    return leads_to_feed(relations, element.get("type") or "", url, title, typed=element.tag == "a")


def _forwarded(root: _Element, base: str) -> list[str]:
    """Return where the page sends its visitors at once, if it does."""
    for element in root.iter("meta"):
        if (element.get("http-equiv") or "").strip().lower() == "refresh":
            found = _REFRESH.match(element.get("content") or "")
            full = absolute_url(base, found[1]) if found else None
            return [full] if full and full != base else []
    return []


def parse_page(markup: str) -> _Element:
    """Return a page as a tree, without scripts and comments. ParseError for what is no page, or too dear to read."""
    from lxml import etree

    markup, _ = without_scripts(markup.replace("\0", ""))
    if crowded(markup):
        raise ParseError("the page has tags with more attributes than any page needs: not read")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.encode(errors="replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError("the page cannot be read as HTML") from error
    if root is None:
        raise ParseError("the page is empty")
    return root


def _selected(root: _Element, base: str, select: str) -> tuple[page_links.Link, ...]:
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import XPathError

    try:
        found = CSSSelector(select, translator="html")(root)
    except (SelectorError, XPathError) as error:
        raise ParseError(f"`select` is no CSS selector: {str(error)[:200]}") from error
    return page_links.chosen(cast("Iterable[_Element]", found), base)


def _nothing(root: _Element, data: bytes, select: str | None) -> str:
    many = sum(1 for _ in root.iter("a"))
    if select:
        return f"`select` finds no links among the {many} of this page"
    if many:
        kind = describe_body(data)
        return f"this is {kind}, and none of its {many} links looks like an article: say with `select` which are"
    return (
        f"this is {describe_body(data)} without any links: it may be made by scripts in the browser; look for its feed"
    )
