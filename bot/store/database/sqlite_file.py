"""The SQLite file before it is opened: made where there is none, refused where it would fail later or lose data.

A path comes in, nothing or a StoreError goes out. An existing file is never replaced: a database that is damaged and
silently made anew would forget what was seen.
"""

from __future__ import annotations

import errno
import os
import secrets
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from bot.errors import StoreError
from bot.store.database.driver_errors import FULL_DISK, explain

# Locks and shared memory, on which the write-ahead log rests, do not work there (https://sqlite.org/wal.html, "all
# processes using a database must be on the same host computer").
REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs"}
)
MOUNTS = Path("/proc/mounts")
# Reading every page takes about a second for 500 MB; a tick started every minute must not pay that. In larger files the
# end and the schema are checked, and any damage elsewhere is an error when it is met.
PROBE = 256 * 1024  # bytes: the log of a start and its index
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CHECKED_BYTES = 64 * 1024 * 1024


def prepare(path: Path, *, create: bool, mounts: Path = MOUNTS) -> None:
    """Make sure that the file can be used; make it, and its directory, where there is none and `create` says so."""
    try:
        _prepare(path, create=create, mounts=mounts)
    except (OSError, RuntimeError) as error:  # a directory that cannot be entered, links in a circle
        raise StoreError(
            f"{path} cannot be looked at ({getattr(error, 'strerror', None) or error}): make its directories readable "
            f"for {_user()}, or set NEWSWATCH_DATABASE_URL",
            lasting=True,
        ) from error


def _prepare(path: Path, *, create: bool, mounts: Path) -> None:
    refuse_remote(path, mounts)
    if path.is_dir():
        raise StoreError(f"{path} is a directory: NEWSWATCH_DATABASE_URL must name a file in it", lasting=True)
    if not path.exists():
        if not create:
            raise StoreError(f"there is no database {path} yet: run `newswatch db upgrade`", lasting=True)
        _make_directory(path.parent)
        _require_writable(path.parent)
        _make(path)
        return
    _require_writable(path.parent)
    _require_writable(path)
    check(path)


def refuse_remote(path: Path, mounts: Path = MOUNTS) -> None:
    """Refuse network file systems, as far as the system tells."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    place, best, kind = path.absolute().resolve(), -1, ""
    for line in lines:
        fields = line.split()
        if len(fields) > 2:  # noqa: PLR2004 - device, mount point, type
            point = Path(fields[1].replace("\\040", " "))
            if place.is_relative_to(point) and len(point.parts) >= best:
                best, kind = len(point.parts), fields[2]
    if kind in REMOTE:
        raise StoreError(
            f"{path} is on a network file system ({kind}), where SQLite loses data: put it on a local disk, or use "
            "PostgreSQL",
            lasting=True,
        )


def require_folder(directory: Path) -> None:
    """Refuse a folder that cannot be written, or that could not be made, without making it."""
    for one in (directory, *directory.parents):
        if one.is_dir():
            _require_writable(one)
            return
        if one.exists():
            raise StoreError(
                f"{one} is no directory: make one of that name, writable for {_user()}, or set NEWSWATCH_DATABASE_URL",
                lasting=True,
            )


def require_room(path: Path) -> None:
    """Refuse a disk that has no room beside the database: a file of PROBE bytes is written there, and removed."""
    directory = next(one for one in path.absolute().parents if one.is_dir())
    try:
        with tempfile.TemporaryFile(dir=directory) as probe:
            probe.write(b"\0" * PROBE)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        if error.errno in FULL:
            raise StoreError(f"{FULL_DISK} ({directory})", lasting=True) from error
        raise StoreError(
            f"{directory} cannot be written ({error.strerror}): make it writable for {_user()}, or set "
            "NEWSWATCH_DATABASE_URL",
            lasting=True,
        ) from error


def check(path: Path) -> None:
    """Let SQLite read the file: its header and schema always, every page while that is quick.

    Only SQLite may open it. A process that opens and closes the file in any other way loses the locks of all its own
    connections to it (https://sqlite.org/howtocorrupt.html, 2.2), and another process then throws away their log.
    """
    size = path.stat().st_size
    if not size:
        raise _damaged(path, "it is empty")
    question = "PRAGMA quick_check(1)" if size <= CHECKED_BYTES else "PRAGMA schema_version"
    try:
        with closing(sqlite3.connect(path, timeout=35, isolation_level=None)) as connection:
            answers = [row[0] for row in connection.execute(question)]
    except sqlite3.DatabaseError as error:
        if "not a database" in str(error):
            raise StoreError(
                f"{path} is not a database: check NEWSWATCH_DATABASE_URL; nothing was changed", lasting=True
            ) from error
        if "malformed" in str(error):
            raise _damaged(path, str(error)) from error
        raise explain(error) from error
    if answers != ["ok"] and size <= CHECKED_BYTES:
        raise _damaged(path, " ".join(str(answers[0]).split()))


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(
        f"the database {path} is damaged ({why}): restore a backup; or move the file away to start anew, "
        "which tells nothing old",
        lasting=True,
    )


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the directory {directory} cannot be made ({error.strerror}): make it, writable for {_user()}, or set "
            "NEWSWATCH_DATABASE_URL",
            lasting=True,
        ) from error


def _require_writable(path: Path) -> None:
    mode = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
    if not os.access(path, mode):
        raise StoreError(
            f"{path} cannot be written: make it writable for {_user()} (SQLite also writes beside the file), or set "
            "NEWSWATCH_DATABASE_URL",
            lasting=True,
        )


def _user() -> str:
    return f"user id {os.geteuid()}"


def _make(path: Path) -> None:
    """Make the file whole and private under another name and link it into place: a kill leaves none or a valid one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA user_version = 0")
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass  # another process was faster: its file is as good
        except OSError:
            draft.rename(path)  # no hard links on this file system
    except (OSError, sqlite3.Error) as error:
        require_room(path)  # says it in words, where that is the reason
        raise StoreError(
            f"the database {path} cannot be made ({error}): free some space, or make {path.parent} writable for "
            f"{_user()}",
            lasting=True,
        ) from error
    finally:
        for rest in (draft, draft.with_name(draft.name + "-wal"), draft.with_name(draft.name + "-shm")):
            with suppress(OSError):
                rest.unlink(missing_ok=True)
