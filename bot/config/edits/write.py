"""Replaces watchlists.yaml at once: only the content that was looked at, under a lock, the former file kept beside it.

A path, what the file was and what it is to be come in; the file holds it afterwards, or an error says why not and it is
as it was. Owner, mode and links are kept. What the former file was stands in `….bak`, where the folder can be written.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, Final

from bot.config.edits.source_insertion import Entry, block, insert_sources
from bot.config.regular_file import read_regular_file
from bot.config.watchlists.watchlists_file import checked, load
from bot.config.watchlists.yaml_file import MOST_BYTES, compose
from bot.errors import ConfigError, ConflictError
from bot.model import Config

FORMER: Final = ".bak"  # behind the name of the file, as `init --force` has it


def add(path: Path, entries: Sequence[Entry], environ: Mapping[str, str]) -> None:
    """Put sources at the end of the file's list. ConfigError also where somebody else changes the file meanwhile."""
    before = load(path, environ)
    old = read_regular_file(path, MOST_BYTES + 1)
    try:
        new = insert_sources(old, str(path), entries)
        after = checked(compose(new, f"as it would be, {path}"), environ, folder=path.parent)
        _refuse_changed(before, after, len(entries))
    except ConfigError as error:
        by_hand = f"{path}: nothing was changed; add this under `sources` by hand:\n{block(entries)}".rstrip()
        raise ConfigError(*error.problems, by_hand) from None
    try:
        with take_lock(path):
            refuse_changed(path, old)
            replace_file(path, old, new)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; add this by hand:\n{block(entries)}") from None


def fingerprint(data: bytes) -> str:
    """Return what tells one content of the file from another, the same as `reload.signature`."""
    return blake2b(data, digest_size=16).hexdigest()


def take_lock(path: Path) -> BinaryIO:
    """Return an open file; until it is closed, no other process of ours replaces the file. OSError.

    Whoever waited for it finds another file, and compares.
    """
    file = path.open("rb")
    with suppress(OSError):  # a file system without locks
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def refuse_changed(path: Path, expected: bytes) -> None:
    """Raise ConflictError where the file holds something else by now."""
    if read_regular_file(path, MOST_BYTES + 1) != expected:
        raise ConflictError(f"{path}: was changed by somebody else meanwhile; nothing was written, try again")


def why_unwritable(path: Path) -> str | None:
    """Return why the file cannot be written, None where it seems that it can."""
    target = Path(os.path.realpath(path))
    if os.access(target, os.W_OK):
        return None
    try:
        with target.open("r+b"):
            return None
    except OSError as error:
        return error.strerror or str(error)


def _refuse_changed(before: Config, after: Config, more: int) -> None:
    """Raise ConfigError unless the new file says what the old one did, and so many sources more."""
    ours, new = after.sources[: len(before.sources)], after.sources[len(before.sources) :]
    if replace(after, sources=ours, warnings=()) != replace(before, warnings=()) or len(new) != more:
        raise ConfigError("the file would say something else than before")


def replace_file(path: Path, old: bytes, new: bytes) -> None:
    """Replace the file at once; in place where it cannot be replaced, as with a file mounted into a container.

    The caller holds the lock and has compared; what the file was, `old`, is kept beside it.
    """
    target = Path(os.path.realpath(path))
    if not os.access(target, os.W_OK):  # somebody wants it so, even if the folder would let us replace it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with suppress(OSError):  # a folder that cannot be written: the history holds what was changed
        _put(path.with_name(path.name + FORMER), old, like=target)
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError:
        _rewrite(target, new)
        return
    draft = Path(name)
    try:
        _fill(number, new)  # a disk that is full ends it here, the old file untouched
        try:
            _move(draft, target, like=target)
        except OSError:
            _rewrite(target, new)
    finally:
        draft.unlink(missing_ok=True)


def _put(target: Path, data: bytes, *, like: Path) -> None:
    """Make or replace a file at once, with the owner and mode of another. OSError leaves nothing behind."""
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    draft = Path(name)
    try:
        _fill(number, data)
        _move(draft, target, like=like)
    finally:
        draft.unlink(missing_ok=True)


def _fill(number: int, data: bytes) -> None:
    with os.fdopen(number, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move(draft: Path, target: Path, *, like: Path) -> None:
    shutil.copystat(like, draft)
    about = like.stat()
    if (about.st_uid, about.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(draft, about.st_uid, about.st_gid)
    draft.replace(target)


def _rewrite(target: Path, data: bytes) -> None:
    """Write into the file itself; what was in it is there again when that fails."""
    with target.open("r+b") as file:
        before = file.read()
        try:
            _write_all(file, data)
        except OSError:
            _write_all(file, before)
            raise


def _write_all(file: BinaryIO, data: bytes) -> None:
    file.seek(0)
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
    file.truncate(len(data))
