"""The messages under way, and how many there may be: one that is prompt, unless many chats wait.

What was under way when the process is killed has to be sent once more, so each one beside the first is a duplicate that
a kill may cost. Two things are worth that. A late answer keeps its own chat waiting and nobody else: the next message
goes past it. And in a rush, with more chats to be told than a second's worth, as many are under way as keep the pace.
Each is for another chat. Nothing is sent here, and nothing decided about who is next.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

RUSH = 25  # chats that may be sent to now; with more of them it is a rush until none is left
MOST = 8  # under way at a time
SILENT = 2  # of these at most to chats whose last message was never answered: they cannot take every place
SOON, LATE = 0.25, 1.0  # seconds under way, twice the usual time between these, after which others go past it
HEADROOM = 1.2  # answers take now longer, now shorter than they usually do
_NEWEST = 0.2  # what the newest answer counts in the usual time


@dataclass(frozen=True, slots=True)
class _Request:
    task: asyncio.Task[None]
    since: float
    silent: bool


class InFlight:
    """At most one request a chat. `pace` is how many a second are wanted, `clock` is monotonic, in seconds."""

    def __init__(self, pace: float, clock: Callable[[], float], on_end: Callable[[int], None]) -> None:
        """Take `on_end`, which is told the chat of each request that ends, however it ends."""
        self._pace = pace
        self._clock = clock
        self._on_end = on_end
        self._requests: dict[int, _Request] = {}
        self._usual = 0.0  # seconds under way
        self._rush = False

    def __len__(self) -> int:
        return len(self._requests)

    @property
    def chats(self) -> Collection[int]:
        """Return the chats that something is under way to."""
        return self._requests.keys()

    def expect(self, ready: int) -> None:
        """Note how many chats may be sent to now: a rush begins, goes on, or is over."""
        self._rush = ready > RUSH or (self._rush and ready > 0)

    def room(self, *, silent: bool = False) -> bool:
        """Return whether one more may start now; `silent` to a chat whose last message was never answered."""
        if silent and sum(one.silent for one in self._requests.values()) >= SILENT:
            return False
        return self.wait_for_room() <= 0

    def wait_for_room(self) -> float:
        """Return the seconds after which one more may start, unless an answer makes room before."""
        most = math.ceil(self._pace * self._usual * HEADROOM) if self._rush else 1
        begun = self._clock() - min(max(2 * self._usual, SOON), LATE)
        prompt = [one.since - begun for one in self._requests.values() if one.since > begun]
        if len(self._requests) < MOST and len(prompt) < max(most, 1):
            return 0.0
        return LATE if len(self._requests) >= MOST else min(prompt)

    def start(self, chat: int, sending: Coroutine[Any, Any, None], *, silent: bool = False) -> None:
        """Start a request for a chat; `silent` when its last message was never answered."""
        task = asyncio.create_task(sending)
        self._requests[chat] = _Request(task, self._clock(), silent)
        task.add_done_callback(lambda task: self._on_answer(chat, task))

    async def wait(self, seconds: float | None, *also: Awaitable[object]) -> None:
        """Wait until a request ends or something else happens, so many seconds at most."""
        others = [asyncio.ensure_future(one) for one in also]
        tasks = [one.task for one in self._requests.values()]
        try:
            await asyncio.wait([*tasks, *others], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in others:
                one.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def end(self, seconds: float) -> None:
        """Give the requests so many seconds to end."""
        if tasks := {one.task for one in self._requests.values()}:
            await asyncio.wait(tasks, timeout=seconds)

    async def abort(self, seconds: float) -> None:
        """Cancel what has not ended; a task that does not heed it is left behind after so many seconds."""
        for one in self._requests.values():
            one.task.cancel()
        await self.end(seconds)

    def _on_answer(self, chat: int, task: asyncio.Task[None]) -> None:
        request = self._requests.pop(chat)
        if not task.cancelled() and task.exception():
            log.error("delivery failed", exc_info=task.exception())
        lasted = min(self._clock() - request.since, LATE)
        self._usual += (lasted - self._usual) * (_NEWEST if self._usual else 1)
        self._on_end(chat)
