"""What the pages about stories and chats read of the record: values for owners, and the protocol that gives them.

Of private chats nothing is among them that is their own business: neither their queries nor what these brought. Every
time is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Chat, Report
from bot.ports.history_store import ItemOnRecord, SuspensionRecord


@dataclass(frozen=True, slots=True)
class StoryFilter:
    """Which stories: all that is given must hold."""

    watchlist: str | None = None
    chat: int | None = None  # was told of it, or is to be
    begin: datetime | None = None  # it began then or later
    end: datetime | None = None  # it began before then
    numbers: Collection[int] | None = None  # it is one of these


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """A story as a list shows it."""

    id: int
    headline: str
    url: str | None
    begun_at: datetime
    sources: tuple[str, ...] = ()  # that reported it, the first one first
    reports: int = 0
    watchlists: tuple[str, ...] = ()  # of watchlists.yaml, that brought it
    told: int = 0  # chats and topics that have its message
    waiting: int = 0
    failed: int = 0  # given up; what a chat muted or passed over is not


@dataclass(frozen=True, slots=True)
class StoryList:
    """Some stories, and the one behind which the list goes on; None at the end of the record."""

    stories: tuple[StoryEntry, ...] = ()
    after: int | None = None


@dataclass(frozen=True, slots=True)
class StoryReport:
    """A report, with how often its headline was corrected, and its item where that is still on record."""

    report: Report
    corrections: int
    item: ItemOnRecord | None = None


@dataclass(frozen=True, slots=True)
class HeadlineCorrection:
    """A headline of the story that its publisher changed, as chats were told."""

    at: datetime
    was: str
    headline: str
    url: str | None


@dataclass(frozen=True, slots=True)
class StoryDelivery:
    """What became of the story for one chat or topic."""

    chat: Chat
    title: str | None  # of a group or channel
    watchlists: tuple[str, ...]  # titles
    state: str  # pending, sent, dead
    queued_at: datetime
    sent_at: datetime | None
    until: datetime  # when it is tried again, of one that waits
    reason: str | None
    hold: str | None  # which preference holds it, or ended it
    suspension: SuspensionRecord | None = None


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A story with all that is on record of it."""

    id: int
    headline: str
    url: str | None
    begun_at: datetime
    lead: str
    watchlists: tuple[str, ...]  # ids, of watchlists.yaml
    reports: tuple[StoryReport, ...]  # oldest first
    corrections: tuple[HeadlineCorrection, ...]  # oldest first
    deliveries: tuple[StoryDelivery, ...]  # those given up first, then those that wait
    told: int  # deliveries in all
    reported: int  # reports in all


@dataclass(frozen=True, slots=True)
class LostTopic:
    """A forum topic that takes no messages; General gets them meanwhile."""

    topic: int
    reason: str
    since: datetime
    probe_at: datetime  # when it is tried again


@dataclass(frozen=True, slots=True)
class ChatOverview:
    """A chat as owners see it."""

    id: int
    kind: str | None
    title: str | None  # of groups and channels
    admitted: bool = False
    revoked: bool = False
    requested_at: datetime | None = None  # when it asked to be let in
    watchlists: tuple[str, ...] = ()  # ids that it is subscribed to, without its own queries
    held: Mapping[str, int] | None = None  # alerts that wait: by which preference, or "" for none
    failed: int = 0  # alerts given up
    last_sent: datetime | None = None
    suspension: SuspensionRecord | None = None
    muted_until: datetime | None = None  # as Telegram has said
    blocked_until: datetime | None = None  # Telegram asks to wait until then
    lost_topics: tuple[LostTopic, ...] = ()

    @property
    def is_asking(self) -> bool:
        """Return whether it waits for an owner's word."""
        return self.requested_at is not None and not self.admitted and not self.revoked

    @property
    def waiting(self) -> int:
        """Return how many alerts wait."""
        return sum((self.held or {}).values())


@dataclass(frozen=True, slots=True)
class ChatList:
    """Some chats, and how many there are in all."""

    chats: tuple[ChatOverview, ...]
    total: int


class RecordReader(Protocol):
    """Reads stories and chats in short transactions; StoreError."""

    async def list_stories(self, wanted: StoryFilter, *, most: int, after: int | None = None) -> StoryList:
        """Return at most so many stories, those begun last first, from behind the story `after`.

        A story `after` that is not on record is as none. A rare filter looks at a bounded number of stories, and goes
        on from there with the next list.
        """
        ...

    async def read_story(self, number: int) -> StoryRecord | None:
        """Return a story by its number; None where there is none that owners may see."""
        ...

    async def list_chats(self, *, most: int, skip: int = 0) -> ChatList:
        """Return at most so many chats after so many: who asks, who cannot be told, the others by id."""
        ...

    async def read_chats(self, numbers: Collection[int]) -> tuple[ChatOverview, ...]:
        """Return these chats; one of which nothing is on record is as it would be at first."""
        ...
