"""What a watchlist tells of a story, as the tables keep it, and back. Pure."""

from __future__ import annotations

import json
from typing import Any, cast

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.model import Field, Priority
from bot.store.codecs import to_json


def to_watchlist_payload(alert: WatchlistAlert) -> str:
    """Return what is kept beside the columns."""
    return to_json(
        {
            "title": alert.title,
            "headline": alert.headline,
            "url": alert.url,
            "lead": alert.lead,
            "words": [[one.text, one.field, one.query] for one in alert.words],
            "language": alert.language,
            "outputs": list(alert.outputs),
        }
    )


def to_watchlist_alert(watchlist: str, story: int, payload: str, priority: Priority) -> WatchlistAlert:
    """Return what was kept; to which outputs it goes, other rows say."""
    kept: dict[str, Any] = json.loads(payload)
    return WatchlistAlert(
        story=story,
        watchlist=watchlist,
        title=kept["title"],
        headline=kept["headline"],
        url=kept["url"],
        lead=kept["lead"],
        words=tuple(FoundWord(text, cast("Field", field), query) for text, field, query in kept["words"]),
        language=kept["language"],
        priority=priority,
    )
