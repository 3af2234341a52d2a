"""One SQLite file in the place of another that nobody uses; the former is kept beside it.

Whether it is in use, the locks say that SQLite holds as long as it has a file open: they end with a process, however
that ended. They are asked for by the bytes of the file, so that a damaged database can be replaced, too. Never in a
process that has the database open.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.store.copies.sqlite_snapshot import flush, open_existing

# Where every connection to a file with a write-ahead log holds a lock that others may share: the byte that begins the
# range, and how many (https://sqlite.org/src/file/src/os.h, SHARED_FIRST and SHARED_SIZE).
_FIRST, _SIZE = 0x40000002, 510
IN_USE = "{path} is in use: stop what uses it (`newswatch run`, a shell, a backup tool), then run this again"


def refuse_used(path: Path) -> None:
    """Raise StoreError when another process has the database open."""
    if path.exists():
        with _alone(path):
            pass


def swap(draft: Path, path: Path, now: datetime) -> Path | None:
    """Move a finished file into the place of the database; return where the former is, None where there was none."""
    try:
        if not path.exists():
            draft.replace(path)
            flush(path)
            return None
        _take_log_in(path)
        kept = _free_name(path, now)
        with _alone(path):
            for end in ("-wal", "-journal"):  # only beside a database so damaged that its log could not be taken in
                with suppress(FileNotFoundError):
                    path.with_name(f"{path.name}{end}").rename(kept.with_name(f"{kept.name}{end}"))
            path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
            try:
                kept.hardlink_to(path)
            except OSError:  # no hard links on this file system: for a moment there is no database
                path.rename(kept)
            draft.replace(path)
        flush(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be replaced ({error.strerror or error}): make its folder writable") from error
    return kept


def _take_log_in(path: Path) -> None:
    """Let SQLite write its log into the file, so that the former database is one plain file; it may be damaged."""
    with suppress(sqlite3.Error), closing(open_existing(path)) as connection:
        connection.execute("PRAGMA busy_timeout = 1000")
        connection.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SIZE, _FIRST)
        except OSError as error:
            raise StoreError(IN_USE.format(path=path)) from error
        yield
    finally:
        os.close(descriptor)


def _free_name(path: Path, now: datetime) -> Path:
    """Return a name beside the database that nothing has."""
    first = f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
    return next(
        name for n in range(1, 1000) if not (name := path.with_name(first if n == 1 else f"{first}-{n}")).exists()
    )
