"""What asking a language model needs on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from bot.model import Item

VERDICT_WAIT: Final = timedelta(seconds=30)  # that an alert waits for what `only` asks, all tries together
Verdict = Literal["yes", "no", "unsure", "none"]  # none: there was no answer in time


class TokenLedger(Protocol):
    """The tokens of each day, shared by all instances on one database."""

    async def reserve_tokens(self, day: int, tokens: int, most: int) -> bool:
        """Count tokens as used on a day (its ordinal, UTC) unless that would make more than `most`; say whether."""
        ...

    async def settle_tokens(self, day: int, difference: int) -> None:
        """Correct what was reserved by what was used."""
        ...


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Whether a story is about what a watchlist's `only` says; nobody else asks for now."""

    story: int
    watchlist: str
    sentence: str
    until: datetime  # then its alerts go without an answer


@dataclass(frozen=True, slots=True)
class ReportedItem:
    """An item of a story, as it was seen, and of which source."""

    source: str
    item: Item


class VerdictStore(Protocol):
    """What `only` asks, and what was answered."""

    async def claim_questions(self, now: datetime, *, most: int) -> tuple[OpenQuestion, ...]:
        """Take up to so many questions that nobody asks, the oldest first; end those whose time is over."""
        ...

    async def read_items(self, story: int, *, most: int) -> tuple[ReportedItem, ...]:
        """Return the items of a story, oldest first: the first and the latest of them where there are more."""
        ...

    async def write_verdict(self, question: OpenQuestion, verdict: Verdict, reason: str, now: datetime) -> int:
        """Write what was answered, and what follows for the alerts that wait for it; return how many those are.

        Where every watchlist of an alert got a no, it ends. Where one got another answer, it is due.
        """
        ...
