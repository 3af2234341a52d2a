"""`newswatch search`: the items on record that fit a query."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot import app
from bot.config.environment import environment
from bot.config.settings import load_settings
from bot.errors import ConfigError, QueryError
from bot.matching.query_check import build_checked_engine
from bot.preview import explanation
from bot.preview.record_search import Hit, Hits, Search
from bot.process.clock import wall


async def find(query: str, days: int, most: int, progress: Callable[[int, int], None] = lambda _, __: None) -> Hits:
    """Return the items of so many days that a query holds for; ConfigError where it is wrong, StoreError.

    No database yet is an empty record. What is not in the index is put into it first: `progress` is told how many
    items are, and of how many.
    """
    environ = environment()
    settings = load_settings(environ)
    config = await asyncio.to_thread(app.watchlists, settings, environ)
    try:
        engine = await asyncio.to_thread(build_checked_engine, query, config.sources, app.form_cache(settings))
    except QueryError as error:
        place = f"    {query}\n    {' ' * (error.column - 1)}^" if query.isprintable() else ""
        raise ConfigError(f"the query, column {error.column}: {error}\n{place}".rstrip()) from None
    async with app.on_record(settings) as store:
        if store is None:
            return Hits(())
        search, done, missing = (
            Search(store.search, store.items, time.monotonic),
            0,
            await store.search.count_unindexed(),
        )

        def count(added: int) -> None:
            nonlocal done
            done += added
            progress(done, max(done, missing))

        await search.index_all(count)
        return await search.find(engine, wall() - timedelta(days=days), most=most)


def as_dict(hit: Hit) -> dict[str, Any]:
    """Return a hit as `--json` prints it."""
    item = hit.found.item
    return {
        "title": item.title,
        "url": item.url,
        "source": hit.found.source,
        "published": item.published.isoformat() if item.published else None,
        "story": hit.found.story,
        "evidence": [explanation.place(one) for one in hit.evidence],
    }
