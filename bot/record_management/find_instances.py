"""`newswatch roles`: who works on the record, and how late polls are."""

from __future__ import annotations

from datetime import datetime

from bot import app
from bot.config.settings import load_settings
from bot.store.leases.instances import Instances, read_instances
from bot.store.record_counts import count_record


async def find_instances(now: datetime) -> tuple[Instances, float]:
    """Return who works on the record, and for how many seconds the longest due source waits; StoreError."""
    async with app.on_record(load_settings()) as store:
        if store is None:
            return Instances((), ()), 0.0
        found = await read_instances(store.database, now)
        return found, (await count_record(store.database, now)).poll_lag
