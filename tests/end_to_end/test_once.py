"""A tick, from real feeds over real HTTP and SQLite to Telegram's stand-in, in a process of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import pytest

from tests.plugins.proxies import StandInProxy, run_proxy

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.e2e

KEYS = [
    "polled",
    "failed",
    "items",
    "new",
    "matched",
    "stories",
    "queued",
    "sent",
    "dead",
    "left",
    "seconds",
    "failures",
]
TALKS = (
    (
        "The Kremlin said on Friday it could not predict whether the two leaders would meet this month, as disputes "
        "over the venue and the agenda dragged on."
    ),
    (
        "Spokesman Dmitry Peskov told reporters that preparations continued and that no date had been agreed, adding "
        "that working groups would resume their talks in Geneva on Tuesday."
    ),
)


def on_telegram(home: Home, server: TelegramServer) -> None:
    """Give the installation the stand-in's token."""
    home.environ |= {"NEWSWATCH_TELEGRAM_TOKEN": server.token, "NEWSWATCH_TELEGRAM_API_URL": server.url}


async def test_a_new_item_becomes_one_message_with_its_lead_and_evidence(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """First sight tells nothing; an item that appears later is told once, with the article's opening."""
    on_telegram(home, telegram_server)
    newsroom.publish("courier", piece("Kremlin clock restored", "Old news.", ("Old news about the Kremlin.",)))
    first = await home.run("once", "--json")
    assert (first.code, first.err.count("Traceback")) == (0, 0), first.err
    assert {key: first.json()[key] for key in ("polled", "items", "new", "sent")} == {
        "polled": 3,
        "items": 1,
        "new": 0,
        "sent": 0,
    }

    newsroom.publish("courier", piece("Kremlin uncertain on leaders' meeting", "No date.", TALKS))
    second = await home.run("once", "--force", "--json")
    assert second.code == 0, second.err
    tick = second.json()
    assert list(tick) == KEYS
    assert {key: tick[key] for key in ("polled", "new", "matched", "stories", "queued", "sent", "left", "dead")} == {
        "polled": 3,
        "new": 1,
        "matched": 1,
        "stories": 1,
        "queued": 1,
        "sent": 1,
        "left": 0,
        "dead": 0,
    }
    (told,) = telegram_server.sent(77)
    assert "Kremlin uncertain on leaders' meeting" in told.text
    assert "could not predict whether the two leaders would meet" in told.text
    assert "Kremlin (title)" in told.text
    assert "The Courier" in told.text

    third = await home.run("once", "--force", "--json")
    assert third.json()["sent"] == 0


async def test_the_same_text_from_another_outlet_edits_the_message(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """One event is one message: a copy under another headline is folded in by an edit."""
    on_telegram(home, telegram_server)
    await home.run("once", "--json")
    newsroom.publish("courier", piece("Kremlin uncertain on leaders' meeting", "No date.", TALKS))
    await home.run("once", "--force", "--json")
    newsroom.publish("wire", piece("No date for the summit, spokesman says", "No date.", TALKS))
    later = await home.run("once", "--force", "--json")
    assert (later.json()["stories"], later.json()["queued"]) == (0, 0)
    (told,) = telegram_server.sent(77)
    assert "The Wire" in telegram_server.shown(77, told.message)


async def test_without_a_token_alerts_are_printed_and_json_keeps_stdout(
    home: Home, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """The bot is useful before anyone has a token; with --json the alerts go to stderr."""
    await home.run("once")
    newsroom.publish("courier", piece("Kremlin uncertain on leaders' meeting", "No date.", TALKS))
    plain = await home.run("once", "--force")
    assert "Kremlin uncertain on leaders' meeting" in plain.out
    newsroom.publish("gazette", piece("Summit called off", "It rained.", ("The summit was called off, it rained.",)))
    machine = await home.run("once", "--force", "--json")
    assert machine.json()["sent"] == 1
    assert "Summit called off" in machine.err


async def test_a_source_that_fails_is_reported_and_stops_nobody(
    home: Home, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """A broken source is a line in the report; the others are polled, and the exit code is 0."""
    text = (home.folder / "watchlists.yaml").read_text()
    home.watch(text.replace("/wire/feed.xml", "/nothing-here"))
    newsroom.publish("courier", piece("Rail fares rise", "More.", ("More to pay.",)))
    tick = await home.run("once", "--json")
    assert tick.code == 0
    assert tick.json()["failed"] == 1
    (failure,) = tick.json()["failures"]
    assert failure["source"] == "The Wire"
    assert "404" in failure["reason"]
    assert tick.json()["items"] == 1


async def test_a_tick_with_nothing_due_loads_nothing_heavy(home: Home) -> None:
    """A scheduler pays for every import: with nothing due neither the parser nor the chat library is loaded."""
    await home.run("once")
    home.watch((home.folder / "watchlists.yaml").read_text().replace("every: 1s", "every: 1h"))
    await home.run("once", "--force")
    home.environ["PYTHONPROFILEIMPORTTIME"] = "1"
    tick = await home.run("once", "--json")
    assert tick.json()["polled"] == 0
    for heavy in ("telegram.ext", "alembic", "trafilatura", "feedparser", "pymorphy3", "aiohttp"):
        assert f" {heavy}\n" not in tick.err, heavy


async def test_case_88_overlapping_ticks_tell_once(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer
) -> None:
    """A tick that starts while another runs helps or does nothing; nobody is told twice."""
    on_telegram(home, telegram_server)
    await home.run("once", "--json")
    newsroom.publish("courier", piece("Kremlin uncertain on leaders' meeting", "No date.", TALKS))
    ticks = await asyncio.gather(*(home.run("once", "--force", "--json") for _ in range(3)))
    assert [tick.code for tick in ticks] == [0, 0, 0]
    await home.run("once", "--force", "--json")
    assert len(telegram_server.sent(77)) == 1


async def test_case_61_a_source_that_was_rebuilt_is_no_news(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """When every item of a known source looks new at once, they become its baseline, and nobody is told."""
    newsroom.publish("courier", *(piece(f"Kremlin report number {n} of the year", "x", ("x",)) for n in range(40)))
    await home.run("once", "--json")
    newsroom.replace("courier", *(piece(f"Quite another Kremlin text {n} today", "x", ("x",)) for n in range(40)))
    tick = await home.run("once", "--force", "--json")
    assert (tick.json()["new"], tick.json()["sent"]) == (0, 0)


async def test_case_84_a_lost_database_is_a_new_beginning_not_a_flood(
    home: Home, newsroom: Newsroom, piece: type[Piece]
) -> None:
    """When the volume is gone, what the sources show is taken as known."""
    newsroom.publish("courier", *(piece(f"Kremlin report number {n}", "x", ("x",)) for n in range(30)))
    await home.run("once", "--json")
    for file in (home.folder / "data").iterdir():
        file.unlink()
    tick = await home.run("once", "--json")
    assert (tick.json()["new"], tick.json()["sent"]) == (0, 0)


@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_everything_goes_through_the_proxies_that_are_set(
    kind: Literal["http", "socks5"],
    home: Home,
    newsroom: Newsroom,
    piece: type[Piece],
    telegram_server: TelegramServer,
) -> None:
    """Sources and pages through one, Telegram through the other; the same message arrives."""
    on_telegram(home, telegram_server)
    login = ("me", "canary-of-the-proxy")
    async with run_proxy(StandInProxy(kind, login)) as web, run_proxy(StandInProxy(kind, login)) as telegram:
        home.environ |= {"NEWSWATCH_PROXY": web.url, "NEWSWATCH_TELEGRAM_PROXY": telegram.url}
        await home.run("once", "--json")
        newsroom.publish("courier", piece("Kremlin uncertain on leaders' meeting", "No date.", TALKS))
        tick = await home.run("once", "--force", "--json")
        doctor = await home.run("doctor")
    assert (tick.code, tick.json()["sent"]) == (0, 1), tick.err
    (told,) = telegram_server.sent(77)
    assert "could not predict whether the two leaders would meet" in told.text
    assert {port for _, port in web.asked} == {newsroom.port}
    assert len(web.asked) > 6  # feeds, robots.txt and the page
    assert {f"http://{host}:{port}" for host, port in telegram.asked} == {telegram_server.url}
    assert "canary-of-the-proxy" not in tick.err + tick.out + doctor.out + doctor.err
    assert "connects" in doctor.out
