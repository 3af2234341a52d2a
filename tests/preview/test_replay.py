"""Going through the record: off the loop, one after the other, and not longer than one may."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from bot.model import Chat, Item
from bot.ports.history_store import ItemHistory, ItemOnRecord
from bot.preview.replay import Replay

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Record:
    """A record of ten items, in batches; it notes how many read it at once."""

    def __init__(self) -> None:
        self.reading = self.most = 0

    async def stream_items(self, since: datetime, *, most: int = 500) -> AsyncIterator[tuple[ItemOnRecord, ...]]:
        """See ItemStore."""
        self.reading += 1
        self.most = max(self.most, self.reading)
        rows = [ItemOnRecord(number, Item((), None, f"Title {number}"), "S", since, None) for number in range(10)]
        for start in range(0, 10, most):
            await asyncio.sleep(0)
            yield tuple(rows[start : start + most])
        self.reading -= 1

    async def trace_item(self, url: str, chat: Chat) -> tuple[ItemHistory, ...]:
        """See ItemStore."""
        raise NotImplementedError(url, chat)


async def test_every_batch_is_looked_at_off_the_loop() -> None:
    """The loop's own thread never matches anything."""
    seen: list[tuple[str, int]] = []

    def look(items: Sequence[ItemOnRecord]) -> None:
        seen.append((threading.current_thread().name, len(items)))

    assert await Replay(Record(), lambda: 0.0).through(NOW, look, most=4)
    assert [size for _, size in seen] == [4, 4, 2]
    assert threading.current_thread().name not in {name for name, _ in seen}


async def test_who_has_seen_enough_stops() -> None:
    """Looking ends when the look says so, or when the time is over, and the answer says that there was more."""
    seen: list[int] = []

    def once(items: Sequence[ItemOnRecord]) -> bool:
        seen.append(len(items))
        return True

    assert not await Replay(Record(), lambda: 0.0).through(NOW, once, most=2)
    assert seen == [2]
    seen.clear()
    times = iter(range(100))
    slow = Replay(Record(), lambda: float(next(times)))
    assert not await slow.through(NOW, lambda items: seen.append(len(items)), most=2, seconds=1.5)
    assert seen == [2, 2]


async def test_replays_take_turns() -> None:
    """Ten people who ask at once are answered one after the other."""
    record = Record()
    replay = Replay(record, lambda: 0.0)
    await asyncio.gather(*(replay.through(NOW, lambda _: None, most=3) for _ in range(10)))
    assert record.most == 1
