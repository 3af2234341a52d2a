"""The service under attack, with an honest source, an honest chat and a clock beside it.

Every attack is made by a stranger: somebody whose site is a source, or who writes to the bot. The short form makes all
of them at once for a few seconds, from a tenth of the hosts, with bounds that only a frozen bot exceeds. The long form
(`soak`) makes each for half a minute and all of them for two, holds the bot to what it promises, and prints what was
measured.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.plugins.attackers import WATCHED, attackers
from tests.plugins.crowd import hosts
from tests.plugins.service import Running, running, until

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import TelegramServer

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="memory is measured in /proc"),
]

OWNER, HONEST, VICTIM = 500, 77, 78  # the victim is told what the attackers' sources publish
TURN = 2.5  # seconds between two honest headlines, and between two honest commands
PAGE = os.sysconf("SC_PAGE_SIZE")
PATIENCE = 60.0  # seconds after which an alert or an answer counts as never

Update = Callable[["TelegramServer", int], object]


@dataclass(frozen=True, slots=True)
class Attack:
    """What strangers do: hosts that attack in these ways, and updates at a pace (each gets its number)."""

    hosts: Mapping[str, int] = field(default_factory=dict)
    update: Update | None = None
    pace: float = 0.0  # updates a second
    access: str = "open"


@dataclass(slots=True)
class Measured:
    """What an attack did to the honest, in seconds and MB."""

    late: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    memory: int = 0
    largest: str = ""  # memory of each process when all had the most
    ended: float = 0.0

    def __str__(self) -> str:
        """Say it in one line."""
        return (
            f"{len(self.late)} alerts, latest {max(self.late):.2f} s; command {max(self.answered):.2f} s; "
            f"{self.memory} MB ({self.largest}); SIGTERM {self.ended:.2f} s"
        )


def letters(number: int, length: int) -> str:
    """Return letters that are the same for the same number."""
    return "".join(random.Random(number).choices("abcdefghijklmnoprstuvz", k=length))


def write(text: Callable[[int], str], *, each: int = 4, first: int = 10_000) -> Update:
    """Let made-up people write to the bot, each so often."""

    def update(server: TelegramServer, number: int) -> None:
        person = first + number // each
        server.say(text(number), chat=person, user=person)

    return update


def enter(server: TelegramServer, number: int) -> None:
    """Put the bot into a made-up group, or ask for access in a private chat."""
    person = 60_000 + number
    if number % 2:
        server.say("/start", chat=person, user=person)
        return
    me = {"id": 123456, "is_bot": True, "first_name": "Newswatch"}
    server.update(
        my_chat_member={
            "chat": {"id": -1_000_000_000_000 - person, "type": "supergroup", "title": f"Group {number}"},
            "from": {"id": person, "is_bot": False, "first_name": "Reader"},
            "date": int(time.time()),
            "old_chat_member": {"status": "left", "user": me},
            "new_chat_member": {"status": "member", "user": me},
        }
    )


def press(server: TelegramServer, number: int) -> None:
    """Press a button that was never shown."""
    data = ("admit|60001", f"watch|{number}|yes", f"{letters(number, 30)}", "for|77 forget", "\0|\0")[number % 5]
    server.press(data, chat=70_000 + number // 4, user=70_000 + number // 4, message=1 + number % 50)


def no_set(number: int) -> str:
    """Return a query that RE2 takes alone, and not among others."""
    return f"/watch /{letters(number, 3)}\\p{{Cyrillic}}{{0,{900 + number % 90}}}q/"


def dear(number: int) -> str:
    """Return a query of regexes that are slow on every text."""
    return "/watch " + " OR ".join(f"/{letters(number * 9 + n, 1)}.*(?:.{{60}}){{6}}{letters(n, 2)}/" for n in range(9))


def long_word(number: int) -> str:
    """Return a word of 256 letters, to be watched for or tried."""
    word = letters(number, 1) * 256 if number % 2 else letters(number, 256)
    return f"/{('watch', 'test')[number // 2 % 2]} {word}"


def deep(number: int) -> str:
    """Return a query with many parentheses, or with many parts."""
    if number % 2:
        return f"/watch {'(' * 900}a{')' * 900}"
    return "/watch " + " NEAR/3 ".join(letters(number * 400 + n, 2) for n in range(300))


WEB: dict[str, Attack] = {
    "endless 1xx": Attack({"informational": 15, "hints": 5}),
    "endless chunk extensions": Attack({"extensions": 20}),
    "chunks of one byte": Attack({"tiny": 20}),
    "endless heads, trailers and bodies": Attack({"headers": 8, "status": 8, "trailers": 8, "body": 8}),
    "dripping and hanging hosts": Attack({"drip": 100, "hang": 100, "drip_head": 50}),
    "swollen attributes and towers": Attack({"swollen": 5, "nested": 3, "many": 3}),
    "bombs": Attack({"bomb": 5, "entities": 5}),
    "dear article pages": Attack({"articles": 4}),
    "dots": Attack({"dots": 4}),
    "escaped NULs": Attack({"escaped": 4}),
}
CHAT: dict[str, Attack] = {
    "regexes that no set takes": Attack(update=write(no_set), pace=5),
    "dear regexes": Attack(update=write(dear, first=20_000), pace=5),
    "keywords of 256 letters": Attack(update=write(long_word, first=30_000), pace=5),
    "deep and wide queries": Attack(update=write(deep, first=40_000), pace=5),
    "strangers' /test": Attack(update=write(lambda n: f"/test {letters(n, 6)} OR {WATCHED}", first=50_000), pace=30),
    "forged buttons": Attack(update=press, pace=30),
    "made-up chats ask for access": Attack(update=enter, pace=30, access="closed"),
}
ATTACKS = WEB | CHAT
FEW: dict[str, Attack] = {  # what a machine that is busy with other tests bears, too: the kinds, not the numbers
    name: replace(one, hosts={kind: (number + 9) // 10 for kind, number in one.hosts.items()}, pace=one.pace / 3)
    for name, one in ATTACKS.items()
}


def family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    with suppress(OSError):
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):
                found += [other for child in file.read_text().split() for other in family(int(child))]
    return found


def resident(pid: int) -> int:
    """Return the memory that a process has now, in MB; what it shares with others counts in full."""
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE // 1024**2
    return 0


def sources(attacks: Mapping[str, Attack], port: int) -> str:
    """Return the attackers as lines of watchlists.yaml."""
    kinds = [kind for attack in attacks.values() for kind, number in attack.hosts.items() for _ in range(number)]
    return "".join(
        f"  - {{name: {kind} {n}, publisher: p{n}, url: 'http://{host}:{port}/{kind}/{n}', every: 2s}}\n"
        for n, (host, kind) in enumerate(zip(hosts(len(kinds)), kinds, strict=True))
    )


@dataclass(slots=True)
class Siege:
    """One bot, its honest surroundings, and what is measured."""

    newsroom: Newsroom
    piece: type[Piece]
    server: TelegramServer
    measured: Measured = field(default_factory=Measured)
    published: list[str] = field(default_factory=list)  # a word of each honest headline

    async def begin(self, bot: Running) -> None:
        """Wait for the baseline and for a first alert, before which everything is loaded; admit the honest chat."""
        await until(lambda: self.newsroom.requests >= 6, PATIENCE, lambda: "".join(bot.said))
        mark = self.publish()
        self.server.say(f"/admit {HONEST}", chat=OWNER, user=OWNER)
        await until(lambda: bool(self.messages(mark) and self.server.sent(OWNER)), PATIENCE, lambda: "".join(bot.said))

    def publish(self) -> str:
        """Publish an honest headline; return a word that no other has."""
        number = len(self.published)
        mark, *others = (letters(1_000_000 + number * 10 + n, 9) for n in range(5))
        self.published.append(mark)
        text = (f"{mark.title()} {' '.join(others)}, the Kremlin says, and says no more about it today.",)
        self.newsroom.publish("courier", self.piece(f"Kremlin {mark} {' '.join(others)}", "x", text))
        return mark

    def messages(self, mark: str) -> set[int]:
        """Return the messages of the honest chat that have ever shown a headline."""
        return {one.message for one in self.server.told if one.chat == HONEST and mark in one.text}

    def missing(self) -> list[str]:
        """Return the headlines that the honest chat was never told."""
        return [mark for mark in self.published if not self.messages(mark)]

    async def watch(self, seconds: float) -> None:
        """Publish and command turn by turn, and note how long it takes until the honest chat has it."""
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            mark = self.publish()
            before = len(self.server.sent(HONEST))
            self.server.say("/lists", chat=HONEST, user=HONEST)
            waits = (lambda: bool(self.messages(mark))), (lambda: self._answers(before))  # noqa: B023 - awaited here
            late, answered = await asyncio.gather(*(self._seconds(true) for true in waits))
            self.measured.late.append(late)
            self.measured.answered.append(answered)
            await asyncio.sleep(max(0.0, TURN - (time.monotonic() - began)))

    def _answers(self, before: int) -> bool:
        return any("Watchlists" in one.text for one in self.server.sent(HONEST)[before:])

    async def _seconds(self, true: Callable[[], bool]) -> float:
        began = time.monotonic()
        with suppress(AssertionError):
            await until(true, PATIENCE)
        return time.monotonic() - began

    async def weigh(self, pid: int) -> None:
        """Note the most memory."""
        while True:
            found = [resident(one) for one in family(pid)]
            if sum(found) > self.measured.memory:
                self.measured.memory, self.measured.largest = sum(found), " + ".join(map(str, found))
            await asyncio.sleep(0.2)

    async def write(self, attack: Attack) -> None:
        """Send an attack's updates at its pace."""
        assert attack.update is not None
        number = 0
        while True:
            attack.update(self.server, number)
            number += 1
            await asyncio.sleep(1 / attack.pace)


@asynccontextmanager
async def beside(*work: object) -> AsyncIterator[None]:
    """Run this meanwhile, and see that none of it failed."""
    tasks = [asyncio.ensure_future(one) for one in work]  # type: ignore[call-overload]  # coroutines
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


async def besiege(
    home: Home,
    newsroom: Newsroom,
    piece: type[Piece],
    server: TelegramServer,
    attacks: Mapping[str, Attack],
    seconds: float,
) -> Measured:
    """Attack for so long; return what was measured. What is told wrong, lost or said twice fails here."""
    siege = Siege(newsroom, piece, server)
    home.environ |= {
        "NEWSWATCH_TELEGRAM_TOKEN": server.token,
        "NEWSWATCH_TELEGRAM_API_URL": server.url,
        "NEWSWATCH_OWNERS": str(OWNER),
        "NEWSWATCH_ACCESS": "open" if any(one.access == "open" for one in attacks.values()) else "closed",
    }
    honest = (home.folder / "watchlists.yaml").read_text()
    honest += f"  bait: {{keywords: [{WATCHED}], languages: [en], deliver_to: [{VICTIM}]}}\n"
    home.watch(honest)
    crowd = sum(sum(one.hosts.values()) for one in attacks.values())
    async with attackers(max(crowd, 1)) as port:
        home.environ["NEWSWATCH_ALLOWED_PORTS"] += f",{port}"
        async with running(home) as bot:
            await siege.begin(bot)
            home.watch(honest.replace("sources:\n", "sources:\n" + sources(attacks, port), 1))
            if crowd:
                await bot.says("watchlists.yaml read again")
            updates = [siege.write(one) for one in attacks.values() if one.update]
            async with beside(siege.weigh(bot.process.pid), *updates):
                await siege.watch(seconds)
                siege.publish()
                await asyncio.sleep(0.5)
                began = time.monotonic()
                bot.process.terminate()
                assert await bot.ends(30) == 0, "".join(bot.said)[-5000:]
                siege.measured.ended = time.monotonic() - began
    home.watch(honest)
    server._queue.clear()
    async with running(home) as after:
        await after.says("watching")
        await until(lambda: not siege.missing(), PATIENCE, lambda: (siege.missing(), "".join(after.said)))
        after.process.terminate()
        assert await after.ends(15) == 0
    assert "Traceback" not in "".join(bot.said + after.said)
    twice = [mark for mark in siege.published if len(siege.messages(mark)) != 1]
    assert not twice, json.dumps([one.text for one in server.sent(HONEST)])
    return siege.measured


async def test_all_attacks_at_once_stop_nobody(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """The honest chat gets its alerts and its answers while everybody attacks, and nothing is lost or told twice."""
    measured = await besiege(home, newsroom, piece, telegram_server, FEW, 4.0)
    assert max(measured.late) < 45, measured
    assert max(measured.answered) < 45, measured
    assert measured.memory < 800, measured
    assert measured.ended < 15, measured


@pytest.mark.soak
@pytest.mark.parametrize("name", [*ATTACKS, "nothing", "everything"])
async def test_an_attack_delays_nobody(
    home: Home,
    newsroom: Newsroom,
    piece: type[Piece],
    telegram_server: TelegramServer,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """Alerts are told within 3 s and commands answered within 2, in 400 MB; SIGTERM ends it within 10 s."""
    attacks = ATTACKS if name == "everything" else {} if name == "nothing" else {name: ATTACKS[name]}
    seconds = 120.0 if name == "everything" else 30.0
    measured = await besiege(home, newsroom, piece, telegram_server, attacks, seconds)
    with capsys.disabled():
        print(f"\n{name}: {measured}")  # noqa: T201 - a soak says what it saw
    assert max(measured.late) <= 3, measured
    assert max(measured.answered) <= 2, measured
    assert measured.memory <= 400, measured
    assert measured.ended <= 10, measured
