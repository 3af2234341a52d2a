"""What a chat or one of its topics wishes of its alerts: when they come, and which of them do not.

Frozen data that commands write and the store keeps; `bot.alerts.policy` decides by it. Minutes count from midnight
in the place's own zone, instants are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from bot.model import DisplayPreferences, LineKind

Rhythm = Literal["hour", "day", "week"]
Muted = Literal["story", "word", "watchlist", "source"]

DAY: Final = 24 * 60  # minutes
WEEK: Final = 7  # days; 0 is Monday


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of quiet hours. An `end` at or before `begin` is on the next day; never a whole day."""

    begin: int
    end: int
    days: tuple[int, ...] = ()  # on which it begins; none = every day


@dataclass(frozen=True, slots=True)
class Digest:
    """Alerts come together, at these times."""

    rhythm: Rhythm
    at: int = 0  # of the day; an hourly digest comes at the full hour
    day: int = 0  # of the week
    since: datetime | None = None  # when this was wished: times before do not count
    more: tuple[int, ...] = ()  # further times of the day, of a daily one


@dataclass(frozen=True, slots=True)
class Mute:
    """What is not told: a story by its number, a word, a watchlist by its id, a source by its name."""

    kind: Muted
    what: str
    until: datetime | None = None  # None = until it is taken back
    forms: tuple[tuple[str, ...], ...] = ()  # folded, of each word of it; none = any part of a text
    label: str = ""  # what people are shown instead of `what`


@dataclass(frozen=True, slots=True)
class Preferences:
    """All wishes of a place. What is left alone is told at once."""

    zone: str = "UTC"  # IANA
    quiet: tuple[Window, ...] = ()
    digest: Digest | None = None
    paused: datetime | None = None  # since when
    resumes: datetime | None = None  # when a pause ends by itself; None = by /resume
    mutes: tuple[Mute, ...] = ()
    still: int | None = None  # the minute of the day at which "still watching" is said
    digested: datetime | None = None  # for which time the last digest was sent


NONE: Final = Preferences()


def wanted_lines(display: DisplayPreferences) -> tuple[LineKind, ...]:
    """Return what a language model is to add to the alerts of a chat, in the order that it is shown in."""
    both: tuple[LineKind, ...] = ("summary", "translation")
    return both if display.model == "both" else tuple(kind for kind in both if kind == display.model)
