"""The readings of the pages over one database. Fulfils `bot.ports.page_readings.PageReadings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.ports.page_readings import Overview
from bot.store.database.transactions import Database
from bot.store.pages.overview_reading import read_overview


@dataclass(frozen=True, slots=True)
class RecordReadings:
    """The part of the store that the pages read."""

    database: Database

    async def read_overview(self, now: datetime) -> Overview:
        return await read_overview(self.database, now)
