"""What the pages are given of the running service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.app import Base
from bot.process.clock import wall
from bot.web.pages.page_services import PageServices


def page_services(base: Base, health: Callable[[], Mapping[str, Any]], listen: tuple[str, int]) -> PageServices:
    """Return what the pages work on; `health` tells of this process."""
    store = base.store
    return PageServices(
        config=base.current.config,
        chats=store.chats,
        preferences=store.preferences,
        readings=store.readings,
        sessions=store.sessions,
        owners=frozenset(base.settings.owners),
        health=health,
        now=wall,
        listen=listen,
        web_url=base.settings.web_url,
    )
