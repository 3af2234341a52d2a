"""Instants as the database keeps them: UTC epoch milliseconds in a 64-bit integer, the same in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
DAY_MS = 24 * 60 * 60 * 1000


def to_ms(moment: datetime) -> int:
    """Return the whole milliseconds since 1970 of an aware datetime; what is finer is cut off."""
    return (moment - EPOCH) // MILLISECOND


def to_ms_or_none(moment: datetime | None) -> int | None:
    """Return the same for what may be absent."""
    return None if moment is None else to_ms(moment)


def to_length(length: timedelta) -> int:
    """Return the whole milliseconds of a length of time; what is finer is cut off."""
    return length // MILLISECOND


def to_utc(ms: int) -> datetime:
    """Return the aware UTC datetime of so many milliseconds since 1970."""
    return EPOCH + ms * MILLISECOND


def to_utc_or_none(ms: int | None) -> datetime | None:
    """Return the same for what may be absent."""
    return None if ms is None else to_utc(ms)
