"""What questions about the record need from the store: items as they were seen, what became of one, personal queries.

Small protocols and the words they speak, for backtests and for the chat's `/test`, `/why` and `/watch`. Every time is
an aware UTC datetime; nothing here reads or decides.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model import Chat, Item, Report


@dataclass(frozen=True, slots=True)
class ItemOnRecord:
    """An item as it was seen. `item` has no keys; its texts may have been cut when they went on record."""

    id: int
    item: Item
    source: str  # by name
    seen_at: datetime
    story: int | None  # None: nothing fired on it when it was seen, or no alert was due


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What became of a story for one chat."""

    state: Literal["pending", "sent", "dead"]
    queued_at: datetime
    sent_at: datetime | None = None
    reason: str | None = None  # why it is dead, or what the last attempt met
    hold: str | None = None  # which preference of the chat holds it, or ended by it (mute, skip)
    until: datetime | None = None  # when it is tried again


@dataclass(frozen=True, slots=True)
class SuspensionRecord:
    """What is on record of a chat that refuses messages."""

    reason: str  # as Telegram gave it
    since: datetime
    probe_at: datetime  # when it is tried again


@dataclass(frozen=True, slots=True)
class ItemHistory:
    """An item with all that is on record about whether a chat was alerted."""

    found: ItemOnRecord
    first_sight: bool  # it was there when its source was seen for the first time
    reports: tuple[Report, ...] = ()  # of its story, oldest first
    delivery: DeliveryRecord | None = None
    subscribed: tuple[tuple[str, datetime], ...] = ()  # the chat's watchlists, and since when
    sketches: tuple[bytes, ...] = ()  # of the reports, in their order
    suspension: SuspensionRecord | None = None  # of the chat, now


class ItemStore(Protocol):
    """The record of what was seen."""

    def stream_items(self, since: datetime, *, most: int = 500) -> AsyncIterator[tuple[ItemOnRecord, ...]]:
        """Give the items seen since then, the newest first, at most `most` at a time; nothing is held in between."""
        ...

    async def trace_item(self, url: str, chat: Chat) -> tuple[ItemHistory, ...]:
        """Return the items with this link, whatever its spelling, newest first, and what became of them for a chat."""
        ...


@dataclass(frozen=True, slots=True)
class PersonalQuery:
    """A query of one chat's own, which is a watchlist that nobody else sees."""

    id: int  # of the installation
    chat: Chat
    number: int  # within the chat, from 1
    text: str
    since: datetime | None = None  # None: the chat was asked whether it means it, and has not said so

    @property
    def watchlist(self) -> str:
        """Return the id of its watchlist, which no watchlist of watchlists.yaml can have."""
        return f"{PERSONAL}{self.id}"


PERSONAL = "~"  # begins the id of every personal watchlist


class QueryStore(Protocol):
    """Personal queries: those of a chat, and all of them for the engine."""

    async def add_query(
        self, chat: Chat, text: str, now: datetime, *, most: int, confirmed: bool = True
    ) -> PersonalQuery | None:
        """Watch for a query here, or keep it for `confirm`; None when the chat has `most` of them already.

        What it watches for already comes back as it is. Revives a suspended chat. A query that nobody has confirmed
        makes way for the next.
        """
        ...

    async def confirm_query(self, chat: Chat, number: int, now: datetime, *, most: int) -> PersonalQuery | None:
        """Watch for a query that waits for this; None when there is none of that number, or no room."""
        ...

    async def remove_query(self, chat: Chat, number: int) -> PersonalQuery | None:
        """End a query of this chat or topic; return what it was, None when there was none of that number."""
        ...

    async def find_queries(self, chat: Chat) -> tuple[PersonalQuery, ...]:
        """Return the confirmed queries of a chat or topic, by number."""
        ...

    async def find_all_queries(self) -> tuple[PersonalQuery, ...]:
        """Return all confirmed queries of the installation, oldest first."""
        ...

    async def read_revision(self) -> int:
        """Return a number that is another whenever `every` is."""
        ...
