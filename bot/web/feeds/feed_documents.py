"""What a watchlist told, as Atom (RFC 4287) and as JSON Feed 1.1. Pure: entries in, bytes out.

An entry is a story, and keeps its id whatever becomes of it: a report that joins and a corrected headline are an
update of it. Texts of strangers are text, escaped where they stand in HTML; only http and https become links.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from lxml import etree, html

from bot.notify.sanitize import link, one_line
from bot.ports.feed_store import FeedAlert
from bot.stories.heading import heading_report, told_at

_ATOM: Final = "http://www.w3.org/2005/Atom"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_REPORTS, _MOST_WORDS = 40, 20


def to_atom(watchlist: str, title: str, entries: Sequence[FeedAlert], language: str) -> bytes:
    """Return the Atom feed of a watchlist."""
    names: Any = {None: _ATOM}
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=names, attrib={_LANGUAGE: language})
    _add(feed, "id", _id("feed", watchlist))
    _add(feed, "title", one_line(title))
    _add(feed, "updated", _instant(max((one.updated_at for one in entries), default=_NEVER)))
    _add(feed, "generator", "Newswatch")
    for one in entries:
        entry = _add(feed, "entry")
        _add(entry, "id", _id(watchlist, one.alert.story))
        _add(entry, "title", _headline(one), type="text")
        _add(entry, "updated", _instant(one.updated_at))
        _add(entry, "published", _instant(one.created_at))
        if url := link(one.alert.url):
            _add(entry, "link", rel="alternate", href=url)
        for name in _authors(one):
            _add(_add(entry, "author"), "name", name)
        for word in _words(one):
            _add(entry, "category", term=word)
        _add(entry, "summary", one_line(one.alert.lead), type="text")
        _add(entry, "content", _content(one), type="html")
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8")


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    """Add an element of Atom, with a text and attributes; lxml escapes both."""
    added = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attrib=attributes)
    added.text = text
    return added


def to_json_feed(watchlist: str, title: str, entries: Sequence[FeedAlert], language: str) -> bytes:
    """Return the JSON Feed of a watchlist."""
    items = [
        {
            "id": _id(watchlist, one.alert.story),
            "title": _headline(one),
            **({"url": url} if (url := link(one.alert.url)) else {}),
            "summary": one_line(one.alert.lead),
            "content_html": _content(one),
            "date_published": _instant(one.created_at),
            "date_modified": _instant(one.updated_at),
            "authors": [{"name": name} for name in _authors(one)],
            "tags": _words(one),
        }
        for one in entries
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": one_line(title), "language": language}
    return json.dumps({**head, "items": items}, ensure_ascii=False).encode("utf-8", "replace")


def _id(*parts: object) -> str:
    return uuid5(NAMESPACE_URL, ":".join(("newswatch", *map(str, parts)))).urn


def _headline(one: FeedAlert) -> str:
    """Return the headline as its publisher has it now."""
    told = heading_report(one.alert.headline, one.alert.url, one.reports)
    mine = told is not None and told.url == one.alert.url
    return one_line(told.headline if told and mine else one.alert.headline) or "—"


def _authors(one: FeedAlert) -> list[str]:
    names = dict.fromkeys(one_line(report.source) for report in one.reports)
    return [*names][:_MOST_REPORTS] or [one_line(one.alert.title) or "Newswatch"]


def _words(one: FeedAlert) -> list[str]:
    return [*dict.fromkeys(one_line(word.text) for word in one.alert.words if word.text.strip())][:_MOST_WORDS]


def _content(one: FeedAlert) -> str:
    """Return the lead and who reports it, as HTML."""
    shown = html.Element("div")
    etree.SubElement(shown, "p").text = one_line(one.alert.lead)
    reports = etree.SubElement(shown, "ul")
    for report in one.reports[:_MOST_REPORTS]:
        line, url = etree.SubElement(reports, "li"), link(report.url)
        name = etree.SubElement(line, "a", href=url) if url else etree.SubElement(line, "span")
        name.text = one_line(report.source)
        name.tail = f" {told_at(report).astimezone(UTC):%Y-%m-%d %H:%M} UTC: {one_line(report.headline)}"
    return str(html.tostring(shown, encoding="unicode"))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
