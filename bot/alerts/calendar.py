"""Hours on people's clocks: when quiet windows end, and when the next digest is due.

Wishes, a zone and an instant in, an instant in UTC out. A time that the clocks skip is the moment at which they jump; a
time that they show twice begins at its first and ends at its second, so that nothing happens twice. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.preferences import DAY, WEEK, Digest, Window

_CHAIN = 32  # windows that follow on one another without a pause
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


def zone_of(name: str | None) -> ZoneInfo:
    """Return the zone of that name, UTC where there is none: no alert is lost to a spelling."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def instant(day: date, minute: int, zone: ZoneInfo, *, second: bool = False) -> datetime:
    """Return when a clock of that zone shows this minute of that day; `second`: the later one where it does twice."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone).astimezone(UTC)
    last = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= last:
        return last if second else first
    return _jump(wall, last, first, zone)


def _jump(wall: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the clocks show more than `wall`, which they never show."""
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            after = middle
        else:
            before = middle
    return after


def quiet_until(windows: tuple[Window, ...], zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when it is no longer quiet, None when it is not quiet now. Windows that meet are one."""
    end = now
    for _ in range(_CHAIN):
        later = [until for begin, until in _spans(windows, zone, end) if begin <= end < until]
        if not later:
            break
        end = max(later)
    return end if end > now else None


def _spans(windows: tuple[Window, ...], zone: ZoneInfo, near: datetime) -> Iterator[tuple[datetime, datetime]]:
    today = near.astimezone(zone).date()
    for window in windows:
        length = (window.end - window.begin) % DAY or DAY
        for number in (-2, -1, 0, 1):
            day = today + number * _DAY
            if not window.days or day.weekday() in window.days:
                begin = instant(day, window.begin, zone)
                yield begin, instant(day, window.begin + length, zone, second=True)


def next_digest(digest: Digest, zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first time of a digest after that instant."""
    if digest.rhythm == "hour":
        shift = after.astimezone(zone).utcoffset() or timedelta()
        midnight = datetime.combine(after.date(), time(), UTC) - _DAY
        hours = (after + shift - midnight) // _HOUR
        return midnight + (hours + 1) * _HOUR - shift
    today = after.astimezone(zone).date()
    days = (today + number * _DAY for number in range(-2, WEEK + 3))
    wanted = (day for day in days if digest.rhythm == "day" or day.weekday() == digest.day)
    times = sorted({digest.at, *digest.more})
    return next(at for day in wanted for minute in times if (at := instant(day, minute, zone)) > after)
