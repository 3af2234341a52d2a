"""SIGTERM ends the service within ten seconds, whatever hangs: sources, Telegram, the database, a compilation."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import time
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.e2e

PROMISED = 10.0  # seconds


async def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


async def started(home: Home) -> asyncio.subprocess.Process:
    """Start the service, and return when it watches."""
    process = await home.start("run")
    assert process.stderr is not None
    async with asyncio.timeout(60):
        said = b""
        while b"watching" not in said:
            line = await process.stderr.readline()
            assert line, f"it ended at the start: {said.decode()}"
            said += line
    return process


async def ends_in_time(process: asyncio.subprocess.Process) -> str:
    """Send SIGTERM; the process ends well and in time. Return what it said on its way."""
    start = time.monotonic()
    process.terminate()
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    took = time.monotonic() - start
    assert process.returncode == 0, err.decode()
    assert took <= PROMISED, err.decode()
    assert b"Traceback" not in err
    return (out + err).decode()


@asynccontextmanager
async def silence() -> AsyncIterator[tuple[int, list[object]]]:
    """Listen on loopback, take every connection and answer nothing; give the port and who has come."""
    came: list[object] = []
    over = asyncio.Event()

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer)
        await over.wait()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], came
    finally:
        over.set()
        server.close()


async def test_sources_that_hang_hold_up_nobody(home: Home) -> None:
    """Requests without an answer are under way when the signal comes."""
    async with silence() as (port, came):
        home.environ["NEWSWATCH_ALLOWED_PORTS"] = str(port)
        home.watch(
            f"sources: [{{name: Silent, url: 'http://127.0.0.1:{port}/feed'}}]\n"
            "watchlists: {k: {keywords: [Kremlin]}}\n"
        )
        process = await started(home)
        await until(lambda: bool(came))
        await ends_in_time(process)


async def test_telegram_that_hangs_holds_up_nobody_and_nothing_is_lost(
    home: Home, newsroom: Newsroom, piece: type[Piece], telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """An alert whose answer never comes is told again after the next start, and so is what waits behind it."""
    home.environ |= {
        "NEWSWATCH_TELEGRAM_TOKEN": telegram_server.token,
        "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
    }
    over = asyncio.Event()
    telegram_server.plan(fault(hang=over), method="sendMessage")
    process = await started(home)
    await until(lambda: newsroom.requests >= 3)
    newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken, at length.",)))
    await until(lambda: bool(telegram_server.asked("sendMessage")))
    await ends_in_time(process)
    over.set()
    process = await started(home)
    await until(lambda: any("Kremlin speaks" in one.text for one in telegram_server.sent(77)))
    await ends_in_time(process)


async def test_a_locked_sqlite_file_holds_up_nobody(home: Home, newsroom: Newsroom) -> None:
    """Every loop waits for a lock that another program keeps."""
    process = await started(home)
    await until(lambda: newsroom.requests >= 3)
    path = home.folder / "data" / "newswatch.db"
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
        await asyncio.sleep(3)  # each loop writes at least once a second, and now waits
        await ends_in_time(process)
        other.execute("ROLLBACK")


async def test_a_frozen_postgresql_holds_up_nobody(home: Home, newsroom: Newsroom, postgres_url: str) -> None:
    """Every server process of ours is stopped: connections stay, answers never come."""
    home.environ["NEWSWATCH_DATABASE_URL"] = postgres_url
    process = await started(home)
    await until(lambda: newsroom.requests >= 3)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        wanted = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids = [pid for (pid,) in connection.execute(wanted)]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(3)  # the loops run into it
        await ends_in_time(process)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_compilation_holds_up_nobody(home: Home, newsroom: Newsroom, piece: type[Piece]) -> None:
    """Thirty thousand words that no dictionary knows are being inflected in a thread."""
    chance = random.Random(5)
    words = {
        "".join(chance.choice("bcdfghklmnprstvz") + chance.choice("aeiou") for _ in range(4)).capitalize()
        for _ in range(30_000)
    }
    text = (home.folder / "watchlists.yaml").read_text().replace("[Kremlin, summit]", json.dumps(sorted(words)))
    home.watch(text.replace("languages: [en], ", "") + "defaults: {backlog: all, full_text: never}\n")
    newsroom.publish("courier", piece("Kremlin speaks", "x", ()))
    process = await started(home)
    await until(lambda: newsroom.requests >= 3)
    await asyncio.sleep(1)
    await ends_in_time(process)
