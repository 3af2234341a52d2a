"""Questions that cost seconds of the machine: one for each user at a time, and two in all.

In comes a user, out goes whether they may ask now, and a slot. A question that is refused is said to be; a forecast,
which somebody gets whose change is on record already, waits for its slot instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

SLOW_AT_ONCE = 2  # looks through the record: more would take the machine from the poller

Busy = Literal["", "yours", "others"]


class SlowCommandLimit:
    """Counts the slow commands that are being answered, by user."""

    def __init__(self) -> None:
        self._users: list[int] = []
        self._slots = asyncio.Semaphore(SLOW_AT_ONCE)

    def busy(self, user: int) -> Busy:
        """Return why this user cannot be answered now, empty where they can."""
        if user in self._users:
            return "yours"
        return "others" if len(self._users) >= SLOW_AT_ONCE else ""

    @asynccontextmanager
    async def slot(self, user: int) -> AsyncIterator[None]:
        """Wait for a slot, and hold it while the command is carried out."""
        self._users.append(user)
        try:
            async with self._slots:
                yield
        finally:
            self._users.remove(user)
