"""What `doctor` tries of what `run` needs: addresses, folders, room; nothing is left behind."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.doctor import start_checks
from bot.errors import StoreError
from bot.process.heartbeat import Heartbeats
from bot.store.database.sqlite_file import prepare
from bot.web.health import serve


@pytest.fixture(name="port")
def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_a_listen_address_is_tried(port: int) -> None:
    """A free one is well; one of another program, or of another machine, is not."""
    assert (await start_checks.look_at_listen_address(("127.0.0.1", port))).ok
    other = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    taken = await start_checks.look_at_listen_address(("127.0.0.1", port))
    other.close()
    assert not taken.ok
    assert "another program listens" in taken.text
    assert "NEWSWATCH_HTTP_LISTEN" in taken.advice
    elsewhere = await start_checks.look_at_listen_address(("203.0.113.4", port))
    assert not elsewhere.ok


async def test_a_newswatch_that_runs_already_is_no_fault(port: int) -> None:
    """Doctor is called while the service runs more often than not."""
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(("127.0.0.1", port), Heartbeats(time.monotonic), stop))
    while (found := await start_checks.look_at_listen_address(("127.0.0.1", port))).text.endswith("is free"):
        await asyncio.sleep(0.02)
    assert found.ok
    assert "a Newswatch answers" in found.text
    stop.set()
    await serving


def test_a_folder_that_could_be_made_is_well_and_is_not_made(tmp_path: Path) -> None:
    """No database yet is where everybody begins."""
    assert not start_checks.look_at_sqlite_file(tmp_path / "a" / "b" / "newswatch.db")
    assert list(tmp_path.iterdir()) == []
    prepare(tmp_path / "newswatch.db", create=True)
    assert start_checks.look_at_sqlite_file(tmp_path / "newswatch.db")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="no directory"):
        start_checks.look_at_sqlite_file(tmp_path / "file" / "newswatch.db")


@pytest.fixture(name="full_disk")
def _full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond a page: what a full disk does to it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    """By doctor, and by whoever would make the database there."""
    with pytest.raises(StoreError, match="is full: free some space"):
        start_checks.look_at_sqlite_file(tmp_path / "newswatch.db")
    with pytest.raises(StoreError, match="is full: free some space"):
        prepare(tmp_path / "new" / "newswatch.db", create=True)
