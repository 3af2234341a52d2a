"""How fast we may send: token buckets for the bot and for each chat, with the clock handed in.

Times in, times out; nobody waits here. Telegram promises no numbers, so these are the ones that its own people name:
about 30 messages a second overall, one a second in a chat with short bursts, 20 a minute in a group; edits count too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages a second on average, `burst` at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The three levels. A group's or channel's id is negative; channels are held to the group's limit."""

    bot: Limit = Limit(25, 3)
    chat: Limit = Limit(1, 3)
    group: Limit = Limit(15 / 60, 3)  # with its burst never more than 18 in any minute


UNPACED = Limits(*(Limit(1_000_000, 1_000_000),) * 3)  # for a medium that stands any speed, as the terminal


@dataclass(frozen=True, slots=True)
class Bucket:
    """What was left at a moment."""

    tokens: float
    at: datetime

    def level(self, limit: Limit, now: datetime) -> float:
        """Return the tokens by now. A clock that was set back adds none and takes none."""
        gained = max(0.0, (now - self.at).total_seconds()) * limit.per_second
        return min(float(limit.burst), self.tokens + gained)


class Pace:
    """The buckets of one bot. Holds only chats that were sent to lately."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._buckets: dict[int | None, Bucket] = {}

    def ready(self, chat: int, now: datetime) -> datetime:
        """Return when this chat may be sent to: `now` or later."""
        return max(self._free(None, now), self._free(chat, now))

    def free(self, now: datetime) -> datetime:
        """Return when the bot as a whole may send: `now` or later."""
        return self._free(None, now)

    def take(self, chat: int, now: datetime) -> None:
        """Note that a request for this chat leaves now."""
        for key in (None, chat):
            self._buckets[key] = Bucket(self._level(key, now) - 1, now)

    def forget(self, now: datetime) -> None:
        """Drop what has filled up again: it limits nothing."""
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket.level(self._limit(key), now) < self._limit(key).burst
        }

    def _limit(self, key: int | None) -> Limit:
        if key is None:
            return self._limits.bot
        return self._limits.chat if key >= 0 else self._limits.group

    def _level(self, key: int | None, now: datetime) -> float:
        bucket = self._buckets.get(key)
        limit = self._limit(key)
        return bucket.level(limit, now) if bucket else float(limit.burst)

    def _free(self, key: int | None, now: datetime) -> datetime:
        lacking = 1 - self._level(key, now)
        return now if lacking <= 0 else now + timedelta(seconds=lacking / self._limit(key).per_second)
