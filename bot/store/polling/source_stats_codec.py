"""What was learned of sources, as columns of their rows and back. Pure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from bot.model import Hints
from bot.ports.poll_store import LossCounts, SourceStats
from bot.store.codecs import Row, clean_or_none
from bot.store.database.timestamps import MILLISECOND, to_ms, to_ms_or_none, to_utc, to_utc_or_none

# Of another publisher's feed nothing is known yet; a new address of the same one keeps its rhythm.
NO_REDIRECT: dict[str, Any] = {"address": None, "moving_to": None, "moving_since": None, "moving_polls": 0}
_UNKNOWN = {
    "rhythm": None,
    "shown": None,
    "watched_since": None,
    "news_at": None,
    "lull": 0,
    "hinted_every": None,
    "hinted_skips": 0,
}
NO_STATS: dict[str, Any] = {**_UNKNOWN, "whole_at": None, "losses": None, "poll_notes": None, **NO_REDIRECT}


def to_source_stats(row: Row) -> SourceStats:
    """Return what was learned of the source of this row."""
    every = None if row.hinted_every is None else row.hinted_every * MILLISECOND
    return SourceStats(
        rhythm=bytes(row.rhythm or b""),
        shown=bytes(row.shown or b""),
        since=to_utc_or_none(row.watched_since),
        news_at=to_utc_or_none(row.news_at),
        lull=row.lull * MILLISECOND,
        hints=Hints(every, row.hinted_skips),
        whole_at=to_utc_or_none(row.whole_at),
        address=row.address,
        moving_to=row.moving_to,
        moving_since=to_utc_or_none(row.moving_since),
        moving_polls=row.moving_polls,
        losses=_to_losses(row.losses),
        polls=bytes(row.poll_notes or b""),
    )


def from_source_stats(stats: SourceStats) -> dict[str, Any]:
    """Return the same as values of columns."""
    every = stats.hints.every
    return {
        "rhythm": stats.rhythm or None,
        "shown": stats.shown or None,
        "watched_since": to_ms_or_none(stats.since),
        "news_at": to_ms_or_none(stats.news_at),
        "lull": _ms(stats.lull),
        "hinted_every": None if every is None else _ms(every),
        "hinted_skips": stats.hints.skips,
        "whole_at": to_ms_or_none(stats.whole_at),
        "address": clean_or_none(stats.address),
        "moving_to": clean_or_none(stats.moving_to),
        "moving_since": to_ms_or_none(stats.moving_since),
        "moving_polls": stats.moving_polls,
        "losses": _from_losses(stats.losses),
        "poll_notes": stats.polls or None,
    }


def _to_losses(text: str | None) -> LossCounts:
    """Read the counts; what cannot be read is begun anew, for it is no more than a hint."""
    try:
        garbled, items, matched, *braked = json.loads(text) if text else (0, 0, 0)
        return LossCounts(int(garbled), int(items), int(matched), tuple(to_utc(int(at)) for at in braked[:2]))
    except (ValueError, TypeError, OverflowError):
        return LossCounts()


def _from_losses(counts: LossCounts) -> str | None:
    if counts == LossCounts():
        return None
    return json.dumps([counts.garbled, counts.items, counts.matched, *map(to_ms, counts.braked)])


def _ms(span: timedelta) -> int:
    return span // MILLISECOND
