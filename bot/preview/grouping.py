"""Assigns items to stories in bulk, one after the other, for `group --jsonl`.

The same signatures, candidates and decisions as the service, over a record in memory that starts empty and holds no
more than the window. The clock is what the items say; nothing here is stored, sent or fetched.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Candidate, Report
from bot.preview.jsonl import text
from bot.stories import assign
from bot.stories.memory_index import MemoryIndex
from bot.stories.semantic import Encoder
from bot.urls import publisher_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECENT = 100  # items whose earliest clock says what is out of the window: one wrong date must not empty the record
_MOST = 200_000  # reports held, about 1 GB: a stream whose clock stands still would never be let go of


class Grouping:
    """Places a stream of items."""

    def __init__(self, window: timedelta, encoder: Encoder | None = None) -> None:
        self._window = window
        self._encoder = encoder
        self._nearby = MemoryIndex()
        self._recent: deque[float] = deque(maxlen=_RECENT)
        self._clock = _EPOCH
        self._count = 0
        self._stories = 0

    def line(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer `{id, title, text, url, source, published}` with `{id, story, new, score}`; ValueError.

        Every field may be absent. Who has neither `source` nor `url` is a publisher of its own; an item without
        `published` is as old as the one before it.
        """
        title, body, url, source = (text(request, key) for key in ("title", "text", "url", "source"))
        at = _parse_time(text(request, "published")) or self._clock
        self._clock = at
        self._count += 1
        publisher = source.strip() or publisher_of(url) or f"item {self._count}"
        report = Report(publisher, publisher, title, url or None, at)
        meaning = self._encoder.read(title, body) if self._encoder else None
        signature = assign.signature(title, body, url or None, meaning)
        placement = assign.place(report, signature, self._nearby.near(signature, at, self._window))
        if placement.story is None:
            self._stories += 1
        number = placement.story or self._stories
        self._nearby.add(signature, Candidate(number, report, signature.sketch))
        self._let_go(at)
        return {"id": request.get("id"), "story": number, "new": placement.story is None, "score": placement.score}

    def _let_go(self, at: datetime) -> None:
        self._recent.append(at.timestamp())
        self._nearby.forget(min(self._recent) - self._window.total_seconds())
        if len(self._nearby) > _MOST:
            self._nearby.forget_oldest()


def _parse_time(written: str) -> datetime | None:
    """Read an ISO 8601 time, UTC where it names no zone; None for none. ValueError."""
    if not written.strip():
        return None
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        raise ValueError(f"'published' must be a time such as 2026-11-23T14:02:00Z, not {written[:60]!r}") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
