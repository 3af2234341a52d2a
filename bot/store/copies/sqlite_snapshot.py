"""One SQLite file copied into another while others read and write it.

Works on a snapshot: a read transaction stays open, so that no writer makes the copy begin anew, and no writer waits.
It goes in small steps with a pause after each, so that the disk stays free for who sends alerts. Never in a process
that has the source open otherwise: run it in one of its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.errors import StoreError
from bot.store.database.driver_errors import explain

STEP = 256  # pages, a megabyte: some milliseconds of a disk
PAUSE = 0.002  # seconds after each
BUSY = 35.0  # seconds that another program may hold the file

Progress = Callable[[int, int], None]  # told how much is done, and of how much


def copy_file(source: Path, target: Path, progress: Progress = lambda _, __: None, *, alone: bool = False) -> None:
    """Copy a database into a new file, whole and on the disk when this returns; StoreError.

    With `alone` nobody else has the source open, and it may be on a disk that is only read. The copy is one plain file
    without a log beside it. A target that was begun and not finished is written anew.
    """
    pause = threading.Event()

    def step(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)
        pause.wait(PAUSE)

    remove(target)
    try:
        target.touch(mode=0o600)  # what is on record is nobody else's business
    except OSError as error:
        raise StoreError(f"{target} cannot be written ({error.strerror}): make its folder writable") from error
    try:
        with (
            closing(open_existing(source, alone=alone)) as reading,
            closing(sqlite3.connect(target, isolation_level=None)) as made,
        ):
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on the snapshot stands
            reading.backup(made, pages=STEP, progress=step)
            made.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        remove(target)
        if "disk" in str(error):
            raise StoreError(f"{target.parent} has no room for the copy, or its disk fails ({error})") from error
        raise explain(error) from error
    flush(target)


def settle(path: Path) -> None:
    """Make a finished database one plain file on the disk, without a log beside it; StoreError."""
    try:
        with closing(open_existing(path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise explain(error) from error
    flush(path)


def open_existing(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """Open a file for reading; with `alone` as one that nobody else has open, which then may be on a read-only disk."""
    mode = "mode=ro&immutable=1" if alone and not path.with_name(f"{path.name}-wal").exists() else "mode=rw"
    name = f"file:{quote(str(path.absolute()))}?{mode}"
    return sqlite3.connect(name, uri=True, timeout=BUSY, isolation_level=None)


def flush(path: Path) -> None:
    """Put a file and its name onto the disk."""
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file with all that SQLite puts beside it."""
    try:
        for end in ("", "-journal", "-wal", "-shm"):
            path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path} cannot be replaced ({error.strerror}): make its folder writable") from error
