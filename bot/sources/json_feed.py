"""JSON Feed (versions 1 and 1.1) as drafts. Bytes come in, plain text comes out; nothing is fetched."""

from __future__ import annotations

import codecs
import json
from datetime import UTC, datetime
from typing import Any

from bot.errors import ParseError
from bot.sources.document import MOST, Draft
from bot.sources.feeds.feed_reader import BODY, LEAD, TITLE, Reading, language_code
from bot.text.html_text import RAW, line, plain, tidy
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
    drafts = tuple(_draft(item, url, language) for item in items[:MOST])
    home = absolute_url(url, _text(feed, "home_page_url")) or ""
    return Reading(drafts, home, "json", max(0, len(items) - MOST))


def _draft(item: dict[str, Any], url: str, language: str) -> Draft:
    links = (_text(item, name) for name in ("url", "external_url"))
    words, markup = _text(item, "content_text"), _text(item, "content_html")
    return Draft(
        guid=_text(item, "id")[:4096],
        link=next((full for link in links if link and (full := absolute_url(url, link))), ""),
        title=line(_text(item, "title"), TITLE, literal=True),
        lead=tidy(_text(item, "summary")[:RAW])[:LEAD],
        body=(plain(markup) or tidy(words[:RAW]))[:BODY],
        published=_published(_text(item, "date_published") or _text(item, "date_modified")),
        language=language_code(_text(item, "language") or language),
    )


def _text(holder: dict[str, Any], name: str) -> str:
    value = holder.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _published(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
