"""When owners are told that the database fails: once for each time of trouble, past the database itself.

In: every failed write, with its reason and time, and the question what is to be told now. Out: that it began, once,
when writes have failed for SURE seconds; that it is over, when none has failed for CALM seconds after that. Pure. A
full disk lets small writes pass and refuses large ones, so a write that works ends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SURE: Final = 15.0  # seconds of failures: a server that starts anew, or a lock of a backup, is no news
APART: Final = 60.0  # seconds between two failures that belong to one time of trouble
CALM: Final = 600.0  # seconds without a failure after which it is over

News = Literal["began", "over"]


@dataclass
class DatabaseTrouble:
    """What is known of the present trouble; times are of a steady clock, in seconds."""

    reason: str = ""
    began: float | None = None
    last: float = 0.0
    told: bool = False

    def record_failure(self, reason: str, now: float) -> None:
        """Note a write that failed."""
        if self.began is None or (not self.told and now - self.last > APART):
            self.began = now
        self.reason, self.last = reason, now

    def news(self, now: float) -> News | None:
        """Return what owners do not know yet."""
        if self.began is None:
            return None
        if not self.told:
            return "began" if self.last - self.began >= SURE and now - self.last <= APART else None
        return "over" if now - self.last > CALM else None

    def mark_told(self, news: News) -> None:
        """Note that an owner was told."""
        self.told = news == "began"
        if news == "over":
            self.began = None
