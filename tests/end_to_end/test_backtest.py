"""`backtest` in a process of its own, over a record that real polls made."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home

pytestmark = pytest.mark.e2e

TALKS = (
    (
        "The Kremlin said on Friday it could not predict whether the two leaders would meet this month, as disputes "
        "over the venue and the agenda dragged on."
    ),
    "Spokesman Dmitry Peskov told reporters that preparations continued and that no date had been agreed.",
)


async def polled(home: Home) -> None:
    """Poll everything once."""
    ended = await home.run("once", "--force", "--json")
    assert (ended.code, ended.json()["failed"]) == (0, 0), ended.err


async def test_the_record_of_real_polls_is_forecast(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """A first sight, a story of two outlets and one more item are three events; a reader's query has its own."""
    newsroom.publish("courier", piece("Kremlin clock restored", "Old news.", ("Old news about the Kremlin.",)))
    await polled(home)
    for slug in ("courier", "wire"):
        newsroom.publish(slug, piece("Kremlin uncertain on leaders' meeting", TALKS[0], TALKS))
    for title, text in (
        ("Summit on water opens in Geneva", "Delegates came from forty countries."),
        ("Weather stays mild", "No rain is expected this week in the north."),
    ):
        newsroom.publish("gazette", piece(title, text, (text,)))
    await polled(home)
    ended, asked, silent = await asyncio.gather(
        home.run("backtest"),
        home.run("backtest", "--query", "weather OR delegates", "--days", "2"),
        home.run("backtest", "--query", "hockey"),
    )
    assert (ended.code, ended.err) == (0, "")
    assert "5 items on record of the last 7 days" in ended.out
    assert "would have told 3 events" in ended.out
    assert "kremlin: Kremlin" in ended.out
    assert "█" in ended.out
    assert (asked.code, asked.err) == (0, "")
    assert "This query would have told 2 events" in asked.out
    assert "█" in asked.out
    assert (silent.code, "would have told nothing" in silent.out) == (0, True)


async def test_an_empty_record_says_what_to_do(home: Home) -> None:
    """Before the first poll nothing is made by asking, and the answer says how to get a record."""
    ended = await home.run("backtest")
    assert (ended.code, ended.err) == (0, "")
    assert "Nothing is on record" in ended.out
    assert "newswatch run" in ended.out
    assert not (home.folder / "data" / "newswatch.db").exists()
    await home.run("db", "upgrade")
    assert "Nothing is on record" in (await home.run("backtest")).out


async def test_what_is_asked_wrongly_is_a_usage_error(home: Home) -> None:
    """A query's mistake points at its column, and days go as far back as the record."""
    asked = {
        ("--query", "summit AND ("): "--query, column 13: ",
        ("--query", "NOT war"): "--query, column 1: this would match everything",
        ("--days", "31"): "30 days",
    }
    ends = await asyncio.gather(*(home.run("backtest", *words) for words in asked))
    for hint, ended in zip(asked.values(), ends, strict=True):
        assert (ended.code, ended.out) == (2, "")
        assert hint in " ".join(ended.err.split())
        assert "Traceback" not in ended.err
