"""A folder of backups: how they are named, who may write into it, and which are kept.

A name says when the backup was taken (UTC) and of which revision it is. What is named otherwise is never touched.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import StoreError

_NAME = re.compile(r"newswatch-([0-9]{8}T[0-9]{6}Z)-r([0-9]{4})(?:-[0-9]+)?\.db")
_TIME = "%Y%m%dT%H%M%SZ"


def new_name(folder: Path, revision: str, now: datetime) -> Path:
    """Return a name in the folder that nothing has."""
    stem = f"newswatch-{now.astimezone(UTC):{_TIME}}-r{revision}"
    names = (folder / (f"{stem}.db" if n == 1 else f"{stem}-{n}.db") for n in range(1, 10_000))
    return next(name for name in names if not name.exists())


def find_backups(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the backups in a folder and when each was taken, the oldest first; none where it cannot be read."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return []
    found = [(match[1], name) for name in names if (match := _NAME.fullmatch(name.name))]
    return sorted((datetime.strptime(at, _TIME).replace(tzinfo=UTC), name) for at, name in found)


def keep_newest(folder: Path, keep: int) -> None:
    """Remove the oldest backups beyond so many."""
    for _, name in find_backups(folder)[:-keep]:
        try:
            name.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"{name}, an old backup, cannot be removed: {error.strerror}") from error


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Make the folder where there is none, and be the only one to write a backup into it; StoreError.

    The lock ends with the process.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreError(f"backups cannot be written into {folder}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"another backup is being written into {folder}: wait until it has ended") from None
        except OSError:
            pass  # this file system has no such locks; two backups at once would only fail
        yield
    finally:
        os.close(descriptor)
