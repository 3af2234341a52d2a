"""Writes new sources into watchlists.yaml: checked as a whole first, then replaced at once.

A path and sources come in; the file holds them afterwards, or a ConfigError says what to do by hand and the file is as
it was. Owner, mode and everything else in the file are kept.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from bot.config.edits.source_insertion import Entry, block, insert_sources
from bot.config.regular_file import read_regular_file
from bot.config.watchlists.watchlists_file import checked, load
from bot.config.watchlists.yaml_file import MOST_BYTES, compose
from bot.errors import ConfigError
from bot.model import Config


def add(path: Path, entries: Sequence[Entry], environ: Mapping[str, str]) -> None:
    """Put sources at the end of the file's list. ConfigError also where somebody else changes the file meanwhile."""
    before = load(path, environ)
    old = read_regular_file(path, MOST_BYTES + 1)
    try:
        new = insert_sources(old, str(path), entries)
        after = checked(compose(new, f"as it would be, {path}"), environ)
        _refuse_changed(before, after, len(entries))
    except ConfigError as error:
        by_hand = f"{path}: nothing was changed; add this under `sources` by hand:\n{block(entries)}".rstrip()
        raise ConfigError(*error.problems, by_hand) from None
    try:
        with _lock(path):
            if read_regular_file(path, MOST_BYTES + 1) != old:
                raise ConfigError(f"{path}: was changed by somebody else meanwhile; nothing was written, try again")
            _replace_file(path, new)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; add this by hand:\n{block(entries)}") from None


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Let no other process of ours replace the file meanwhile; whoever waited finds another file, and compares."""
    with path.open("rb") as file:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _refuse_changed(before: Config, after: Config, more: int) -> None:
    """Raise ConfigError unless the new file says what the old one did, and so many sources more."""
    ours, new = after.sources[: len(before.sources)], after.sources[len(before.sources) :]
    if replace(after, sources=ours, warnings=()) != replace(before, warnings=()) or len(new) != more:
        raise ConfigError("the file would say something else than before")


def _replace_file(path: Path, data: bytes) -> None:
    """Replace the file at once; in place where it cannot be replaced, as with a file mounted into a container."""
    target = Path(os.path.realpath(path))
    if not os.access(target, os.W_OK):  # somebody wants it so, even if the folder would let us replace it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError:
        _rewrite(target, data)
        return
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:  # a disk that is full ends it here, the old file untouched
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            shutil.copystat(target, draft)
            about = target.stat()
            if (about.st_uid, about.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(draft, about.st_uid, about.st_gid)
            draft.replace(target)
        except OSError:
            _rewrite(target, data)
    finally:
        draft.unlink(missing_ok=True)


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
