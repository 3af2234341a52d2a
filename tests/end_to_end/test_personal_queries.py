"""A query of a chat's own, from `/watch` in Telegram's stand-in to the alert, in processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.e2e

READER = 22


async def until(what: Callable[[], object], seconds: float = 40.0) -> None:
    """Wait until something is so; fail when it never is."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.05)


def on_telegram(home: Home, server: TelegramServer) -> None:
    """Give the installation the stand-in's token, and let everybody in."""
    home.environ |= {"NEWSWATCH_TELEGRAM_TOKEN": server.token, "NEWSWATCH_TELEGRAM_API_URL": server.url}
    home.environ |= {"NEWSWATCH_ACCESS": "open"}


def told(server: TelegramServer) -> list[str]:
    """Return the alerts that the reader has."""
    return [one.text for one in server.sent(READER) if one.text.startswith("🔔")]


async def test_a_tick_reads_and_obeys_personal_queries(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """What is watched for in one tick is told in it and in the next, headed by the query; ended, it is silent."""
    on_telegram(home, telegram_server)
    newsroom.publish("courier", piece("Delegates gather", "Old news.", ("Old news of delegates.",)))
    assert (await home.run("once")).code == 0
    telegram_server.say("/watch delegates AND Geneva", chat=READER, user=READER)
    newsroom.publish("courier", piece("Delegates reach Geneva", "They came.", ("The delegates came by train.",)))
    assert (await home.run("once", "--force")).code == 0
    (answer,) = (one for one in telegram_server.sent(READER) if "I watch for" in one.text)
    assert "It would have sent nothing" in telegram_server.shown(READER, answer.message)
    assert [text.splitlines()[:2] for text in told(telegram_server)] == [
        ["🔔 delegates AND Geneva", "Delegates reach Geneva"]
    ]
    newsroom.publish("wire", piece("Geneva feeds its delegates", "Cheese.", ("There was cheese for delegates.",)))
    assert (await home.run("once", "--force")).code == 0
    assert len(told(telegram_server)) == 2
    telegram_server.say("/unwatch 1", chat=READER, user=READER)
    newsroom.publish("wire", piece("Delegates leave Geneva again", "Home.", ("All delegates went home.",)))
    assert (await home.run("once", "--force")).code == 0
    assert len(told(telegram_server)) == 2


async def test_other_processes_hear_of_a_query_within_seconds(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """One process listens and sends, another polls; a query added in the first fires in the second."""
    on_telegram(home, telegram_server)
    newsroom.publish("courier", piece("Weather", "Rain.", ("It rains.",)))
    assert (await home.run("once", "--force")).code == 0
    await home.start("run", "--role", "listener", "--role", "sender")
    await home.start("run", "--role", "poller")
    newsroom.publish("courier", piece("Kremlin bells ring", "Bells.", ("The bells rang at noon.",)))
    await until(lambda: [one for one in telegram_server.sent(77) if "bells" in one.text])  # the engine is in use
    telegram_server.say("/watch delegates", chat=READER, user=READER)
    await until(lambda: [one for one in telegram_server.sent(READER) if "I watch for" in one.text])
    async with asyncio.timeout(40):
        for number in range(400):
            if told(telegram_server):
                break
            newsroom.publish("wire", piece(f"Delegates met {number} times", "They met.", (f"Meeting {number}.",)))
            await asyncio.sleep(1)
    assert told(telegram_server)[0].startswith("🔔 delegates\n")
