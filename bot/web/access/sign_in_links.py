"""One-time links to the pages, and addresses of feeds, for who asks in the chat or on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.ports.feed_store import FeedStore
from bot.ports.page_store import SessionStore
from bot.web.feeds.feed_endpoint import feed_path
from bot.web.pages.page_paths import enter_path


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Makes links; `address` is where readers reach the pages, None where they are off."""

    sessions: SessionStore
    feeds: FeedStore
    address: str | None
    now: Callable[[], datetime]

    async def make_link(self, owner: int | None) -> str | None:
        """Return the address of a new link for an owner, or for the command line; None where the pages are off."""
        if self.address is None:
            return None
        return self.address + enter_path(await self.sessions.create_link(owner, self.now()))

    async def make_feed_link(self, watchlist: str, owner: int) -> str | None:
        """Return the address of a watchlist's feed under a new key; None where the pages are off."""
        if self.address is None:
            return None
        return self.address + feed_path(watchlist, await self.feeds.create_key(watchlist, owner, self.now()))
