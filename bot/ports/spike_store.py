"""What finding rushes of watchlists needs on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Alert, Chat


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Matches of a watchlist by the hour, the last sixty minutes first, and how many hours are on record."""

    counts: tuple[int, ...]
    known: int


@dataclass(frozen=True, slots=True)
class BusyStory:
    """A story of the last hour, and in how many reports it was told."""

    headline: str
    reports: int


class SpikeStore(Protocol):
    """What finding rushes needs on record."""

    async def count_matches(self, watchlist: str, now: datetime, *, hours: int, least: int) -> MatchCounts | None:
        """Return how many reports matched in each of the last hours; None with fewer than `least` in the last."""
        ...

    async def find_busy_stories(self, watchlist: str, since: datetime, most: int) -> tuple[BusyStory, ...]:
        """Return the stories of a watchlist that were told most since then, the busiest first."""
        ...

    async def find_readers(self, watchlist: str) -> tuple[Chat, ...]:
        """Return the chats that are subscribed to a watchlist and may get alerts."""
        ...

    async def tell_rush(self, watchlist: str, alerts: Sequence[Alert], now: datetime, rest: timedelta) -> int:
        """Note that a watchlist is in a rush, and queue these alerts if that is new; return how many were queued.

        It is new when none was noted for so long. One transaction: of several instances one tells it.
        """
        ...
