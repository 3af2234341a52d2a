"""The loop that delivers: alerts of the store in, messages of the notifier out, each settled right after acceptance.

One message at a time, but for late answers and a rush (`in_flight`). What is not settled is claimed again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.attempt import AttemptRunner
from bot.delivery.claimed_alerts import IDLE, ClaimedAlerts
from bot.delivery.in_flight import InFlight
from bot.delivery.rate_limit import Limits, RateLimit
from bot.delivery.role_lease import RoleLease
from bot.errors import StaleLeaseError, StoreError
from bot.i18n import Say, words
from bot.model import Delivery
from bot.ports.outbox_store import Notifier, OutboxStore
from bot.process import clock as clocks

log = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds of a send after which the loop looks after its role and its pulse meanwhile
# Seconds at the end: for the sends under way, and for each step after it. Together less than the 7.5 that whoever
# supervises the loops gives them, because SIGTERM ends the process within ten.
GRACE, STEP = 5.0, 0.8
LAST = 0.5  # seconds that sends under way get at least, even when a deadline is over


@dataclass(frozen=True, slots=True)
class DrainResult:
    """What `drain` did: alerts told, given up, and not delivered yet.

    `refused` says why nobody can be told, if so; `standby` is True when another instance sends, and has what is left.
    """

    sent: int
    dead: int
    left: int
    refused: str | None = None
    standby: bool = False


class DeliveryLoop:
    """The sender of one token. `max_per_hour` is asked at each message, so an edited file counts at once."""

    def __init__(
        self,
        store: OutboxStore,
        notifier: Notifier,
        *,
        limits: Limits | None = None,
        max_per_hour: Callable[[], int] = lambda: 30,
        notice: Callable[[Say], None] = lambda say: log.warning(say(words("en"))),
        report_problem: Callable[[str | None], None] = lambda _: None,
        now: Callable[[], datetime] | None = None,
        wall: Callable[[], datetime] | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what it works on, and whom to tell.

        `notice` hears, once each, what an owner should know (a chat closed, a topic lost); `report_problem` what keeps
        everything from being sent, None when that is over. `now` is the steady clock, which every wait here goes by,
        `wall` the one for the store (see `bot.process.clock`); who hands in `now` alone means it for both. `pause`
        waits so many seconds of the clock that `now` reads; by `clock` (monotonic, seconds) answers are timed.
        """
        wall, now = wall or now or clocks.wall, now or clocks.steady
        self._store, self._now, self._wall, self._pause = store, now, wall, pause
        self._role_lease = RoleLease(store, "sender", wall)
        limits = limits or Limits()
        self._pace = RateLimit(limits)
        self._attempts = AttemptRunner(
            store,
            notifier,
            self._pace,
            self._role_lease,
            now=now,
            wall=wall,
            pause=pause,
            chance=chance,
            notice=notice,
            report_problem=report_problem,
        )
        self._health = self._attempts.health
        self._epoch: int | None = None
        self._in_flight = InFlight(limits.bot.per_second, clock, self._on_answer)
        self._claimed = ClaimedAlerts(
            store, self._attempts, self._pace, self._in_flight, max_per_hour=max_per_hour, now=now, wall=wall
        )
        self._stop, self._wake = asyncio.Event(), asyncio.Event()

    async def run(self, stop: asyncio.Event, wake: asyncio.Event, beat: Callable[[], None] = lambda: None) -> None:
        """Deliver until `stop` is set; then finish what is under way and give the rest back.

        `wake` is a hint that there is something new; `beat` is called at every turn, at least every few seconds.
        """
        self._stop, self._wake = stop, wake
        try:
            while not stop.is_set():
                beat()
                until = await self._run_step()
                await self._rest(until, stop, wake)
                if wake.is_set():
                    wake.clear()
                    self._claimed.look_now()
        finally:
            await self._stop_sending(GRACE)

    async def drain(self, deadline: datetime, wake: asyncio.Event | None = None) -> DrainResult:
        """Deliver until nothing is left, the (steady) deadline is reached, or nothing can be tried before it.

        What another instance's sender holds is left to it. A send whose answer does not come in time is told again.
        `wake` is a hint that there is something new.
        """
        hints = () if wake is None else (wake,)
        before = self._attempts.sent, self._attempts.dead
        standby = False
        try:
            while self._now() < deadline:
                until = deadline
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._left(deadline)):
                        until = await self._run_step()
                standby = self._role_lease.epoch is None
                if standby or self._health.paused_until >= deadline:
                    break
                if self._claimed.is_empty and not self._in_flight:
                    left, next_try = await self._store.count_waiting(self._wall())
                    if not left or next_try is None:
                        break
                    next_turn = self._now() + (next_try - self._wall())
                    if next_turn >= deadline:
                        break
                    until = max(until, next_turn)
                await self._rest(min(until, deadline), *hints)
                if wake is not None and wake.is_set():
                    wake.clear()
                    self._claimed.look_now()
        finally:
            await self._stop_sending(max(LAST, self._left(deadline)))
        await self._attempts.review_suspensions(None)
        left, _ = await self._store.count_waiting(self._wall())
        return DrainResult(
            self._attempts.sent - before[0], self._attempts.dead - before[1], left, self._attempts.refused, standby
        )

    def _left(self, deadline: datetime) -> float:
        return (deadline - self._now()).total_seconds()

    async def _run_step(self) -> datetime:
        """Do what can be done now, and return when there may be more."""
        now = self._now()
        try:
            epoch = await self._role_lease.keep(now)
            if epoch != self._epoch:  # what an older epoch held is claimed anew
                self._epoch = epoch
                self._claimed.forget()
            if epoch is None:
                return self._role_lease.due(now)
            await self._claimed.release_held(epoch, now)
            await self._claimed.reconcile(epoch)
            await self._attempts.review_suspensions(now)
            if now < self._health.paused_until:
                return min(self._health.paused_until, self._role_lease.due(now))
            await self._claimed.fill(epoch, now)
        except StaleLeaseError:
            self._role_lease.lose()
            return now + IDLE
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("delivery waits for the database", extra={"reason": str(error)})
            return now + IDLE
        now = self._now()  # the store took its time: the pace, the role and the waits are those of this moment
        if now < self._health.paused_until or not self._role_lease.has_time(now):
            return now + IDLE
        while picked := self._claimed.pick(now):
            self._start(*picked, epoch, now)
        until = min(self._claimed.find_next_time(now), self._role_lease.due(now))
        if under_way := len(self._in_flight):
            seconds = min(PATIENCE, (until - now).total_seconds())
            await self._in_flight.wait(seconds, self._stop.wait(), self._wake.wait())
        return until if len(self._in_flight) == under_way else self._now()

    def _start(self, batch: tuple[Delivery, ...], folded: bool, epoch: int, now: datetime) -> None:  # noqa: FBT001 - as picked
        """Start to send a batch."""
        chat = batch[0].alert.chat.id
        self._pace.record_request(chat, now)
        sending = self._attempts.send_batch(batch, epoch, folded=folded)
        self._in_flight.start(chat, sending, silent=self._claimed.is_silent(batch[0]))

    def _on_answer(self, chat: int) -> None:
        self._claimed.note_answer(chat)

    async def _rest(self, until: datetime, *events: asyncio.Event) -> None:
        """Wait until then, or until a send ends or an event is set."""
        seconds = (until - self._now()).total_seconds()
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._in_flight.wait(None, self._pause(seconds), *(one.wait() for one in events))

    async def _stop_sending(self, seconds: float) -> None:
        """Give the sends under way so many seconds to end, the rest back, and the role with it, cancelled or not.

        A send that does not end may have been accepted: it keeps its claim, and whoever sends next tells it again.
        """
        try:
            await self._in_flight.end(seconds)
        finally:
            await asyncio.shield(self._release_all())

    async def _release_all(self) -> None:
        """Let go of everything; a store that does not answer holds nobody up."""
        held, epoch = self._claimed.take_all(), self._role_lease.epoch
        self._epoch = None
        await self._in_flight.abort(STEP)
        try:
            if held and epoch is not None:
                async with asyncio.timeout(STEP):
                    await self._store.release(held, epoch)
        except (StoreError, TimeoutError) as error:
            log.warning("claimed alerts come back when their lease ends", extra={"reason": repr(error)})
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(STEP):
                    await self._role_lease.leave()
