"""What the pages are given of the running service."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.app import Base
from bot.preview.record_search import Search
from bot.process.clock import wall
from bot.web.pages.page_services import PageServices
from bot.web.record_pages.record_services import RecordServices


def page_services(base: Base, health: Callable[[], Mapping[str, Any]], listen: tuple[str, int]) -> PageServices:
    """Return what the pages work on; `health` tells of this process."""
    store = base.store
    return PageServices(
        config=base.current.config,
        chats=store.chats,
        preferences=store.preferences,
        readings=store.readings,
        sessions=store.sessions,
        record=RecordServices(
            store.record_reader,
            store.items,
            store.admissions,
            Search(store.search, store.items, time.monotonic),
            base.current.setup,
            base.current.engine_of,
        ),
        owners=frozenset(base.settings.owners),
        health=health,
        now=wall,
        listen=listen,
        web_url=base.settings.web_url,
    )
