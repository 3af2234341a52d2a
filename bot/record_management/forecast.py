"""`newswatch backtest`: what would have been sent, over the items on record."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import app
from bot.alerts.spike import HISTORY, HOUR
from bot.config.environment import environment
from bot.config.settings import load_settings
from bot.errors import ConfigError, QueryError
from bot.matching.engine import build_engine
from bot.matching.query import parse
from bot.model import Watchlist
from bot.preview.backtest import Forecast, WatchlistCount, begin_of, days_until
from bot.preview.replay import Replay
from bot.process.clock import wall


async def forecast(days: int, query: str | None = None) -> Forecast:
    """Return what would have been sent in so many days, by watchlists.yaml or for one query; ConfigError, StoreError.

    Nothing is written: no database is made or upgraded, and watchlists.yaml may be one that is only being tried.
    """
    try:
        if query is not None:
            parse(query)
    except QueryError as error:
        raise ConfigError(f"--query, column {error.column}: {error}") from None
    environ = environment()
    settings = load_settings(environ)
    config = await asyncio.to_thread(app.watchlists, settings, environ)
    asked = config.watchlists if query is None else (Watchlist("query", query, (query,)),)
    zone = ZoneInfo(config.timezone)
    shown = days_until(wall(), days, zone)
    engine = await asyncio.to_thread(build_engine, asked, config.sources, cache=app.form_cache(settings))
    begin = begin_of(shown[0], zone)
    tally = WatchlistCount(engine, asked, config.sources, zone, begin)
    history = (HISTORY + 2) * HOUR if any(one.spike for one in asked) else timedelta()
    refused: Mapping[str, int] = {}
    async with app.on_record(settings) as store:
        if store is not None:
            await Replay(store.items, time.monotonic).through(begin - history, tally.add)
            if query is None:
                refused = await store.verdicts.count_refusals(begin)
    return replace(tally.forecast(shown), refused=tuple(sorted(refused.items())))
