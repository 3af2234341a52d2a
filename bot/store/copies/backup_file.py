"""A backup as a file: what is in it, or why it is none.

A backup is a plain SQLite file with our tables. A path comes in; what is in it, or a StoreError in one line, goes out.
Nothing is changed in or beside it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from stat import S_ISREG

from bot.errors import StoreError
from bot.store.copies.sqlite_snapshot import open_existing
from bot.store.database.driver_errors import explain
from bot.store.database.timestamps import to_utc_or_none
from bot.store.tables import COPYING, REVISIONS, VERSION_TABLE

_ASKED = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608 - a name of our own
COUNTED = ("sources", "items", "stories", "reports", "outbox", "chats", "subscriptions")
_OLD_NAMES = {"sources": "source", "items": "item", "stories": "story", "reports": "report", "chats": "chat"}


@dataclass(frozen=True, slots=True)
class BackupContents:
    """What is in a backup."""

    size: int  # bytes
    revision: str  # of the schema
    rows: dict[str, int]  # by table, of those in COUNTED
    newest: datetime | None  # when its last item was seen


def inspect_backup(path: Path) -> BackupContents:
    """Read every page of a backup and say what is in it; StoreError when it is not a whole one of ours."""
    try:
        status = path.stat()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}", lasting=True) from error
    if not S_ISREG(status.st_mode):
        raise StoreError(f"{path} is no file", lasting=True)
    if not status.st_size:
        raise StoreError(f"{path} is no backup: it is empty", lasting=True)
    try:
        with closing(open_existing(path, alone=True)) as connection:
            revision = _revision(path, connection)
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
            if said != ["ok"]:
                raise StoreError(f"{path} is damaged: {' '.join(said[0].split())}", lasting=True)
            return _contents(connection, status.st_size, revision)
    except sqlite3.DatabaseError as error:
        raise _explained(path, error) from error


def _revision(path: Path, connection: sqlite3.Connection) -> str:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = connection.execute(_ASKED).fetchone() if VERSION_TABLE in tables else None
    if found is None:
        raise StoreError(f"{path} is no backup of Newswatch: it has none of its tables", lasting=True)
    revision = str(found[0])
    if revision == COPYING:
        raise StoreError(f"{path} is a copy that was not finished: run `newswatch db copy` again", lasting=True)
    if revision not in REVISIONS:
        raise StoreError(
            f"{path} has revision {revision}, which this program does not know (it knows {REVISIONS[-1]}): "
            "it was written by a newer Newswatch, use that one",
            lasting=True,
        )
    if not tables & {"items", "item"}:
        raise StoreError(f"{path} is damaged: its tables are missing", lasting=True)
    return revision


def _contents(connection: sqlite3.Connection, size: int, revision: str) -> BackupContents:
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    named = {one: one if one in tables else _OLD_NAMES.get(one, one) for one in COUNTED}
    rows = {
        one: connection.execute(f"SELECT count(*) FROM {there}").fetchone()[0]  # noqa: S608 - names of our own
        for one, there in named.items()
        if there in tables
    }
    newest = connection.execute(f"SELECT max(seen_at) FROM {named['items']}").fetchone()[0]  # noqa: S608 - the same
    return BackupContents(size, revision, rows, to_utc_or_none(newest))


def _explained(path: Path, error: sqlite3.DatabaseError) -> StoreError:
    said = str(error)
    if "not a database" in said:
        return StoreError(f"{path} is no backup: it is no SQLite file", lasting=True)
    if "malformed" in said or "disk I/O" in said:
        return StoreError(f"{path} is damaged or was cut: {said}", lasting=True)
    if "unable to open" in said or "readonly" in said:
        return StoreError(f"{path} cannot be opened: make it readable for this user", lasting=True)
    return explain(error)
