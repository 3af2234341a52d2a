"""The loop that asks the model: questions of `only` first, then lines for alerts that were sent; a few at a time.

Nothing waits for it. What it takes from the record is claimed there, so that several instances share the work, and what
it does not finish is over by its own deadline.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.errors import StoreError
from bot.language_model.line_writer import LineWriter
from bot.language_model.model_client import AT_ONCE
from bot.language_model.relevance_judge import RelevanceJudge

log = logging.getLogger(__name__)

LOOK: Final = 0.5  # seconds between two looks for questions that nobody hinted at
LOOK_FOR_LINES: Final = 2.0  # seconds between two looks for lines that are wanted: nobody waits for one
LINES_AT_ONCE: Final = 1  # fewer than questions at once: a slow line must not keep a verdict from coming in time
TROUBLE: Final = 5.0  # seconds until the next look after a fault of the database


@dataclass(slots=True)
class ModelWorker:
    """Asks the model of this process."""

    judge: RelevanceJudge
    lines: LineWriter
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic
    _look_at: float = 0.0  # for lines
    _idle: asyncio.Event = field(default_factory=asyncio.Event)  # nothing is to do, and nothing under way
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writing: asyncio.Task[None] | None = None  # a line

    async def run(self, stop: asyncio.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Work until `stop` is set; what is under way then is given up."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                beat()
                seconds = LOOK
                try:
                    await self._begin()
                except StoreError as error:
                    if error.lasting:
                        raise
                    log.warning("the model waits for the database", extra={"reason": str(error)})
                    seconds = TROUBLE
                await asyncio.wait({stopped, *self._tasks}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                self._tasks = {task for task in self._tasks if not task.done()}
                if self._writing is not None and self._writing.done():
                    self._writing = None
        finally:
            stopped.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def finish(self, seconds: float) -> None:
        """Wait until there is nothing to do while it runs, for so many seconds at most."""
        self._look_at = 0.0
        self._idle.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    async def _begin(self) -> None:
        """Begin as much as there is room for."""
        if (room := AT_ONCE - len(self._tasks)) < 1:
            return
        questions = await self.judge.store.claim_questions(self.now(), most=room)
        for question in questions:
            self._start(self.judge.judge(question))
        if len(questions) < room and self.clock() >= self._look_at and self._writing is None:
            wanted = await self.lines.claim(LINES_AT_ONCE)
            for line in wanted:
                self._writing = self._start(self.lines.write(line))
            self._look_at = self.clock() + (0.0 if wanted else LOOK_FOR_LINES)
            if not (wanted or questions or self._tasks):
                self._idle.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(_alone(work))
        self._tasks.add(task)
        return task


async def _alone(work: Coroutine[Any, Any, None]) -> None:
    """Do a piece of work; whatever goes wrong with it is said, and ends there."""
    try:
        await work
    except StoreError as error:
        log.warning("an answer of the model could not be written", extra={"reason": str(error)})
    except Exception:  # a bug of ours costs this line only
        log.exception("the model's answer was lost")
