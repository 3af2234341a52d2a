"""What several pages read of the whole record, at most once in a few seconds, however many readers look at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from bot.ports.chat_store import ChatStore, SourceStatus, Status
from bot.ports.page_readings import Overview, PageReadings

KEPT: Final = 3.0  # seconds
T = TypeVar("T")


@dataclass(slots=True)
class _Recent(Generic[T]):
    """A reading and when it was taken; who comes while it is taken waits for it."""

    value: T | None = None
    taken_at: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, kept: float, ask: Callable[[], Awaitable[T]]) -> T:
        async with self.turn:
            if self.value is None or time.monotonic() - self.taken_at >= kept:
                self.value = await ask()
                self.taken_at = time.monotonic()
            return self.value


@dataclass(frozen=True, slots=True)
class RecentReadings:
    """The readings that are the same for every reader."""

    chats: ChatStore
    readings: PageReadings
    kept: float = KEPT
    _status: _Recent[Status] = field(default_factory=_Recent)
    _overview: _Recent[Overview] = field(default_factory=_Recent)
    _sources: _Recent[tuple[SourceStatus, ...]] = field(default_factory=_Recent)
    _hours: _Recent[Mapping[str, tuple[int, ...]]] = field(default_factory=_Recent)

    async def read_status(self, now: datetime) -> Status:
        """Return the installation at a glance."""
        return await self._status.read(self.kept, lambda: self.chats.read_status(now))

    async def read_overview(self, now: datetime) -> Overview:
        """Return the last hours."""
        return await self._overview.read(self.kept, lambda: self.readings.read_overview(now))

    async def read_sources(self) -> Mapping[str, SourceStatus]:
        """Return how every source is doing, by name."""
        return {one.name: one for one in await self._sources.read(self.kept, self.chats.read_sources)}

    async def count_items_by_hour(self, now: datetime) -> Mapping[str, tuple[int, ...]]:
        """Return the new items of each source by hour."""
        return await self._hours.read(self.kept, lambda: self.readings.count_items_by_hour(now))
