"""What feeds of alerts need on record: keys, of which hashes alone are kept, and what watchlists told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.alerts.watchlist_alert import WatchlistAlert
from bot.model import Report


@dataclass(frozen=True, slots=True)
class FeedKey:
    """Who has it reads the feed of one watchlist, until it is revoked."""

    id: int
    watchlist: str
    owner: int  # who made it
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FeedState:
    """What tells one state of a feed from another."""

    alerts: int
    updated_at: datetime | None  # None: nothing was told yet


@dataclass(frozen=True, slots=True)
class FeedAlert:
    """One entry."""

    alert: WatchlistAlert
    reports: tuple[Report, ...]  # of the story, oldest first
    revision: int
    created_at: datetime
    updated_at: datetime


class FeedStore(Protocol):
    """Feeds on record."""

    async def create_key(self, watchlist: str, owner: int, now: datetime) -> str:
        """Make a key for the feed of a watchlist, and return it: it is shown this once."""
        ...

    async def has_key(self, watchlist: str, key: str, owners: Collection[int]) -> bool:
        """Return whether this key opens the feed of this watchlist: one that somebody made who is an owner still."""
        ...

    async def list_keys(self) -> tuple[FeedKey, ...]:
        """Return the keys that are good, the newest first."""
        ...

    async def revoke_key(self, number: int) -> bool:
        """Revoke a key by its id; False where there was none."""
        ...

    async def read_state(self, watchlist: str, now: datetime) -> FeedState:
        """Return the state of a feed: of what `read_alerts` gives."""
        ...

    async def read_alerts(self, watchlist: str, most: int, now: datetime) -> tuple[FeedAlert, ...]:
        """Return what a watchlist told, changed last first, but what waits for the verdict of a model."""
        ...
