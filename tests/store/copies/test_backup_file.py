"""What is a whole backup, and how each other file is refused: in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store.copies.backup_file import inspect_backup
from bot.store.copies.sqlite_snapshot import copy_file
from bot.store.tables import REVISIONS


def change(path: Path, statement: str) -> None:
    """Change a file by SQL."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


def overwrite(path: Path) -> None:
    """Write noise over a page in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = b"\xa5" * 4096
    path.write_bytes(data)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "cannot be read"),
    "empty": (lambda path: path.write_bytes(b""), "it is empty"),
    "text": (lambda path: path.write_text("hello " * 1000), "no SQLite file"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-5000]), "cut"),
    "cut at a page": (lambda path: path.write_bytes(path.read_bytes()[:-8192]), "cut"),
    "only its first page": (lambda path: path.write_bytes(path.read_bytes()[:4096]), "cut"),
    "noise": (overwrite, "damaged"),
    "foreign": (lambda path: change(path, "DROP TABLE newswatch_revision"), "no backup of Newswatch"),
    "future": (lambda path: change(path, "UPDATE newswatch_revision SET version_num = '9999'"), "newer Newswatch"),
    "unfinished": (lambda path: change(path, "UPDATE newswatch_revision SET version_num = 'copying'"), "not finished"),
    "gutted": (lambda path: change(path, "DROP TABLE items"), "tables are missing"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_is_no_whole_backup_is_refused(fault: str, sqlite_template: Path, tmp_path: Path) -> None:
    """A line that says what is wrong, and nothing is written beside the file."""
    path = tmp_path / "backup.db"
    copy_file(sqlite_template, path)
    broken, line = BROKEN[fault]
    broken(path)
    with pytest.raises(StoreError, match=line) as refused:
        inspect_backup(path)
    assert "\n" not in str(refused.value)
    assert {one.name for one in tmp_path.iterdir()} <= {"backup.db"}


def test_a_whole_backup_says_what_is_in_it(sqlite_template: Path, tmp_path: Path) -> None:
    """Its revision, its rows, its newest item; it is not touched, and may be read only."""
    path = tmp_path / "backup.db"
    copy_file(sqlite_template, path)
    change(
        path,
        "INSERT INTO sources (name, url, baselined, known, failures, quiet, next_due, fence) VALUES "
        "('One', 'https://one.example/', 1, 0, 0, 0, 0, 0)",
    )
    change(path, "INSERT INTO items (source, title, lead, body, seen_at) VALUES (1, 'T', '', '', 60000)")
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    found = inspect_backup(path)
    assert (found.revision, found.rows["items"], found.rows["sources"]) == (REVISIONS[-1], 1, 1)
    assert found.newest is not None
    assert found.newest.timestamp() == 60
    assert path.stat().st_mtime_ns == before
