"""`newswatch export`: the alerts on record, written as they are read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot import app
from bot.config.environment import environment
from bot.config.settings import load_settings
from bot.errors import ConfigError
from bot.process.clock import wall
from bot.record_management.export_formats import Format, writer
from bot.store.alert_history import stream_alerts


async def export(name: Format, days: int, only: Sequence[str], write: Callable[[str], object]) -> None:
    """Write the alerts of so many days, the oldest first, of these watchlists where any are named.

    ConfigError for a watchlist that is not there, StoreError. No database yet is an empty record.
    """
    environ = environment()
    settings = load_settings(environ)
    if only:
        config = await asyncio.to_thread(app.watchlists, settings, environ)
        known = [one.id for one in config.watchlists]
        if unknown := [one for one in only if one not in known]:
            raise ConfigError(f"there is no watchlist {', '.join(unknown)}; known are {', '.join(known)}")
    chosen = writer(name, f"Newswatch, {days} days" if not only else f"Newswatch: {', '.join(only)}, {days} days")
    async with app.on_record(settings) as store:
        write(chosen.begin)
        if store is not None:
            async for page in stream_alerts(store.database, wall() - timedelta(days=days), frozenset(only)):
                write("".join(map(chosen.write, page)))
        write(chosen.end)
