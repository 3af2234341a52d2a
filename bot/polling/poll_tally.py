"""What polls came to, counted and logged."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from bot import owner_notices
from bot.i18n import words
from bot.polling.poll_source import PollResult

log = logging.getLogger(__name__)


@dataclass
class PollTally:
    """What polling came to since it was made; the numbers of `once --json`."""

    polled: int = 0
    items: int = 0
    new: int = 0
    matched: int = 0
    stories: int = 0
    queued: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def count(self, name: str, taken: PollResult) -> None:
        """Add the poll of the source of this name, and log what is worth a line."""
        self.polled += 1
        self.items += taken.items
        self.new += taken.new
        self.matched += taken.matched
        self.stories += taken.stories
        self.queued += taken.queued
        if taken.outcome.error is not None:
            self.failures[name] = taken.outcome.error
            log.warning("source failed", extra={"source": name, "reason": taken.outcome.error})
        elif taken.braked:
            reason = owner_notices.rebuilt(words("en"), name, taken.braked, taken.items)
            log.warning("nothing of this poll is told", extra={"source": name, "reason": reason})
        elif taken.new:
            log.info(
                "polled", extra={"source": name, "new": taken.new, "matched": taken.matched, "queued": taken.queued}
            )
