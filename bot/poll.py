"""The poll loop: leases due sources, takes a turn for each, and writes what found nothing in batches.

Knows ports, never adapters. Counts what happened, tells owners of sources that stay broken, and gives back every
lease that it cannot use.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import StaleLeaseError, StoreError
from bot.model import Source
from bot.polling.notices import Notices
from bot.polling.turn import Setup, Taken, Turns
from bot.ports.polling import Leased, Outcome, PollStore

log = logging.getLogger(__name__)

IN_HAND = 1000  # sources leased at once; most only wait for their host's turn, the fetcher bounds the rest
BATCH = 100  # leases a transaction: one at a time is 45 times dearer (measured)
LEASE = timedelta(seconds=60)
RENEW = 20.0  # seconds
FLUSH = 100  # polls without news in one transaction …
FLUSH_AFTER = 1.0  # … or after so many seconds
IDLE = 1.0  # seconds between two looks for due sources at most: edits of the list are due at once
LEAVING = 5.0  # seconds for giving leases back: a loop that hangs in its farewell could not be started again
HICCUP = 30.0  # longest pause after a fault of the database, in seconds


@dataclass
class Tally:
    """What polling came to since it was made; the numbers of `once --json`."""

    polled: int = 0
    items: int = 0
    new: int = 0
    matched: int = 0
    stories: int = 0
    queued: int = 0
    failures: dict[str, str] = field(default_factory=dict)


class Poller:
    """Polls sources; one for a process."""

    def __init__(
        self,
        turns: Turns,
        setup: Callable[[], Setup],
        notices: Notices,
        *,
        queued: Callable[[], None] = lambda: None,
    ) -> None:
        """Take `setup`, which gives the configuration in force; `queued` is called when there is something to send."""
        self._turns = turns
        self._store: PollStore = turns.store
        self._now = turns.now
        self._setup = setup
        self._notices = notices
        self._queued = queued
        self._tasks: dict[asyncio.Task[None], Leased] = {}
        self._quiet: list[Outcome] = []
        self._back: list[Leased] = []  # what a fault of the database left in our hands: given back when it is over
        self._stuck = False  # what a poll found could not be written, and nothing has been since
        self._strange = False  # the last look met sources that watchlists.yaml does not name
        self._flushed = self._renewed = 0.0
        self.tally = Tally()

    async def run(self, stop: asyncio.Event, beat: Callable[[], None], ail: Callable[[str | None], None]) -> None:
        """Poll until `stop`; `beat` is called at every step forward, `ail` with what keeps us from polling."""
        pause = 1.0
        try:
            while not stop.is_set():
                try:
                    leased = await self._lease(self._now())
                    await self._tend()
                    if leased < BATCH:
                        await self._rest(stop)
                    if not self._stuck:
                        ail(None)
                        pause = 1.0
                except StoreError as error:
                    if error.lasting:
                        raise
                    ail(str(error))
                    log.error("polling pauses", extra={"reason": str(error), "seconds": pause})  # noqa: TRY400 - expected
                    await _wait_for(stop, pause)
                    pause = min(pause * 2, HICCUP)
                beat()
        finally:
            await self._end()

    async def tick(self, deadline: float, *, forced_since: datetime | None = None) -> bool:
        """Poll what is due (with `forced_since`: everything) once; return False when the deadline cut it short.

        `deadline` is in seconds from now. What falls due while others are polled is left to the next tick: a source
        that wants to be asked every second would keep this one from ending.
        """
        start = self._now()
        try:
            async with asyncio.timeout(deadline):
                while await self._lease(start, forced_since) or self._tasks:
                    await asyncio.wait(self._tasks, timeout=FLUSH_AFTER, return_when=asyncio.FIRST_COMPLETED)
                    await self._tend()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            await self._end()

    async def _lease(self, due: datetime, forced_since: datetime | None = None) -> int:
        """Begin the turns of sources that were due then; return how many."""
        if self._back:
            await self._store.release(self._back)
            self._back = []
        room = min(BATCH, IN_HAND - len(self._tasks))
        if room <= 0:
            return 0
        ttl = LEASE + (self._now() - due)
        leases = await self._store.lease(due, limit=room, ttl=ttl, forced_since=forced_since)
        setup = self._setup()
        ours = [(leased, source) for leased in leases if (source := setup.sources.get(leased.name))]
        for leased, source in ours:
            self._tasks[asyncio.create_task(self._take(leased, source, setup))] = leased
        # what another instance has put there, with another watchlists.yaml, or what left ours a moment ago
        strange = [leased for leased in leases if leased.name not in setup.sources]
        self._strange = bool(strange)
        await self._store.release(strange)
        return len(ours)

    async def _take(self, leased: Leased, source: Source, setup: Setup) -> None:
        """Take one turn; whatever happens ends here."""
        try:
            taken = await self._turns.take(leased, source, setup)
        except StaleLeaseError:
            log.warning("a slow poll was overtaken, its result is dropped", extra={"source": leased.name})
            return
        except StoreError:
            raise
        except Exception as error:  # a bug met one source: say so, and let the others go on
            log.exception("poll failed", extra={"source": leased.name})
            taken = self._turns.broken(leased, source, error)
        self._count(source.name, taken)
        if taken.recorded:
            self._stuck = False
        else:
            self._quiet.append(taken.outcome)
        if taken.queued:
            self._queued()
        await self._notices.after(source, taken, self._now(), alone=len(setup.sources) == 1)

    def _count(self, name: str, taken: Taken) -> None:
        tally = self.tally
        tally.polled += 1
        tally.items += taken.items
        tally.new += taken.new
        tally.matched += taken.matched
        tally.stories += taken.stories
        tally.queued += taken.queued
        if taken.outcome.error is not None:
            tally.failures[name] = taken.outcome.error
            log.warning("source failed", extra={"source": name, "reason": taken.outcome.error})
        elif taken.note:
            log.warning("nothing of this poll is told", extra={"source": name, "reason": taken.note})
        elif taken.new:
            log.info(
                "polled", extra={"source": name, "new": taken.new, "matched": taken.matched, "queued": taken.queued}
            )

    async def _tend(self) -> None:
        """Write what found nothing, renew what takes long, and let faults of the database come out."""
        done = [task for task in self._tasks if task.done()]
        for task in done:
            leased = self._tasks.pop(task)
            if not task.cancelled() and task.exception() is not None:
                self._back.append(leased)
        clock = asyncio.get_running_loop().time()
        if len(self._quiet) >= FLUSH or (self._quiet and (not self._tasks or clock - self._flushed >= FLUSH_AFTER)):
            self._flushed = clock
            await self._finish()
        if clock - self._renewed >= RENEW:
            self._renewed = clock
            await self._store.renew(tuple(self._tasks.values()), self._now(), LEASE)
        faults = [error for task in done if not task.cancelled() and (error := task.exception()) is not None]
        if faults:
            self._stuck = True
            raise faults[0]

    async def _finish(self) -> None:
        """Write the polls that found nothing; what cannot be written now is kept for the next attempt."""
        quiet, self._quiet = self._quiet, []
        try:
            await self._store.finish(quiet)
        except BaseException:
            self._quiet[:0] = quiet
            self._stuck = True
            raise
        self._stuck = self._stuck and not quiet

    async def _rest(self, stop: asyncio.Event) -> None:
        """Wait until a turn has ended, something may be due, or it is time to go."""
        due = await self._store.next_due()
        seconds = IDLE if due is None or self._strange else min(max((due - self._now()).total_seconds(), 0.02), IDLE)
        waiter = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({waiter, *self._tasks}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()

    async def _end(self) -> None:
        """Stop the turns under way, write what they found, and give back the leases."""
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(LEAVING):
                await self._finish()
                await self._store.release([leased for task, leased in tasks.items() if task.cancelled()])
        except (StoreError, TimeoutError) as error:
            reason = str(error) or "the database does not answer"
            log.warning("leases are left to run out", extra={"reason": reason})


async def _wait_for(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
