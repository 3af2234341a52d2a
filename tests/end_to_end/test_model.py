"""A language model beside the real service: what it may cost is its own line, never an alert, a byte or a second."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.plugins.service import running, until
from tests.plugins.telegram import TelegramServer, Told

if TYPE_CHECKING:
    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.model_server import ModelServer

pytestmark = pytest.mark.e2e

CHOSEN = 'INSERT INTO chats (id, revoked, settings) VALUES (77, false, \'{"model": "summary", "language": "ru"}\')'
LINE = "Кремль заявил, что встреча Пескова состоится."
WITHOUT = """
import asyncio, sys
from datetime import timedelta
import bot.service
from bot import app, run_once
app.run(run_once.tick(force=True, deadline=timedelta(seconds=20), json=True))
record = ("verdict_repository", "line_repository", "token_ledger")
own = ("bot.language_model", *(f"bot.store.model_answers.{name}" for name in record))
print([name for name in sys.modules if name.startswith(own)])
"""


def first_times(server: TelegramServer) -> dict[str, float]:
    """Return when each headline was first sent."""
    times: dict[str, float] = {}
    for one in server.sent(77):
        headline = one.text.split("\n")[1]
        times.setdefault(headline, one.at.timestamp())
    return times


def edits(server: TelegramServer) -> list[Told]:
    """Return the edits that were accepted."""
    return [one for one in server.told if one.method == "editMessageText"]


async def test_no_alert_is_later_than_without_a_model_and_lines_come_by_edit(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer, model_server: ModelServer
) -> None:
    """Two installations read the same news in the same run; the model of one is slow, and its alerts wait for none."""
    other_server = TelegramServer()
    await other_server.start()
    other_folder = home.folder / "other"
    other_folder.mkdir()
    other = replace(
        home,
        folder=other_folder,
        environ=home.environ
        | {
            "NEWSWATCH_DATABASE_URL": f"sqlite:///{other_folder}/newswatch.db",
        },
    )
    model_server.reply = lambda _: (1.0, LINE)
    token = {"NEWSWATCH_TELEGRAM_TOKEN": telegram_server.token, "NEWSWATCH_OWNERS": "500"}
    with_model = {"NEWSWATCH_MODEL_URL": model_server.url, "NEWSWATCH_MODEL": "small"}
    assert (await home.run("db", "upgrade")).code == 0
    with sqlite3.connect(home.folder / "data" / "newswatch.db") as file:
        file.execute(CHOSEN)
    async with (
        running(home, **token, **with_model, NEWSWATCH_TELEGRAM_API_URL=telegram_server.url),
        running(other, **token, NEWSWATCH_TELEGRAM_API_URL=other_server.url),
    ):
        await until(lambda: newsroom.requests >= 12, 60)
        for number in range(3):
            newsroom.publish(
                "courier", piece(f"Kremlin on summit {number}", "Peskov spoke.", (f"Case {number * 7919}.",))
            )
            await asyncio.sleep(1.5)
        await until(lambda: len(first_times(telegram_server)) == len(first_times(other_server)) == 3, 60)
        await until(lambda: any("✨" in one.text for one in edits(telegram_server)), 30)
    await other_server.stop()
    ours, theirs = first_times(telegram_server), first_times(other_server)
    later = [ours[headline] - theirs[headline] for headline in ours]
    assert max(later) < 3.0, later
    assert not any("✨" in one.text for one in telegram_server.sent(77))
    assert not any("✨" in one.text for one in other_server.sent(77))


async def test_a_tick_judges_tells_and_adds_its_line(
    home: Home, newsroom: Newsroom, piece: type[Piece], model_server: ModelServer
) -> None:
    """`once` waits for what the model says of its alerts, within its deadline, and shows it; a no is in backtest."""
    model_server.reply = lambda asked: (
        LINE if "Write one sentence" in asked else "no: it is sport." if "hockey" in asked else "yes: it is talks."
    )
    home.environ |= {"NEWSWATCH_MODEL_URL": model_server.url, "NEWSWATCH_MODEL": "small"}
    text = (home.folder / "watchlists.yaml").read_text().replace("keywords:", "only: about talks, keywords:")
    home.watch(text)
    assert (await home.run("once", "--force")).code == 0
    with sqlite3.connect(home.folder / "data" / "newswatch.db") as file:
        file.execute(CHOSEN)
    newsroom.publish("courier", piece("Kremlin invites envoys", "Peskov spoke of a meeting.", ("Peskov spoke.",)))
    newsroom.publish("wire", piece("Kremlin cup is drawn", "A hockey match.", ("The hockey match ended.",)))
    tick = await home.run("once", "--force")
    assert tick.code == 0
    first, _, edit = tick.out.partition("(edited)")
    assert "Kremlin invites envoys" in first
    assert "✨" not in first
    assert f"✨ {LINE}" in edit
    assert "cup" not in tick.out
    assert "held back 1: kremlin 1" in (await home.run("backtest")).out


def test_with_no_model_set_nothing_of_it_is_imported(home: Home) -> None:
    """A tick and the service's own imports load neither its client nor what it keeps on record."""
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", WITHOUT],
        check=True,
        capture_output=True,
        text=True,
        cwd=home.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), **home.environ},
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
