"""One-time links to the pages, for who asks in the chat or on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.ports.page_store import SessionStore
from bot.web.pages.page_paths import enter_path


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Makes links; `address` is where readers reach the pages, None where they are off."""

    sessions: SessionStore
    address: str | None
    now: Callable[[], datetime]

    async def make_link(self, owner: int | None) -> str | None:
        """Return the address of a new link for an owner, or for the command line; None where the pages are off."""
        if self.address is None:
            return None
        return self.address + enter_path(await self.sessions.create_link(owner, self.now()))
