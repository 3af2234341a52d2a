"""What this process polled a moment ago has no backlog, whatever the wall clock has done since.

The end of each good poll comes in, by both clocks; the next lease of that source goes out with its times moved by as
much as the wall clock has jumped meanwhile. Only what this very process wrote last is moved: of polls by others, or
before a restart, nobody can tell a jump from time that has passed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.ports.poll_store import SourceLease, SourceStats

JUMP = timedelta(minutes=1)  # less is drift, and decides nothing
WRITTEN = 0.001  # seconds; as exactly as the database keeps a time


@dataclass(frozen=True, slots=True)
class Lately:
    """The last good poll of each source by this process, on both clocks; bounded by the number of sources."""

    steady: Callable[[], datetime]
    _polled: dict[int, tuple[float, float]] = field(default_factory=dict)  # seconds: half of what times take

    def note(self, source: int, polled_at: datetime) -> None:
        """Remember that a source (its id) was polled well now, at this time of the wall clock."""
        self._polled[source] = polled_at.timestamp(), self.steady().timestamp()

    def moved(self, leased: SourceLease, now: datetime) -> SourceLease:
        """Return a lease as if the wall clock had always been as wrong, or right, as it is now."""
        at, then = self._polled.get(leased.id, (None, None))
        polled_at = leased.polled_at
        if at is None or then is None or polled_at is None or abs(polled_at.timestamp() - at) > WRITTEN:
            return leased
        jump = (now - polled_at) - timedelta(seconds=self.steady().timestamp() - then)
        if abs(jump) < JUMP:
            return leased
        return replace(leased, polled_at=polled_at + jump, stats=_moved(leased.stats, jump))


def _moved(stats: SourceStats, jump: timedelta) -> SourceStats:
    def by(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment + jump

    return replace(
        stats,
        since=by(stats.since),
        news_at=by(stats.news_at),
        whole_at=by(stats.whole_at),
        moving_since=by(stats.moving_since),
    )
