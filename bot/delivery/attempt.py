"""One message on its way: sent, and what came of it carried out and written down.

Deliveries under an epoch in, rows settled out. What a refusal means is decided in `retry`; when something is sent at
all, in `deliver`. Nothing accepted goes unsettled while the store can be reached.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVarTuple

from bot import owner_notices
from bot.alerts.suspension import Refusals, outage_wait
from bot.delivery import retry
from bot.delivery.batches import without
from bot.delivery.medium_health import MediumHealth
from bot.delivery.rate_limit import RateLimit
from bot.delivery.role_lease import RoleLease
from bot.errors import Closure, DeliveryError, StaleLeaseError, StoreError
from bot.i18n import Say
from bot.model import Chat, Delivery
from bot.ports.outbox_store import Dead, Folded, Later, Notifier, OutboxStore, Sent, Unreadable
from bot.process.log_context import log_ids

log = logging.getLogger(__name__)

SETTLE_TRIES = (0.1, 0.5, 2.0, 5.0, None)  # seconds between attempts to write down how it ended
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
EDIT_REST = timedelta(seconds=10)  # between two drawings of one message: its story's reports come in a burst
# From a refusal to the notice about it, so that an outage is known as one; and between two looks for what other
# processes have suspended.
ANNOUNCE, REVIEW = timedelta(seconds=5), timedelta(minutes=1)
_Asked = TypeVarTuple("_Asked")
UNSHOWN = "it cannot be shown; the log has the reason"


async def announce_suspensions(store: OutboxStore, wall: datetime, notice: Callable[[Say], None]) -> None:
    """Tell owners of each suspended chat and lost topic that they have not been told of."""
    for chat, reason in await store.take_unannounced(wall):
        if chat.topic is None:
            notice(partial(owner_notices.closed, chat=chat.id, reason=reason))
        else:
            notice(partial(owner_notices.topic_lost, chat=chat.id, topic=chat.topic, reason=reason))


class _OutOfTimeError(Exception):
    """The role may be another's before an answer comes: nothing is sent under it."""


class AttemptRunner:
    """Sends batches for the loop, and tells `health` how each was answered; nothing more goes to `chats_to_release`."""

    def __init__(
        self,
        store: OutboxStore,
        notifier: Notifier,
        pace: RateLimit,
        role_lease: RoleLease,
        *,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
        chance: Callable[[], float],
        notice: Callable[[Say], None],
        report_problem: Callable[[str | None], None],
    ) -> None:
        self._store, self._notifier, self._pace, self._role_lease = store, notifier, pace, role_lease
        self._now, self._wall, self._pause, self._chance = now, wall, pause, chance
        self._notice, self._report_problem = notice, report_problem
        self._refusals_of_chats = Refusals()
        self._review_at = now()
        self._unheeded: set[int] = set()  # chats whose settings the owners know to be unreadable
        self._unsent: list[Delivery] = []
        self._rests: dict[int, datetime] = {}  # until when no message of that id is edited
        self.health = MediumHealth(now(), chance)
        self.chats_to_release: set[int] = set()
        self.refused: str | None = None
        self.sent = self.dead = 0

    async def send_batch(self, batch: Sequence[Delivery], epoch: int, *, folded: bool) -> None:
        """Send one alert, or fold several into the chat's rolling message, and settle each.

        Log lines carry the id of the (first) alert, with the revision that was to be shown.
        """
        with log_ids(delivery=f"{batch[0].id}.{batch[0].revision}"):
            await self._send_batch(batch, epoch, folded=folded)

    async def _send_batch(self, batch: Sequence[Delivery], epoch: int, *, folded: bool) -> None:
        action: retry.Action | Sent | Folded
        try:
            batch = await self._confirm(batch, epoch)
            while batch:
                action = await self._attempt(batch, folded=folded)
                if not isinstance(action, retry.Again):
                    break
                # Too many for one message, or one of them cannot be shown: fewer, and the others follow.
                if action.form == "bare" and _is_divisible(batch, folded=folded):
                    few = len(batch) // 2
                    await self._store.release(batch[few:], epoch)
                    batch = batch[:few]
                    continue
                batch = tuple(replace(one, form=action.form) for one in batch)
                self._pace.record_request(batch[0].alert.chat.id, self._now())
            else:
                return
            await self._carry_out(action, batch, epoch)
        except _OutOfTimeError:
            self._unsent.extend(batch)
        except StaleLeaseError:
            log.warning("another instance sends now")
            self._role_lease.lose()
        except StoreError as error:
            log.warning("the database cannot follow a delivery", extra={"reason": str(error)})

    async def _confirm(self, batch: Sequence[Delivery], epoch: int) -> Sequence[Delivery]:
        """Return what of it is still to be sent: people may have said otherwise since it was claimed.

        Where something is not, the rest that is held for the chat is looked at again, too. What a store that fails
        cannot confirm goes back to the loop, which waits for a moment.
        """
        chat = batch[0].alert.chat.id
        try:
            still = await self._store.confirm_claims(batch, epoch, self._wall())
        except StaleLeaseError:
            raise
        except StoreError:
            self._unsent.extend(batch)
            self.health.pause(self._now() + SECOND)
            raise
        if len(still) < len(batch):
            self.chats_to_release.add(chat)
            await self._store.release(without(batch, still), epoch)
        return still

    def resting(self, now: datetime) -> list[int]:
        """Return the ids of the messages that were sent or edited so lately that an edit has to wait."""
        self._rests = {message: until for message, until in self._rests.items() if until > now}
        return sorted(self._rests)

    def take_untried(self) -> list[Delivery]:
        """Return what was not tried, once."""
        unsent, self._unsent = self._unsent, []
        return unsent

    def report(self, spoilt: Sequence[Unreadable]) -> None:
        """Tell the owners what cannot be read: alerts that ended together in one notice, a chat's settings once."""
        if alerts := [one for one in spoilt if one.what == "alert"]:
            self._notice(lambda _: owner_notices.unreadable(_, len(alerts), alerts[0].chat, alerts[0].reason))
        for one in spoilt:
            if one.what == "setting" and one.chat not in self._unheeded:
                self._unheeded.add(one.chat)
                self._notice(partial(owner_notices.unheeded, chat=one.chat, reason=one.reason))

    async def _attempt(self, batch: Sequence[Delivery], *, folded: bool) -> retry.Action | Sent | Folded:
        """Ask the medium once, and say what follows."""
        chat = batch[0].alert.chat.id
        try:
            if folded:
                accepted: Sent | Folded = await self._send_digest(batch)
            else:
                accepted = Sent(await self._ask(self._notifier.send, batch[0]))
        except DeliveryError as error:
            log.info("not delivered", extra={"chat": chat, "reason": str(error)})
            refusal = error
        except (StoreError, _OutOfTimeError):
            raise
        except Exception:  # one alert that cannot be shown must not stop the others
            log.exception("cannot show an alert", extra={"story": batch[0].alert.story})
            if _is_divisible(batch, folded=folded):
                return retry.Again("bare")
            refusal = DeliveryError(UNSHOWN, "retry")
        else:
            self._note_answer(chat)
            return accepted
        if refusal.verdict == "unknown":
            if self.health.note_doubt(chat, self._now()):
                self.chats_to_release.add(chat)
        elif refusal.verdict == "wait":
            self.health.note_contact(chat)
        elif refusal.verdict not in {"unsent", "token"}:
            self._note_answer(chat)
        action = retry.after(refusal, batch[0], self._wall(), self._chance())
        if isinstance(action, Dead) and refusal.verdict == "retry" and _is_divisible(batch, folded=folded):
            return retry.Again("bare")  # one of them is refused, not all
        return action

    async def _send_digest(self, batch: Sequence[Delivery]) -> Folded:
        """Add to the rolling message of the hour; begin another where it is full, gone, or there is none.

        What stands in a rolling message already has grown: that message is shown anew, however old it is, in the form
        of the batch. Whatever else has changed in the message is shown with it, and needs no edit of its own.
        """
        chat, message = batch[0].alert.chat, batch[0].message
        listed = await self._store.find_rolling(chat, self._wall() - HOUR, message)
        drawn = tuple(one for one in listed if one.shown < one.revision)
        if message is not None:
            lines = tuple(replace(one, form=batch[0].form) for one in listed or batch)
            return Folded(await self._ask(self._notifier.fold, lines, message), drawn)
        if listed and not batch[0].held:  # what a chat wished to get together is a message of its own
            try:
                return Folded(await self._ask(self._notifier.fold, (*listed, *batch), listed[0].message), drawn)
            except DeliveryError as error:
                if error.verdict not in {"shrink", "stale"}:
                    raise
            except _OutOfTimeError:
                raise
            except Exception:  # perhaps it is a line that is there already
                log.exception("cannot show a rolling message", extra={"chat": chat.id})
        return Folded(await self._ask(self._notifier.fold, batch, None))

    async def _ask(self, request: Callable[[*_Asked], Awaitable[int]], *asked: *_Asked) -> int:
        """Make a request of the medium by our own clock: only while the role is ours, and no longer than that.

        Between the claim and this moment the database may have hung, or this process been stopped.
        """
        now = self._now()
        if not self._role_lease.has_time(now):
            raise _OutOfTimeError
        try:
            async with self._role_lease.limited(now):
                return await request(*asked)
        except TimeoutError as error:
            raise DeliveryError("no answer while this instance was certainly the sender", "unknown") from error

    async def _carry_out(self, action: retry.Action | Sent | Folded, batch: Sequence[Delivery], epoch: int) -> None:
        """Do what follows, and write down how the attempt ended."""
        now, wall, chat = self._now(), self._wall(), batch[0].alert.chat
        if isinstance(action, Sent | Folded):
            self._rests[action.message] = now + EDIT_REST
            if batch[0].message is None:
                self._refusals_of_chats.note(chat.id, now)
        match action:
            case Sent() | Folded() | Later() | Dead():
                await self._settle(batch, epoch, action)
                if batch[0].is_probe and isinstance(action, Sent | Folded):
                    await self._store.reopen_chat(Chat(chat.id) if batch[0].to_general else chat, wall)
            case retry.Slow(until):
                await self._slow(chat.id, until, now + (until - wall))
                await self._settle(batch, epoch, Later(until, "Telegram asks to wait", counts="nothing"))
            case retry.Unreached(reason):
                if self.health.note_unreached(now):
                    log.warning("cannot reach the medium", extra={"reason": reason})
                again = wall + (self.health.paused_until - now)
                await self._settle(batch, epoch, Later(again, reason, counts="nothing"))
            case retry.Refused(reason):
                await self._settle(batch, epoch, Later(wall, reason, counts="nothing"))
                self._note_refused_token(reason, now)
            case retry.Closed(reason, closure):
                until = await self._suspend(chat.id, reason, closure, is_probe=batch[0].is_probe)
                self.chats_to_release.add(chat.id)
                await self._settle(batch, epoch, Later(until, reason, counts="nothing"))
            case retry.Moved(new):
                await self._store.migrate_chat(chat.id, new)
                self.chats_to_release.add(chat.id)
                await self._store.release(batch, epoch)
            case retry.TopicLost(reason):
                await self._store.close_topic(chat, reason, wall)
                self._review_at = min(self._review_at, now + ANNOUNCE)
                self.chats_to_release.add(chat.id)
                await self._store.release(batch, epoch)
            case retry.Again():
                raise AssertionError("sent again by send_batch")

    async def _suspend(self, chat: int, reason: str, closure: Closure, *, is_probe: bool) -> datetime:
        """Suspend a chat that refuses, or let it wait where Telegram refuses many alike; return until when."""
        now, wall, refusals = self._now(), self._wall(), self._refusals_of_chats
        if not is_probe:  # what a suspended chat says again is no news
            refusals.note(chat, now, reason)
            if refusals.is_outage(chat, reason, closure, now):
                until = wall + outage_wait(refusals.begun(reason, now), now)
                await self._store.wait_out_outage(refusals.refused_alike(reason, now), until, wall)
                if refusals.announce(reason):
                    log.warning("Telegram refuses many chats alike", extra={"reason": reason})
                    self._notice(lambda _: owner_notices.chats_refuse(_, reason))
                return until
        self._review_at = min(self._review_at, now + ANNOUNCE)
        return await self._store.suspend_chat(chat, reason, wall, closure=closure)

    async def review_suspensions(self, now: datetime | None) -> None:
        """Tell owners of chats that were suspended, by whichever process, once each; where that is due (None: now)."""
        if now is not None and now < self._review_at:
            return
        self._review_at = self._now() + REVIEW
        await announce_suspensions(self._store, self._wall(), self._notice)

    async def _settle(self, batch: Sequence[Delivery], epoch: int, result: Sent | Folded | Later | Dead) -> None:
        """Write it down, again and again for some seconds when the store fails: every one unwritten is a duplicate."""
        for seconds in SETTLE_TRIES:
            try:
                await self._store.settle(batch, epoch, result, self._wall())
                break
            except StaleLeaseError:
                raise
            except StoreError:
                if seconds is None:
                    raise
                await self._pause(seconds)
        first = sum(not one.shown and not one.alert.part for one in batch)  # replies are no alerts of their own
        self.sent += first if isinstance(result, Sent | Folded) else 0
        self.dead += first if isinstance(result, Dead) else 0
        if isinstance(result, Dead) and result.reason == UNSHOWN:
            self.report([Unreadable("alert", one.alert.chat.id, UNSHOWN) for one in batch])

    async def _slow(self, chat: int, until: datetime, over: datetime) -> None:
        """Let the chat wait, or everybody where that is meant.

        `until` is on the wall clock, for the store; `over` is the same moment on the steady one.
        """
        everybody = self.health.note_slowed(chat, self._now(), over)
        await self._store.block_chat(None if everybody else chat, until)
        log.warning("Telegram asks to wait", extra={"chat": None if everybody else chat, "until": until.isoformat()})
        self.chats_to_release.add(chat)

    def _note_refused_token(self, reason: str, now: datetime) -> None:
        if self.health.note_refused_token(now):
            self.refused = reason
            self._report_problem(f"Telegram refuses the token: {reason}")
            self._notice(lambda _: owner_notices.refused(_, reason))

    def _note_answer(self, chat: int) -> None:
        """Note an answer about this chat: whatever kept everything from being sent is over."""
        if self.refused is not None:
            self._report_problem(None)
        self.refused = None
        self.health.note_answer(chat)


def _is_divisible(batch: Sequence[Delivery], *, folded: bool) -> bool:
    """Return whether fewer of a batch could go into one message: not of lines that stand in it already."""
    return folded and len(batch) > 1 and batch[0].message is None
