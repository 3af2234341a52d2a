"""The loop that fetches updates from Telegram: one instance a token, and no failure of the network ends it.

Holds the role `listener` in the store, or waits as standby while another instance does. Fetches updates by long
polling, each request with its own deadline, and hands them to the dispatcher. `polling_backoff` judges every failure,
the connections are thrown away, and the next request follows: nothing that Telegram, a proxy or the network answers
ends the loop. Alerts are sent elsewhere and go on whatever happens here.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bot.chat.dispatcher import Dispatcher
from bot.chat.listening.polling_backoff import REFUSED_FOR, Backoff, judge_failure
from bot.chat.listening.updates import ALLOWED, names_other_bot
from bot.delivery.role_lease import RENEW, STANDBY, RoleLease, Roles
from bot.errors import BotError, DeliveryError, StoreError
from bot.notify.telegram.bot_api import TelegramClient
from bot.process.clock import steady, wall

log = logging.getLogger(__name__)

WAIT = 25.0  # seconds of one long poll
DEADLINE = 15.0  # seconds of any other request: one person waits for it
_GRACE = 5.0  # seconds that answers under way have when we are told to stop
_HEARTBEAT = 5.0  # seconds between two signs of life while stepping back
_PAUSE = 1.0  # seconds between two polls that were answered with nothing at once
_RENAMED = 30.0  # seconds between two looks whether the bot was renamed
_CONFIRM = 2.0  # seconds for telling Telegram what is done with, on the way out

_Result = TypeVar("_Result")


class Listener:
    """Listens. `beat` says that the loop makes progress, `report_problem` why it does so in vain (None: it is over)."""

    def __init__(
        self,
        client: TelegramClient,
        dispatcher: Dispatcher,
        roles: Roles,
        *,
        now: Callable[[], datetime] = steady,
        wall: Callable[[], datetime] = wall,
        clock: Callable[[], float],
        beat: Callable[[], None] = lambda: None,
        report_problem: Callable[[str | None], None] = lambda _: None,
        answered: Callable[[], None] = lambda: None,
        wait: float = WAIT,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take what it works on; `now` is the steady clock, `wall` the one for the store (see `bot.process.clock`)."""
        self._client = client
        self._dispatcher = dispatcher
        self._role = RoleLease(roles, "listener", wall)
        self._now = now
        self._clock = clock
        self._beat = beat
        self._report_problem = report_problem
        self._answered = answered
        self._wait = wait
        self._jitter = jitter
        self._sleep = sleep
        self._failures = 0
        self._refused_since: float | None = None
        self._last_logged = ""
        self._standby = False
        self._reached = asyncio.Event()  # Telegram has answered
        self._menus_set = False
        self._learned_at = float("-inf")

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set. Store faults are waited out; what else arrives here is a bug."""
        try:
            while not stop.is_set():
                self._beat()
                epoch = await self._acquire_role()
                if epoch is None:
                    await self._pause(STANDBY.total_seconds(), stop)
                    continue
                try:
                    await self._poll_while_leader(epoch, stop)
                finally:
                    await self._role.leave()
        finally:
            await self._client.disconnect()

    async def answer_pending(self, seconds: float) -> int:
        """Answer what waits for an answer, within so many seconds; return how many updates that were.

        For `once`: no long poll. When another instance listens, the updates are left to it.
        """
        epoch = await self._acquire_role()
        if epoch is None:
            return 0
        count, offset = 0, None
        renewal = asyncio.create_task(self._renew_role(epoch))
        try:
            async with asyncio.timeout(seconds):
                while not renewal.done() and (updates := await self._pending(offset)):
                    count += await self._dispatcher.answer(updates, self._beat)
                    offset = _after(updates)
                await self._dispatcher.finish()
                if count:
                    await self._dispatcher.set_menus()
                await self._dispatcher.run_scheduled()
                await self._dispatcher.finish()
        except TimeoutError:
            log.info("no time left for more commands; they wait for the next run")
        except DeliveryError as error:
            found = judge_failure(error, 1, REFUSED_FOR)  # there is no next try here to be sure of it
            log.log(logging.ERROR if found.lasting else logging.WARNING, found.words)
            if found.lasting:
                self._report_problem(found.words)
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)
            await self._dispatcher.cancel()
            await self._confirm(offset)
            await self._role.leave()
            await self._client.disconnect()
        return count

    # ------------------------------------------------------------------------------------------ the role

    async def _acquire_role(self) -> int | None:
        try:
            epoch = await self._role.keep(self._now())
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("listener cannot reach the database", extra={"reason": str(error)})
            return None
        if (epoch is None) != self._standby:
            self._standby = epoch is None
            log.info("another instance listens to Telegram; standing by" if self._standby else "listening to Telegram")
        return epoch

    async def _poll_while_leader(self, epoch: int, stop: asyncio.Event) -> None:
        """Poll for as long as the role is ours."""
        ending = asyncio.Event()
        poll = asyncio.create_task(self._poll(ending))
        others = [
            asyncio.create_task(self._renew_role(epoch)),
            asyncio.create_task(stop.wait()),
        ]
        menu = asyncio.create_task(self._set_menus())
        try:
            await asyncio.wait([poll, *others], return_when=asyncio.FIRST_COMPLETED)
            ending.set()
            await asyncio.wait([poll], timeout=min(_GRACE, max(self._role.seconds_left(self._now()), 0.0)))
            if poll.done():
                poll.result()
        finally:
            for task in (poll, menu, *others):
                task.cancel()
            await asyncio.gather(poll, menu, *others, return_exceptions=True)
            await self._dispatcher.cancel()

    async def _set_menus(self) -> None:
        """Set the menus, once, as soon as Telegram can be reached."""
        await self._reached.wait()
        if not self._menus_set:
            self._menus_set = True
            await self._dispatcher.set_menus()

    async def _renew_role(self, epoch: int) -> None:
        """Renew the role; return when it is lost, or not certain any more."""
        while self._role.epoch == epoch and self._role.certain(self._now()):
            await asyncio.sleep((self._role.due(self._now()) - self._now()).total_seconds())
            try:
                left = self._role.seconds_left(self._now())  # a database that hangs must not hold us here for longer
                async with asyncio.timeout(min(RENEW.total_seconds(), left)):
                    await self._role.keep(self._now())
            except (BotError, TimeoutError) as error:
                log.warning("listener role not renewed", extra={"reason": str(error) or "the database does not answer"})
        log.warning("listener role lost; stepping back")

    # ------------------------------------------------------------------------------------------ polling

    async def _poll(self, ending: asyncio.Event) -> None:
        """Fetch and answer until `ending`. After a quiet poll no offset is sent: ids may have jumped back by then."""
        offset: int | None = None
        while not ending.is_set():
            self._beat()
            began = self._clock()
            try:
                await self._learn_username()
                updates = await _unless(ending, self._client.updates(offset, self._wait, allowed=ALLOWED))
                await self._follow_rename(updates or ())
            except DeliveryError as error:
                await self._step_back(error, ending)
                continue
            if updates is None:
                break
            self._recovered()
            await self._dispatcher.answer(updates, self._beat)
            offset = _after(updates)
            await self._dispatcher.run_scheduled()
            if not updates and self._clock() - began < min(_PAUSE, self._wait):
                await self._pause(_PAUSE, ending)  # something in between does not hold long polls: no hammering
        await self._confirm(offset)
        await self._dispatcher.finish()

    async def _pending(self, offset: int | None) -> list[dict[str, Any]]:
        """Return what waits, without waiting for more; a webhook that is in the way is removed."""
        await self._learn_username()
        try:
            return await self._client.updates(offset, 0, allowed=ALLOWED)
        except DeliveryError as error:
            if judge_failure(error, 1, 0.0).cause != "webhook":
                raise
            await self._client.delete_webhook()
            return await self._client.updates(offset, 0, allowed=ALLOWED)

    async def _learn_username(self) -> None:
        if not self._dispatcher.username:
            self._dispatcher.username = str((await self._client.me()).get("username") or "")

    async def _follow_rename(self, updates: Sequence[dict[str, Any]]) -> None:
        """Ask for our name again when a command names a bot that is not ours: it may be our new name."""
        ours, now = self._dispatcher.username, self._clock()
        if now - self._learned_at < _RENAMED or not any(names_other_bot(update, ours) for update in updates):
            return
        self._learned_at = now
        try:
            name = str((await self._client.me()).get("username") or ours)
        except DeliveryError as error:
            log.info("cannot ask for the bot's name", extra={"reason": str(error)})
            return
        if name != ours:
            log.info("the bot has a new name", extra={"was": ours, "is": name})
            self._dispatcher.username = name

    async def _confirm(self, offset: int | None) -> None:
        """Tell Telegram on the way out what was answered, so that it does not come again."""
        if offset is None:
            return
        try:
            async with asyncio.timeout(_CONFIRM):
                await self._client.updates(offset, 0, allowed=ALLOWED, limit=1)
        except (DeliveryError, TimeoutError) as error:
            log.debug("updates not confirmed; they will come again", extra={"reason": str(error)})

    async def _step_back(self, error: DeliveryError, ending: asyncio.Event) -> None:
        self._failures += 1
        if error.verdict != "token":
            self._refused_since = None
        elif self._refused_since is None:
            self._refused_since = self._clock()
        refused = 0.0 if self._refused_since is None else self._clock() - self._refused_since
        found = judge_failure(error, self._failures, refused)
        self._log_once(found)
        await self._client.disconnect()
        if found.cause == "webhook":
            try:
                await self._client.delete_webhook()
            except DeliveryError as refusal:
                log.warning("webhook not removed", extra={"reason": str(refusal)})
        await self._pause(found.pause * (1 + self._jitter() / 4), ending)

    def _log_once(self, found: Backoff) -> None:
        """Say each kind of trouble once, not at every try."""
        if found.words == self._last_logged:
            return
        self._last_logged = found.words
        log.log(logging.ERROR if found.lasting else logging.WARNING, found.words)
        if found.lasting:
            self._report_problem(found.words)

    def _recovered(self) -> None:
        self._reached.set()
        self._answered()
        if self._failures:
            log.info("updates come from Telegram again", extra={"failures": self._failures})
            self._report_problem(None)
        self._failures, self._refused_since, self._last_logged = 0, None, ""

    async def _pause(self, seconds: float, ending: asyncio.Event) -> None:
        """Wait, alive: the loop is doing what it should."""
        end = self._clock() + seconds
        while not ending.is_set() and (left := end - self._clock()) > 0:
            self._beat()
            await _unless(ending, self._sleep(min(left, _HEARTBEAT)))


def _after(updates: list[dict[str, Any]]) -> int | None:
    return max(update["update_id"] for update in updates) + 1 if updates else None


async def _unless(ending: asyncio.Event, work: Awaitable[_Result]) -> _Result | None:
    """Do the work, or give it up and return None when `ending` is set first."""
    doing = asyncio.ensure_future(work)
    waiter = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait([doing, waiter], return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        doing.cancel()
        waiter.cancel()
        await asyncio.gather(doing, waiter, return_exceptions=True)
