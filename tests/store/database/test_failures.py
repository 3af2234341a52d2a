"""Databases that fail under way: every fault is one StoreError, nothing is half written, and the next call works."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import exc

from bot.errors import StoreError
from bot.model import Chat, Subscription
from bot.store.database.driver_errors import explain, translated
from bot.store.repository import Store, open_store

if TYPE_CHECKING:
    Play = Any  # what the fixtures of the conftests give; tests are no package, so their types cannot be imported
    Postgres = Any

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_case_82_a_full_disk_stops_one_turn_and_not_the_bot(sqlite_url: str, play: Play) -> None:
    """A turn that does not fit is rolled back as a whole; reading goes on, and with space again so does writing."""
    async with await open_store(sqlite_url, migrate=True) as store:
        (one,) = await play.leased(store)
        async with store.database.write() as connection:
            pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
            await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        many = [play.told(number, number, index=tuple(range(60))) for number in range(1, 100)]
        with pytest.raises(StoreError, match="disk with the database is full") as caught:
            await play.record(store, one, *many, alerts=(play.alert(7),))
        assert not caught.value.lasting
        assert await store.polls.find_seen(one.id, [1], play.now) == frozenset()
        assert await store.outbox.count_waiting(play.now) == (0, None)
        async with store.database.write() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert await play.record(store, one, *many, alerts=(play.alert(7),)) == 1


async def test_case_81_a_backup_tool_is_waited_for(sqlite_url: str) -> None:
    """While another program holds the file locked, a write waits, and then it is done."""
    path = sqlite_url.removeprefix("sqlite:///")
    async with await open_store(sqlite_url, migrate=True) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as tool:
            tool.execute("BEGIN EXCLUSIVE")
            writing = asyncio.create_task(store.chats.subscribe(Subscription(Chat(1), "k"), NOW))
            done, _ = await asyncio.wait([writing], timeout=0.3)
            assert not done
            assert await store.chats.find_subscriptions(Chat(1)) == ()
            tool.execute("COMMIT")
        assert await writing


async def test_writers_of_one_process_take_turns(sqlite_url: str) -> None:
    """Two hundred writes and reads at once: none is refused as locked, and all are there."""
    async with await open_store(sqlite_url, migrate=True) as store:
        ties = [Subscription(Chat(number), "k") for number in range(1, 101)]
        new = await asyncio.gather(
            *(store.chats.subscribe(tie, NOW) for tie in ties),
            *(store.chats.find_subscriptions(tie.chat) for tie in ties),
        )
        assert new[:100] == [True] * 100


async def test_a_cancelled_write_leaves_nothing_and_blocks_nobody(play: Play, store: Store) -> None:
    """A turn that is cancelled at any moment is gone as a whole, and the next one is not kept waiting."""
    for yields in range(0, 100, 4):
        (one,) = await play.leased(store)
        recording = asyncio.create_task(
            play.record(store, one, play.told(yields, yields), alerts=(play.alert(yields),))
        )
        for _ in range(yields):
            await asyncio.sleep(0)
        recording.cancel()
        await asyncio.gather(recording, return_exceptions=True)
        seen = await store.polls.find_seen(one.id, [yields], play.now)
        async with store.database.read() as connection:
            rows = await connection.exec_driver_sql(f"SELECT count(*) FROM outbox WHERE story = {yields}")  # noqa: S608 - a number of our own
            assert len(seen) == rows.scalar_one()
        play.after(minutes=11)


@pytest.fixture
def own_server(postgres: Postgres) -> Any:
    """Give the shared server's control: restart it at once, as after a crash."""

    def restart() -> None:
        server = postgres.server
        command = [
            server.bin_path / "pg_ctl",
            "restart",
            "-w",
            "-m",
            "immediate",
            "-D",
            server.pgdata,
            "-l",
            server.log,
        ]
        user = server.system_user if os.geteuid() == 0 else None
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own server

    return restart


@pytest.mark.integration
async def test_case_80_a_server_that_restarts_costs_one_turn(postgres_url: str, own_server: Any, play: Play) -> None:
    """What was open is rolled back with a StoreError; the next calls find the server again, on every connection."""
    async with await open_store(postgres_url, migrate=True) as store:
        (one,) = await play.leased(store)

        async def interrupted() -> None:
            async with store.polls.open_recording(one) as recording:
                await recording.find_seen(one.id, [1])
                await asyncio.to_thread(own_server)
                await recording.find_seen(one.id, [2])

        with pytest.raises(StoreError) as caught:
            await interrupted()
        assert not caught.value.lasting
        assert await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),)) == 1
        assert await store.outbox.count_waiting(play.now) == (1, play.now)


@pytest.mark.integration
async def test_case_80_a_deadlock_is_a_passing_fault(postgres_url: str) -> None:
    """PostgreSQL ends one of two that wait for each other; that one gets a StoreError and can try again."""
    async with await open_store(postgres_url, migrate=True) as store:
        for chat in (1, 2):
            await store.chats.suspend_chat(chat, "blocked", NOW)  # so that there is a row of it
        meet = asyncio.Barrier(2)

        async def lock(first: int, second: int) -> None:
            async with store.database.write() as connection:
                await connection.exec_driver_sql(f"SELECT 1 FROM chats WHERE id = {first} FOR UPDATE")  # noqa: S608 - a number
                await meet.wait()
                await connection.exec_driver_sql(f"SELECT 1 FROM chats WHERE id = {second} FOR UPDATE")  # noqa: S608 - a number

        ends = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
        (error,) = [end for end in ends if end is not None]
        assert isinstance(error, StoreError)
        assert not error.lasting
        assert "gave way" in str(error)


@pytest.mark.integration
async def test_a_worker_that_hangs_is_thrown_out(postgres_url: str) -> None:
    """Sessions have limits of their own, so that no lock outlives a hanging worker."""
    async with await open_store(postgres_url, migrate=True) as store, store.database.read() as connection:
        for name, value in (("statement_timeout", "30s"), ("idle_in_transaction_session_timeout", "1min")):
            assert (await connection.exec_driver_sql(f"SHOW {name}")).scalar_one() == value


async def test_our_own_mistakes_keep_their_traceback() -> None:
    """A broken constraint is a bug, not a fault of the database."""
    with pytest.raises(exc.IntegrityError):
        async with translated():
            raise exc.IntegrityError("INSERT", None, sqlite3.IntegrityError("UNIQUE"))


@pytest.mark.parametrize(
    ("error", "words", "lasting"),
    [
        (sqlite3.OperationalError("database is locked"), "another program", False),
        (sqlite3.DatabaseError("database disk image is malformed"), "restore a backup", True),
        (sqlite3.OperationalError("attempt to write a readonly database"), "writable", True),
        (sqlite3.OperationalError("something new"), "something new", False),
        (psycopg.errors.DiskFull("could not extend file"), "disk of the database server", False),
        (psycopg.OperationalError('FATAL:  password authentication failed for user "x"'), "refuses", True),
        (psycopg.OperationalError("connection refused\n\tIs the server running?"), "is its server up", False),
    ],
)
def test_faults_say_what_to_do(error: Exception, words: str, lasting: bool) -> None:
    """One line for each fault, with the driver's own words at its end."""
    told = explain(error)
    assert words in str(told)
    assert told.lasting is lasting
    assert "\n" not in str(told)


async def test_the_store_ends_cleanly(sqlite_url: str) -> None:
    """Closing leaves no thread and, once the log is written back, no file beside the database."""
    store = await open_store(sqlite_url, migrate=True)
    await asyncio.gather(*(store.chats.find_subscriptions(Chat(number)) for number in range(9)))
    await store.close()
    assert [file.name for file in Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir()] == ["newswatch.db"]


@pytest.mark.integration
async def test_a_database_that_hangs_is_a_fault_in_time(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen server answers nothing and keeps its own limits for itself: every call has one on our side."""
    monkeypatch.setattr("bot.store.database.transactions.ANSWER", 0.5)
    async with await open_store(postgres_url, migrate=True) as store:
        async with store.database.read() as connection:
            pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar_one()
        os.kill(pid, signal.SIGSTOP)
        try:
            start = time.monotonic()
            with pytest.raises(StoreError, match="the database hangs"):
                await store.polls.find_next_due()
            assert time.monotonic() - start < 30  # half a second, and what the driver takes to give up
        finally:
            os.kill(pid, signal.SIGCONT)
        assert await store.polls.find_next_due() is None


async def test_a_writer_that_waits_for_its_turn_gives_up_in_time(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits behind a transaction that hangs hears of it, too."""
    async with await open_store(sqlite_url, migrate=True) as store:
        monkeypatch.setattr("bot.store.database.transactions.ANSWER", 0.1)
        async with store.database.writing:
            with pytest.raises(StoreError, match="the database hangs"):
                await store.polls.sync_sources((), datetime.now(UTC))
        await store.polls.sync_sources((), datetime.now(UTC))
