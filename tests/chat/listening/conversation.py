"""What the tests of the listener share: a clock that sleeping sets forward, and how people write over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bot.chat.listening.listener import Listener
from bot.model import Watchlist

OWNER, READER, MEMBER, ADMINISTRATOR, GROUP = 11, 22, 44, 33, -1005550001
KREMLIN = Watchlist("kremlin", "Kremlin <b>and</b> summits", ("Kremlin",))

Make = Callable[..., Listener]


class Swift:
    """A clock that sleeping sets forward, so that minutes pass at once."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, and everybody else run."""
        self.now += seconds
        self.slept.append(seconds)
        await asyncio.sleep(0.002)


async def unread() -> tuple[str, ...]:
    """Read watchlists.yaml, of which there is none here."""
    return ()


@asynccontextmanager
async def running(listener: Listener) -> AsyncIterator[None]:
    """Run the listener for a while; it must end within two seconds of being told to."""
    stop = asyncio.Event()
    task = asyncio.create_task(listener.run(stop))
    try:
        yield
        assert not task.done(), "the listener ended by itself"
    finally:
        stop.set()
        async with asyncio.timeout(2):
            await task


async def until(what: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so; fail when it never is."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.005)


def presses_answered(server: Any, presses: int) -> bool:
    """Return whether so many presses were answered."""
    return len(server.asked("answerCallbackQuery")) == presses


def forecast_shown(server: Any, chat: int) -> bool:
    """Return whether a forecast has taken the place of its announcement."""
    return any("I am looking" not in server.shown(chat, one.message) for one in server.sent(chat))


async def answers(server: Any, text: str, *, chat: int = READER, user: int | None = None, **more: Any) -> str:
    """Write a command and return the next answer to that chat."""
    before = len(server.sent(chat))
    server.say(text, chat=chat, user=user or chat, **more)
    await until(lambda: len(server.sent(chat)) > before)
    return str(server.sent(chat)[before].text)


async def eventually(ask: Callable[[], Awaitable[Any]], is_right: Callable[[Any], bool]) -> None:
    """Ask until the answer is right; fail when it never is."""
    async with asyncio.timeout(5):
        while not is_right(await ask()):
            await asyncio.sleep(0.005)
