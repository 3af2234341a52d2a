"""`newswatch once`: one tick for a scheduler: answer commands, poll what is due, deliver what waits, end."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

from bot import app
from bot.delivery.attempt import announce_suspensions
from bot.delivery.loop import DrainResult
from bot.errors import Exit, StoreError
from bot.i18n import Say, words
from bot.operations import model_wiring
from bot.operations.editing import chat_wiring
from bot.operations.spike_notices import make_spike_notices
from bot.polling.poll_tally import PollTally
from bot.polling.source_health.source_notices import Notices
from bot.process.clock import steady, wall

if TYPE_CHECKING:
    from bot.language_model.model_worker import ModelWorker

log = logging.getLogger(__name__)

POLLING = 0.8  # of the time that is left; the rest is for telling, or slow sources would keep every alert waiting
FINISHING = 0.5  # of what is left then, for the lines of a language model: the rest is for showing them
COMMANDS = 10.0  # seconds of a tick that answering commands may take at most


@dataclass(frozen=True, slots=True)
class Tick:
    """What a tick came to: the numbers of `once --json`, in their order."""

    polled: int
    failed: int
    items: int
    new: int
    matched: int
    stories: int
    queued: int
    sent: int
    dead: int
    left: int
    seconds: float
    failures: tuple[dict[str, str], ...] = ()
    complete: bool = True
    refused: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what --json prints."""
        shown = asdict(self)
        del shown["complete"], shown["refused"]
        return shown

    @property
    def exit_code(self) -> Exit:
        """Return how the tick ended."""
        if self.refused is not None:
            return Exit.FAILED
        return Exit.DONE if self.complete else Exit.DEADLINE


NOTHING = Tick(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0)


async def tick(*, force: bool, deadline: timedelta, json: bool) -> Tick:
    """Do one tick. With `json`, alerts for the terminal go to stderr, and stdout stays free for the answer."""
    start, end = time.monotonic(), steady() + deadline
    async with app.opened() as base:
        notices = app.notices(base)
        problems: list[str | None] = []
        if base.token is not None:
            await chat_wiring.listener(base, base.token, report_problem=problems.append).answer_pending(
                min(COMMANDS, _left(end))
            )
            await base.personal.look()  # what was just asked for counts in this very tick
        polled, tally = await _poll(base, notices, end, force=force)
        await notices.left_out(base.current.left_out(), wall())
        await make_spike_notices(base).tell_spikes()
        (delivered, said), _ = await asyncio.gather(
            _deliver(base, end, sys.stderr if json else sys.stdout), _deliver_to_outputs(base, end)
        )
        for say in said:
            await notices.say(say, lambda _: "", wall())
        await _tidy(base)
    return Tick(
        tally.polled,
        len(tally.failures),
        tally.items,
        tally.new,
        tally.matched,
        tally.stories,
        tally.queued,
        delivered.sent,
        delivered.dead,
        delivered.left,
        round(time.monotonic() - start, 3),
        tuple({"source": name, "reason": reason} for name, reason in sorted(tally.failures.items())),
        complete=polled and (not delivered.left or delivered.standby),
        refused=delivered.refused or next(filter(None, problems), None),
    )


async def _poll(base: app.Base, notices: Notices, end: datetime, *, force: bool) -> tuple[bool, PollTally]:
    """Poll what is due; return whether the deadline left time for all, and what came of it."""
    now = wall()
    due = await base.store.polls.find_next_due()
    if due is None or (due > now and not force):
        return True, PollTally()  # a tick with nothing due loads neither client nor parser
    async with app.poller(base, notices) as poller:
        complete = await poller.tick(_left(end) * POLLING, forced_since=now if force else None)
        return complete, poller.tally


async def _deliver(base: app.Base, end: datetime, out: TextIO) -> tuple[DrainResult, list[Say]]:
    """Deliver the outbox; return what became of it, and what the owners should know."""
    waiting, _ = await base.store.outbox.count_waiting(wall())
    said: list[Say] = []
    if not waiting and not base.settings.model_url:
        await announce_suspensions(base.store.outbox, wall(), said.append)
        return DrainResult(0, 0, 0), said
    async with app.notifier(base, out) as medium, _model(base, said) as model:
        if model is None:
            return await app.deliverer(base, medium, said.append).drain(end), said
        worker, decided = model
        told = await app.deliverer(base, medium, said.append).drain(end, decided)
        await worker.finish(_left(end) * FINISHING)  # what it adds to what was just told
        edited = await app.deliverer(base, medium, said.append).drain(end)
        return replace(edited, sent=told.sent + edited.sent, dead=told.dead + edited.dead), said


@asynccontextmanager
async def _model(base: app.Base, said: list[Say]) -> AsyncIterator[tuple[ModelWorker, asyncio.Event] | None]:
    """Let a language model answer meanwhile, where there is one; give what is set when its answers make alerts due."""
    if not base.settings.model_url:
        yield None
        return

    async def notice(say: Say) -> None:
        said.append(say)

    decided, stop = asyncio.Event(), asyncio.Event()
    async with model_wiring.model_worker(base, notice, decided.set) as worker:
        working = asyncio.create_task(worker.run(stop))
        try:
            yield worker, decided
        finally:
            stop.set()
            await asyncio.gather(working, return_exceptions=True)


async def _deliver_to_outputs(base: app.Base, end: datetime) -> None:
    """Deliver what is due to outputs, beside Telegram; what they do not take is left to a later tick."""
    if base.current.config().outputs:
        from bot.operations.output_delivery import make_output_loop

        await make_output_loop(base, lambda say: log.warning(say(words("en")))).drain(end)


async def _tidy(base: app.Base) -> None:
    """Forget what is too old, once a day; a database that cannot (a full disk) costs the tick nothing."""
    try:
        await base.store.tidy(wall())
    except StoreError as error:
        log.warning("nothing was tidied up", extra={"reason": str(error)})


def _left(end: datetime) -> float:
    return max(0.1, (end - steady()).total_seconds())
