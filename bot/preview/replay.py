"""Reads items on record in batches and hands them to a function.

Looking happens in a thread, so that the loop is free, and one replay comes after another, so that questions in chats
never take the machine from the poller. Bounded memory: one batch at a time. Nothing is decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.ports.history_store import ItemOnRecord, ItemStore


class Replay:
    """Goes through the record. `clock` is monotonic, in seconds."""

    def __init__(self, items: ItemStore, clock: Callable[[], float]) -> None:
        self._items = items
        self._clock = clock
        self._turn = asyncio.Lock()

    async def through(
        self,
        since: datetime,
        look: Callable[[Sequence[ItemOnRecord]], bool | None],
        *,
        seconds: float | None = None,
        most: int = 200,
    ) -> bool:
        """Show `look` the items seen since then, the newest first; return whether it saw them all.

        It ends early when `look` returns True, and after so many `seconds`. A batch has at most `most` items.
        """
        async with self._turn:
            end = None if seconds is None else self._clock() + seconds
            async for batch in self._items.stream_items(since, most=most):
                if await asyncio.to_thread(look, batch):
                    return False
                if end is not None and self._clock() > end:
                    return False
            return True
