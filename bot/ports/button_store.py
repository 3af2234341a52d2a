"""What buttons need on record: for each message of the bot what its buttons do, for how long, and in which chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class ButtonStore(Protocol):
    """Buttons on record. A button of another chat, forged, or too old is simply not found."""

    async def save_buttons(self, chat: int, meanings: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Keep what the buttons of one message mean; return what each is to say, in this order."""
        ...

    async def find_meaning(self, chat: int, key: str, number: int, now: datetime) -> str | None:
        """Return what a button means that was kept for this chat."""
        ...

    async def find_alert_story(self, chat: int, row: int, key: int, now: datetime) -> int | None:
        """Return the story of the alert whose button this is, if this chat was sent it."""
        ...
