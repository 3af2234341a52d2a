"""The readings of the pages over one database. Fulfils `bot.ports.page_readings.PageReadings`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.ports.page_readings import Installation, Overview, SourceRecord
from bot.store.database.transactions import Database
from bot.store.pages.installation_reading import read_installation
from bot.store.pages.overview_reading import count_items_by_hour, read_overview
from bot.store.pages.source_reading import read_source


@dataclass(frozen=True, slots=True)
class RecordReadings:
    """The part of the store that the pages read."""

    database: Database

    async def read_overview(self, now: datetime) -> Overview:
        return await read_overview(self.database, now)

    async def count_items_by_hour(self, now: datetime) -> Mapping[str, tuple[int, ...]]:
        return await count_items_by_hour(self.database, now)

    async def read_source(self, name: str, now: datetime) -> SourceRecord | None:
        return await read_source(self.database, name, now)

    async def read_installation(self, now: datetime) -> Installation:
        return await read_installation(self.database, now)
