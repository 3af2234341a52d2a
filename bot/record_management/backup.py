"""`newswatch db backup` and `db check`: the record as one file, taken while others work, opened before it counts.

Written under another name and moved into place: killed at any point, it leaves what was there before. Of PostgreSQL
the file is the same as `db copy` would write. In a process of its own, with low priority: see `sqlite_snapshot`.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.config.environment import environment
from bot.config.settings import Settings, load_settings
from bot.errors import ConfigError, StoreError
from bot.process.clock import wall
from bot.record_management.backup_folder import keep_newest, new_name, only_writer
from bot.store.copies.backup_file import BackupContents, inspect_backup
from bot.store.copies.backup_log import note_backup
from bot.store.copies.copy_database import copy_database
from bot.store.copies.sqlite_snapshot import copy_file, flush, remove, settle
from bot.store.database.connections import sqlite_path
from bot.store.repository import open_store

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # told how much is done, and of how much
_NICE = 10  # beside polling and sending, a backup has time


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was taken, and what is in it."""

    path: Path
    contents: BackupContents


async def take(file: Path | None, progress: Progress = lambda _, __: None) -> Backup:
    """Take a backup of the database of the settings; ConfigError, StoreError. Without a file, where BACKUP says."""
    settings = load_settings(environment())
    url = settings.database_url.get_secret_value()
    os.nice(_NICE)
    place = await asyncio.to_thread(_place, settings, file)
    with only_writer(place.folder):
        draft, now = place.folder / ".newswatch-backup.part", wall()
        try:
            if place.database is not None:
                await asyncio.to_thread(copy_file, place.database, draft, progress)
            else:
                remove(draft)
                address = f"sqlite:///{quote(str(draft.absolute()))}"
                await copy_database(url, address, label="backup", progress=progress)
                await asyncio.to_thread(settle, draft)
            contents = await asyncio.to_thread(inspect_backup, draft)
            path = place.file or new_name(place.folder, contents.revision, now)
            _move(draft, path)
        finally:
            remove(draft)
        if place.folder == settings.backup and place.file is None:
            keep_newest(place.folder, settings.backup_keep)
    await _note(url, now)
    return Backup(path, contents)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a backup goes: a file in a folder, None for a name of ours; and the SQLite file that it is of, if any."""

    folder: Path
    file: Path | None
    database: Path | None


def _place(settings: Settings, file: Path | None) -> _Place:
    """Return where a backup goes; StoreError where there is nothing to save, ConfigError where it may not go."""
    database = sqlite_path(settings.database_url.get_secret_value())
    if database is not None and not database.exists():
        raise StoreError(f"there is no database {database} yet, so there is nothing to back up", lasting=True)
    if file is not None and not file.is_dir():
        _refuse_target(file, database)
        return _Place(file.absolute().parent, file, database)
    if file is not None:
        return _Place(file, None, database)
    if settings.backup is not None:
        return _Place(settings.backup, None, database)
    return _Place(Path.cwd() if database is None else database.absolute().parent, None, database)


def _refuse_target(file: Path, database: Path | None) -> None:
    """Refuse to write over the database itself, or over what is no backup."""
    if not file.exists() or not file.stat().st_size:
        return
    if database is not None and file.samefile(database):
        raise ConfigError(f"{file} is the database itself: name another file")
    try:
        inspect_backup(file)
    except StoreError as error:
        if "damaged" not in str(error) and "not finished" not in str(error):
            raise ConfigError(f"{file} is there and is no backup, so it is not replaced: name another file") from error


def _move(draft: Path, path: Path) -> None:
    try:
        draft.chmod(0o600)
        draft.replace(path)
        flush(path)
    except OSError as error:
        raise StoreError(f"the backup cannot be moved to {path}: {error.strerror}") from error


async def _note(url: str, now: datetime) -> None:
    """Put on record that there is a backup; one of an older release's database is as good without."""
    try:
        async with await open_store(url, migrate=False) as store:
            await note_backup(store.database, now)
    except StoreError as error:
        log.debug("the backup is not on record", extra={"reason": str(error)})
