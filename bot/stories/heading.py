"""Which report heads a story, and when it was told: the title and the time that a reader is shown, everywhere the same.

What an alert began with and the reports on record in, the report and its instant out. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.model import Report

_WEB_BEGAN: Final = 1990  # an older date is a default of some software, not when news was published


def heading_report(headline: str, url: str | None, reports: Sequence[Report]) -> Report | None:
    """Return the report that an alert of this headline and address tells of, as it is now; else the first one."""
    mine = [one for one in reports if one.headline == headline and one.url == url]
    if not mine and url is not None:  # its publisher has corrected the headline since
        mine = [one for one in reports if one.url == url]
    return next(iter(mine or reports), None)


def told_at(report: Report) -> datetime:
    """Return when a report was published, as far as that can be: never after it was seen."""
    published = report.published
    return min(published, report.at) if published and published.year > _WEB_BEGAN else report.at
