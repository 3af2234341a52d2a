"""What a page tells search engines of its article in JSON-LD: headline, text, description, and when it was published.

The JSON-LD documents of a page come in as text, a `LinkedData` goes out; what cannot be read is passed over. Sites wrap
their JSON into CDATA and comments, and break it by line ends inside of texts: of what no parser reads, the date is
still found. Never raises, reads at most 50 documents and of each 200 objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

_MOST: Final = 50  # documents of a page
_NODES: Final = 200  # objects of a document
_OPENS: Final = re.compile(r"(?://|/\*)?\s{0,9}<!\[CDATA\[\s{0,9}(?:\*/)?|<!--")
_CLOSES: Final = re.compile(r";?\s{0,9}(?:(?://|/\*)?\s{0,9}\]\]>\s{0,9}(?:\*/)?|-->)?\Z")
_CLOSING: Final = 40  # characters at the end of a document that close what wraps it
_BARE_DATE: Final = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"\\]{8,60})"')
_WITHIN: Final = ("@graph", "mainEntity", "mainEntityOfPage")
_ARTICLE: Final = re.compile(r"article|posting|report|newsitem|webpage|creativework|review|liveblog", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """What the page's JSON-LD says; "" where it says nothing."""

    headline: str = ""
    text: str = ""  # with or without markup
    description: str = ""
    published: str = ""  # as written


def read_linked_data(documents: Sequence[str]) -> LinkedData:
    """Return what the first object with a headline says, and of the others what it leaves out."""
    read = [(document, _objects(document)) for document in documents[:_MOST]]
    nodes = [node for _, objects in read for node in objects or ()]
    articles = [node for node in nodes if isinstance(node.get("headline"), str)]
    dated = articles + [node for node in nodes if _is_article(node) and "headline" not in node]
    published = _first(dated, "datePublished") or _first(dated, "dateCreated")
    if not published:
        broken = (document for document, objects in read if objects is None)
        found = next(filter(None, map(_BARE_DATE.search, broken)), None)
        published = found[1] if found else ""
    text = _first(articles, "articleBody") or _first(articles, "text")
    return LinkedData(_first(articles, "headline"), text, _first(articles, "description"), published)


def _objects(document: str) -> list[dict[str, Any]] | None:
    """Return the objects of a document that may be its article, the outer ones first; None where it is no JSON."""
    try:
        data = json.loads(_unwrapped(document), strict=False)
    except (ValueError, RecursionError):
        return None
    objects: list[dict[str, Any]] = []
    waiting = [data]
    for node in islice(_taken(waiting), _NODES):
        if isinstance(node, list):
            waiting += node[:_NODES]
        elif isinstance(node, dict):
            objects.append(node)
            waiting += [node[key] for key in _WITHIN if isinstance(node.get(key), dict | list)]
    return objects


def _taken(waiting: list[Any]) -> Iterator[Any]:
    """Take what waits, one after the other."""
    while waiting:
        yield waiting.pop(0)


def _unwrapped(document: str) -> str:
    """Return a document without the comment or CDATA section around it."""
    text = document.strip()
    if opened := _OPENS.match(text):
        text = text[opened.end() :]
    return text[:-_CLOSING] + _CLOSES.sub("", text[-_CLOSING:], count=1)


def _is_article(node: dict[str, Any]) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE.search(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _first(nodes: Sequence[dict[str, Any]], key: str) -> str:
    """Return the first text that an object has under a key."""
    return next((node[key] for node in nodes if isinstance(node.get(key), str) and node[key].strip()), "")
