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


@dataclass(frozen=True, slots=True)
class SourceItem:
    """An item as a source brought it."""

    title: str
    url: str | None
    published: datetime | None
    seen_at: datetime
    story: int | None  # that it stands in: what matched does
    watchlists: tuple[str, ...] = ()  # that its report was found for, by id; none of a chat's own


@dataclass(frozen=True, slots=True)
class PollNote:
    """One poll: how many items it brought that were not on record, None where it failed."""

    at: datetime  # to the second
    new: int | None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is on record of one source. Days are whole ones in UTC, the oldest first, the last not over yet."""

    tried_at: datetime | None  # the last poll
    read_at: datetime | None  # the last time that a document was read
    quiet: int  # polls in a row that brought nothing new
    known: int  # items so far
    found: str | None  # where its items are, if its address does not hold them
    days: tuple[datetime, ...]
    items_by_day: tuple[int, ...]
    latest: tuple[SourceItem, ...]  # the newest first
    polls: tuple[PollNote, ...] = ()  # the last ones, the newest first


@dataclass(frozen=True, slots=True)
class Instance:
    """A process that works on this record. `polls` is the hash of the configuration that it polls by."""

    host: str
    pid: str
    polls: str | None
    roles: tuple[str, ...]  # of sender and listener, those that it holds
    since: datetime | None  # when it began to use that configuration
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Installation:
    """The database and who works on it."""

    database: str  # sqlite, postgresql
    revision: str
    size: int  # bytes
    dead_tuples: Mapping[str, int]
    last_backup: datetime | None  # the last one that was opened and found whole
    instances: tuple[Instance, ...]
    leases_held: int  # sources that are being polled
    leases_expired: int


class PageReadings(Protocol):
    """Readings of the record."""

    async def count_items_by_hour(self, now: datetime) -> Mapping[str, tuple[int, ...]]:
        """Return the new items of each source that brought any, by hour, as in Overview."""
        ...

    async def read_source(self, name: str, now: datetime) -> SourceRecord | None:
        """Return what is on record of a source; None where there is nothing."""
        ...

    async def read_installation(self, now: datetime) -> Installation:
        """Return what the page About shows of the database."""
        ...

    async def read_overview(self, now: datetime) -> Overview:
        """Return what the page Now shows."""
        ...
