"""What a feed says itself about how often it may be asked: ttl, sy:updatePeriod, skipHours, skipDays.

An XML tree comes in, bounded numbers go out; nonsense counts as nothing said.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model import Hints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_PERIODS = {"hourly": HOUR, "daily": DAY, "weekly": 7 * DAY, "monthly": 30 * DAY, "yearly": 365 * DAY}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALL_HOURS, _ALL_DAYS = (1 << 24) - 1, 127 << 24


def hints_of(root: _Element) -> Hints:
    """Return the hints of a feed; spans are a day at most. Skipping every hour or every day is no hint."""
    channel = next(root.iterchildren("{*}channel"), root)
    said: dict[str, str] = {}
    hours = days = 0
    for child in channel.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2].lower()
        if name in {"ttl", "updateperiod", "updatefrequency", "generator"}:
            said.setdefault(name, (child.text or "").strip().lower()[:80])
        elif name == "skiphours":
            hours |= sum({1 << _number(text) % 24 for text in _texts(child) if 0 <= _number(text) <= 24})  # noqa: PLR2004 - hours; old feeds count from 1
        elif name == "skipdays":
            days |= sum({1 << 24 + _DAYS.index(text) for text in _texts(child) if text in _DAYS})
    skips = (hours if hours != _ALL_HOURS else 0) | (days if days != _ALL_DAYS else 0)
    spans = [span for span in (_ttl(said), _period(said)) if span]
    return Hints(min(max(spans), DAY) if spans else None, skips)


def _ttl(said: dict[str, str]) -> timedelta | None:
    minutes = _number(said.get("ttl", ""))
    return timedelta(minutes=min(minutes, 1440)) if minutes > 0 else None


def _period(said: dict[str, str]) -> timedelta | None:
    """Return how often the syndication module says that the feed is renewed.

    WordPress puts `hourly` into every feed that nobody has set up otherwise, so there it says nothing.
    """
    period, times = _PERIODS.get(said.get("updateperiod", "")), _number(said.get("updatefrequency", "1"))
    if not period or times <= 0 or (period == HOUR and times == 1 and "wordpress" in said.get("generator", "")):
        return None
    return period / times


def _number(text: str) -> int:
    """Return a whole number that is not negative, -1 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1  # noqa: PLR2004 - 11 years of minutes


def _texts(holder: _Element) -> Iterator[str]:
    return ((child.text or "").strip().lower() for child in holder.iterchildren("{*}*"))
