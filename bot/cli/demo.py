"""`newswatch demo`: a sample newsroom is polled for real, and the alerts appear in the terminal.

Real HTTP on loopback, the real parser, store and loops; only the news is made up. Needs no token, no configuration
and no internet, and ends by itself.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from bot import app
from bot.cli.demo_newsroom import Newsroom, Outlet, Piece
from bot.cli.plurals import count
from bot.cli.program import called
from bot.i18n import words
from bot.matching.near_miss import near_misses
from bot.model import Delivery
from bot.polling.poll_tally import PollTally
from bot.ports.outbox_store import Notifier
from bot.process.clock import wall

WATCHLISTS = Template("""\
defaults: {every: 1s}
sources:
  - {name: Daily Courier, publisher: courier, url: "$courier"}
  - {name: Northern Wire, publisher: wire, url: "$wire"}
  - {name: Meridian Times, publisher: meridian, url: "$meridian"}
  - {name: Вестник столицы, publisher: vestnik, url: "$vestnik"}
  - {name: City Gazette, publisher: gazette, url: "$gazette"}
watchlists:
  kremlin:
    title: Kremlin and summits
    keywords: [Kremlin, Peskov, Песков, summit]
    exclude: [hockey]
    languages: [en, ru]
  privacy:
    title: Privacy tools
    keywords: [Tor]
    languages: [en]
""")

OUTLETS = (
    Outlet("courier", "Daily Courier"),
    Outlet("wire", "Northern Wire"),
    Outlet("meridian", "Meridian Times"),
    Outlet("vestnik", "Вестник столицы", "ru"),
    Outlet("gazette", "City Gazette"),
)

YESTERDAY = (
    Piece("Kremlin clock tower to be restored", "Scaffolding goes up.", ("Scaffolding goes up next week.",)),
    Piece("Rail fares to rise in spring", "Commuters will pay more.", ("Commuters will pay more from March.",)),
)

_TALKS = (
    (
        "The Kremlin said on Friday it could not predict whether the two leaders would meet this month, as disputes "
        "over the venue and the agenda dragged on."
    ),
    (
        "Spokesman Dmitry Peskov told reporters that preparations for the summit continued and that no date had been "
        "agreed, adding that working groups would resume their talks in Geneva on Tuesday."
    ),
    (
        "Diplomats from three capitals said the main obstacle was the order of business, with one side insisting that "
        "a ceasefire be discussed before trade and the other asking for both to be settled in a single document."
    ),
    "Energy prices edged lower after the remarks, and the rouble was little changed in afternoon trading.",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of the play: who publishes what, and what to watch for."""

    pieces: tuple[tuple[str, Piece], ...]  # each with its outlet
    note: str
    told: bool = False  # a new message is to be shown
    silent: bool = False  # nothing is to be told; why not is asked of the engine


_READABLE = 100  # columns of what is no terminal
PAUSE = 1.0  # seconds to read what was shown before the next scene
PATIENCE = 10.0  # seconds that a scene waits for its cue; on an idle machine it comes after one
CURTAIN = 14.0  # seconds that the end waits for the edit, which comes ten after the message
GROWN = "the first message has grown by an edit, which pings nobody: one event, one message"
SCENES = (
    Scene(
        (("courier", Piece("Kremlin Uncertain on Leaders' Meeting Amid Turmoil", "No date has been agreed.", _TALKS)),),
        "a keyword in the headline: one alert, with the article's own opening as its lead",
        told=True,
    ),
    Scene(
        (
            ("wire", Piece("No date yet for summit, spokesman says", "Working groups resume on Tuesday.", _TALKS)),
            ("meridian", Piece("Kremlin talks stall over venue", "Disputes over venue and agenda.", _TALKS[:3])),
        ),
        "the same event under other headlines: no second alert, the message above is going to grow",
    ),
    Scene(
        (
            (
                "gazette",
                Piece(
                    "Theatre director steps down after nine seasons",
                    "The director will leave in June.",
                    (
                        "The director of the city theatre will step down in June after nine seasons, the board said.",
                        "The board praised her direction and will name a successor before the summer break.",
                    ),
                ),
            ),
        ),
        "'Tor' is watched, too",
        silent=True,
    ),
    Scene(
        (
            (
                "vestnik",
                Piece(
                    "Пескова спросили о переносе встречи",
                    "Ответ прозвучал в пятницу.",
                    (
                        "Пресс-секретарь президента рассказал журналистам, что дата встречи пока не определена.",
                        "По словам Дмитрия Пескова, переговоры рабочих групп возобновятся во вторник в Женеве.",
                    ),
                    "ru",
                ),
            ),
        ),
        "the keyword is «Песков», the headline says «Пескова»: found all the same",
        told=True,
    ),
    Scene(
        (
            (
                "gazette",
                Piece(
                    "Hockey summit ends in a draw",
                    "The league's best met on Thursday.",
                    ("The two best hockey clubs of the league met on Thursday, a summit of the season to fans.",),
                ),
            ),
        ),
        "'summit' is watched, too",
        silent=True,
    ),
)


async def play() -> None:
    """Play it on standard output; about thirteen seconds."""
    with tempfile.TemporaryDirectory(prefix="newswatch-demo-") as folder:
        async with Newsroom(OUTLETS) as newsroom:
            for outlet in OUTLETS:
                newsroom.publish(outlet.slug, *YESTERDAY)
            async with app.opened(write_environment(Path(folder), newsroom)) as base:
                await _DemoRunner(_open_stage(), newsroom, base).play()


def write_environment(folder: Path, newsroom: Newsroom) -> dict[str, str]:
    """Return the settings of the demo, written down as a user would."""
    file = folder / "watchlists.yaml"
    addresses = {outlet.slug: newsroom.feed(outlet.slug) for outlet in OUTLETS}
    file.write_text(WATCHLISTS.substitute(addresses), encoding="utf-8")
    return {
        "NEWSWATCH_WATCHLISTS": str(file),
        "NEWSWATCH_DATABASE_URL": f"sqlite:///{folder}/demo.db",
        "NEWSWATCH_ALLOWED_NETWORKS": "127.0.0.1/32",
        "NEWSWATCH_ALLOWED_PORTS": str(newsroom.port),
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_HTTP_LISTEN": "off",
        "NEWSWATCH_SEMANTIC": "off",  # the same play with and without the extra
        "NEWSWATCH_LOG_LEVEL": "ERROR",
    }


class _Cues:
    """A medium that shows by another one, and says when something was shown; a line goes before every edit."""

    def __init__(self, medium: Notifier, narrate: Callable[[str], None]) -> None:
        self._medium, self._narrate = medium, narrate
        self.told = 0
        self.edited = asyncio.Event()

    async def send(self, delivery: Delivery) -> int:
        """See Notifier."""
        if delivery.message is not None:
            self._narrate(GROWN)
        number = await self._medium.send(delivery)
        if delivery.message is None:
            self.told += 1
        else:
            self.edited.set()
        return number

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """See Notifier."""
        return await self._medium.fold(deliveries, message)


class _DemoRunner:
    """Publishes scene by scene while the real loops run, each when the one before was shown."""

    def __init__(self, console: Console, newsroom: Newsroom, base: app.Base) -> None:
        self._console = console
        self._newsroom = newsroom
        self._base = base
        self._names = {outlet.slug: outlet.name for outlet in OUTLETS}
        self._wake, self._stop = asyncio.Event(), asyncio.Event()

    async def play(self) -> None:
        """Play every scene, then sum up."""
        base = self._base
        self._console.print(Rule(Text("Newswatch demo", "bold"), style="cyan"))
        self._line("five outlets on this machine, two watchlists: Kremlin and summits · Privacy tools")
        async with (
            app.poller(base, app.notices(base), self._wake.set) as poller,
            app.notifier(base, sys.stdout) as medium,
        ):
            cues = _Cues(medium, self._narrate)
            deliverer = app.deliverer(base, cues, lambda say: self._line(say(words("en"))))
            await poller.tick(5.0)
            known = sum(source.items for source in (await base.store.chats.read_status(wall())).sources)
            self._line(f"First sight of {len(OUTLETS)} outlets: {known} items are known now, none is told.")
            loops = [
                asyncio.create_task(poller.run(self._stop, _quiet, _quiet_reason)),
                asyncio.create_task(deliverer.run(self._stop, self._wake)),
            ]
            for scene in SCENES:
                new, told = poller.tally.new + len(scene.pieces), cues.told + scene.told
                await self._publish(scene)
                await _wait_until(lambda new=new, told=told: poller.tally.new >= new and cues.told >= told)  # type: ignore[misc]
                await asyncio.sleep(PAUSE)
            with suppress(TimeoutError):
                async with asyncio.timeout(CURTAIN):
                    await cues.edited.wait()
            self._stop.set()
            await asyncio.gather(*loops)
            await self._sum_up(poller.tally)

    async def _publish(self, scene: Scene) -> None:
        self._console.print()
        for outlet, piece in scene.pieces:
            self._newsroom.publish(outlet, piece)
            headline = (f"“{piece.headline}”", "italic")
            self._console.print(
                Text.assemble(("▶ ", "bold green"), (self._names[outlet], "bold"), " publishes ", headline)
            )
        reasons = await self._reasons(scene.pieces[0][1]) if scene.silent else ()
        self._line(f"{scene.note}; nobody is told: {'; '.join(reasons)}" if reasons else scene.note)

    async def _reasons(self, piece: Piece) -> tuple[str, ...]:
        """Ask the engine why a piece fires nothing."""
        engine = await self._base.current.setup().engine()
        misses = near_misses(words("en"), engine, piece.headline, piece.teaser, "\n".join(piece.paragraphs))
        return tuple(miss.reason for miss in misses)

    async def _sum_up(self, tally: PollTally) -> None:
        status = await self._base.store.chats.read_status(wall())
        self._console.print()
        self._console.print(Rule(style="dim"))
        self._line(
            f"{self._newsroom.requests} requests over HTTP, {count(tally.new, 'new item')}, {tally.matched} matched: "
            f"{count(tally.stories, 'story', 'stories')}, {count(status.sent, 'message')}."
        )
        self._line("Next, with real news and your own words:")
        for verb, what in (
            ("init", "five questions set it up"),
            ("run", "alerts in Telegram, or here"),
        ):
            self._console.print(Text.assemble("    ", (f"{called(verb):<26}", "bold"), (what, "dim")))

    def _narrate(self, text: str) -> None:
        self._console.print()
        self._line(text)

    def _line(self, text: str) -> None:
        for line in Text(text, "dim").wrap(self._console, self._console.width - 2):
            line.rstrip()
            self._console.print(Text.assemble("  ", line))


def _open_stage() -> Console:
    """Return the console; where no terminal shows it, lines of a readable length."""
    console = Console(highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = _READABLE
    return console


async def _wait_until(shown: Callable[[], bool]) -> None:
    """Return when it was shown, or after PATIENCE."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not shown():  # noqa: ASYNC110 - the tally is counted by a loop that knows of no event
                await asyncio.sleep(0.05)


def _quiet() -> None:
    """Nobody watches the loops of a demo."""


def _quiet_reason(_: str | None) -> None:
    """Nobody watches the loops of a demo."""
