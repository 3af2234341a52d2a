"""A newsroom for the tests of the delivery loop: a real database, its sender, and a clock that moves when it rests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery.loop import DeliveryLoop, DrainResult
from bot.i18n import words
from bot.model import (
    Alert,
    Chat,
    Delivery,
    DisplayPreferences,
    Item,
    Match,
    Priority,
    Report,
    Signature,
    Source,
    Validators,
)
from bot.notify.telegram.send import TelegramNotifier
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.store.repository import Store, open_store

if TYPE_CHECKING:
    from tests.plugins.telegram import TelegramServer, Told


START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
GROUP, SUPERGROUP = -77, -1007
BLOCKED = "Forbidden: bot was blocked by the user"


@dataclass(slots=True)
class Room:
    """A newsroom in a temporary file, its sender, and a clock that moves only when the sender rests."""

    url: str
    store: Store
    notifier: TelegramNotifier
    time: datetime = START
    notices: list[str] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def now(self) -> datetime:
        """Read the clock."""
        return self.time

    async def pause(self, seconds: float) -> None:
        """Rest: the clock is set ahead."""
        await asyncio.sleep(0)
        self.time += timedelta(seconds=seconds)

    def sender(self, store: Store | None = None, most: int = 0, **changes: Any) -> DeliveryLoop:
        """Return a sender, as after a restart."""
        return DeliveryLoop(
            (store or self.store).outbox,
            self.notifier,
            max_per_hour=lambda: most,
            notice=lambda say: self.notices.append(say(words("en"))),
            report_problem=self.problems.append,
            now=self.now,
            **{"wall": self.now, "pause": self.pause, "chance": lambda: 0.5, **changes},
        )

    async def drain(self, seconds: float = 3600, most: int = 0) -> DrainResult:
        """Deliver what there is, within so many simulated seconds."""
        return await self.sender(most=most).drain(self.time + timedelta(seconds=seconds))

    async def tell(self, *chats: Chat | int, priority: Priority = "normal", story: int | None = None) -> int:
        """Let a story break, or another outlet join it, that is due to these chats; return the story."""
        number, report = next(self.numbers), story or 0
        story = story or number
        await self.store.polls.sync_sources(
            [
                Source("Courier", "https://courier.example/feed", "courier"),
                Source("Reuters", "https://r.example/f", "r"),
            ],
            self.time,
        )
        (leased,) = await self.store.polls.lease_sources(
            self.time, limit=1, ttl=timedelta(minutes=1), forced_since=self.time + timedelta(seconds=number)
        )
        name = "Reuters" if report else "Courier"
        told = Report(name, name, f"Headline {story}", f"https://{name}.example/{number}", self.time, None, ("k",))
        alerts = tuple(
            Alert(_chat(chat), story, (("k", "Kremlin"),), told.headline, told.url, "The lead.", (), priority)
            for chat in chats
        )
        item = Item((number,), told.url, told.headline)
        recorded = Recorded(item, self.time, (Match("k", "x", ()),), story, told, Signature((number,), b""))
        async with self.store.polls.open_recording(leased) as recording:
            outcome = Outcome(leased, self.time, self.time, Validators(), parsed=True)
            await recording.write_poll(Turn(outcome, (recorded,), alerts, (story,) if report else ()))
        return story

    async def tell_many(self, chats: list[int], times: int = 1) -> None:
        """Let as many stories break, each due to all these chats."""
        for _ in range(times):
            await self.tell(*chats)

    async def dead(self) -> dict[str, int]:
        """Return how many alerts were given up, by reason."""
        return dict((await self.store.chats.read_status(self.time)).dead)


def _chat(chat: Chat | int) -> Chat:
    return chat if isinstance(chat, Chat) else Chat(chat)


both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def room(
    request: pytest.FixtureRequest, tmp_path: Path, telegram_server: TelegramServer, bot_token: str
) -> AsyncIterator[Room]:
    """Open a newsroom, on SQLite unless the test asks for both; the stand-in notes its simulated times."""
    url = f"sqlite:///{tmp_path}/newswatch.db"
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres_url")
    async with (
        await open_store(url, migrate=True) as store,
        TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier,
    ):
        made = Room(url, store, notifier)
        telegram_server.now = made.now
        yield made


def texts(told: list[Told]) -> list[str]:
    """Return the headlines of messages."""
    return [one.text.split("\n")[1] for one in told]


def most_within(told: list[Told], seconds: float) -> int:
    """Return the most messages within any window."""
    span = timedelta(seconds=seconds)
    return max(sum(first.at <= one.at < first.at + span for one in told) for first in told)


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true, a few seconds at most."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Counting:
    """A medium that notes how many sends are under way at most."""

    medium: TelegramNotifier
    aloft: int = 0
    most: int = 0

    async def send(self, delivery: Delivery) -> int:
        """Count it in and out."""
        self.aloft += 1
        self.most = max(self.most, self.aloft)
        try:
            return await self.medium.send(delivery)
        finally:
            self.aloft -= 1

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Pass it on."""
        return await self.medium.fold(deliveries, message)
