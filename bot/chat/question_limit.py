"""Questions that cost seconds of the machine: one for each person at a time, and two in all.

In comes who asks, out goes whether they may now, and a turn. A question that is refused is said to be; a forecast,
which somebody gets whose change is on record already, waits for its turn instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

AT_ONCE = 2  # looks through the record: more would take the machine from the poller

Busy = Literal["", "yours", "others"]


class DearQuestions:
    """Who is being answered at length."""

    def __init__(self) -> None:
        self._asking: list[int] = []
        self._room = asyncio.Semaphore(AT_ONCE)

    def busy(self, person: int) -> Busy:
        """Return why this person cannot be answered now, empty where they can."""
        if person in self._asking:
            return "yours"
        return "others" if len(self._asking) >= AT_ONCE else ""

    @asynccontextmanager
    async def turn(self, person: int) -> AsyncIterator[None]:
        """Wait for a turn, and keep it while the question is looked at."""
        self._asking.append(person)
        try:
            async with self._room:
                yield
        finally:
            self._asking.remove(person)
