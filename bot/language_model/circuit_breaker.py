"""A circuit breaker: after failures in a row a model is left alone for a while, then tried with one question.

Events and the steady clock come in, whether it may be asked goes out. Pure but for what it remembers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

OPENS_AFTER: Final = 5  # failures in a row
FIRST_REST: Final = 60.0  # seconds; twice as long after each failed trial …
LONGEST_REST: Final = 900.0  # … up to this


@dataclass(slots=True)
class CircuitBreaker:
    """What is remembered of one model; times in seconds of a steady clock."""

    failures: int = 0
    rest: float = 0.0  # how long it rests, since it is open
    resting_until: float = 0.0
    is_trying: bool = False  # one question is under way that decides

    @property
    def is_open(self) -> bool:
        """Return whether it failed too often, and has not answered since."""
        return self.rest > 0

    def may_ask(self, now: float) -> bool:
        """Return whether a question may go out now; while open, one at a time does after each rest."""
        if now < self.resting_until or self.is_trying:
            return False
        self.is_trying = self.is_open
        return True

    def wait(self, until: float) -> None:
        """Let nobody ask before then, as the server wishes."""
        self.resting_until = max(self.resting_until, until)

    def record_answer(self) -> bool:
        """Note an answer; return whether it ends a rest."""
        ended = self.is_open
        self.failures, self.rest, self.is_trying = 0, 0.0, False
        return ended

    def record_failure(self, now: float) -> bool:
        """Note a failure; return whether it opens the breaker, which was not open before."""
        self.failures += 1
        was_open, self.is_trying = self.is_open, False
        if not was_open and self.failures < OPENS_AFTER:
            return False
        self.rest = min(self.rest * 2 or FIRST_REST, LONGEST_REST)
        self.wait(now + self.rest)
        return not was_open

    def abandon(self) -> None:
        """Note that a question ended without showing anything: whoever asked went away, or had no tokens."""
        self.is_trying = False
