"""The loop that delivers to outputs: a worker an output, under a role that is not that of Telegram's sender.

A worker waits for its own output alone. Outputs come, go and change with the configuration.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.outputs.output_health import OutputHealth
from bot.delivery.outputs.output_policy import GIVE_UP
from bot.delivery.outputs.output_worker import IDLE, OutputWorker
from bot.delivery.role_lease import RoleLease
from bot.errors import StaleLeaseError, StoreError
from bot.i18n import Say, words
from bot.model import Output
from bot.ports.output_store import Capabilities, OutputSender, OutputStore
from bot.process import clock as clocks

log = logging.getLogger(__name__)

LOOK: Final = timedelta(seconds=1)  # between two looks at the role and the configuration
GRACE: Final = 4.0  # seconds at the end for the messages under way
BROKEN: Final = 30.0  # seconds until what failed by a bug is begun anew
STRAYED: Final = timedelta(hours=1)  # between two looks for alerts of outputs that are gone
OpenSender = Callable[[Output], AbstractAsyncContextManager[tuple[Capabilities, OutputSender]]]


class OutputLoop:
    """The sender to outputs. `outputs` says which there are; `open_sender` makes what sends to one of them."""

    def __init__(
        self,
        store: OutputStore,
        outputs: Callable[[], tuple[Output, ...]],
        open_sender: OpenSender,
        *,
        notice: Callable[[Say], None] = lambda say: log.warning(say(words("en"))),
        now: Callable[[], datetime] = clocks.steady,
        wall: Callable[[], datetime] = clocks.wall,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Take its parts. `now` is the steady clock, `wall` that of the store; `pause` waits so many seconds."""
        self._store, self._outputs, self._open_sender, self._notice = store, outputs, open_sender, notice
        self._now, self._wall, self._pause, self._chance = now, wall, pause, chance
        self._role = RoleLease(store, "outputs", wall)
        self._workers: dict[Output, asyncio.Task[None]] = {}
        self._wakes: dict[Output, asyncio.Event] = {}
        self._look_at = now()

    async def run(self, stop: asyncio.Event, wake: asyncio.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Deliver until `stop` is set. `wake` is a hint that there is something new; `beat` is called at every turn."""
        try:
            while not stop.is_set():
                beat()
                await self._look()
                await self._wait(stop, wake)
        finally:
            await asyncio.shield(self._end())

    async def drain(self, deadline: datetime) -> None:
        """Deliver what is due until the (steady) deadline, or until nothing can be tried before it."""
        try:
            epoch = await self._role.keep(self._now())
            if epoch is not None and self._outputs():
                async with asyncio.timeout(max(0.1, (deadline - self._now()).total_seconds())):
                    async with _beside(self._renew()):
                        await asyncio.gather(*(self._drain(one, deadline) for one in self._outputs()))
        except TimeoutError:
            log.info("what is due to outputs waits for the next tick")
        except StoreError as error:
            log.warning("outputs wait for the database", extra={"reason": str(error)})
        finally:
            await self._role.leave()

    async def _drain(self, output: Output, deadline: datetime) -> None:
        async with self._open_sender(output) as (can, sender):
            worker = await self._make(output, can, sender)
            while (epoch := await self._role.keep(self._now())) is not None and self._now() < deadline:
                until = await worker.run_step(epoch)
                if until <= self._wall():
                    continue
                due = await self._store.find_next_due(epoch, output.id)
                seconds = (max(until, due) - self._wall()).total_seconds() if due else -1.0
                if not due or self._now() + timedelta(seconds=seconds) >= deadline:
                    return
                await self._pause(max(seconds, 0.0))

    async def _renew(self) -> None:
        """Keep the role while a message takes longer than the role lasts; in real time, as messages do."""
        while True:
            await asyncio.sleep(LOOK.total_seconds())
            with suppress(StoreError):  # the next turn says so
                await self._role.keep(self._now())

    async def _look(self) -> None:
        """Keep the role while there are outputs, and a worker for each of them."""
        outputs = self._outputs()
        try:
            if self._now() >= self._look_at:
                self._look_at = self._now() + STRAYED
                await self._store.end_strayed([one.id for one in outputs], self._wall() - GIVE_UP)
            if outputs:
                await self._role.keep(self._now())
            elif self._role.epoch is not None:
                await self._role.leave()
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("outputs wait for the database", extra={"reason": str(error)})
            return
        wanted = outputs if self._role.epoch is not None else ()
        for output, task in list(self._workers.items()):
            if task.done() or output not in wanted:
                task.cancel()
                del self._workers[output], self._wakes[output]
                await asyncio.gather(task, return_exceptions=True)
        for output in wanted:
            if output not in self._workers:
                self._wakes[output] = asyncio.Event()
                self._workers[output] = asyncio.create_task(self._work(output, self._wakes[output]))

    async def _work(self, output: Output, wake: asyncio.Event) -> None:
        """Serve one output until it is cancelled."""
        try:
            async with self._open_sender(output) as (can, sender):
                worker: OutputWorker | None = None
                while True:
                    until = self._wall() + IDLE
                    try:
                        worker = worker or await self._make(output, can, sender)
                        epoch = self._role.epoch
                        if epoch is not None and self._role.certain(self._now()):
                            until = await worker.run_step(epoch)
                    except StaleLeaseError:
                        log.warning("another instance sends to outputs now")
                        self._role.lose()
                    except StoreError as error:
                        log.warning("an output waits for the database", extra={"reason": str(error)})
                    await self._rest(until, wake)
        except Exception:  # it is begun anew at the next look, and the others go on
            log.exception("an output failed", extra={"output": output.id})
            await self._pause(BROKEN)

    async def _make(self, output: Output, can: Capabilities, sender: OutputSender) -> OutputWorker:
        states = {one.output: one for one in await self._store.read_states()}
        health = OutputHealth(output, states.get(output.id))
        return OutputWorker(
            output, can, sender, self._store, health, self._wall, self._chance, self._notice, self._pause
        )

    async def _rest(self, until: datetime, wake: asyncio.Event) -> None:
        """Wait until then, a second at most, or until there is something new."""
        seconds = min((until - self._wall()).total_seconds(), IDLE.total_seconds())
        wake.clear()
        if seconds > 0:
            await _first_of(self._pause(seconds), wake.wait())
        else:
            await asyncio.sleep(0)

    async def _wait(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        """Wait for a look, or hand the hint on."""
        await _first_of(self._pause(LOOK.total_seconds()), stop.wait(), wake.wait())
        if wake.is_set():
            wake.clear()
            for one in self._wakes.values():
                one.set()

    async def _end(self) -> None:
        """Stop the workers; what is under way then is sent again, under the same id."""
        tasks = list(self._workers.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE)
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._role.leave()


@asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _first_of(*waits: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
