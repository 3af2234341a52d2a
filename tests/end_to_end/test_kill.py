"""Killed at any moment of sending, nothing is lost; a kill doubles what was under way: one, and late answers.

The real program, a newsroom that keeps publishing, and a stand-in for Telegram that remembers what it accepted: the
oracle. Three kills on each database in every test run; hundreds with `make soak`.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from bot.delivery import in_flight

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.e2e

CHATS = range(1001, 1025)  # private chats: one message a second each, so that sending goes on all the time
BUSY = 2  # under way where the machine was too busy to see an answer within a quarter of a second
WORDS = tuple(
    f"{first}{last}" for first in ("har", "bri", "cou", "the", "mus", "ele") for last in ("bour", "dge", "ncil", "atre")
)


class Desk:
    """Publishes items that have nothing in common but the keyword, and knows what must arrive."""

    def __init__(self, newsroom: Newsroom, piece: type[Piece], chance: random.Random) -> None:
        self._newsroom, self._piece, self._chance = newsroom, piece, chance
        self.published: list[str] = []

    def publish(self) -> None:
        """Publish one more item."""
        number = len(self.published)
        some = self._chance.sample(WORDS, 12)
        headline = f"Kremlin case {number:04}: {some[0]} {some[1]}"
        text = f"The {some[2]} of the {some[3]} {some[4]} met the {' '.join(some[5:])} {number * 7919} times."
        self._newsroom.publish("courier", self._piece(headline, text, (text,)))
        self.published.append(f"Kremlin case {number:04}")


async def reign_of_terror(
    home: Home, desk: Desk, server: TelegramServer, kills: int, chance: random.Random
) -> list[float]:
    """Kill the program so many times while it sends; return how long each successor took to send again, in seconds."""
    pauses: list[float] = []
    process = await home.start("run")
    await accepted(server, 1, desk)
    for _ in range(kills):
        await accepted(server, len(server.sent()) + chance.randint(1, 12), desk)
        await asyncio.sleep(chance.random() * 0.05)
        process.kill()
        await process.wait()
        before, start = len(server.sent()), time.monotonic()
        process = await home.start("run")
        await accepted(server, before + 1, desk)
        pauses.append(time.monotonic() - start)
    due = len(desk.published) * len(CHATS)
    async with asyncio.timeout(60 + due / 15):
        while len({(told.chat, told.text.splitlines()[1]) for told in server.sent()}) < due:
            await asyncio.sleep(0.2)
    process.terminate()
    async with asyncio.timeout(10):
        assert await process.wait() == 0
    return pauses


async def accepted(server: TelegramServer, count: int, desk: Desk) -> None:
    """Wait until so many messages were accepted, publishing while little is on its way."""
    async with asyncio.timeout(30):
        while len(server.sent()) < count:
            if len(desk.published) * len(CHATS) < len(server.sent()) + len(CHATS):
                desk.publish()
            await asyncio.sleep(0.01)


def watching(home: Home, newsroom: Newsroom, server: TelegramServer, chats: Sequence[int]) -> None:
    """Let these chats be told of one outlet's news, through the stand-in."""
    home.environ |= {"NEWSWATCH_TELEGRAM_TOKEN": server.token, "NEWSWATCH_TELEGRAM_API_URL": server.url}
    readers = ", ".join(map(str, chats))
    home.watch(
        "defaults: {max_per_hour: 0, full_text: never}\n"
        f"sources:\n  - {{name: Courier, publisher: courier, url: '{newsroom.feed('courier')}', every: 1s}}\n"
        f"watchlists:\n  kremlin: {{keywords: [Kremlin], languages: [en], deliver_to: [{readers}]}}\n"
    )


async def check(
    home: Home, newsroom: Newsroom, piece: type[Piece], server: TelegramServer, kills: int
) -> tuple[int, list[float]]:
    """Play it, and hold what arrived against what was published; return the duplicates and the pauses."""
    chance = random.Random(20261123)
    watching(home, newsroom, server, CHATS)
    assert (await home.run("once")).code == 0  # the baseline
    desk = Desk(newsroom, piece, chance)
    desk.publish()
    pauses = await reign_of_terror(home, desk, server, kills, chance)
    seen = Counter((told.chat, told.text.splitlines()[1].split(":")[0]) for told in server.sent())
    missing = {(chat, name) for chat in CHATS for name in desk.published} - set(seen)
    assert not missing
    return sum(count - 1 for count in seen.values()), pauses


async def test_case_75_kill_9_on_sqlite_loses_nothing(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """Three kills while sending: every alert arrives, three twice, and sending goes on within 3 seconds."""
    duplicates, pauses = await check(home, newsroom, piece, telegram_server, 3)
    assert duplicates <= 3 * BUSY
    assert min(pauses) < 3.0, pauses  # the least: how busy the other core is says nothing of the program


async def test_case_75_kill_9_on_postgresql_loses_nothing(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer, postgres_url: str
) -> None:
    """The same on PostgreSQL."""
    home.environ["NEWSWATCH_DATABASE_URL"] = postgres_url
    duplicates, pauses = await check(home, newsroom, piece, telegram_server, 3)
    assert duplicates <= 3 * BUSY
    assert min(pauses) < 3.0, pauses  # the least: how busy the other core is says nothing of the program


async def test_case_75_a_kill_in_a_rush_costs_no_more_than_was_under_way(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """Answers are slow and many chats wait, so several are under way: none is lost, eight at most come twice."""
    chats = range(1001, 1046)
    telegram_server.delay = 0.3
    watching(home, newsroom, telegram_server, chats)
    assert (await home.run("once")).code == 0  # the baseline
    desk = Desk(newsroom, piece, random.Random(20261123))
    desk.publish()
    process = await home.start("run", "--role", "poller", "--role", "sender")
    async with asyncio.timeout(30):
        while len(telegram_server.sent()) < len(chats) // 2:
            await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    assert (await home.run("once", "--deadline", "30s")).code == 0
    told = Counter(one.chat for one in telegram_server.sent())
    assert sorted(told) == list(chats)
    assert 1 <= told.total() - len(chats) <= in_flight.MOST


async def test_case_75_a_kill_while_an_answer_hangs_costs_that_message_and_one_more(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """One of ten chats gets no answer to what was accepted: the nine are told meanwhile, and once."""
    chats = range(1001, 1011)
    watching(home, newsroom, telegram_server, chats)
    assert (await home.run("once")).code == 0  # the baseline
    telegram_server.plan(fault(accept=True, hang=asyncio.Event()), chat=chats[0])
    Desk(newsroom, piece, random.Random(20261123)).publish()
    process = await home.start("run", "--role", "poller", "--role", "sender")
    async with asyncio.timeout(30):
        while len(telegram_server.sent()) < len(chats):
            await asyncio.sleep(0.01)
    process.kill()
    await process.wait()
    assert (await home.run("once", "--deadline", "30s")).code == 0
    told = Counter(one.chat for one in telegram_server.sent())
    assert sorted(told) == list(chats)
    assert told[chats[0]] == 2
    assert told.total() - len(chats) <= 1 + BUSY


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_case_75_two_hundred_kills(
    home: Home,
    newsroom: Newsroom,
    piece: type[Piece],
    telegram_server: TelegramServer,
    postgres_url: str,
    database: str,
) -> None:
    """Two hundred kills: nothing lost, hardly more than one duplicate a kill."""
    if database == "postgresql":
        home.environ["NEWSWATCH_DATABASE_URL"] = postgres_url
    duplicates, pauses = await check(home, newsroom, piece, telegram_server, 200)
    assert duplicates <= 220
    assert sorted(pauses)[100] < 3.0, sorted(pauses)[-5:]
