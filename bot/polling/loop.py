"""The poll loop: leases due sources, takes a turn for each, and writes those that tell nobody anything in batches.

Knows ports, never adapters. Counts what happened, tells owners of sources that stay broken, and gives back every
lease that it cannot use.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.config.compiled import CompiledConfig
from bot.errors import StaleLeaseError, StoreError
from bot.model import Source
from bot.polling.configuration_rank import ConfigurationRank
from bot.polling.early_asking import SOON, EarlyAsking, find_followers
from bot.polling.poll_source import PollResult, SourcePoller
from bot.polling.poll_tally import PollTally
from bot.polling.quiet_polls import FLUSH_AFTER, QuietPolls
from bot.polling.source_health.outage_watch import OutageWatch
from bot.polling.source_health.source_notices import Notices
from bot.ports.poll_store import EarlyAsk, PollStore, SourceLease, Turn
from bot.process.log_context import bind_log_ids

log = logging.getLogger(__name__)

IN_HAND = 2500  # sources leased at once; most only wait for their host, and a thousand that hang leave room for others
BATCH = 100  # leases a transaction: one at a time is 45 times dearer (measured)
LEASE = timedelta(seconds=60)
RENEW = 20.0  # seconds
IDLE = 1.0  # seconds between two looks for due sources at most: edits of the list are due at once
LOOK = 0.25  # seconds between two looks at least: one that finds one source costs as much as one that finds fifty
OVERDUE = 0.2  # seconds: what is due for longer and is not given to us, is kept by who asks the same site
LEAVING = 5.0  # seconds for giving leases back: a loop that hangs in its farewell could not be started again
HICCUP = 30.0  # longest pause after a fault of the database, in seconds


class PollLoop:
    """Polls sources; one for a process."""

    def __init__(
        self,
        turns: SourcePoller,
        setup: Callable[[], CompiledConfig],
        notices: Notices,
        *,
        queued: Callable[[], None] = lambda: None,
        observe: Callable[[Source, PollResult, float], None] = lambda *_: None,
        hurry: asyncio.Event | None = None,
    ) -> None:
        """Take `setup`, which gives the configuration in force; what is `queued` can be sent, polls are `observe`d.

        `hurry` is set by who has made a source due at once.
        """
        self._hurry = hurry or asyncio.Event()
        self._observe = observe
        self._turns = turns
        self._store: PollStore = turns.store
        self._now = turns.now
        self._setup = setup
        self._notices = notices
        self._queued = queued
        self._rank = ConfigurationRank(self._store, notices, self._now, turns.lately.steady)
        self._tasks: dict[asyncio.Task[None], SourceLease] = {}
        self._done: list[asyncio.Task[None]] = []
        self._awake = asyncio.Event()
        self._look_at = 0.0  # on the loop's clock
        self._hurried = False  # something is due of which the last look may not know
        self._back: list[SourceLease] = []  # what a fault of the database left in our hands: given back when it is over
        self._stuck = False  # what a poll found could not be written, and nothing has been since
        self._strange = False  # the last look met sources that watchlists.yaml does not name
        self._renewed = 0.0  # on the loop's clock
        self._early = EarlyAsking()
        self._outages = OutageWatch(setup, turns.lately.steady)
        self.tally = PollTally()
        self._quiet = QuietPolls(turns, setup, self._outages, self.tally)

    async def run(
        self, stop: asyncio.Event, beat: Callable[[], None], report_problem: Callable[[str | None], None]
    ) -> None:
        """Poll until `stop`; call `beat` at every step forward, `report_problem` with what keeps us from polling."""
        pause = 1.0
        stopped = asyncio.create_task(stop.wait())
        stopped.add_done_callback(lambda _: self._awake.set())
        hurried = asyncio.create_task(self._heed_hurry())
        try:
            while not stop.is_set():
                try:
                    await self._step()
                    if not self._stuck:
                        report_problem(None)
                        pause = 1.0
                except StoreError as error:
                    if error.lasting:
                        raise
                    report_problem(str(error))
                    log.error("polling pauses", extra={"reason": str(error), "seconds": pause})  # noqa: TRY400 - expected
                    await _wait_for(stop, pause)
                    pause = min(pause * 2, HICCUP)
                beat()
        finally:
            stopped.cancel()
            hurried.cancel()
            await self._end(leaving=stop.is_set())

    async def tick(self, deadline: float, *, forced_since: datetime | None = None) -> bool:
        """Poll what is due (with `forced_since`: everything) once; return False when the deadline cut it short.

        `deadline` is in seconds from now. What falls due while others are polled is left to the next tick: a source
        that wants to be asked every second would keep this one from ending.
        """
        start, more = self._now(), True
        try:
            async with asyncio.timeout(deadline):
                while more or self._tasks:
                    if more and self._room():
                        more = await self._lease(start, forced_since)
                    else:
                        await self._rest(FLUSH_AFTER)
                    await self._tend()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            await self._end()

    async def _step(self) -> None:
        """Begin turns while sources are due, and otherwise wait until a turn has ended or something may be due."""
        clock = asyncio.get_running_loop()
        if self._room() and (self._hurried or clock.time() >= self._look_at):
            self._hurried = False
            if not await self._lease(self._now()):
                self._look_at = clock.time() + await self._idle()
        elif not self._room():
            await self._rest(FLUSH_AFTER)
        else:
            await self._rest(min(self._look_at - clock.time(), FLUSH_AFTER))
        await self._tend()

    async def _heed_hurry(self) -> None:
        while True:
            await self._hurry.wait()
            self._hurry.clear()
            self._hurried = True
            self._awake.set()

    def _room(self) -> bool:
        """Return whether so many more turns may begin that a look for due sources is worth its transaction."""
        return len(self._tasks) <= IN_HAND - BATCH

    async def _lease(self, due: datetime, forced_since: datetime | None = None) -> bool:
        """Begin the turns of sources that were due then; return whether there may be more."""
        if self._back:
            await self._store.release_leases(self._back)
            self._back = []
        if not await self._rank.is_in_force(self._setup().config):
            return False
        ttl = max(LEASE, LEASE + (self._now() - due))  # the clock may have been set back since
        leases = await self._store.lease_sources(due, limit=BATCH, ttl=ttl, forced_since=forced_since)
        setup = self._setup()
        ours = [(leased, source) for leased in leases if (source := setup.sources.get(leased.name))]
        for leased, source in ours:
            task = asyncio.create_task(self._take(leased, source, setup))
            self._tasks[task] = leased
            task.add_done_callback(self._ended)
        # what another instance has put there, with another watchlists.yaml, or what left ours a moment ago
        strange = [leased for leased in leases if leased.name not in setup.sources]
        self._strange = bool(strange)
        await self._store.release_leases(strange)
        return len(leases) == BATCH and bool(ours)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._done.append(task)
        self._awake.set()

    async def _take(self, leased: SourceLease, source: Source, setup: CompiledConfig) -> None:
        """Take one turn, whose log lines carry its id; whatever happens ends here."""
        bind_log_ids(turn=f"{leased.id}.{leased.fence}")  # of this task alone
        began = asyncio.get_running_loop().time()
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
        self._observe(source, taken, asyncio.get_running_loop().time() - began)
        self.tally.count(source.name, taken)
        self._outages.note(source.publisher, unreached=taken.outcome.unreached)
        outcome = taken.outcome
        due = self._early.next_due(source, outcome.next_due, outcome.polled_at, willing=outcome.willing)
        if taken.recorded:
            self._stuck = False
            await self._ask_followers(source, taken, setup)
        else:
            self._quiet.add(Turn(replace(outcome, next_due=due), taken.seen))
        if taken.queued:
            self._queued()
        if not (taken.outcome.unreached and self._outages.is_ours()):
            await self._notices.after(source, taken, self._now(), alone=len(setup.sources) == 1)

    async def _ask_followers(self, teller: Source, taken: PollResult, setup: CompiledConfig) -> None:
        """Have the others asked soon that are likely to tell what this source has just told."""
        now, others = taken.outcome.polled_at, find_followers(teller, taken.told, setup.watchlists, setup.sources)
        soon = self._early.note_story(teller, others, now)
        if soon:
            asked = [EarlyAsk(one.name, now + SOON * one.every, one.every / 3) for one in soon]
            self._early.charge(await self._store.bring_forward(asked))

    async def _tend(self) -> None:
        """Write what tells nobody anything, renew what takes long, and let faults of the database come out."""
        done, self._done = self._done, []
        faults = []
        for task in done:
            leased = self._tasks.pop(task, None)
            if leased is not None and not task.cancelled() and (error := task.exception()) is not None:
                self._back.append(leased)
                faults.append(error)
        clock = asyncio.get_running_loop().time()
        await self._write(self._quiet.write_due(others=bool(self._tasks)))
        if clock - self._renewed >= RENEW:
            self._renewed = clock
            await self._store.renew_leases(tuple(self._tasks.values()), self._now(), LEASE)
        if faults:
            self._stuck = True
            raise faults[0]

    async def _write(self, work: Awaitable[bool]) -> None:
        """Write polls, and remember whether the database takes any."""
        try:
            written = await work
        except BaseException:
            self._stuck = True
            raise
        self._stuck = self._stuck and not written

    async def _idle(self) -> float:
        """Return for how many seconds nothing is due, as far as anybody knows."""
        due = await self._store.find_next_due()
        if due is None or self._strange:
            return IDLE
        seconds = (due - self._now()).total_seconds()
        return IDLE if seconds < -OVERDUE else min(max(seconds, LOOK), IDLE)

    async def _rest(self, seconds: float) -> None:
        """Wait until a turn has ended, it is time to go, or the time is over."""
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                await self._awake.wait()
        except TimeoutError:
            return
        self._awake.clear()

    async def _end(self, *, leaving: bool = False) -> None:
        """Stop the turns under way, write what they found, and give back the leases; `leaving`, our say as well."""
        tasks, self._tasks = self._tasks, {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(LEAVING):
                await self._write(self._quiet.write())
                await self._store.release_leases([leased for task, leased in tasks.items() if task.cancelled()])
                if leaving:
                    await self._store.release_configuration()
        except (StoreError, TimeoutError) as error:
            reason = str(error) or "the database does not answer"
            log.warning("leases are left to run out", extra={"reason": reason})


async def _wait_for(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
