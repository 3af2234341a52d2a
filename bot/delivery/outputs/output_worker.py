"""One output: claims what is due to it, sends it, writes down what came of it. Nobody else waits for it.

What is not settled is claimed again, and sent under the same id, so that a receiver can tell it from news.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot.delivery.outputs import output_notices
from bot.delivery.outputs.output_health import OutputHealth
from bot.delivery.outputs.output_policy import GIVE_UP, after_failure, next_step
from bot.errors import OutputError, StaleLeaseError, StoreError
from bot.i18n import Say
from bot.model import Output, OutputLayout
from bot.ports.output_store import (
    FARTHEST,
    Capabilities,
    OutputDelivery,
    OutputResult,
    OutputSender,
    OutputStore,
    Taken,
)

log = logging.getLogger(__name__)

CLAIM_TTL: Final = timedelta(minutes=2)
DEADLINE: Final = 60.0  # seconds of one message; media have shorter ones
DIGEST: Final = 60  # alerts of one digest
IDLE: Final = timedelta(seconds=1)  # between two looks for work
ENDED: Final = timedelta(minutes=1)  # between two looks at what waits for an output that ended
SETTLE_TRIES: Final = (0.1, 0.5, 2.0, None)  # seconds between attempts to write down how it ended


@dataclass(slots=True)
class OutputWorker:
    """Sends to one output. `wall` is the clock of the store; `chance` spreads retries; `notice` is for owners."""

    output: Output
    can: Capabilities
    sender: OutputSender
    store: OutputStore
    health: OutputHealth
    wall: Callable[[], datetime]
    chance: Callable[[], float]
    notice: Callable[[Say], None]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _looked_at: datetime | None = field(default=None, init=False)

    @property
    def layout(self) -> OutputLayout:
        """Return how much is told; what takes every revision gets everything."""
        return "full" if self.can.edit else self.output.layout

    async def run_step(self, epoch: int) -> datetime:
        """Do what can be done now; return when there may be more. StoreError, StaleLeaseError."""
        now = self.wall()
        if self.health.is_ended:
            await self._end_waiting(str(self.health.state.reason))
            return now + ENDED
        if (until := self.health.rests_until(now)) is not None:
            await self._expire(now)
            return until
        due = await self.store.find_next_due(epoch, self.output.id)
        if due is None or now < due <= now + FARTHEST:
            return due or now + IDLE
        claimed = await self.store.claim(epoch, self.output.id, now, limit=self._limit(), ttl=CLAIM_TTL)
        if not claimed:
            return now + IDLE
        await self._deliver(claimed, epoch)
        return self.wall()

    def _limit(self) -> int:
        if self.layout == "digest":
            return DIGEST
        return 1 if self.health.is_down else self.can.parallel

    async def _deliver(self, claimed: Sequence[OutputDelivery], epoch: int) -> None:
        """Send what is to be sent now, each at the same time; settle all."""
        now, before = self.wall(), self.health.state
        decided = [(one, next_step(one, self.can, self.layout, now)) for one in claimed]
        results = [(one, result) for one, result in decided if result is not None]
        to_send = [one for one, result in decided if result is None]
        messages = [to_send] if self.layout == "digest" and to_send else [[one] for one in to_send]
        for sent in await asyncio.gather(*map(self._attempt, messages)):
            results += sent
        await self._settle(results, epoch)
        await self._note(before)

    async def _attempt(self, message: Sequence[OutputDelivery]) -> list[tuple[OutputDelivery, OutputResult]]:
        """Send one message; return what becomes of its alerts."""
        try:
            async with asyncio.timeout(DEADLINE):
                await self.sender.send(message)
        except TimeoutError:
            error = OutputError(f"no answer within {DEADLINE:.0f} s")
        except OutputError as failure:
            error = failure
        except Exception:  # one alert that cannot be shown must not stop the others
            log.exception("an output cannot show an alert", extra={"output": self.output.id})
            error = OutputError("it cannot be shown; the log has the reason", alone=True)
        else:
            self.health.note_taken()
            return [(one, Taken()) for one in message]
        now = self.wall()
        self.health.note_failure(error, now)
        log.info("an output did not take a message", extra={"output": self.output.id, "reason": str(error)})
        return [(one, after_failure(one, error, now, self.chance())) for one in message]

    async def _settle(self, results: Sequence[tuple[OutputDelivery, OutputResult]], epoch: int) -> None:
        """Write it down, again and again for some seconds when the store fails."""
        for seconds in SETTLE_TRIES:
            try:
                await self.store.settle(results, epoch, self.wall())
                break
            except StaleLeaseError:
                raise
            except StoreError:
                if seconds is None:
                    raise
                await self.pause(seconds)

    async def _note(self, before: object) -> None:
        """Put on record how it fares, where that has changed, and tell owners what they should know."""
        if self.health.take_notice(self.wall()):
            state = self.health.state
            say = output_notices.output_ended if state.ended_at else output_notices.output_fails
            self.notice(partial(say, output=self.output.id, reason=str(state.reason)))
        if self.health.state != before:
            await self.store.write_state(self.health.state)

    async def _expire(self, now: datetime) -> None:
        """End what has waited for three days while nothing was taken, tried or not."""
        since = self.health.state.failing_since
        if since is not None and now - since >= GIVE_UP:
            await self._end_waiting(f"not taken for three days: {self.health.state.reason}", before=now - GIVE_UP)

    async def _end_waiting(self, reason: str, before: datetime | None = None) -> None:
        now = self.wall()
        if self._looked_at is None or not self._looked_at <= now < self._looked_at + ENDED:
            self._looked_at = now
            if ended := await self.store.end_waiting(self.output.id, reason, before=before):
                log.warning("alerts of an output end", extra={"output": self.output.id, "alerts": ended})
