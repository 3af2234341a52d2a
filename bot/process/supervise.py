"""Keeps the loops alive: one that dies or makes no progress is started again; one that cannot live ends the process.

Nothing here knows what a loop does. Expected faults are handled inside the loops; what arrives here is a bug, or a
loop that hangs, so the traceback is logged and the process ends with an error after repeated failures, for whoever
runs it (a container engine, systemd) to start it anew.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from bot.errors import BotError, ConfigError, StoreError
from bot.process.heartbeat import Heartbeats

log = logging.getLogger(__name__)

Loop = Callable[[], Awaitable[None]]

STRIKES = 5  # failures of one loop …
WITHIN = 60.0  # … in so many seconds end the process (case 91)
LOOK = 1.0  # seconds between two looks at the hearts
PAUSE = 0.5  # seconds before a loop is started again the first time; doubles with every strike
# Seconds that loops have to end in once `stop` is set, and those that were cancelled then: SIGTERM ends the process
# within ten, and the database is closed after this.
GRACE, FAREWELL = 7.5, 0.5


class GaveUpError(BotError):
    """A loop failed again and again."""


async def supervise(
    loops: Mapping[str, Loop], stop: asyncio.Event, hearts: Heartbeats, *, look: float = LOOK, pause: float = PAUSE
) -> None:
    """Run the loops until `stop` is set and they have ended; raise GaveUpError when one cannot be kept alive.

    From `stop` on it takes GRACE and FAREWELL seconds at most. A loop that hangs then is left behind, still running.
    """
    gc.freeze()  # what was loaded so far stays: the collector need not walk through it, which would hold up every loop
    keepers = [
        asyncio.create_task(_keep(name, loop, stop, hearts, look=look, pause=pause), name=name)
        for name, loop in loops.items()
    ]
    halt = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait(
            [halt, *keepers], return_when=asyncio.FIRST_COMPLETED
        )  # a keeper ends by an error, or `stop`
        gave_up = [keeper for keeper in keepers if keeper.done() and not keeper.cancelled() and keeper.exception()]
        stop.set()
        _, late = await asyncio.wait(keepers, timeout=GRACE)
        for keeper in late:
            log.warning("loop did not end in time", extra={"loop": keeper.get_name()})
        if gave_up:
            gave_up[0].result()
    finally:
        for task in (halt, *keepers):
            task.cancel()
        ended, _ = await asyncio.wait((halt, *keepers), timeout=FAREWELL)
        for task in ended:
            if not task.cancelled():
                task.exception()  # looked at, or Python would complain


async def _keep(name: str, loop: Loop, stop: asyncio.Event, hearts: Heartbeats, *, look: float, pause: float) -> None:
    strikes: deque[float] = deque(maxlen=STRIKES)
    while not stop.is_set():
        hearts.beat(name)
        task = asyncio.ensure_future(loop())
        try:
            await _watch(name, task, stop, hearts, look=look)
        finally:
            task.cancel()
            await asyncio.wait([task], timeout=GRACE)  # one whose farewell hangs is left behind
        if stop.is_set():
            return
        strikes.append(time.monotonic())
        if len(strikes) == STRIKES and strikes[-1] - strikes[0] < WITHIN:
            raise GaveUpError(f"the {name} loop failed {STRIKES} times within {WITHIN:.0f} s; see the log above")
        await _pause(pause * 2.0 ** (len(strikes) - 1), stop)


async def _watch(
    name: str, task: asyncio.Future[None], stop: asyncio.Event, hearts: Heartbeats, *, look: float
) -> None:
    """Wait until the loop ends, by itself or because its heart stopped."""
    while True:
        await asyncio.wait([task], timeout=look)
        if task.done():
            error = None if task.cancelled() else task.exception()
            if isinstance(error, ConfigError) or (isinstance(error, StoreError) and error.lasting):
                raise error  # only a person can mend it
            if error is not None:
                log.error("loop failed, starting it again", extra={"loop": name}, exc_info=error)
            elif not stop.is_set():
                log.error("loop ended by itself, starting it again", extra={"loop": name})
            return
        if name in hearts.stalled():
            log.error("loop makes no progress, starting it again", extra={"loop": name})
            return


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
