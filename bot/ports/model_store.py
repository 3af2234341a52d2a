"""What asking a language model needs on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from bot.model import Item, LineKind

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


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line that chats want of a story and that is not there; nobody else asks for it now."""

    story: int
    kind: LineKind
    language: str  # ISO 639-1
    headline: str  # as their alerts show it
    lead: str
    basis: int  # of what it is made: reports of a summary, corrections of a translation


class LineStore(Protocol):
    """Lines that a model adds to alerts, one for all chats that share language and choice."""

    async def claim_lines(self, now: datetime, *, language: str, most: int) -> tuple[WantedLine, ...]:
        """Take up to so many lines that are wanted, the latest alerts' first; `language` is that of the installation.

        Wanted are those of alerts that were sent lately, or that wait by a preference of their chat, and anew where
        the story has as many reports again as when its line was made.
        """
        ...

    async def read_items(self, story: int, *, most: int) -> tuple[ReportedItem, ...]:
        """See VerdictStore."""
        ...

    async def write_line(self, wanted: WantedLine, line: str, now: datetime, *, language: str) -> int:
        """Write a line, empty where there is none to be shown; return how many messages are due for an edit by it."""
        ...

    async def postpone_line(self, wanted: WantedLine, until: datetime) -> None:
        """Let nobody ask for it before then."""
        ...


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
