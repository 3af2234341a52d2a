"""What the pages work on. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import Config
from bot.ports.chat_store import ChatStore
from bot.ports.page_readings import PageReadings
from bot.ports.page_store import SessionStore
from bot.ports.preference_store import PreferenceStore
from bot.web.record_pages.record_services import RecordServices


@dataclass(frozen=True, slots=True)
class PageServices:
    """Parts of the store, and what is known of this process. `now` tells the time in UTC."""

    config: Callable[[], Config]
    chats: ChatStore
    preferences: PreferenceStore
    readings: PageReadings
    sessions: SessionStore
    record: RecordServices
    owners: frozenset[int]
    health: Callable[[], Mapping[str, Any]]  # of this process: see `bot.web.health.report`
    now: Callable[[], datetime]
    listen: tuple[str, int]
    web_url: str | None = None
