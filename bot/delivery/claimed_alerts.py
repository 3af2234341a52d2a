"""What the sender has claimed and not yet sent: filled from the store, given back to it, and which of it is next.

The loop asks `pick` until it returns nothing. Nothing is sent here. All times are steady but those of the store.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.delivery.attempt import AttemptRunner
from bot.delivery.batches import STALE, batch_for, without
from bot.delivery.in_flight import RUSH, InFlight
from bot.delivery.rate_limit import RateLimit
from bot.model import Delivery
from bot.ports.outbox_store import TOGETHER, OutboxStore, Unreadable

CLAIM_TTL = timedelta(minutes=2)
HELD, PER_CHAT = 200, 8  # claimed at a time at most, and of one chat
IDLE, BUSY = timedelta(seconds=1), timedelta(seconds=0.2)  # between two looks for work that nobody hinted at
HOUR = timedelta(hours=1)


class ClaimedAlerts:
    """The alerts that this sender holds. `max_per_hour` is asked at each message, so an edited file counts at once."""

    def __init__(
        self,
        store: OutboxStore,
        attempts: AttemptRunner,
        pace: RateLimit,
        in_flight: InFlight,
        *,
        max_per_hour: Callable[[], int],
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
    ) -> None:
        """Take the parts of the loop that decide who may be sent to; `now` is the steady clock, `wall` the store's."""
        self._store, self._attempts, self._pace, self._in_flight = store, attempts, pace, in_flight
        self._health = attempts.health
        self._max_per_hour, self._now, self._wall = max_per_hour, now, wall
        self._held: list[Delivery] = []
        self._may_hold_more = False  # something may be claimed that is not held here: a claim met a fault
        self._served: set[int] = set()  # chats that had their turn: the others come first
        self._spent: dict[int, int] = {}  # messages of the last hour, by chat
        self._look_at = now()

    def __len__(self) -> int:
        return len(self._held)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is claimed, also nothing that a fault kept from being held here."""
        return not self._held and not self._may_hold_more

    def look_now(self) -> None:
        """Note a hint that there is something new in the store."""
        self._look_at = self._now()

    def forget(self) -> None:
        """Let go of what an older epoch held, without the store: it is claimed anew."""
        self._held, self._look_at = [], self._now()

    def take_all(self) -> list[Delivery]:
        """Return what is held, and what was not tried, once."""
        held, self._held = [*self._held, *self._attempts.take_untried()], []
        return held

    async def reconcile(self, epoch: int) -> None:
        """Give back what was claimed and is not held here, after a claim that met a fault."""
        if self._may_hold_more:
            held = [one.id for one in self._held]
            await self._store.release_others(epoch, without=sorted(self._in_flight.chats), but=held)
            self._may_hold_more = False

    async def release_held(self, epoch: int, now: datetime) -> None:
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

    async def fill(self, epoch: int, now: datetime) -> None:
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

    def pick(self, now: datetime) -> tuple[tuple[Delivery, ...], bool] | None:
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
        order = sorted(ready.values(), key=self.is_silent)
        if not order or not self._in_flight.room(silent=self.is_silent(order[0])):
            return None
        delivery = order[0]
        most = self._max_per_hour()
        full = 0 < most <= self._spent.get(delivery.alert.chat.id, 0)
        together = batch_for(delivery, self._held, self._wall(), full=full)
        self._held = without(self._held, together or (delivery,))
        if not together and delivery.message is None:
            self._spent[delivery.alert.chat.id] = self._spent.get(delivery.alert.chat.id, 0) + 1
        return together or (delivery,), bool(together)

    def is_silent(self, delivery: Delivery) -> bool:
        """Return whether this is likely not to be answered: the last to its chat was not, or itself before."""
        return delivery.doubts > 0 or self._health.is_silent(delivery.alert.chat.id)

    def note_answer(self, chat: int) -> None:
        """Note that a request to the chat ended: its pause begins, and more may be claimed for it."""
        self._pace.record_answer(chat, self._now())
        if all(one.alert.chat.id != chat for one in self._held):
            soon = self._now() + (BUSY if self._held else timedelta(0))
            self._look_at = min(self._look_at, soon)  # there may be more for it

    def find_next_time(self, now: datetime) -> datetime:
        """Return when something may be sent or claimed; what is under way wakes the loop when it ends."""
        times = [max(self._look_at, now + BUSY)]
        waiting = [one for one in self._held if one.alert.chat.id not in self._in_flight.chats]
        if not self._in_flight.room(silent=True):
            waiting = [one for one in waiting if not self.is_silent(one)]
        if waiting:
            rested = min(self._pace.rested(one.alert.chat.id, now) for one in waiting)
            room = now + timedelta(seconds=self._in_flight.wait_for_room())
            times.append(max(self._pace.free(now), rested, room))
        return min(times)
