"""What the pages work on. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.model import Config, Source
from bot.ports.chat_store import ChatStore
from bot.ports.feed_store import FeedStore
from bot.ports.page_readings import PageReadings
from bot.ports.page_store import SessionStore
from bot.ports.preference_store import PreferenceStore
from bot.web.pages.off_loop import OffLoop
from bot.web.pages.recent_readings import RecentReadings
from bot.web.record_pages.record_services import RecordServices
from bot.web.watchlist_pages.edit_services import EditServices


@dataclass(frozen=True, slots=True)
class SourceTrial:
    """What a source brings when it is polled now."""

    items: int
    newest: tuple[tuple[str, datetime | None], ...]  # titles and dates of the first of them
    fires: int | None  # of the items read, how many fit a watchlist
    through: str | None = None  # where they really are, if not at the address of the source
    moved_to: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """A file in the folder of backups."""

    taken_at: datetime
    name: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class PageServices:
    """Parts of the store, and what is known of this process. `now` tells the time in UTC."""

    config: Callable[[], Config]
    chats: ChatStore
    preferences: PreferenceStore
    readings: PageReadings
    sessions: SessionStore
    feeds: FeedStore
    record: RecordServices
    edits: EditServices
    owners: frozenset[int]
    health: Callable[[], Mapping[str, Any]]  # of this process: see `bot.web.health.report`
    now: Callable[[], datetime]
    try_source: Callable[[Source], Awaitable[SourceTrial]]  # FetchError, ParseError
    find_backups: Callable[[], tuple[Backup, ...]]  # those in the folder, the newest first; blocks
    recent: RecentReadings
    listen: tuple[str, int]
    web_url: str | None = None
    off_loop: OffLoop = field(default_factory=OffLoop)
