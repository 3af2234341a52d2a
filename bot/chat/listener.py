"""The loop that listens to Telegram: one instance a token, and never deaf for good.

Holds the role `listener` in the store, or waits as standby while another instance does. Fetches updates by long
polling, each request with its own deadline, and hands them to `answering`. Every failure is judged by `setback`,
the connections are thrown away, and the next request follows: nothing that Telegram, a proxy or the network answers
ends the loop. Sending alerts is none of its business and goes on whatever happens here.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from bot.chat.dispatcher import Dispatcher
from bot.chat.polling_backoff import REFUSED_FOR, Backoff, setback
from bot.chat.updates import ALLOWED
from bot.delivery.role_lease import RENEW, STANDBY, RoleLease, Roles
from bot.errors import BotError, DeliveryError, StoreError
from bot.notify.telegram.bot_api import TelegramClient
from bot.process.clock import steady, wall

log = logging.getLogger(__name__)

WAIT = 25.0  # seconds of one long poll
DEADLINE = 15.0  # seconds of any other request: one person waits for it
_LAST_WORDS = 5.0  # seconds that answers under way have when we are told to stop
_PULSE = 5.0  # seconds between two signs of life while stepping back
_BREATH = 1.0  # seconds between two polls that were answered with nothing at once
_CONFIRM = 2.0  # seconds for telling Telegram what is done with, on the way out

_Got = TypeVar("_Got")


class Listener:
    """Listens. `beat` says that the loop lives, `ail` that it lives in vain, with the reason (None: not any more)."""

    def __init__(
        self,
        client: TelegramClient,
        answering: Dispatcher,
        roles: Roles,
        *,
        now: Callable[[], datetime] = steady,
        wall: Callable[[], datetime] = wall,
        clock: Callable[[], float],
        beat: Callable[[], None] = lambda: None,
        ail: Callable[[str | None], None] = lambda _: None,
        wait: float = WAIT,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take what it works on; `now` is the steady clock, `wall` the one for the store (see `bot.process.clock`)."""
        self._client = client
        self._answering = answering
        self._tenure = RoleLease(roles, "listener", wall)
        self._now = now
        self._clock = clock
        self._beat = beat
        self._ail = ail
        self._wait = wait
        self._jitter = jitter
        self._sleep = sleep
        self._failures = 0
        self._refused_since: float | None = None
        self._said = ""
        self._standby = False
        self._heard = asyncio.Event()  # Telegram has answered
        self._introduced = False

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set. Store faults are waited out; what else arrives here is a bug."""
        try:
            while not stop.is_set():
                self._beat()
                epoch = await self._take()
                if epoch is None:
                    await self._pause(STANDBY.total_seconds(), stop)
                    continue
                try:
                    await self._hold(epoch, stop)
                finally:
                    await self._tenure.leave()
        finally:
            await self._client.disconnect()

    async def answer_pending(self, seconds: float) -> int:
        """Answer what waits for an answer, within so many seconds; return how many updates that were.

        For `once`: no long poll. When another instance listens, the updates are left to it.
        """
        epoch = await self._take()
        if epoch is None:
            return 0
        count, offset = 0, None
        keeping = asyncio.create_task(self._keep(epoch))
        try:
            async with asyncio.timeout(seconds):
                while not keeping.done() and (updates := await self._pending(offset)):
                    count += await self._answering.answer(updates, self._beat)
                    offset = _after(updates)
                await self._answering.finish()
                if count:
                    await self._answering.register()
                await self._answering.rounds()
        except TimeoutError:
            log.info("no time left for more commands; they wait for the next run")
        except DeliveryError as error:
            found = setback(error, 1, REFUSED_FOR)  # there is no next try here to be sure of it
            log.log(logging.ERROR if found.lasting else logging.WARNING, found.words)
            if found.lasting:
                self._ail(found.words)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await self._answering.break_off()
            await self._confirm(offset)
            await self._tenure.leave()
            await self._client.disconnect()
        return count

    # ------------------------------------------------------------------------------------------ the role

    async def _take(self) -> int | None:
        try:
            epoch = await self._tenure.keep(self._now())
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("listener cannot reach the database", extra={"reason": str(error)})
            return None
        if (epoch is None) != self._standby:
            self._standby = epoch is None
            log.info("another instance listens to Telegram; standing by" if self._standby else "listening to Telegram")
        return epoch

    async def _hold(self, epoch: int, stop: asyncio.Event) -> None:
        """Poll for as long as the role is ours."""
        over = asyncio.Event()
        poll = asyncio.create_task(self._poll(over))
        others = [
            asyncio.create_task(self._keep(epoch)),
            asyncio.create_task(stop.wait()),
        ]
        menu = asyncio.create_task(self._introduce())
        try:
            await asyncio.wait([poll, *others], return_when=asyncio.FIRST_COMPLETED)
            over.set()
            await asyncio.wait([poll], timeout=_LAST_WORDS)
            if poll.done():
                poll.result()
        finally:
            for task in (poll, menu, *others):
                task.cancel()
            await asyncio.gather(poll, menu, *others, return_exceptions=True)
            await self._answering.break_off()

    async def _introduce(self) -> None:
        """Set the menus, once, as soon as Telegram can be reached."""
        await self._heard.wait()
        if not self._introduced:
            self._introduced = True
            await self._answering.register()

    async def _keep(self, epoch: int) -> None:
        """Renew the role; return when it is lost, or not certain any more."""
        while self._tenure.epoch == epoch and self._tenure.certain(self._now()):
            await asyncio.sleep((self._tenure.due(self._now()) - self._now()).total_seconds())
            try:
                async with asyncio.timeout(RENEW.total_seconds()):
                    await self._tenure.keep(self._now())
            except (BotError, TimeoutError) as error:
                log.warning("listener role not renewed", extra={"reason": str(error) or "the database does not answer"})
        log.warning("listener role lost; stepping back")

    # ------------------------------------------------------------------------------------------ polling

    async def _poll(self, over: asyncio.Event) -> None:
        """Fetch and answer until `over`. After a quiet poll no offset is sent: ids may have jumped back by then."""
        offset: int | None = None
        while not over.is_set():
            self._beat()
            began = self._clock()
            try:
                await self._know_ourselves()
                updates = await _unless(over, self._client.updates(offset, self._wait, allowed=ALLOWED))
            except DeliveryError as error:
                await self._step_back(error, over)
                continue
            if updates is None:
                break
            self._recovered()
            await self._answering.answer(updates, self._beat)
            offset = _after(updates)
            await self._answering.rounds()
            if not updates and self._clock() - began < min(_BREATH, self._wait):
                await self._pause(_BREATH, over)  # something in between does not hold long polls: no hammering
        await self._confirm(offset)
        await self._answering.finish()

    async def _pending(self, offset: int | None) -> list[dict[str, Any]]:
        """Return what waits, without waiting for more; a webhook that is in the way is removed."""
        await self._know_ourselves()
        try:
            return await self._client.updates(offset, 0, allowed=ALLOWED)
        except DeliveryError as error:
            if setback(error, 1, 0.0).cause != "webhook":
                raise
            await self._client.delete_webhook()
            return await self._client.updates(offset, 0, allowed=ALLOWED)

    async def _know_ourselves(self) -> None:
        if not self._answering.username:
            self._answering.username = (await self._client.me()).username or ""

    async def _confirm(self, offset: int | None) -> None:
        """Tell Telegram on the way out what was answered, so that it does not come again."""
        if offset is None:
            return
        try:
            async with asyncio.timeout(_CONFIRM):
                await self._client.updates(offset, 0, allowed=ALLOWED, limit=1)
        except (DeliveryError, TimeoutError) as error:
            log.debug("updates not confirmed; they will come again", extra={"reason": str(error)})

    async def _step_back(self, error: DeliveryError, over: asyncio.Event) -> None:
        self._failures += 1
        if error.verdict != "token":
            self._refused_since = None
        elif self._refused_since is None:
            self._refused_since = self._clock()
        refused = 0.0 if self._refused_since is None else self._clock() - self._refused_since
        found = setback(error, self._failures, refused)
        self._speak(found)
        await self._client.disconnect()
        if found.cause == "webhook":
            try:
                await self._client.delete_webhook()
            except DeliveryError as refusal:
                log.warning("webhook not removed", extra={"reason": str(refusal)})
        await self._pause(found.pause * (1 + self._jitter() / 4), over)

    def _speak(self, found: Backoff) -> None:
        """Say each kind of trouble once, not at every try."""
        if found.words == self._said:
            return
        self._said = found.words
        log.log(logging.ERROR if found.lasting else logging.WARNING, found.words)
        if found.lasting:
            self._ail(found.words)

    def _recovered(self) -> None:
        self._heard.set()
        if self._failures:
            log.info("updates come from Telegram again", extra={"failures": self._failures})
            self._ail(None)
        self._failures, self._refused_since, self._said = 0, None, ""

    async def _pause(self, seconds: float, over: asyncio.Event) -> None:
        """Wait, alive: the loop is doing what it should."""
        end = self._clock() + seconds
        while not over.is_set() and (left := end - self._clock()) > 0:
            self._beat()
            await _unless(over, self._sleep(min(left, _PULSE)))


def _after(updates: list[dict[str, Any]]) -> int | None:
    return max(update["update_id"] for update in updates) + 1 if updates else None


async def _unless(over: asyncio.Event, work: Awaitable[_Got]) -> _Got | None:
    """Do the work, or give it up and return None when `over` is set first."""
    doing = asyncio.ensure_future(work)
    ending = asyncio.create_task(over.wait())
    try:
        await asyncio.wait([doing, ending], return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        doing.cancel()
        ending.cancel()
        await asyncio.gather(doing, ending, return_exceptions=True)
