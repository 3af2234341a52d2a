"""What the tests of outputs share: a record, a clock that they set, and a receiver."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.delivery.outputs.loop import OutputLoop
from bot.delivery.outputs.output_health import OutputHealth
from bot.delivery.outputs.output_worker import OutputWorker
from bot.i18n import Say, words
from bot.model import DisplayPreferences, Output
from bot.notify.media import find_media
from bot.ports.output_store import Capabilities, OutputSender, OutputServices
from bot.ports.poll_store import Correction
from bot.store.repository import Store
from tests.delivery.outputs.receiver import Receiver, receiving
from tests.store.conftest import MINUTE, Play, sqlite_template

__all__ = ["sqlite_template"]


@dataclass
class Desk:
    """A record with outputs on it. `now` is every clock of the delivery."""

    play: Play
    store: Store
    outputs: tuple[Output, ...] = ()
    said: list[str] = field(default_factory=list)  # to owners

    def wall(self) -> datetime:
        """Return the time."""
        return self.play.now

    async def pause(self, seconds: float) -> None:
        """Let the time pass that is to be waited."""
        self.play.after(seconds=seconds)

    def notice(self, say: Say) -> None:
        """Take what owners are told."""
        self.said.append(say(words("en")))

    async def tell(self, *stories: int, outputs: tuple[str, ...] = ("desk",), headline: str = "Summit begins") -> None:
        """Record a poll that tells these stories."""
        (leased,) = await self.play.leased(self.store)
        alerts = tuple(
            WatchlistAlert(
                story,
                "kremlin",
                "Kremlin",
                headline,
                "https://s0.example/1",
                "They met.",
                (FoundWord("Summit", "title", "summit"),),
                "en",
                outputs=outputs,
            )
            for story in stories
        )
        items = [self.play.told(one, one * 1000 + round(self.play.now.timestamp()) % 1000) for one in stories]
        await self.play.record(self.store, leased, *items, announced=alerts)
        self.play.after(minutes=11)

    async def grow(self, story: int, *, corrected: str | None = None) -> None:
        """Let one more report join a story, or its first headline be corrected."""
        (leased,) = await self.play.leased(self.store)
        if corrected is None:
            item = self.play.told(story, round(self.play.now.timestamp() * 1000) % 10**9, source="s9")
            await self.play.record(self.store, leased, item, joined=(story,))
        else:
            await self.play.record(self.store, leased, corrections=(Correction(1, story, corrected),))
        self.play.after(minutes=11)

    @asynccontextmanager
    async def opened(self, output: Output) -> AsyncIterator[tuple[Capabilities, OutputSender]]:
        """Open what sends to an output, as the wiring does."""
        medium = find_media()[output.medium]
        services = OutputServices("Newswatch/test", "", DisplayPreferences)
        async with medium.open_sender(output, services) as sender:
            yield medium.describe(output.address), sender

    @asynccontextmanager
    async def worker(self, output: Output) -> AsyncIterator[OutputWorker]:
        """Open a worker with what is on record of its output."""
        states = {one.output: one for one in await self.store.outputs.read_states()}
        async with self.opened(output) as (can, sender):
            health = OutputHealth(output, states.get(output.id))
            yield OutputWorker(
                output, can, sender, self.store.outputs, health, self.wall, lambda: 0.0, self.notice, self.pause
            )

    async def step(self, worker: OutputWorker) -> datetime:
        """Let a worker take a step under the role."""
        epoch = await self.store.outputs.take_role("outputs", self.play.now, MINUTE)
        assert epoch is not None
        return await worker.run_step(epoch)

    def loop(self) -> OutputLoop:
        """Return a loop on the clock of the test."""
        return OutputLoop(
            self.store.outputs,
            lambda: self.outputs,
            self.opened,
            notice=self.notice,
            now=self.wall,
            wall=self.wall,
            pause=self.pause,
            chance=lambda: 0.0,
        )

    async def drain(self, **length: float) -> None:
        """Deliver for so long of the test's time."""
        await self.loop().drain(self.play.now + timedelta(**length))


@pytest.fixture
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    """Give a desk on SQLite."""
    shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "newswatch.db")
    async with AsyncExitStack() as workers:
        play = Play(f"sqlite:///{tmp_path}/newswatch.db", workers)
        yield Desk(play, await play.worker())


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Give a receiver of webhooks."""
    async with receiving() as receiver:
        yield receiver
