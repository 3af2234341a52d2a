"""What stands in the address of a page, read: numbers, days, names. What cannot be read is said, never guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.i18n import Translator
from bot.web.pages.page import PageError, Visit

_NUMBER: Final = re.compile(r"-?[0-9]{1,19}")
_BIGGEST: Final = 2**63 - 1
_EARLIEST, _LATEST = date(1990, 1, 1), date(2200, 1, 1)


def read_number(text: str) -> int | None:
    """Return a whole number that a database holds; None for all else."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    number = int(text)
    return number if abs(number) <= _BIGGEST else None


def read_day(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Return when a day as 2026-11-30 begins and ends in a zone; None for all else."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    if not _EARLIEST < day < _LATEST:
        return None
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def require_story(visit: Visit) -> int:
    """Return the story that the path names; PageError where it is no number."""
    number = read_number(visit.place.get("id", ""))
    if number is None:
        raise no_story()
    return number


def no_story() -> PageError:
    """Return what is said of a story that is not there."""

    def advice(_: Translator) -> str:
        return _("Stories are kept for 90 days; those that only a chat's own query brought are not shown here.")

    return PageError(404, lambda _: _("There is no such story"), advice)
