"""An SQLite file copied while somebody writes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.copies import sqlite_snapshot
from bot.store.copies.sqlite_snapshot import copy_file


def test_a_writer_at_work_neither_waits_nor_makes_the_copy_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy holds what was there at its begin, however much is written between its steps; it is one private file."""
    monkeypatch.setattr(sqlite_snapshot, "STEP", 4)
    source, target, steps = tmp_path / "a.db", tmp_path / "b.db", 0
    with closing(sqlite3.connect(source, timeout=0, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE t (x TEXT)")
        writer.executemany("INSERT INTO t VALUES (?)", [("x" * 3000,)] * 100)

        def write(_done: int, _of: int) -> None:
            nonlocal steps
            steps += 1
            writer.execute("INSERT INTO t VALUES ('late')")

        copy_file(source, target, write)
        assert writer.execute("SELECT count(*) FROM t").fetchone() == (100 + steps,)
    assert 20 < steps < 60
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*) FROM t").fetchone() == (100,)
    assert target.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("b.db-*"))


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """Nothing is left there."""
    sqlite3.connect(tmp_path / "a.db").close()
    with pytest.raises(StoreError, match="cannot be written"):
        copy_file(tmp_path / "a.db", tmp_path / "nowhere" / "b.db")
