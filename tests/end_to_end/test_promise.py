"""The promise, kept under anything: random feeds, readers, wishes, refusals, clocks and kills, against a plain model.

Each scenario is a list of steps that prints as it is written down, so that a failing one can be kept as a test. Short
ones run every time, the same ones; long and random ones on both databases with `make soak`.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import DeliveryError
from bot.matching.engine import Engine, build_engine
from bot.model import Chat, Follow, Watchlist
from bot.store.repository import open_store
from tests.plugins.promise import Promise, Reader, Report
from tests.plugins.simulation import SHOWN, Fault, Simulation, mute_of, wishes_of

pytestmark = pytest.mark.e2e

OUTLETS = ("courier", "gazette", "wire")
LISTS = ("kremlin", "harbour", "flood")
URGENT = frozenset({"flood"})
WORD = "harvest"
K, H = frozenset({"kremlin"}), frozenset({"harbour"})
LISTS_OF = {1: {"kremlin", "flood"}, 2: {"kremlin", "harbour"}, 3: {"harbour", "flood", "kremlin"}, -4: {"kremlin"}}
KINDS = ("burst", "until", "wish", "mute", "trouble", "clock", "fill")  # of steps, beside publishing and waiting
STRANGE = ("", r"\u0000", "\x00", "\ud800", "\u202e", "<b>&amp;", "%s{0}", "\\", '"', "’' OR 1=1 --", "\U0001f600" * 9)
LAST = 20  # minutes in which all that is owed is told at last
OLD = timedelta(hours=60)  # a clock that is off by more makes another story of a later report


@dataclass(frozen=True)
class Publish:
    """An outlet reports an event; its headline fires these watchlists. With `word` stands one that may be muted."""

    outlet: str
    event: int
    lists: frozenset[str]
    word: bool = False
    strange: str = ""

    async def take(self, play: Play) -> None:
        """Put it on top of the outlet's feed."""
        play.publish(self)


@dataclass(frozen=True)
class Wait:
    """Time passes."""

    minutes: float

    async def take(self, play: Play) -> None:
        """Let it."""
        await play.world.wait(self.minutes * 60)


@dataclass(frozen=True)
class Until:
    """Time passes until so many messages more are told, 75 seconds at most: others are under way then."""

    messages: int

    async def take(self, play: Play) -> None:
        """Let it."""
        world, before = play.world, play.world.promise.told.total()
        for _ in range(75):  # a minute until it is read, and some seconds more
            if world.complaints or world.promise.told.total() >= before + self.messages:
                break
            await world.wait(1)


@dataclass(frozen=True)
class Wish:
    """A reader changes a wish: its pause, quiet hours or digests."""

    chat: int
    name: Literal["paused", "quiet", "digest"]
    value: Any

    async def take(self, play: Play) -> None:
        """Write it down as a command does."""
        await play.wish(self.chat, **{self.name: self.value})


@dataclass(frozen=True)
class Silence:
    """A reader mutes something."""

    chat: int
    kind: Literal["story", "word", "watchlist", "source"]
    what: str

    async def take(self, play: Play) -> None:
        """Write it down as a command does."""
        await play.mute(self.chat, self.kind, self.what)


@dataclass(frozen=True)
class Unmute:
    """A reader takes all mutes back."""

    chat: int

    async def take(self, play: Play) -> None:
        """Write it down as a command does."""
        play.world.promise.wish(self.chat, play.world.clock.true, mutes=frozenset())
        await play.world.there.store.preferences.remove_mutes(Chat(self.chat), None)


@dataclass(frozen=True)
class Refuse:
    """Telegram refuses the next messages of a chat, or takes them and does not say so."""

    chat: int
    verdict: Literal["wait", "unsent", "unknown", "retry", "suspend"]
    times: int = 1
    accept: bool = False

    async def take(self, play: Play) -> None:
        """Let it be so."""
        after = 90.0 if self.verdict == "wait" else None
        accept = self.accept and self.verdict == "unknown"
        error = DeliveryError("refused", self.verdict, retry_after=after)
        play.world.readers.faults.append(Fault(self.chat, error, self.times, accept))


@dataclass(frozen=True)
class Revoke:
    """An owner puts a chat out."""

    chat: int

    async def take(self, play: Play) -> None:
        """Write it down as a command does."""
        play.world.promise.wish(self.chat, play.world.clock.true, gone=True)
        await play.world.there.store.chats.revoke_chat(self.chat)


@dataclass(frozen=True)
class Kill:
    """The program is killed at the next messages' last one, before or after Telegram took it, or while it reads."""

    messages: int
    accepted: bool = False

    async def take(self, play: Play) -> None:
        """Let it be so."""
        if self.messages:
            play.world.readers.kill_at = self.messages, self.accepted
        else:
            play.world.web.hangs = True


@dataclass(frozen=True)
class Restart:
    """The program is stopped and started."""

    async def take(self, play: Play) -> None:
        """Do so."""
        await play.world.restart()


@dataclass(frozen=True)
class Jump:
    """The wall clock is set: so many hours from what is right; 0 sets it right."""

    hours: float

    async def take(self, play: Play) -> None:
        """Set it."""
        play.set_clock(timedelta(hours=self.hours))


@dataclass(frozen=True)
class Burst:
    """An outlet reports many events at once."""

    outlet: str
    many: int
    lists: frozenset[str]

    async def take(self, play: Play) -> None:
        """Put them on top of the outlet's feed."""
        first = 100 + len(play.published)
        for event in range(first, first + self.many):
            play.publish(Publish(self.outlet, event, self.lists))


@dataclass(frozen=True)
class Fill:
    """An outlet whose feed has been empty so far shows its old items, which are news to nobody."""

    outlet: str
    many: int

    async def take(self, play: Play) -> None:
        """Put them on its feed."""
        items = play.world.web.items[self.outlet]
        if not items:
            old = [Report(800 + number, self.outlet, K) for number in range(self.many)]
            items += [(report, item_of(report, "Kremlin")) for report in old]


Step = Publish | Burst | Fill | Wait | Until | Wish | Silence | Unmute | Refuse | Revoke | Kill | Restart | Jump


@dataclass(frozen=True)
class Scenario:
    """What happens, in this order; `follow` is that of all watchlists, `most` the messages an hour of a chat.

    `crowd` is how many more chats read the Kremlin's list, in digests by the hour; the feeds of `empty` outlets show
    nothing at first.
    """

    steps: tuple[Step, ...]
    follow: Follow = "edits"
    most: int = 0
    crowd: int = 0
    empty: frozenset[str] = frozenset()


class Play:
    """A scenario under way."""

    def __init__(self, world: Simulation, follow: Follow) -> None:
        self.world = world
        self.follow = follow
        self.generation = 0  # of events: what a clock that jumped far makes of a known event is anybody's guess
        self.published: set[tuple[int, str]] = set()

    def publish(self, step: Publish) -> None:
        """Put a report on a feed, unless it is there; not on one that was never read, or is full of what was not."""
        world, event = self.world, self.generation * 1000 + step.event
        unread = sum(report.outlet == step.outlet for report in world.promise.unread)
        if (event, step.outlet) in self.published or unread == SHOWN or step.outlet not in world.read:
            return
        self.published.add((event, step.outlet))
        report = Report(event, step.outlet, step.lists, frozenset({WORD} if step.word else ()))
        named = " ".join(sorted(name.title() for name in step.lists)) + (f" {WORD}" if step.word else "")
        world.web.items[step.outlet].append((report, item_of(report, named, step.strange)))
        world.promise.publish(report, world.clock.true)

    async def wish(self, chat: int, **changes: Any) -> None:
        """Change a reader's wishes, in the model and on record."""
        world = self.world
        world.promise.wish(chat, world.clock.true, **changes)
        await world.there.store.preferences.write_preferences(
            Chat(chat), wishes_of(world.promise, chat, world.clock.now())
        )

    async def mute(self, chat: int, kind: Any, what: str) -> None:
        """Mute, in the model and on record; a story that nobody has told of cannot be muted."""
        world, number = self.world, 0
        if kind == "story":
            what = str(self.generation * 1000 + int(what))
            async with world.there.store.database.read() as connection:
                its = f"SELECT story FROM reports WHERE url LIKE '%%/{what}'"  # noqa: S608 - a number
                number = (await connection.exec_driver_sql(its)).scalar() or 0
            if not number:
                return
        reader = world.promise.readers[chat]
        world.promise.wish(chat, world.clock.true, mutes=reader.mutes | {(kind, what)})
        await world.there.store.preferences.add_mute(
            Chat(chat), mute_of(kind, what, number), world.clock.now(), most=100
        )

    def set_clock(self, skew: timedelta) -> None:
        """Set the wall clock; the model begins all waits anew."""
        clock = self.world.clock
        if abs(skew - clock.skew) > OLD:
            self.generation += 1
        clock.skew = skew
        self.world.promise.disturb(clock.true)

    async def finish(self) -> None:
        """Let all holds end, on a sane clock and with Telegram well; then everything owed is told."""
        world = self.world
        self.set_clock(timedelta())
        world.readers.kill_at, world.web.hangs = None, False
        for chat in world.promise.readers:
            await self.wish(chat, paused=False, quiet=None, digest=None)
        for _ in range(LAST):
            await world.wait(60)
            if world.complaints or not (world.promise.owed() or self.incomplete()):
                break
        world.complaints += self.incomplete()

    def incomplete(self) -> list[str]:
        """Return the messages that do not name every outlet that tells their event, where readers follow it."""
        world, complaints = self.world, list[str]()
        if self.follow == "off":
            return complaints
        for (chat, number), events in world.readers.messages.items():
            reader = world.promise.readers[chat]
            for event, shown in events.items():
                outlets = {report.outlet for report in world.promise.seen.get(event, ())}
                if event // 1000 == self.generation and not reader.mutes and not reader.gone and outlets - shown:
                    complaints.append(f"chat {chat}: message {number} lacks {outlets - shown} of event {event}")
        return complaints


def item_of(report: Report, named: str, strange: str = "") -> dict[str, str]:
    """Return what an outlet's feed shows of an event."""
    url = f"https://{report.outlet}.example/{report.event}"
    title = f"{named}: {headline_of(report.event)} {strange}"
    return {"id": url, "url": url, "title": title, "content_text": text_of(report.event) + strange}


def headline_of(event: int) -> str:
    """Return what an event is called."""
    return " ".join(_words(event, 6))


def text_of(event: int) -> str:
    """Return the text that all outlets print of an event; no two events have anything in common."""
    return " ".join(_words(event, 60)) + "."


def _words(event: int, many: int) -> list[str]:
    chance = random.Random(event)
    return ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(many)]


@cache
def engine() -> Engine:
    """Return the engine of the watchlists, which is the same in all scenarios."""
    return build_engine([Watchlist(name, name.title(), (name.title(),)) for name in LISTS])


async def play(url: str, scenario: Scenario) -> list[str]:
    """Play a scenario on a database, and return what was wrong."""
    watchlists = [
        Watchlist(
            name,
            name.title(),
            (name.title(),),
            follow=scenario.follow,
            priority="urgent" if name in URGENT else "normal",
        )
        for name in LISTS
    ]
    readers = {chat: Reader(frozenset(lists)) for chat, lists in LISTS_OF.items()}
    crowd = range(1000, 1000 + scenario.crowd)
    readers |= {chat: Reader(K) for chat in crowd}
    world = Simulation(url, engine(), watchlists, Promise(readers, URGENT), most_an_hour=scenario.most)
    one = Play(world, scenario.follow)
    random.seed(20261123)  # of the times between polls
    for number, outlet in enumerate(OUTLETS):
        old = Report(900 + number, outlet, frozenset())
        world.web.items[outlet] = [] if outlet in scenario.empty else [(old, item_of(old, "Old"))]
    await world.begin()
    try:
        for chat in crowd:
            await one.wish(chat, digest="hour")
        for step in scenario.steps:
            await step.take(one)
            if world.complaints:
                break
        if not world.complaints:
            await one.finish()
    finally:
        await world.end()
    return world.complaints


@contextmanager
def fresh_file(template: Path) -> Iterator[str]:
    """Give a fresh SQLite database."""
    folder = Path(tempfile.mkdtemp(prefix="nwpromise"))
    try:
        shutil.copyfile(template, folder / "newswatch.db")
        yield f"sqlite:///{folder}/newswatch.db"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with the schema in place."""
    path = tmp_path_factory.mktemp("promise") / "newswatch.db"

    async def make() -> None:
        await (await open_store(f"sqlite:///{path}", migrate=True)).close()

    asyncio.run(make())
    return path


def steps(
    chats: st.SearchStrategy[int], outlets: st.SearchStrategy[str], kinds: Collection[str]
) -> st.SearchStrategy[Step]:
    """Return steps of some kinds that concern these chats and outlets: with few of each, more comes together."""
    events, listed = st.integers(1, 3), st.frozensets(st.sampled_from(LISTS), min_size=1, max_size=2)
    publish = st.builds(Publish, outlets, events, listed, st.booleans(), st.sampled_from(STRANGE))
    wait = st.builds(Wait, st.sampled_from((0.05, 0.05, 2.0, 7.0, 45.0, 70.0)))
    until = st.builds(Until, st.integers(1, 3))
    wish = st.one_of(
        st.builds(Wish, chats, st.just("paused"), st.booleans()),
        st.builds(Wish, chats, st.just("quiet"), st.sampled_from((None, (12, 13), (12, 14)))),
        st.builds(Wish, chats, st.just("digest"), st.sampled_from((None, "hour"))),
    )
    mute = st.one_of(
        st.builds(Silence, chats, st.just("source"), outlets),
        st.builds(Silence, chats, st.just("watchlist"), st.sampled_from(LISTS)),
        st.builds(Silence, chats, st.just("word"), st.just(WORD)),
        st.builds(Silence, chats, st.just("story"), events.map(str)),
        st.builds(Unmute, chats),
    )
    verdicts = st.sampled_from(("wait", "wait", "unsent", "unknown", "retry", "suspend"))
    trouble = st.one_of(
        st.builds(Refuse, chats, verdicts, st.integers(1, 2), st.booleans()),
        st.builds(Kill, st.integers(0, 3), st.booleans()),
        st.just(Restart()),
        st.builds(Revoke, chats),
    )
    clock = st.builds(Jump, st.sampled_from((-24.0, -1.0, 0.0, 0.0, 1.0, 24.0, 87_660.0)))
    burst = st.builds(Burst, outlets, st.integers(3, 9), listed)
    some = {"burst": burst, "until": until, "wish": wish, "mute": mute, "trouble": trouble, "clock": clock}
    some["fill"] = st.builds(Fill, outlets, st.integers(3, 15))  # one or two are news
    return st.one_of(publish, publish, wait, wait, *(some[kind] for kind in kinds))


@st.composite
def scenarios(draw: st.DrawFn, most: int) -> Scenario:
    """Make a scenario of so many steps at most."""
    chats = draw(st.lists(st.sampled_from(sorted(LISTS_OF)), min_size=1, max_size=3, unique=True))
    outlets = draw(st.lists(st.sampled_from(OUTLETS), min_size=1, max_size=3, unique=True))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True))
    some = steps(st.sampled_from(chats), st.sampled_from(outlets), kinds)
    return Scenario(
        tuple(draw(st.lists(some, min_size=3, max_size=most))),
        draw(st.sampled_from(("edits", "replies", "off"))),
        draw(st.sampled_from((0, 0, 3))),
        empty=frozenset(outlets) if "fill" in kinds else frozenset(),
    )


AHEAD, AGO = Jump(87_660), Jump(-24)
KEPT = {
    "an escaped NUL in a headline": Scenario((Publish("courier", 1, K, strange=r"\u0000"), Wait(2))),
    "the clock goes back an hour": Scenario(
        (Publish("courier", 1, K), Wait(2), Jump(-1), Publish("wire", 2, K), Wait(45))
    ),
    "the clock goes back a day before a start": Scenario((Wait(2), AGO, Restart(), Publish("wire", 1, K), Wait(45))),
    "a sender dies while the clock is ahead": Scenario(
        (Wait(2), AHEAD, Publish("wire", 1, K), Kill(1), Wait(2), Jump(0), Publish("wire", 2, K), Wait(45))
    ),
    "a 429 while the clock is ahead": Scenario(
        (Wait(2), AHEAD, Refuse(1, "wait"), Publish("wire", 1, K), Wait(2), Jump(0), Publish("wire", 2, K), Wait(45))
    ),
    "a start while the clock is ahead": Scenario(
        (Wait(2), AHEAD, Restart(), Publish("wire", 1, K), Wait(2), Jump(0), Publish("wire", 2, K), Wait(45))
    ),
    "first of a muted watchlist": Scenario(
        (Silence(3, "watchlist", "kremlin"), Publish("courier", 1, K), Wait(2), Publish("wire", 1, H), Wait(7))
    ),
    "first with a muted word": Scenario(
        (Silence(3, "word", WORD), Publish("courier", 1, K, word=True), Wait(2), Publish("wire", 1, K), Wait(7))
    ),
    "a mute that ended": Scenario(
        (
            Silence(1, "word", WORD),
            Publish("courier", 1, K, word=True),
            Wait(2),
            Unmute(1),
            Publish("wire", 1, K),
            Wait(7),
        )
    ),
    "first of a muted outlet, not followed": Scenario(
        (Silence(1, "source", "courier"), Publish("courier", 1, K), Wait(2), Publish("wire", 1, K), Wait(7)), "off"
    ),
    "a feed that was empty at first sight": Scenario(
        (Wait(2), Fill("wire", 7), Wait(2), Publish("wire", 1, K), Wait(7)), empty=frozenset({"wire"})
    ),
    "a pause while alerts are under way": Scenario(
        (Burst("courier", 9, K), Until(2), Wish(1, "paused", value=True), Wait(2))
    ),
    "a mute while alerts are under way": Scenario(
        (Burst("courier", 9, K), Until(2), Silence(1, "watchlist", "kremlin"), Wait(2))
    ),
    "a chat put out while alerts are under way": Scenario((Burst("courier", 9, K), Until(2), Revoke(1), Wait(2))),
    "the clock is set right while alerts are under way": Scenario(
        (Burst("wire", 6, K), Jump(1), Until(2), Jump(0), Wait(2))
    ),
    "a full rolling message grows": Scenario(
        (
            *(Burst("courier", 9, K), Wait(7), Burst("gazette", 9, K), Wait(7)),
            *(Publish("wire", event, K) for event in range(101, 108)),
            Wait(7),
            *(Publish("gazette", event, K) for event in range(103, 107)),
            Wait(7),
        ),
        most=3,
    ),
    "digests of a crowd": Scenario((Burst("courier", 3, K), Wait(70)), crowd=75),
    "an edit in a pause": Scenario(
        (Publish("courier", 1, K), Wait(2), Wish(1, "paused", value=True), Publish("wire", 1, K), Wait(7))
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_went_wrong_once(name: str, template: Path) -> None:
    """A scenario that once ended otherwise than it should."""
    with fresh_file(template) as url:
        assert asyncio.run(play(url, KEPT[name])) == []


ANY = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], database=None
)


@settings(ANY, max_examples=10, derandomize=True)
@given(scenario=scenarios(8))
def test_what_must_be_told_is_told_once_and_nothing_else(scenario: Scenario, template: Path) -> None:
    """Whatever readers wish, Telegram refuses, and clocks and kills do in between."""
    with fresh_file(template) as url:
        assert asyncio.run(play(url, scenario)) == []


@pytest.mark.soak
@settings(ANY, max_examples=1000)
@given(scenario=scenarios(30))
def test_the_promise_on_sqlite_for_long(scenario: Scenario, template: Path) -> None:
    """The same with longer scenarios, other ones every time."""
    with fresh_file(template) as url:
        assert asyncio.run(play(url, scenario)) == []


@pytest.mark.soak
@settings(ANY, max_examples=300)
@given(scenario=scenarios(20))
def test_the_promise_on_postgresql_for_long(scenario: Scenario, postgres: Any) -> None:
    """The same on PostgreSQL."""
    with postgres.database(template="newswatch_template") as url:
        assert asyncio.run(play(url, scenario)) == []
