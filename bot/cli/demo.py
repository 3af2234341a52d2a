"""`newswatch demo`: a sample newsroom is polled for real, and the alerts appear in the terminal.

Real HTTP on loopback, the real parser, store and loops; only the news is made up. Needs no token, no configuration
and no internet, and ends by itself.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from bot import app
from bot.cli.demo_newsroom import Newsroom, Outlet, Piece
from bot.i18n import words
from bot.matching.near_miss import near_misses
from bot.polling.loop import PollTally
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

    at: float  # seconds after the baseline
    outlet: str
    piece: Piece
    note: str
    silent: bool = False  # nothing is to be told; why not is asked of the engine


CURTAIN = 2.6  # seconds after the last scene: two polls and the edit
PROMPT = 1.2  # seconds from a scene to its alert on an idle machine
PATIENCE = 10.0  # seconds that a scene waits for its alert
SCENES = (
    Scene(
        0.3,
        "courier",
        Piece("Kremlin Uncertain on Leaders' Meeting Amid Turmoil", "No date has been agreed.", _TALKS),
        "a keyword in the headline: one alert, with the article's own opening as its lead",
    ),
    Scene(
        2.4,
        "wire",
        Piece("No date yet for summit, spokesman says", "Working groups resume on Tuesday.", _TALKS),
        "the same text under another headline: the message grows, nobody is pinged again",
    ),
    Scene(
        4.2,
        "gazette",
        Piece(
            "Theatre director steps down after nine seasons",
            "The director will leave in June.",
            (
                "The director of the city theatre will step down in June after nine seasons, the board said.",
                "The board praised her direction and will name a successor before the summer break.",
            ),
        ),
        "'Tor' is watched, too",
        silent=True,
    ),
    Scene(
        5.4,
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
        "the keyword is «Песков», the headline says «Пескова»: found all the same",
    ),
    Scene(
        7.2,
        "gazette",
        Piece(
            "Hockey summit ends in a draw",
            "The league's best met on Thursday.",
            ("The two best hockey clubs of the league met on Thursday in what fans called a summit of the season.",),
        ),
        "'summit' is watched, too",
        silent=True,
    ),
    Scene(
        8.4,
        "meridian",
        Piece("Kremlin talks stall over venue", "Disputes over venue and agenda.", _TALKS[:3]),
        "a third outlet carries it, shortened: still one message",
    ),
)


async def play() -> None:
    """Play it on standard output; about twelve seconds."""
    with tempfile.TemporaryDirectory(prefix="newswatch-demo-") as folder:
        async with Newsroom(OUTLETS) as newsroom:
            for outlet in OUTLETS:
                newsroom.publish(outlet.slug, *YESTERDAY)
            async with app.opened(_environment(Path(folder), newsroom)) as base:
                await _DemoRunner(Console(highlight=False), newsroom, base).play()


def _environment(folder: Path, newsroom: Newsroom) -> dict[str, str]:
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
        "NEWSWATCH_LOG_LEVEL": "ERROR",
    }


class _DemoRunner:
    """Publishes scene by scene while the real loops run, and says what to watch for."""

    def __init__(self, console: Console, newsroom: Newsroom, base: app.Base) -> None:
        self._console = console
        self._newsroom = newsroom
        self._base = base
        self._names = {outlet.slug: outlet.name for outlet in OUTLETS}
        self._wake, self._stop = asyncio.Event(), asyncio.Event()

    async def play(self) -> None:
        """Play every scene, then sum up."""
        base = self._base
        self._say("Newswatch demo", "five outlets on this machine, two watchlists: Kremlin and summits · Privacy tools")
        async with (
            app.poller(base, app.notices(base), self._wake.set) as poller,
            app.notifier(base, sys.stdout) as medium,
        ):
            deliverer = app.deliverer(base, medium, lambda say: self._line(say(words("en"))))
            await poller.tick(5.0)
            known = sum(source.items for source in (await base.store.chats.read_status(wall())).sources)
            self._line(f"First sight of {len(OUTLETS)} outlets: {known} items are known now, none is told.")
            loops = [
                asyncio.create_task(poller.run(self._stop, _quiet, _quiet_reason)),
                asyncio.create_task(deliverer.run(self._stop, self._wake)),
            ]
            clock = asyncio.get_running_loop().time
            start = clock()
            for scene in SCENES:
                await asyncio.sleep(max(0.0, start + scene.at - clock()))
                matched = poller.tally.matched
                await self._publish(scene)
                if not scene.silent:
                    await _wait_for_match(poller.tally, matched)
                    start = max(start, clock() - scene.at - PROMPT)  # on a slow machine the other scenes come later
            await asyncio.sleep(CURTAIN)
            self._stop.set()
            await asyncio.gather(*loops)
            await self._sum_up(poller.tally)

    async def _publish(self, scene: Scene) -> None:
        self._newsroom.publish(scene.outlet, scene.piece)
        self._console.print()
        self._console.print(
            Text.assemble(
                ("▶ ", "bold green"),
                (self._names[scene.outlet], "bold"),
                " publishes ",
                (f"“{scene.piece.headline}”", "italic"),
            )
        )
        reasons = await self._reasons(scene.piece) if scene.silent else ()
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
            f"{self._newsroom.requests} requests over HTTP, {tally.new} new items, {tally.matched} matched: "
            f"{tally.stories} stories, {status.sent} messages."
        )
        self._line("Next: edit watchlists.yaml; `.venv/bin/newswatch run` prints real news here.")
        self._line("README.md says how to bring it to Telegram.")

    def _say(self, title: str, line: str) -> None:
        self._console.print(Rule(Text(title, "bold"), style="cyan"))
        self._line(line)

    def _line(self, text: str) -> None:
        self._console.print(Text(f"  {text}", "dim"))


async def _wait_for_match(tally: PollTally, before: int) -> None:
    """Return when more items have matched than before, or after PATIENCE."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while tally.matched <= before:  # noqa: ASYNC110 - the tally is counted by a loop that knows of no event
                await asyncio.sleep(0.05)


def _quiet() -> None:
    """Nobody watches the loops of a demo."""


def _quiet_reason(_: str | None) -> None:
    """Nobody watches the loops of a demo."""
