"""A finished file in the place of a database that nobody uses."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.copies.swap_sqlite import refuse_used, swap

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
# Another process that has the database open, as a service has, and says so.
USER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


def make(path: Path, value: int) -> None:
    """Make a database that holds a number."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (?)", (value,))


def held(path: Path) -> int:
    """Return the number."""
    with closing(sqlite3.connect(path)) as connection:
        found: int = connection.execute("SELECT x FROM t").fetchone()[0]
        return found


async def test_a_database_in_use_is_refused_until_its_user_is_killed(tmp_path: Path) -> None:
    """Nothing is moved; a kill is enough, and the log that it leaves goes into the file that is kept."""
    path, draft = tmp_path / "n.db", tmp_path / "draft.db"
    make(path, 1)
    make(draft, 2)
    pipe = asyncio.subprocess.PIPE
    user = await asyncio.create_subprocess_exec(sys.executable, "-c", USER, str(path), stdin=pipe, stdout=pipe)
    assert user.stdout is not None
    assert await user.stdout.readline() == b"open\n"
    with pytest.raises(StoreError, match="in use"):
        refuse_used(path)
    with pytest.raises(StoreError, match="in use"):
        swap(draft, path, NOW)
    assert draft.exists()
    user.kill()
    await user.wait()
    refuse_used(path)
    kept = swap(draft, path, NOW)
    assert kept is not None
    assert (held(path), held(kept)) == (2, 1)
    assert not draft.exists()


def test_a_damaged_database_is_replaced_and_kept(tmp_path: Path) -> None:
    """No log stays beside the new one, whose it is not; a second one of the same second gets another name."""
    path, kept = tmp_path / "n.db", []
    for number in (1, 2):
        path.write_bytes(b"no database at all" * 1000)
        (tmp_path / "n.db-wal").write_bytes(b"log")
        draft = tmp_path / "draft.db"
        make(draft, number)
        kept.append(swap(draft, path, NOW))
        assert held(path) == number
    assert len(set(kept)) == 2
    assert all(one is not None and one.read_bytes().startswith(b"no database") for one in kept)
    assert not (tmp_path / "n.db-wal").exists()


def test_where_there_was_none_nothing_is_kept(tmp_path: Path) -> None:
    """The file is simply there."""
    make(tmp_path / "draft.db", 3)
    assert swap(tmp_path / "draft.db", tmp_path / "n.db", NOW) is None
    assert held(tmp_path / "n.db") == 3
