"""When a source that says it has moved for good is believed. Pure.

A permanent redirect is adopted after three good polls in a row that all named the same address, over a day at least: a
server that is misconfigured for an afternoon moves nobody. watchlists.yaml is never rewritten; its owner is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.model import Source
from bot.owner_notices import WhyNot
from bot.ports.poll_store import SourceLease, SourceStats

POLLS = 3
AGE = timedelta(days=1)
LOST = 3  # failures in a row at an adopted address, after which the configured one is asked again


@dataclass(frozen=True, slots=True)
class Redirect:
    """A move that the owner is told of: where to, and whether it was adopted."""

    to: str
    adopted: bool
    why_not: WhyNot = ""


def followed(stats: SourceStats, source: Source, asked: str, to: str | None, now: datetime) -> SourceStats:
    """Return what is known after a good answer from `asked`, which redirected permanently `to`; None: it did not."""
    if to is None or to == asked:
        if stats.moving_to is None:
            return stats
        return replace(stats, moving_to=None, moving_since=None, moving_polls=0)
    if to != stats.moving_to:
        return replace(stats, moving_to=to, moving_since=now, moving_polls=1)
    since = min(stats.moving_since or now, now)
    stats = replace(stats, moving_since=since, moving_polls=min(stats.moving_polls + 1, 1000))
    if not _is_settled(stats, now) or _why_not(source, asked, to):
        return stats
    return replace(stats, address=to, moving_to=None, moving_since=None, moving_polls=0)


def move(before: SourceStats, after: SourceStats, source: Source, asked: str, now: datetime) -> Redirect | None:
    """Return the move that the owner is to hear of, after a poll that changed what is known from `before`."""
    if after.address is not None and after.address != before.address:
        return Redirect(after.address, adopted=True)
    if after.moving_to is not None and _is_settled(after, now):
        return Redirect(after.moving_to, adopted=False, why_not=_why_not(source, asked, after.moving_to))
    return None


def asked(leased: SourceLease, source: Source) -> str:
    """Return the address that a source is asked at."""
    return leased.stats.address or leased.found or source.url


def _is_settled(stats: SourceStats, now: datetime) -> bool:
    return stats.moving_polls >= POLLS and stats.moving_since is not None and now - stats.moving_since >= AGE


def after_failure(stats: SourceStats, failures: int) -> SourceStats:
    """Return what is known after so many failures in a row: a move that led nowhere is taken back."""
    if stats.address is None or failures < LOST:
        return stats
    return replace(stats, address=None, moving_to=None, moving_since=None, moving_polls=0)


def _why_not(source: Source, asked: str, to: str) -> WhyNot:
    """Return why a person has to decide about this move; "" where nobody needs to."""
    here, there = urlsplit(asked), urlsplit(to)
    if here.scheme == "https" and there.scheme != "https":
        return "unencrypted"
    if (source.headers or urlsplit(source.url).username) and here.hostname != there.hostname:
        return "key"
    return ""
