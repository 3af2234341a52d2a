"""New sources written into watchlists.yaml: checked as a whole first, then put in place at once.

A path and sources come in; the file holds them afterwards, or a ConfigError says what to do by hand and the file is as
it was. Owner, mode and everything else in the file are kept.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.config.insertion import Entry, block, inserted
from bot.errors import ConfigError
from bot.model import Config
from bot.watchlists import load


def add(path: Path, entries: Sequence[Entry], environ: Mapping[str, str]) -> Config:
    """Put sources at the end of the file's list; return what the file says from now on."""
    before = load(path, environ)
    try:
        new = inserted(path.read_bytes(), str(path), entries)
        after = _checked(new, environ, before, len(entries))
    except ConfigError as error:
        by_hand = f"{path}: nothing was changed; add this under `sources` by hand:\n{block(entries)}".rstrip()
        raise ConfigError(*error.problems, by_hand) from None
    try:
        _put(path, new)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}; add this by hand:\n{block(entries)}") from None
    return replace(after, warnings=())


def _checked(data: bytes, environ: Mapping[str, str], before: Config, more: int) -> Config:
    """Return what the new file says: what it said, and so many sources more."""
    with tempfile.TemporaryDirectory(prefix="newswatch-") as folder:
        draft = Path(folder) / "watchlists.yaml"
        draft.write_bytes(data)
        after = load(draft, environ)
    ours, new = after.sources[: len(before.sources)], after.sources[len(before.sources) :]
    if replace(after, sources=ours, warnings=()) != replace(before, warnings=()) or len(new) != more:
        raise ConfigError("the file would say something else than before")
    return after


def _put(path: Path, data: bytes) -> None:
    """Replace the file at once; in place where it cannot be replaced, as with a file mounted into a container."""
    target = Path(os.path.realpath(path))
    try:
        number, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError:
        target.write_bytes(data)
        return
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copystat(target, draft)
        about = target.stat()
        if (about.st_uid, about.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(draft, about.st_uid, about.st_gid)
        draft.replace(target)
    except OSError:
        target.write_bytes(data)
    finally:
        draft.unlink(missing_ok=True)
