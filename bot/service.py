"""`newswatch run`: the loops of this process, kept alive until SIGTERM."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from bot import app, owner_notices
from bot.errors import BotError, ConfigError, StoreError
from bot.i18n import Say, words
from bot.maintenance import keep_backed_up, keep_indexed
from bot.operations import model_wiring
from bot.operations.beside_polling import loops_beside_polling
from bot.operations.editing import chat_wiring
from bot.operations.editing.edit_history import note_change
from bot.operations.greeting import greet
from bot.operations.loss_notices import tell_signs
from bot.operations.monitoring import ping_operator, serve_monitoring
from bot.operations.observers import CountedNotifier, count_answer, count_poll, count_reload, count_transaction
from bot.operations.output_delivery import deliver_to_outputs
from bot.operations.watch import make_watch
from bot.polling.source_health.source_notices import Notices
from bot.process.clock import steady, wall
from bot.process.heartbeat import Heartbeats
from bot.process.metrics import Metrics
from bot.process.shutdown import stop_on_signals
from bot.process.supervise import Loop, supervise

log = logging.getLogger(__name__)

LOOK = 2.0  # seconds between two looks at watchlists.yaml: an edit counts within ten
AGAIN = 30.0  # seconds until what could not be built is tried again
TIDIED, LOOK_AGAIN, RETRY = timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10)  # of the janitor
SIGNS = timedelta(hours=1)  # between two looks for signs of silent loss
# Seconds of silence after which a loop counts as stalled: the longest thing it may do between two beats, twice.
LIMITS: Mapping[str, float] = {
    "poller": 90,
    "sender": 60,
    "outputs": 120,
    "listener": 90,
    "subscriber": 120,
    "spikes": 180,
    "reload": 120,
    "janitor": 600,
    "indexer": 300,
    "watch": 120,
    "ping": 180,
    "model": 120,
}


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that the loops share."""

    base: app.Base
    stop: asyncio.Event
    hearts: Heartbeats
    notices: Notices
    wake: asyncio.Event = field(default_factory=asyncio.Event)  # the outbox has something new
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  # a source is due at once
    wake_outputs: asyncio.Event = field(default_factory=asyncio.Event)
    reread: asyncio.Event = field(default_factory=asyncio.Event)  # SIGHUP
    metrics: Metrics = field(default_factory=Metrics)
    lost: list[str] = field(default_factory=list)  # why watchlists.yaml cannot be read, where that was told

    async def poller(self) -> None:
        """Poll sources."""
        observe = partial(count_poll, self.metrics)
        async with app.poller(self.base, self.notices, self._wake_senders, observe, self.hurry) as poller:
            await poller.run(self.stop, self.beat("poller"), self._report_problem("poller"))

    async def sender(self) -> None:
        """Deliver the outbox."""
        said: set[asyncio.Task[None]] = set()

        def notice(say: Say) -> None:
            log.warning(say(words("en")))
            task = asyncio.create_task(self._tell(say))
            said.add(task)
            task.add_done_callback(said.discard)

        async with app.notifier(self.base, sys.stdout) as medium:
            counted = CountedNotifier(medium, self.metrics, wall)
            deliverer = app.deliverer(self.base, counted, notice, self._report_problem("sender"))
            await deliverer.run(self.stop, self.wake, self.beat("sender"))
        await asyncio.gather(*said, return_exceptions=True)

    async def outputs(self) -> None:
        """Deliver to outputs, which never delays the sender."""
        await deliver_to_outputs(self.base, self.stop, self.wake_outputs, self.beat("outputs"), self._tell)

    async def listener(self) -> None:
        """Answer commands."""
        token = self.base.token
        if token is not None:
            answered = partial(count_answer, self.metrics, wall)
            problem = self._report_problem("listener")
            await chat_wiring.listener(self.base, token, self.beat("listener"), problem, answered).run(self.stop)

    async def model(self) -> None:
        """Ask the language model."""
        async with model_wiring.model_worker(self.base, self._tell, self.wake.set, self.metrics) as worker:
            await worker.run(self.stop, self.beat("model"))

    async def reload(self) -> None:
        """Notice edits of watchlists.yaml, and queries that chats have added or ended, and swap them in.

        An edit counts as known when it is in force, or its mistakes are told. What could not be built is tried again.
        """
        watched = self.base.current.watched
        beat = self.beat("reload")
        orphaned = behind = False
        while not self.stop.is_set():
            beat()
            asked = await self._wait(self.reread, LOOK)
            if asked or await asyncio.to_thread(watched.changed):
                self.reread.clear()
                behind = await self._built(self._reload()) or behind
            if behind:
                behind = not await self._sync()
            await self._built(self._personal())
            await self._name_left_out()
            await self._name_lost_file(await asyncio.to_thread(watched.lost))
            if watched.orphaned() and not orphaned:
                orphaned = True
                log.warning(owner_notices.how_to_mount(words("en")))
                await self._tell(owner_notices.orphaned, owner_notices.how_to_mount)

    async def _built(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Do what builds an engine, with a beat meanwhile, however long that takes; return what it returns.

        What goes wrong with it (no memory, no descriptor, no thread) leaves everything as it was: the caller's next
        turn tries again, after AGAIN seconds.
        """
        task = asyncio.create_task(work)
        try:
            while not task.done() and not self.stop.is_set():
                self.beat("reload")()
                await asyncio.wait({task}, timeout=LOOK)
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=LOOK)
        try:
            return task.done() and not task.cancelled() and await task
        except BotError:
            raise
        except Exception as error:
            log.exception("a change of what is watched is not in force yet, it is tried again")
            reason = repr(error)
            await self._tell(owner_notices.unbuilt, lambda _: reason)
            await self._wait(self.reread, AGAIN)
            return False

    async def _name_left_out(self) -> None:
        """Tell of queries that are not looked for, each once."""
        try:
            await self.notices.left_out(self.base.current.left_out(), wall())
        except BotError as error:
            log.warning("nobody could be told of a query that is left out", extra={"reason": str(error)})

    async def _name_lost_file(self, reason: str | None) -> None:
        """Tell that the file cannot be read any more, and that it can be again; each once."""
        if (reason is None) == (not self.lost):
            return
        now = wall()
        if reason is None:
            log.info("watchlists.yaml can be read again")
            headline, text = owner_notices.file_back, lambda _: ""
        else:
            log.error("watchlists.yaml cannot be read, the last good one stays in force", extra={"reason": reason})
            headline, text = (lambda _: owner_notices.file_lost(_, reason)), owner_notices.last_good
        self.lost[:] = [reason] if reason else []
        await self._tell(headline, text, ("file", reason, now))

    async def _reload(self) -> bool:
        """Swap an edited file in; return whether it was."""
        watched = self.base.current.watched
        try:
            changed = await self.base.current.reload()
        except ConfigError as error:
            watched.accept()
            self.metrics.set("newswatch_config_last_reload_successful", 0)
            if self.lost:
                return False  # told already
            for problem in error.problems:
                log.error("watchlists.yaml is wrong, the old one stays in force", extra={"problem": problem})  # noqa: TRY400 - no bug
            problems = "\n".join(error.problems[:5])
            await self._tell(owner_notices.wrong, lambda _: problems)
            return False
        watched.accept()
        count_reload(self.metrics, wall)
        log.info("watchlists.yaml read again", extra={"changed": "; ".join(changed) or "nothing"})
        await note_change(self.base, changed)
        return True

    async def _personal(self) -> bool:
        """Adopt what chats have changed; return whether the database let us see it."""
        try:
            await self.base.personal.look()
        except StoreError as error:
            if error.lasting:
                raise
            log.debug("personal queries wait for the database", extra={"reason": str(error)})
            return False
        return True

    async def _sync(self) -> bool:
        """Let the database know the sources of the file; return whether it does."""
        try:
            await self.base.store.polls.sync_sources(self.base.current.config().sources, wall())
        except StoreError as error:
            if error.lasting:
                raise
            log.warning("edited sources wait for the database", extra={"reason": str(error)})
            return False
        return True

    async def janitor(self) -> None:
        """Forget what is too old to matter, once a day by the steady clock; the store knows of earlier runs."""
        beat = self.beat("janitor")
        due, look_at = steady(), steady() + SIGNS
        while not self.stop.is_set():
            beat()
            if steady() >= due:
                try:
                    due = steady() + (TIDIED if await self.base.store.tidy(wall()) else LOOK_AGAIN)
                except StoreError as error:  # a full disk, for example: the bot lives on, and this can wait
                    log.warning("nothing was tidied up", extra={"reason": str(error)})
                    due = steady() + RETRY
            if steady() >= look_at:
                look_at = steady() + SIGNS
                await tell_signs(self.base.store.chats, self.base.current.config(), self.notices, wall())
            await self._wait(self.stop, 60.0)

    async def indexer(self) -> None:
        """Put what was recorded into the index of searches."""
        await keep_indexed(self.base.store.search, self.stop, self.beat("indexer"))

    async def watch(self) -> None:
        """Look after the token, and after a database that cannot carry word of its own trouble."""
        if self.base.token is not None:
            await make_watch(self.base, self.base.token).run(self.stop, self.beat("watch"))

    async def backup(self) -> None:
        """Take backups as often as the settings say."""

        async def tried(reason: str | None) -> None:
            self.metrics.set("newswatch_backup_verified", reason is None)
            if reason is not None:
                await self._tell(owner_notices.unsaved, lambda _: reason)

        await keep_backed_up(self.base.settings, wall, self.stop, self.beat("backup"), tried)

    async def web(self) -> None:
        """Answer /healthz, /readyz and /metrics."""
        if self.base.settings.http_listen is not None:
            await serve_monitoring(self.base, self.hearts, self.metrics, self.stop, self.hurry.set)

    async def ping(self) -> None:
        """Tell the operator's monitoring that everything makes progress."""
        if (url := self.base.settings.ping_url) is not None:
            await ping_operator(self.base, url.get_secret_value(), self.hearts, self.stop, self.beat("ping"))

    async def _tell(self, headline: Say, text: Say = lambda _: "", occasion: tuple[object, ...] | None = None) -> None:
        """Tell the owners, once an occasion; by default once a day the same."""
        try:
            if occasion is None:
                await self.notices.say(headline, text, wall())
            else:
                await self.notices.tell(headline, text, occasion, wall())
            self.wake.set()
        except BotError as error:
            log.warning("owners could not be told", extra={"reason": str(error)})

    def _wake_senders(self) -> None:
        self.wake.set()
        self.wake_outputs.set()

    def beat(self, name: str) -> Callable[[], None]:
        """Return what a loop calls at every step forward."""
        return lambda: self.hearts.beat(name)

    def _report_problem(self, name: str) -> Callable[[str | None], None]:
        return lambda reason: self.hearts.report_problem(name, reason)

    async def _wait(self, event: asyncio.Event, seconds: float) -> bool:
        waits = [asyncio.create_task(one.wait()) for one in {event, self.stop}]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()
        return event.is_set()


async def serve(roles: frozenset[str]) -> None:
    """Run these roles (`all` is every one) until SIGTERM or SIGINT; SIGHUP reads watchlists.yaml again."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(app.opened())
        hearts = Heartbeats(time.monotonic)
        service = Service(base, asyncio.Event(), hearts, app.notices(base))
        base.store.database.observed.took = partial(count_transaction, service.metrics)
        count_reload(service.metrics, wall)
        loops = _loops(service, roles)
        for name in LIMITS.keys() & loops.keys():
            hearts.expect(name, LIMITS[name])
        stop_on_signals(service.stop)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, service.reread.set)
        greet(base, loops)
        await supervise(loops, service.stop, hearts)
        log.info("stopped")


def _loops(service: Service, roles: frozenset[str]) -> dict[str, Loop]:
    every: dict[str, Loop] = {
        "poller": service.poller,
        "sender": service.sender,
        "listener": service.listener,
        "web": service.web,
    }
    if service.base.token is None:
        del every["listener"]
    if service.base.settings.http_listen is None:
        del every["web"]
    loops = {name: loop for name, loop in every.items() if "all" in roles or name in roles}
    if not loops:
        raise ConfigError(
            f"nothing to do for --role {', '.join(sorted(roles))}: its setting is off, or it needs a token"
        )
    if "poller" in loops:
        loops |= loops_beside_polling(service.base, service.stop, service.beat, service.wake.set)
    if "sender" in loops:
        loops["outputs"] = service.outputs
    if service.base.token is not None:
        loops["watch"] = service.watch
    if service.base.settings.ping_url is not None:
        loops["ping"] = service.ping
    if service.base.settings.model_url and not loops.keys().isdisjoint(("poller", "sender")):
        loops["model"] = service.model
    if service.base.settings.backup is not None:
        loops["backup"] = service.backup
    return {**loops, "reload": service.reload, "janitor": service.janitor, "indexer": service.indexer}
