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
from datetime import datetime, timedelta

from bot.delivery.attempt import AttemptRunner
from bot.delivery.batches import STALE, batch_for, without
from bot.delivery.in_flight import RUSH, InFlight
from bot.delivery.rate_limit import Limits, RateLimit
from bot.delivery.role_lease import RoleLease
from bot.errors import StaleLeaseError, StoreError
from bot.i18n import Say, words
from bot.model import Delivery
from bot.ports.outbox_store import TOGETHER, Notifier, OutboxStore, Unreadable
from bot.process import clock as clocks

log = logging.getLogger(__name__)

CLAIM_TTL = timedelta(minutes=2)
HELD, PER_CHAT = 200, 8  # claimed at a time at most, and of one chat
IDLE, BUSY = timedelta(seconds=1), timedelta(seconds=0.2)  # between two looks for work that nobody hinted at
PATIENCE = 1.0  # seconds of a send after which the loop looks after its role and its pulse meanwhile
# Seconds at the end: for the sends under way, and for each step after it. Together less than the 7.5 that whoever
# supervises the loops gives them, because SIGTERM ends the process within ten.
GRACE, STEP = 5.0, 0.8
LAST = 0.5  # seconds that sends under way get at least, even when a deadline is over
HOUR = timedelta(hours=1)


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
        self._max_per_hour = max_per_hour
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
        self._held: list[Delivery] = []
        self._may_hold_more = False  # something may be claimed that is not held here: a claim met a fault
        self._in_flight = InFlight(limits.bot.per_second, clock, self._on_answer)
        self._served: set[int] = set()  # chats that had their turn: the others come first
        self._stop, self._wake = asyncio.Event(), asyncio.Event()
        self._spent: dict[int, int] = {}  # messages of the last hour, by chat
        self._look_at = now()

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
                    self._look_at = self._now()
        finally:
            await self._stop_sending(GRACE)

    async def drain(self, deadline: datetime) -> DrainResult:
        """Deliver until nothing is left, the (steady) deadline is reached, or nothing can be tried before it.

        What another instance's sender holds is left to it. A send whose answer does not come in time is told again.
        """
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
                if not self._held and not self._in_flight and not self._may_hold_more:
                    left, next_try = await self._store.count_waiting(self._wall())
                    if not left or next_try is None:
                        break
                    next_turn = self._now() + (next_try - self._wall())
                    if next_turn >= deadline:
                        break
                    until = max(until, next_turn)
                await self._rest(min(until, deadline))
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
                self._epoch, self._held, self._look_at = epoch, [], now
            if epoch is None:
                return now + IDLE
            await self._release_held(epoch, now)
            if self._may_hold_more:
                held = [one.id for one in self._held]
                await self._store.release_others(epoch, without=sorted(self._in_flight.chats), but=held)
                self._may_hold_more = False
            await self._attempts.review_suspensions(now)
            if now < self._health.paused_until:
                return min(self._health.paused_until, self._role_lease.due(now))
            await self._fill(epoch, now)
        except StaleLeaseError:
            self._role_lease.lose()
            return now + IDLE
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("delivery waits for the database", extra={"reason": str(error)})
            return now + IDLE
        now = self._now()  # the store took its time: the pace, the role and the waits are those of this moment
        if now < self._health.paused_until or not self._role_lease.certain(now):
            return now + IDLE
        while picked := self._pick(now):
            self._start(*picked, epoch, now)
        until = self._soonest(now)
        if under_way := len(self._in_flight):
            seconds = min(PATIENCE, (until - now).total_seconds())
            await self._in_flight.wait(seconds, self._stop.wait(), self._wake.wait())
        return until if len(self._in_flight) == under_way else self._now()

    async def _release_held(self, epoch: int, now: datetime) -> None:
        """Give back what is held for chats that moved, wait, or are closed: the store knows what becomes of it.

        While everybody waits, all of it: what chats wish, mute or end by then counts.
        """
        closed = set(self._attempts.chats_to_release)
        self._held += self._attempts.take_untried()
        kept = [one for one in self._held if now >= self._health.paused_until and one.alert.chat.id not in closed]
        dropped, self._held = without(self._held, kept), kept
        if dropped:
            await self._store.release(dropped, epoch)
        self._attempts.chats_to_release -= closed

    async def _fill(self, epoch: int, now: datetime) -> None:
        """Claim more when little is held, in turn: a chat with a backlog keeps nobody waiting for all of it.

        One that had its turn comes again when everybody had, but for what is urgent.
        """
        if now < self._look_at or not await self._make_room(epoch, now):
            return
        ours = {one.alert.chat.id for one in self._held}.union(self._in_flight.chats, self._resting(now))
        spoilt = list[Unreadable]()
        room = HELD - min(TOGETHER, HELD // 3) - len(self._held)  # a claim may bring as many more as come together
        self._may_hold_more = True  # until it is held here, a fault may leave behind what was claimed
        claimed = await self._store.claim(
            epoch,
            self._wall(),
            limit=room,
            ttl=CLAIM_TTL,
            per_chat=PER_CHAT,
            before=self._wall() - STALE,
            without=sorted(ours),
            after=sorted(self._served),
            resting=self._attempts.resting(now),
            unreadable=spoilt.append,
        )
        self._attempts.report(spoilt)
        another_round = len(claimed) < room and self._served - ours
        self._look_at = now if another_round else now + (BUSY if claimed else IDLE)
        chats = {one.alert.chat.id for one in claimed}
        self._served = self._served | chats if len(claimed) >= room else set()
        if claimed and self._max_per_hour():
            recent = await self._store.count_recent(sorted(chats), self._wall() - HOUR)
            self._spent.update({chat: recent.get(chat, 0) for chat in chats})
        self._held = sorted(
            (*self._held, *claimed), key=lambda one: (one.message is not None, one.alert.priority != "urgent")
        )
        self._may_hold_more = False
        self._pace.forget(self._now())

    async def _make_room(self, epoch: int, now: datetime) -> bool:
        """Return whether more may be claimed. What is held for chats that have to wait is no reason not to."""
        resting = self._resting(now).union(self._in_flight.chats)
        soon = [one for one in self._held if one.alert.chat.id not in resting]
        if len(soon) > HELD // 4:
            return False
        if len(self._held) > HELD // 4:
            waiting, self._held = without(self._held, soon), soon
            await self._store.release(waiting, epoch)
        return True

    def _resting(self, now: datetime) -> set[int]:
        """Return the chats that cannot be sent to within a moment, whatever the others get."""
        return {*self._pace.resting(now + IDLE, now), *self._health.resting(now)}

    def _pick(self, now: datetime) -> tuple[tuple[Delivery, ...], bool] | None:
        """Take the next alert whose chat may be sent to, or several to fold into one message, and say which it is."""
        if self._pace.free(now) > now:
            return None
        ready: dict[int, Delivery] = {}
        passed = self._attempts.chats_to_release.union(self._in_flight.chats, self._health.resting(now))
        for delivery in self._held:
            chat = delivery.alert.chat.id
            if chat not in passed and self._pace.rested(chat, now) <= now:
                ready[chat] = delivery
            passed.add(chat)
            if len(ready) > RUSH:
                break
        self._in_flight.expect(len(ready))
        order = sorted(ready.values(), key=self._is_silent)
        if not order or not self._in_flight.room(silent=self._is_silent(order[0])):
            return None
        delivery = order[0]
        most = self._max_per_hour()
        full = 0 < most <= self._spent.get(delivery.alert.chat.id, 0)
        together = batch_for(delivery, self._held, self._wall(), full=full)
        self._held = without(self._held, together or (delivery,))
        return together or (delivery,), bool(together)

    def _start(self, batch: tuple[Delivery, ...], folded: bool, epoch: int, now: datetime) -> None:  # noqa: FBT001 - as picked
        """Start to send a batch."""
        chat = batch[0].alert.chat.id
        if not folded and batch[0].message is None:
            self._spent[chat] = self._spent.get(chat, 0) + 1
        self._pace.record_request(chat, now)
        sending = self._attempts.send_batch(batch, epoch, folded=folded)
        self._in_flight.start(chat, sending, silent=self._is_silent(batch[0]))

    def _is_silent(self, delivery: Delivery) -> bool:
        """Return whether this is likely not to be answered: the last to its chat was not, or itself before."""
        return delivery.doubts > 0 or self._health.is_silent(delivery.alert.chat.id)

    def _on_answer(self, chat: int) -> None:
        self._pace.record_answer(chat, self._now())
        if all(one.alert.chat.id != chat for one in self._held):
            soon = self._now() + (BUSY if self._held else timedelta(0))
            self._look_at = min(self._look_at, soon)  # there may be more for it

    def _soonest(self, now: datetime) -> datetime:
        """Return when something may be sent, claimed or renewed; what is under way wakes the loop when it ends."""
        times = [max(self._look_at, now + BUSY), self._role_lease.due(now)]
        waiting = [one for one in self._held if one.alert.chat.id not in self._in_flight.chats]
        if not self._in_flight.room(silent=True):
            waiting = [one for one in waiting if not self._is_silent(one)]
        if waiting:
            rested = min(self._pace.rested(one.alert.chat.id, now) for one in waiting)
            room = now + timedelta(seconds=self._in_flight.wait_for_room())
            times.append(max(self._pace.free(now), rested, room))
        return min(times)

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
        held, epoch = [*self._held, *self._attempts.take_untried()], self._role_lease.epoch
        self._held, self._epoch = [], None
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
