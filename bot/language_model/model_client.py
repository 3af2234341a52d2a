"""A language model asked within limits: a deadline for all tries, a budget of tokens a day, and a breaker.

A conversation comes in, the text of the answer goes out, or a ModelError that says why there is none. Tokens are
reserved on record before a request and settled after it, so that restarts and other instances share one budget. What
owners should know (it fails, the day's tokens are spent) is said once.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from bot import owner_notices
from bot.errors import ModelError
from bot.i18n import Say
from bot.language_model.chat_completions import ChatCompletions, Completion, Message
from bot.language_model.circuit_breaker import CircuitBreaker
from bot.ports.model_store import TokenLedger
from bot.process.clock import wall
from bot.process.metrics import Metrics

DEADLINE: Final = 30.0  # seconds of one question, all tries together
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0  # seconds between two tries, doubled each time, where the server names none
AT_ONCE: Final = 2  # questions under way: what they cost may exceed the budget, where a server counts otherwise
LONGEST_WAIT: Final = 3600.0  # seconds that a server may ask us to stay away
SIGNS_A_TOKEN: Final = 2  # the least: texts in Cyrillic have 2 to 3, in English 4


@dataclass(slots=True)
class ModelClient:
    """The model of this process. `notice` hears what an owner should know."""

    completions: ChatCompletions
    ledger: TokenLedger
    tokens_per_day: int
    notice: Callable[[Say], Awaitable[None]]
    metrics: Metrics = field(default_factory=Metrics)
    now: Callable[[], datetime] = wall
    clock: Callable[[], float] = time.monotonic
    breaker: CircuitBreaker = field(default_factory=CircuitBreaker)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _spent_on: int = 0  # the day on which owners heard that its tokens are spent

    async def ask(self, messages: Sequence[Message], *, most_tokens: int, seconds: float = DEADLINE) -> str:
        """Return the answer, of so many tokens at most; ModelError where there is none within so many seconds."""
        until = self.clock() + min(seconds, DEADLINE)
        try:
            async with asyncio.timeout(max(0.0, until - self.clock())):
                async with self._slots:
                    return await self._ask(messages, most_tokens, until)
        except TimeoutError:
            self.metrics.add("newswatch_llm_failures_total", "late")
            raise ModelError("no answer in time", "late") from None
        except ModelError as error:
            self.metrics.add("newswatch_llm_failures_total", error.fault)
            raise

    async def _ask(self, messages: Sequence[Message], most_tokens: int, until: float) -> str:
        if not self.breaker.may_ask(self.clock()):
            raise ModelError("it failed lately, and is left alone for a while", "resting")
        answered = False
        try:
            completion = await self._try(messages, most_tokens, until)
            answered = True
        except ModelError as error:
            if error.fault != "budget":
                await self._record_failure(error)
            raise
        except asyncio.CancelledError:  # the deadline, or the end of the process
            if self.clock() >= until - 0.01:
                await self._record_failure(ModelError("no answer in time", "late"))
            raise
        finally:
            if not answered:
                self.breaker.abandon()
        self.breaker.record_answer()
        return completion.text

    async def _try(self, messages: Sequence[Message], most_tokens: int, until: float) -> Completion:
        """Try until it answers, while there is time."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._spend(messages, most_tokens, until - self.clock())
            except ModelError as error:
                if not error.passing:
                    raise
                wait = error.retry_after if error.retry_after is not None else pause * (0.5 + random.random())  # noqa: S311 - no secret
                if self.clock() + wait >= until:
                    if error.retry_after:
                        self.breaker.wait(self.clock() + min(error.retry_after, LONGEST_WAIT))
                    raise
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _spend(self, messages: Sequence[Message], most_tokens: int, seconds: float) -> Completion:
        """Ask once, with tokens that are reserved for it; what it did not need is given back."""
        day = self.now().toordinal()
        reserved = sum(len(one.content) for one in messages) // SIGNS_A_TOKEN + most_tokens
        if not await self.ledger.reserve_tokens(day, reserved, self.tokens_per_day):
            if self._spent_on != day:
                self._spent_on = day
                await self.notice(partial(owner_notices.model_spent, tokens=self.tokens_per_day))
            raise ModelError("the tokens of this day are spent", "budget")
        used = reserved  # where nobody says what it cost, or nobody waits for the answer
        try:
            completion = await self.completions.complete(messages, most_tokens=most_tokens, seconds=seconds)
            if completion.prompt is not None and completion.completion is not None:
                used = completion.prompt + completion.completion
            self.metrics.add("newswatch_llm_tokens_total", "in", by=completion.prompt or 0)
            self.metrics.add("newswatch_llm_tokens_total", "out", by=completion.completion or 0)
        except ModelError as error:
            if error.status is not None or error.passing:
                used = 0 if error.fault != "late" else reserved  # it was refused, or never arrived
            raise
        finally:
            await asyncio.shield(self.ledger.settle_tokens(day, used - reserved))
        return completion

    async def _record_failure(self, error: ModelError) -> None:
        if self.breaker.record_failure(self.clock()):
            again = timedelta(seconds=self.breaker.rest)
            await self.notice(partial(owner_notices.model_fails, reason=str(error), again=again))
