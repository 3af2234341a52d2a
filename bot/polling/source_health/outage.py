"""Tells an outage of our own network from those of the sources: when nobody at all can be reached, it is ours.

Every poll's end comes in, by the steady clock; asked is whether failures are to be counted. Nothing is written, nobody
is told here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SILENT = timedelta(seconds=10)  # nobody answered for so long …
SITES = 3  # … and so many sites in a row could not be reached


@dataclass(slots=True)
class Outage:
    """What the last polls say about our own network."""

    answered_at: datetime | None = None  # somebody did
    lost: set[str] = field(default_factory=set)  # sites that could not be reached since

    def note(self, site: str, now: datetime, *, unreached: bool) -> None:
        """Take note of a poll of this site (its publisher) that found somebody, or nobody."""
        if unreached:
            self.lost.add(site)
        else:
            self.answered_at = now
            self.lost.clear()

    def is_ours(self, now: datetime, sites: int) -> bool:
        """Return whether the network is down, as far as anybody can tell; `sites` is how many there are to ask.

        The only site that there is cannot be told from our own network, and counts as itself.
        """
        if len(self.lost) < max(2, min(SITES, sites)):
            return False
        return self.answered_at is None or now - self.answered_at >= SILENT
