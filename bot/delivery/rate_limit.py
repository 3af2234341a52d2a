"""How fast we may send: token buckets for the bot and for each chat, with the clock handed in.

Times in, times out; nobody waits here. Telegram promises no numbers, so these are the ones that its own people name:
about 30 messages a second overall, one a second in a chat, 20 a minute in a group; edits count too. It counts what
arrives, and requests that a network held up arrive together: so the answers are counted as well.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many messages a second on average, `burst` at once."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The levels. A group's or channel's id is negative; channels are held to the group's limit beside the chat's."""

    bot: Limit = Limit(25, 25)  # a second that a busy machine lost is made up for, within `most`
    chat: Limit = Limit(1, 1)
    group: Limit = Limit(15 / 60, 3)  # with its burst never more than 18 in any minute
    most: int = 29  # that may arrive within one second, at whatever moment each of them did


# For a medium that stands any speed, as the terminal.
UNPACED = Limits(*(Limit(1_000_000, 1_000_000),) * 3, most=1_000_000)


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """What was left at a moment."""

    tokens: float
    at: datetime

    def level(self, limit: Limit, now: datetime) -> float:
        """Return the tokens by now. What was left later than the longest refill from now is of another clock: full."""
        gained = (now - self.at).total_seconds() * limit.per_second
        if gained < -limit.burst:
            return float(limit.burst)
        gained = max(0.0, gained)
        return min(float(limit.burst), self.tokens + gained)


@dataclass(frozen=True, slots=True)
class _Key:
    """Whose bucket it is: a chat's, or with None the bot's."""

    chat: int | None
    group: bool = False


_BOT = _Key(None)


class RateLimit:
    """The buckets of one bot. Holds only chats that were sent to lately."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._buckets: dict[_Key, TokenBucket] = {}
        self._unanswered: Counter[int] = Counter()  # requests without an answer, by chat
        self._answered: deque[datetime] = deque(maxlen=min(self._limits.most, 1000))

    def ready(self, chat: int, now: datetime) -> datetime:
        """Return when this chat may be sent to: `now` or later."""
        return max(self.free(now), self.rested(chat, now))

    def rested(self, chat: int, now: datetime) -> datetime:
        """Return when this chat by itself may be sent to, whatever the others get: `now` or later."""
        return max(self._full(key, now) for key in _keys(chat))

    def resting(self, until: datetime, now: datetime) -> set[int]:
        """Return the chats that may not be sent to before then, and later."""
        chats = {key.chat for key in self._buckets if key.chat is not None}
        return {chat for chat in chats if self.rested(chat, now) > until}

    def free(self, now: datetime) -> datetime:
        """Return when the bot as a whole may send: `now` or later."""
        return max(self._full(_BOT, now), self._clear(now))

    def record_request(self, chat: int, now: datetime) -> None:
        """Note that a request for this chat leaves now."""
        self._unanswered[chat] += 1
        for key in (_BOT, *_keys(chat)):
            self._buckets[key] = TokenBucket(self._level(key, now) - 1, now)

    def record_answer(self, chat: int, now: datetime) -> None:
        """Note that every request for this chat has its answer, or is given up. Its second begins only now."""
        self._answered.extend([now] * self._unanswered.pop(chat, 0))
        key = _Key(chat)
        if key in self._buckets:
            self._buckets[key] = TokenBucket(min(self._buckets[key].tokens, self._level(key, now)), now)

    def forget(self, now: datetime) -> None:
        """Drop what has filled up again: it limits nothing."""
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if bucket.level(self._limit(key), now) < self._limit(key).burst
        }

    def _clear(self, now: datetime) -> datetime:
        """Return when one more cannot be too many for any second: what has no answer may arrive at any moment."""
        room = self._limits.most - self._unanswered.total()
        lately = [at for at in self._answered if now - _SECOND < at <= now]  # none of a clock that was set back
        if len(lately) < room:
            return now
        return (lately[len(lately) - room] if room > 0 else now) + _SECOND

    def _limit(self, key: _Key) -> Limit:
        if key.chat is None:
            return self._limits.bot
        return self._limits.group if key.group else self._limits.chat

    def _level(self, key: _Key, now: datetime) -> float:
        bucket = self._buckets.get(key)
        limit = self._limit(key)
        return bucket.level(limit, now) if bucket else float(limit.burst)

    def _full(self, key: _Key, now: datetime) -> datetime:
        lacking = 1 - self._level(key, now)
        return now if lacking <= 0 else now + timedelta(seconds=lacking / self._limit(key).per_second)


def _keys(chat: int) -> Iterable[_Key]:
    return (_Key(chat),) if chat >= 0 else (_Key(chat), _Key(chat, group=True))
