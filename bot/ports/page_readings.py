"""What the pages show of the record: each reading is a few statements in short transactions, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

HOURS = 24  # that the bars of the page Now go back


@dataclass(frozen=True, slots=True)
class Overview:
    """The installation over the last HOURS: hours are whole ones in UTC, the oldest first, the last not over yet."""

    hours: tuple[datetime, ...]  # when each began
    items: Mapping[str, tuple[int, ...]]  # new items of each source that brought any, by hour
    alerts: tuple[int, ...]  # messages sent, by hour
    delays: tuple[float, ...]  # seconds from publishing to the message, of stories told at once, the shortest first
    last_alert: datetime | None
    outbox: Mapping[str, int]  # due, held, waiting, unknown, dead: how many alerts
    oldest_due: float  # seconds that the alert which waits longest has been due for
    poll_lag: float  # seconds that the source which waits longest has been due for


class PageReadings(Protocol):
    """Readings of the record."""

    async def read_overview(self, now: datetime) -> Overview:
        """Return what the page Now shows."""
        ...
