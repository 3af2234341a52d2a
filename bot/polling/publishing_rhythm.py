"""The rhythm of a source: at which hours it brings news, and how long it is usually silent. Pure.

Learned from every poll and, at first sight, from the dates of what a feed holds. A rhythm is 24 numbers, one for each
hour of the day in UTC: how many polls with news that hour brings. An hour that was lived through loses a share of what
was learned of it, and every poll with news adds that share, so a few days make a habit and a few more unmake it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.ports.poll_store import SourceStats

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SHARE = 0.3  # of what is known of an hour that one day replaces: tried out in bench/pace.py, as are the next two
UNKNOWN = 1.0  # polls with news in an hour of which nothing is known: lively, until it proves not to be
MOST = 6.0  # of them that count; a source that is livelier is asked at its own pace anyway
GAP = timedelta(hours=3)  # unwatched for longer, nobody knows when in that time the news came
FADING = timedelta(days=28)  # after which a lull counts half: holidays are not for ever
FEW = 5  # dates that are too few to tell a rhythm by
UNHEARD = timedelta(days=10)  # the usual silence of a source that never brought news while we watched
TIMES = 3  # so many usual silences are one that the owner is told of …
SURE = 3 * DAY  # … and no shorter one before the source was watched for a week, weekend included

_HOURS = struct.Struct("<24H")
_UNIT = 1000


def learned(
    stats: SourceStats, last: datetime | None, now: datetime, *, news: bool, every: timedelta = timedelta()
) -> SourceStats:
    """Return what is known after a poll that went well; `last` is the one before it, `every` the source's own pace."""
    rates = _rates(stats.rhythm)
    watched = last is not None and timedelta() <= now - last <= max(GAP, 2 * every)
    if last is not None and watched:
        _forget(rates, last, now)
        if news:
            hour = (now - min(now - last, HOUR) / 2).hour  # it came somewhere between the two polls
            rates[hour] = min(rates[hour] + SHARE, MOST)
    since, news_at, lull = stats.since or now, stats.news_at, stats.lull
    if news_at is None or news_at > now:  # first sight, or a clock that was set back
        news_at = now
    elif news:
        silent = now - news_at
        if watched:
            lull = max(silent, lull * 0.5 ** (silent / FADING))
        news_at = now
    return replace(stats, rhythm=_packed(rates), since=min(since, now), news_at=news_at, lull=lull)


def seeded(stats: SourceStats, dates: Iterable[datetime], now: datetime) -> SourceStats:
    """Return what the dates of a feed tell at first sight. A publisher that has no true dates teaches nothing."""
    known = sorted({at.replace(minute=at.minute // 10 * 10, second=0, microsecond=0) for at in dates if at <= now})
    recent = [at for at in known if now - at < 2 * WEEK]
    if len(recent) < FEW:
        return stats
    rates = _rates(b"")
    days = (now - recent[0]) / DAY
    for hour in range(24):
        count = sum(at.hour == hour for at in recent)
        if days >= 1 or count:
            rates[hour] = min(count / max(days, 1.0), MOST)
    lull = max(after - before for before, after in zip(recent, [*recent[1:], now], strict=True))
    return replace(stats, rhythm=_packed(rates), lull=lull)


def rate(stats: SourceStats, now: datetime) -> float:
    """Return how many polls with news an hour is expected to bring: this one, or the next if it is livelier."""
    rates = _rates(stats.rhythm)
    return max(rates[now.hour], rates[(now.hour + 1) % 24])


def expected_by_hour(stats: SourceStats) -> tuple[float, ...]:
    """Return how many polls with news each hour of the day is expected to bring, from 0:00 UTC on."""
    return tuple(_rates(stats.rhythm)) if stats.rhythm else (0.0,) * 24


def silence(stats: SourceStats, now: datetime) -> timedelta | None:
    """Return for how long the source has brought no news, where that is unusual; None where it is not."""
    if stats.since is None or stats.news_at is None:
        return None
    quiet = now - stats.news_at
    least = SURE if stats.news_at - stats.since < WEEK else HOUR
    return quiet if quiet > max(TIMES * (stats.lull or UNHEARD), least) else None


def _forget(rates: list[float], start: datetime, end: datetime) -> None:
    """Take away what the hours between the two have outlived."""
    while start < end:
        next_hour = min(end, start.replace(minute=0, second=0, microsecond=0) + HOUR)
        rates[start.hour] *= (1 - SHARE) ** ((next_hour - start) / HOUR)
        start = next_hour


def _rates(rhythm: bytes) -> list[float]:
    if len(rhythm) != _HOURS.size:
        return [UNKNOWN] * 24
    return [one / _UNIT for one in _HOURS.unpack(rhythm)]


def _packed(rates: list[float]) -> bytes:
    return _HOURS.pack(*(min(round(one * _UNIT), 65_535) for one in rates))
