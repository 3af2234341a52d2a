"""Whether an output takes messages: failures and answers in, how long it is left alone and what owners hear out. Pure.

One message may be refused for itself. When many in a row are not taken, the receiver is down: it is asked with one
message at a time, at ever longer pauses, until it takes one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from bot.delivery.outputs.output_policy import FIRST, MOST_RETRY_AFTER
from bot.errors import OutputError
from bot.model import Output
from bot.ports.output_store import OutputState

PATIENCE: Final = 10  # failures in a row after which it counts as down
LONGEST_REST: Final = timedelta(minutes=10)
LONG: Final = timedelta(hours=1)  # of failing, after which owners are told


def address_hash(output: Output) -> int:
    """Return a signed number of 63 bits for where an output is sent, and what with."""
    told = f"{output.medium}\0{output.address}\0{output.secret}".encode("utf-8", "replace")
    return int.from_bytes(blake2b(told, digest_size=8).digest()) >> 1


class OutputHealth:
    """How one output fares. `state` is what is to be on record."""

    def __init__(self, output: Output, state: OutputState | None) -> None:
        """Go on with what is on record, but for another address."""
        address = address_hash(output)
        known = state is not None and state.address == address
        self.state = state if state is not None and known else OutputState(output.id, address)
        self._failures = PATIENCE if self.state.failing_since else 0

    @property
    def is_ended(self) -> bool:
        """Return whether the receiver wants nothing any more."""
        return self.state.ended_at is not None

    @property
    def is_down(self) -> bool:
        """Return whether one message at a time is enough."""
        return self._failures >= PATIENCE

    def rests_until(self, now: datetime) -> datetime | None:
        """Return until when nothing is sent, None where something may be; a wait that a wrong clock made is over."""
        until = self.state.rest_until
        return until if until is not None and now < until <= now + MOST_RETRY_AFTER else None

    def note_taken(self) -> None:
        """Note that a message was taken; one that was under way when the receiver ended it changes nothing."""
        self._failures = 0
        if not self.is_ended and self.state != OutputState(self.state.output, self.state.address):
            self.state = OutputState(self.state.output, self.state.address)

    def note_failure(self, error: OutputError, now: datetime) -> None:
        """Note that a message was not taken; what ended the receiver stays the reason."""
        if self.is_ended:
            return
        if error.ended:
            self.state = replace(self.state, ended_at=now, reason=str(error), announced=False)
            return
        if error.alone and error.retry_after is None:
            return
        self._failures += 1
        since, rest = self.state.failing_since or now, self.state.rest_until
        if self._failures >= PATIENCE:
            rest = now + min(FIRST * 2 ** min(self._failures - PATIENCE, PATIENCE), LONGEST_REST)
        if error.retry_after is not None:
            asked = now + min(timedelta(seconds=max(error.retry_after, 0.0)), MOST_RETRY_AFTER)
            rest = max(rest or asked, asked)
        self.state = replace(self.state, failing_since=since, reason=str(error), rest_until=rest)

    def take_notice(self, now: datetime) -> bool:
        """Return whether owners are to be told now, once."""
        since = self.state.failing_since
        due = self.is_ended or (since is not None and now - since >= LONG)
        if not due or self.state.announced:
            return False
        self.state = replace(self.state, announced=True)
        return True
