"""The whole way in one process under a made-up clock: feeds, the real loops and store, and readers who keep everything.

Only the web, Telegram and the time are made up; what lies between is the real code. Every step is held against the
`Promise`; what it complains of is collected in `complaints`. A kill cuts a process off its database, and drops it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NoReturn

from bot.config.compiled import CompiledConfig
from bot.delivery.loop import DeliveryLoop
from bot.errors import DeliveryError, FetchError, StoreError
from bot.matching.engine import Engine
from bot.model import Chat, Config, Delivery, DisplayPreferences, Fetched, Source, Subscription, Validators, Watchlist
from bot.polling.clock_jumps import Lately
from bot.polling.hubs.hub_contents import Hubs
from bot.polling.items.article_cache import ArticleCache
from bot.polling.items.item_matcher import ItemMatcher
from bot.polling.loop import PollLoop
from bot.polling.poll_source import SourcePoller
from bot.polling.source_health.source_notices import Notices
from bot.preferences import Digest, Mute, Preferences, Window
from bot.sources.parse import Parser
from bot.store.leases.process_identity import this_process
from bot.store.repository import Store, open_store
from tests.plugins.promise import Promise, Report

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
SHOWN = 12  # items that a feed shows
FULL = 8  # lines and outlets that a rolling message holds; those that outgrow it are shown shorter
LOOK = 30.0  # seconds after which the poll loop looks for what is due, whatever it was told when that would be


@dataclass(slots=True)
class Clock:
    """The machine's time: `true` is monotonic, in seconds; the wall clock is off by `skew`."""

    true: float = 0.0
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        """Return what the wall clock says."""
        return START + timedelta(seconds=self.true) + self.skew

    def steady(self) -> datetime:
        """Return a time that goes on evenly, and says nothing of the day."""
        return START + timedelta(seconds=self.true)

    def monotonic(self) -> float:
        """Return the seconds that went by."""
        return self.true


@dataclass(slots=True)
class Web:
    """The outlets' feeds, as JSON, in which every character can stand; fulfils Fetch."""

    clock: Clock
    items: dict[str, list[tuple[Report, dict[str, Any]]]] = field(default_factory=dict)
    given: list[Report] = field(default_factory=list)  # what answers have shown since it was last looked at
    down: set[str] = field(default_factory=set)
    hangs: bool = False  # whoever asks hears nothing, until it is given up

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Sequence[tuple[str, str]] = (),  # noqa: ARG002 - the port has them
        page: bool = False,  # noqa: ARG002 - the same
        proxy: str | None = None,  # noqa: ARG002 - the same
    ) -> Fetched:
        """See Fetch."""
        outlet = url.split("/", 3)[2].partition(".")[0]
        if self.hangs:
            await asyncio.Event().wait()
        if outlet in self.down:
            raise FetchError("nobody answers", unreached=True)
        shown = self.items[outlet][-SHOWN:][::-1]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": outlet, "items": [one for _, one in shown]}
        body = json.dumps(feed).encode()
        self.given += [report for report, _ in shown]
        digest = blake2b(body, digest_size=8).hexdigest()
        known = validators is not None and validators.body_hash == digest
        return Fetched(url, 200, body, "application/feed+json", Validators(body_hash=digest), not_modified=known)


class Killed(BaseException):
    """The process is gone in the middle of what it does."""


@dataclass(slots=True)
class Fault:
    """A refusal for the next messages of a chat; `accept`: the message arrives all the same."""

    chat: int
    error: DeliveryError
    times: int
    accept: bool = False


@dataclass(slots=True)
class Readers:
    """Telegram as its readers see it; fulfils Notifier. What messages show by now stands in `messages`."""

    world: Simulation
    messages: dict[tuple[int, int], dict[int, frozenset[str]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    kill_at: tuple[int, bool] | None = None  # after so many messages more, and whether the last one was accepted

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        return self._put([delivery], delivery.message)

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        outlets = sum(len({one.source for one in delivery.reports}) for delivery in deliveries)
        room = FULL if deliveries[0].form == "rich" else FULL + FULL // 2
        new = any(one.message is None for one in deliveries)
        if new and len(deliveries) + (outlets if deliveries[0].form == "rich" else 0) > room and len(deliveries) > 1:
            raise DeliveryError("it does not fit one message", "shrink")
        return self._put(deliveries, message)

    def _put(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Accept a message or an edit, or refuse it as planned; a kill comes before or after that."""
        chat = deliveries[0].alert.chat.id
        for one in deliveries:
            for text in (one.alert.headline, one.alert.lead):
                text.encode()  # what is no text could not be sent
        last = self._is_last()
        if last == "before" or self.world.there.cut:
            self.world.die()
        fault = next((one for one in self.faults if one.times and one.chat == chat), None)
        if fault:
            fault.times -= 1
            self.world.refused(chat, fault)
            if not fault.accept:
                raise fault.error
        number = message or len(self.messages) + 1
        stories = {self.world.event_of(one): frozenset(each.source for each in one.reports) for one in deliveries}
        self._show(chat, number, stories, [one for one in deliveries if not one.alert.part], new=message is None)
        if last == "after":
            self.world.promise.excuse(chat, stories)
            self.world.die()
        if fault:
            self.world.promise.excuse(chat, stories)
            raise fault.error
        return number

    def _is_last(self) -> str:
        if self.kill_at is None:
            return ""
        left, accepted = self.kill_at
        self.kill_at = (left - 1, accepted) if left > 1 else None
        return "" if left > 1 else "after" if accepted else "before"

    def _show(
        self, chat: int, number: int, stories: dict[int, frozenset[str]], told: Sequence[Delivery], *, new: bool
    ) -> None:
        """Note what a message says from now on: what it told once, it goes on telling."""
        world = self.world
        before = self.messages.get((chat, number), {})
        if lost := before.keys() - stories.keys():
            world.complain(f"chat {chat}: message {number} does not show {sorted(lost)} any more")
        self.messages[chat, number] = stories
        fresh = [world.event_of(one) for one in told if new or world.event_of(one) not in before]
        if fresh:
            for complaint in world.promise.tell(chat, fresh, world.clock.true, world.clock.now()):
                world.complain(complaint)


class Wire:
    """A part of the store as one process reaches it: `cut`, nothing of the process arrives any more."""

    def __init__(self, part: object, process: Process) -> None:
        self._part, self._process = part, process

    def __getattr__(self, name: str) -> Any:
        """Return the part's own, or what refuses to go on."""
        there = getattr(self._part, name)
        if name == "open_recording":
            return self._recording(there)
        if not asyncio.iscoroutinefunction(there):
            return there

        async def call(*args: Any, **named: Any) -> Any:
            self._check()
            return await there(*args, **named)

        return call

    def _recording(self, there: Callable[..., Any]) -> Callable[..., Any]:
        @asynccontextmanager
        async def recording(*args: Any) -> Any:
            self._check()
            async with there(*args) as one:
                yield one

        return recording

    def _check(self) -> None:
        if self._process.cut:
            raise StoreError("the process was killed")


@dataclass(slots=True)
class Process:
    """One life of the program: its store, its poll loop, its sender."""

    store: Store
    poller: PollLoop | None = None
    sender: asyncio.Task[None] | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    cut: bool = False
    asked: set[str] = field(default_factory=set)  # outlets that this process has read


class Simulation:
    """An installation, its outlets and its readers. Make it, `begin`, take steps, `end`; then look at `complaints`."""

    def __init__(
        self, url: str, engine: Engine, watchlists: Sequence[Watchlist], promise: Promise, *, most_an_hour: int = 0
    ) -> None:
        """Take the watchlists that the engine was built of, and the promise with its readers."""
        self.url, self.engine, self.watchlists, self.promise = url, engine, watchlists, promise
        self.most_an_hour = most_an_hour
        self.clock = Clock()
        self.web = Web(self.clock)
        self.readers = Readers(self)
        self.complaints: list[str] = []
        self.process: Process | None = None
        self.parser: Parser | None = None
        self.killed = asyncio.Event()
        self.parked = asyncio.Event()
        self.sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.lives = 0
        self.polled_at = 0.0
        self.read: set[str] = set()  # outlets of which something was read
        self.errors = Errors()

    # -- the parts

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the outlets as watchlists.yaml has them."""
        every = timedelta(minutes=1)
        return tuple(
            Source(name, f"https://{name}.example/feed", name, kind="feed", every=every, full_text="never")
            for name in self.web.items
        )

    async def begin(self) -> None:
        """Start the first process, let readers subscribe, and read the outlets for the first time."""
        logging.getLogger("bot").addHandler(self.errors)
        self.parser = await Parser().__aenter__()
        await self.start()
        store = self.there.store
        for chat, reader in self.promise.readers.items():
            for name in sorted(reader.lists):
                await store.chats.subscribe(Subscription(Chat(chat), name), self.clock.now())
        await self.wait(60)

    async def start(self) -> None:
        """Start a process of the program, on a machine that knows nothing of those before."""
        self.lives += 1
        holder = replace(this_process(), host=f"host{self.lives}", boot="another")
        store = await open_store(self.url, migrate=True, holder=holder)
        process = self.process = Process(store)
        await store.polls.sync_sources(self.sources, self.clock.now())
        assert self.parser is not None
        polls: Any = Wire(store.polls, process)
        notices = Notices(polls, (), store.preferences.read_display, DisplayPreferences)
        turns = SourcePoller(
            polls,
            self.web,
            self.parser,
            self.clock.now,
            ItemMatcher(self.parser, ArticleCache(self.web, self.parser)),
            Hubs(store.hubs, self.parser, self.clock.now),
            lately=Lately(self.clock.steady),
        )
        process.poller = PollLoop(turns, self.setup, notices)
        self.killed.clear()
        self.send()

    def send(self) -> None:
        """Start the delivery loop of the process."""
        process = self.there
        deliveries: Any = Wire(process.store.outbox, process)
        sender = DeliveryLoop(
            deliveries,
            self.readers,
            max_per_hour=lambda: self.most_an_hour,
            notice=lambda _: None,
            now=self.clock.steady,
            wall=self.clock.now,
            pause=self.pause,
            chance=lambda: 0.5,
            clock=self.clock.monotonic,
        )
        process.sender = asyncio.create_task(sender.run(process.stop, process.wake))

    @property
    def there(self) -> Process:
        """Return the process that runs."""
        assert self.process is not None
        return self.process

    def setup(self) -> CompiledConfig:
        """Return the configuration in force."""

        async def engine() -> Engine:
            return self.engine

        config = Config(self.sources, tuple(self.watchlists), max_per_hour=self.most_an_hour)
        return CompiledConfig(
            config, engine, {one.name: one for one in self.sources}, {one.id: one for one in self.watchlists}
        )

    # -- time

    async def pause(self, seconds: float) -> None:
        """Rest: the clock moves when everybody does."""
        future = asyncio.get_running_loop().create_future()
        sleeper = self.clock.true + seconds, future
        self.sleepers.append(sleeper)
        self.parked.set()
        try:
            await future
        finally:
            self.sleepers.remove(sleeper)

    async def wait(self, seconds: float) -> None:
        """Let time pass: poll what is due, deliver what is due, and hold it all against the promise."""
        end = self.clock.true + seconds
        while True:
            await self._poll()
            await self._settle()
            for complaint in self.promise.late(self.clock.true, self.clock.now()):
                self.complain(f"{complaint}; {await self.on_record()}" if "told" in complaint else complaint)
            if self.clock.true >= end or self.complaints:
                return
            self.clock.true = min(end, max(await self._next(), self.clock.true + 0.01))
            for until, future in list(self.sleepers):
                if until <= self.clock.true and not future.done():
                    future.set_result(None)

    async def _poll(self) -> None:
        """Take one round of what is due; what was shown by then has been read, unless the process died."""
        store, process = self.there.store, self.there
        due = await store.polls.find_next_due()
        if (due is None or due > self.clock.now()) and self.clock.true - self.polled_at < LOOK:
            return
        self.polled_at = self.clock.true
        assert process.poller is not None
        self.web.given.clear()
        polls = asyncio.create_task(process.poller.tick(60))
        if self.web.hangs:
            await asyncio.wait([polls], timeout=0.05)
            await self.kill()
            polls.cancel()
            await asyncio.gather(polls, return_exceptions=True)
            self.web.hangs = False
            await self.start()
            return
        if not await polls:
            self.complain("a round of polls does not end")
        for report in self.web.given:
            if report in self.promise.unread:
                # a clock that is wrong when a process first reads an outlet takes its news for old
                certain = report.outlet in process.asked or abs(self.clock.skew) < timedelta(hours=12)
                self.promise.see(report, self.clock.true, certain=certain)
        process.asked.update(report.outlet for report in self.web.given)
        self.read |= process.asked
        process.wake.set()

    async def _settle(self) -> None:
        """Let the sender work until it rests, is killed, or dies of itself."""
        while True:
            process = self.there
            assert process.sender is not None
            self.parked.clear()
            if any(not future.done() for _, future in self.sleepers) and not process.wake.is_set():
                break
            waits = [asyncio.create_task(one.wait()) for one in (self.parked, self.killed)]
            await asyncio.wait([*waits, process.sender], return_when=asyncio.FIRST_COMPLETED)
            for one in waits:
                one.cancel()
            if self.killed.is_set():
                await self.kill()
                await self.start()
            elif process.sender.done():
                self.complain(f"the sender died: {process.sender.exception()!r}")
                return
        self.complaints += self.errors.take()

    async def _next(self) -> float:
        """Return the true time at which something is to be done: nobody need be woken before."""
        now = self.clock.now()
        left, first = await self.there.store.outbox.count_waiting(now)
        rest = min((until for until, _ in self.sleepers), default=self.clock.true)
        if left and (first is None or first <= now):
            return rest
        times = [one for one in (first, await self.there.store.polls.find_next_due()) if one is not None]
        soonest = min(((one - now).total_seconds() for one in times), default=60.0)
        return max(rest, self.clock.true + min(max(soonest, 0.2), 60.0))

    # -- what befalls the program

    def die(self) -> NoReturn:
        """Cut the process off in the middle of what it does; it is dropped as soon as it rests."""
        self.there.cut = True
        self.killed.set()
        raise Killed

    async def kill(self) -> None:
        """Drop the process: nothing of it reaches the database any more."""
        process = self.there
        process.cut = True
        self.promise.disturb(self.clock.true + 120)  # until its roles and leases are over
        assert process.sender is not None
        process.sender.cancel()
        await asyncio.gather(process.sender, return_exceptions=True)
        await process.store.close()

    async def restart(self) -> None:
        """Stop the process as SIGTERM does, and start another."""
        process = self.there
        process.stop.set()
        assert process.sender is not None
        await asyncio.wait([process.sender], timeout=10)
        await process.store.close()
        await self.start()

    async def end(self) -> None:
        """Stop everything."""
        logging.getLogger("bot").removeHandler(self.errors)
        process = self.there
        process.stop.set()
        if process.sender is not None:
            process.sender.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await process.sender
        await process.store.close()
        if self.parser is not None:
            await self.parser.__aexit__(None, None, None)

    def refused(self, chat: int, fault: Fault) -> None:
        """Note that Telegram refuses a message: alerts of the chat are late by what it asks."""
        waits = {"wait": fault.error.retry_after or 1, "unsent": 60, "unknown": 120, "retry": 700, "suspend": 600}
        everybody = fault.error.verdict in {"wait", "unsent", "unknown"}
        self.promise.disturb(self.clock.true + waits.get(fault.error.verdict, 0), None if everybody else chat)

    # -- what is asked

    def event_of(self, delivery: Delivery) -> int:
        """Return the event that an alert tells of: its address says it."""
        return int((delivery.alert.url or "/0").rpartition("/")[2])

    def complain(self, complaint: str) -> None:
        """Note what is wrong."""
        self.complaints.append(f"{self.clock.now():%Y-%m-%d %H:%M:%S} ({self.clock.true:.0f} s): {complaint}")

    async def on_record(self) -> str:
        """Return what has become of the alerts that are not told, for whoever has to find the fault."""
        query = "SELECT chat, state, hold, reason, not_before FROM outbox WHERE state <> 'sent'"
        async with self.there.store.database.read() as connection:
            rows = (await connection.exec_driver_sql(query)).all()
        now = self.clock.now().timestamp()
        waiting = (f"{r.chat}: {r.state} {r.hold} {r.reason}, in {r.not_before / 1000 - now:.0f} s" for r in rows)
        return "; ".join(waiting) or "no alert waits"


class Errors(logging.Handler):
    """Keeps what the program logs as errors: a traceback is a bug."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it; what a kill does to the tasks of its process is no error."""
        fault = record.exc_info[1] if record.exc_info else None
        if not isinstance(fault, Killed):
            self.kept.append(f"{record.getMessage()}: {fault!r}")

    def take(self) -> Iterable[str]:
        """Return what was kept since the last time."""
        kept, self.kept = self.kept, []
        return kept


def wishes_of(promise: Promise, chat: int, now: datetime) -> Preferences:
    """Return what a reader of the model wishes, as the store keeps it, but for the mutes."""
    reader = promise.readers[chat]
    quiet = () if reader.quiet is None else (Window(reader.quiet[0] * 60, reader.quiet[1] * 60),)
    digest = None if reader.digest is None else Digest(reader.digest, 8 * 60, since=now)
    return Preferences(quiet=quiet, digest=digest, paused=now if reader.paused else None)


def mute_of(kind: Any, what: str, story: int = 0) -> Mute:
    """Return a mute as a command makes it; `story` is the number of an event's story."""
    forms = ((what,),) if kind == "word" else ()
    return Mute(kind, str(story) if kind == "story" else what, forms=forms, label=what)
