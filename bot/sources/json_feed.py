"""JSON Feed (versions 1 and 1.1) as drafts. Bytes come in, plain text comes out; nothing is fetched."""

from __future__ import annotations

import codecs
import json
from datetime import datetime
from typing import Any

from bot.errors import ParseError
from bot.ports.hub_store import HubLink
from bot.sources.document import MOST, Draft, select_newest
from bot.sources.feeds.feed_reader import BODY, LEAD, TITLE, Reading, language_code
from bot.sources.feeds.hub_links import find_hub
from bot.text.dates import parse_date
from bot.text.html_text import RAW, line, plain, tidy, unescaped_again
from bot.urls import absolute_url


def is_json(data: bytes) -> bool:
    """Return whether this begins as JSON does."""
    return data.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"["}


def read(data: bytes, url: str) -> Reading:
    """Read the whole document. ParseError where it is JSON of another kind, or no JSON at all."""
    try:
        feed, _ = json.JSONDecoder().raw_decode(data.decode("utf-8-sig", errors="replace").lstrip())
    except (ValueError, RecursionError) as error:
        raise ParseError("the answer is JSON that cannot be read, not a feed") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list) or "version" not in feed:
        raise ParseError("the answer is JSON, but not a JSON Feed")
    language = _text(feed, "language")
    items = [item for item in feed["items"] if isinstance(item, dict)]
    home = absolute_url(url, _text(feed, "home_page_url")) or ""
    base = home or absolute_url(url, _text(feed, "feed_url")) or url
    newest = select_newest([_published(item, language) for item in items]) if len(items) > MOST else range(len(items))
    drafts = tuple(_draft(items[at], base, language) for at in newest)
    return Reading(drafts, home, "json", max(0, len(items) - MOST), hub=_hub(feed, url))


def _hub(feed: dict[str, Any], url: str) -> HubLink | None:
    hubs = feed.get("hubs")
    named = [one for one in hubs if isinstance(one, dict)] if isinstance(hubs, list) else []
    links = [("hub", _text(one, "url")) for one in named if _text(one, "type").lower() == "websub"]
    return find_hub([*links, ("self", _text(feed, "feed_url"))], url)


def _draft(item: dict[str, Any], base: str, language: str) -> Draft:
    attached = item.get("attachments")
    files = [one for one in attached if isinstance(one, dict)] if isinstance(attached, list) else []
    links = (*(_text(item, name) for name in ("url", "external_url")), *(_text(file, "url") for file in files[:10]))
    spoken = language_code(_text(item, "language") or language)
    words, markup = _text(item, "content_text"), _text(item, "content_html")
    return Draft(
        guid=_text(item, "id")[:4096],
        link=next((full for link in links if link and (full := absolute_url(base, link))), ""),
        title=unescaped_again(line(_text(item, "title"), TITLE, literal=True)),
        lead=unescaped_again(tidy(_text(item, "summary")[:RAW]))[:LEAD],
        body=unescaped_again(plain(markup) or tidy(words[:RAW]))[:BODY],
        published=_published(item, spoken),
        language=spoken,
    )


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _published(item: dict[str, Any], language: str | None) -> datetime | None:
    dates = (_text(item, name) for name in ("date_published", "date_modified"))
    return next((at for date in dates if date and (at := parse_date(date, language))), None)
