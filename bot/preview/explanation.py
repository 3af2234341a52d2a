"""Explains a text: which queries match, which nearly did, and the lead that would be shown.

For `explain`, `lead` and the chat's own questions. Nothing here is stored, sent or fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.articles.extraction import extract
from bot.articles.lead import lead
from bot.i18n import words
from bot.matching.engine import Engine
from bot.matching.near_miss import NearMiss, near_misses
from bot.model import Article, Evidence, Item, Match
from bot.preview.jsonl import text


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a text would do."""

    title: str
    lead: str
    matches: tuple[Match, ...]
    misses: tuple[NearMiss, ...]


def explain(engine: Engine, article: Article) -> Explanation:
    """Say which queries fire on an article, which nearly did and why not, and the lead that would be shown."""
    fields = (article.title, "", article.text)
    matches = engine.match(*fields, language=article.language)
    misses = near_misses(words("en"), engine, *fields, language=article.language)
    evidence = tuple(one for match in matches for one in match.evidence)
    return Explanation(article.title, lead(article.title, "", article, evidence), matches, misses)


def explain_item(engine: Engine, item: Item) -> Explanation:
    """Say the same of an item of a feed, by its own title and texts."""
    fields = (item.title, item.lead, item.body)
    matches = engine.match(*fields, language=item.language)
    misses = near_misses(words("en"), engine, *fields, language=item.language)
    return Explanation(item.title, item.lead, matches, misses)


def explain_line(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    """Answer one line of `explain --jsonl`: `{id, title, lead, body, language?, source?}` → `{id, matches}`."""
    matches = engine.match(
        text(request, "title"),
        text(request, "lead"),
        text(request, "body"),
        source=text(request, "source") or None,
        language=text(request, "language") or None,
    )
    return {"id": request.get("id"), "matches": [_shown(match) for match in matches]}


def lead_line(request: dict[str, Any]) -> dict[str, Any]:
    """Answer one line of `lead --jsonl`: `{id, html, url?}` → `{id, title, lead, text, …}`."""
    html = text(request, "html").encode("utf-8", "replace")
    article = extract(html, text(request, "url") or None, "utf-8")
    return {
        "id": request.get("id"),
        "title": article.title,
        "lead": lead(article.title, "", article),
        "text": article.text,
        "language": article.language,
        "published": article.published.isoformat() if article.published else None,
        "image": article.image,
    }


def _shown(match: Match) -> dict[str, Any]:
    return {
        "watchlist": match.watchlist,
        "query": match.query,
        "evidence": [place(evidence) for evidence in match.evidence],
    }


def place(evidence: Evidence) -> dict[str, Any]:
    """Return evidence as the verbs print it: offsets are those of the field as given."""
    return {"field": evidence.field, "text": evidence.text, "start": evidence.start, "end": evidence.end}
