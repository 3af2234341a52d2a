"""HTML as publishers put it into sources, reduced to plain text.

Markup of any kind comes in, text goes out: tags gone, entities decoded once, scripts and styles dropped, blocks on
lines of their own, no control or bidirectional characters. Never raises; costs no more than the limits below.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.text.scrub import scrub

if TYPE_CHECKING:
    from lxml.etree import _Element

CROWD = 300  # attributes of one tag; real pages have a dozen
RAW = 400_000  # characters of markup that are read at most; a long article has 60,000

_SPACES = re.compile(r"[^\S\n]+")
_GAPS = re.compile(r" ?\n\s*")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_NO_CHARACTER = re.compile(r"&#[0-9]{1000,};?")  # Python reads no number of more than 4,300 digits
_TAG = re.compile(r"<(?:/?[A-Za-z]|!--|!\[CDATA\[|!DOCTYPE|\?)", re.IGNORECASE)
_SET = re.compile(r"<(b|strong|i|em|u|mark|span|font)(?:\s[^<>]{0,200})?>([^<>]{1,1000})</\1>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"<[a-z][^\s/>]*+", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?)?+")
_SILENT = frozenset({"script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer"}
    | {"form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre"}
    | {"section", "table", "td", "th", "tr", "ul"}
)


def plain(markup: str) -> str:
    """Return the text that a reader would see; paragraphs are separated by newlines."""
    markup = markup[:RAW]
    if _TAG.search(markup):
        return tidy("".join(_texts(markup)))
    return tidy(html.unescape(_NO_CHARACTER.sub("\ufffd", markup)) if _ENTITY.search(markup) else markup)


def line(markup: str, limit: int, *, literal: bool = False) -> str:
    """Return the text as one line of at most so many characters. `literal`: it is text already, not markup."""
    raw = markup[: 4 * limit]  # cut first: nothing below is worth a megabyte
    if raw.isprintable() and "<" not in raw and "&" not in raw:
        return " ".join(raw.split())[:limit]
    return " ".join((tidy(raw) if literal else plain(raw)).split())[:limit]


def unescaped_again(text: str) -> str:
    """Return plain text in which entities still stand, because they were escaped twice, with them decoded.

    Markup that is talked about stays as it stands: only words set in bold, italics and the like lose their tags.
    """
    if "&" not in text or not _ENTITY.search(text):
        return text
    decoded = _ENTITY.sub(lambda found: html.unescape(found[0]), _NO_CHARACTER.sub("\ufffd", text))
    if not _TAG.search(decoded) or _TAG.search(text):
        return tidy(decoded) if "\n" in text else " ".join(tidy(decoded).split())
    bare = _SET.sub(r"\2", decoded)
    return text if _TAG.search(bare) else tidy(bare)


def crowded(markup: str) -> bool:
    """Return whether a tag has more attributes than any page needs, wherever the tag begins and quotes end.

    libxml2 compares every attribute of a tag with every other: 60,000 in one tag take ten seconds.
    """
    most_at: dict[int, int] = {}  # attributes before a place, by the longest way that led there
    for name in _NAME.finditer(markup):
        at, count = name.end(), 0
        while most_at.get(at, -1) < count and (attribute := _ATTRIBUTE.match(markup, at)):
            most_at[at] = count
            at, count = attribute.end(), count + 1
            if count >= CROWD:
                return True
    return False


def tidy(text: str) -> str:
    """Return the text without what cannot be seen, with single spaces and single line ends."""
    return _GAPS.sub("\n", _SPACES.sub(" ", scrub(text))).strip()


def _texts(markup: str) -> list[str]:
    from lxml import etree

    markup = scrub(markup)
    if crowded(markup):
        return [_ANY_TAG.sub(" ", markup)]
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode(errors="replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    texts = [] if root is None else _walk(root, etree.iterwalk(root, events=("start", "end")))
    return texts if any(map(str.strip, texts)) else [_ANY_TAG.sub(" ", markup)]  # nested too deeply for the parser


def _walk(root: _Element, steps: object) -> list[str]:
    texts: list[str] = []
    silent: _Element | None = None
    for event, element in steps:  # type: ignore[attr-defined]  # lxml's stubs do not say what iterwalk yields
        block = element.tag in _BLOCKS
        if event == "start":
            if silent is None and element.tag in _SILENT:
                silent = element
            if silent is None:
                texts += ("\n" if block else "", element.text or "")
            continue
        if silent is element:
            silent = None
        if silent is None and element is not root:
            texts += ("\n" if block else "", element.tail or "")
    return texts
