"""`newswatch db restore`: a backup in the place of the database, so that nothing old is told again.

All is prepared beside the database, and moved into place at the end: killed at any point, either the former database
is there or the new one. The former is kept.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from bot import app, owner_notices
from bot.config.environment import environment
from bot.config.settings import Settings, load_settings
from bot.errors import ConfigError, StoreError
from bot.model import Config, DisplayPreferences
from bot.polling.source_health.source_notices import Notices
from bot.process.clock import wall
from bot.store.copies import swap_postgres, swap_sqlite
from bot.store.copies.backup_file import inspect_backup
from bot.store.copies.copy_database import copy_database
from bot.store.copies.restored_record import Restored, mark_restored
from bot.store.copies.sqlite_snapshot import copy_file, remove, settle
from bot.store.database.connections import sqlite_path
from bot.store.repository import open_store

Progress = Callable[[int, int], None]  # told how much is done, and of how much


@dataclass(frozen=True, slots=True)
class Restoration:
    """What a restore came to. `kept` is where the former database is: a file, a schema; None where there was none."""

    restored: Restored
    kept: str | None


async def restore(file: Path, tell_since: datetime | None, progress: Progress = lambda _, __: None) -> Restoration:
    """Put a backup in the place of the database of the settings; ConfigError, StoreError."""
    environ = environment()
    settings = load_settings(environ)
    url = settings.database_url.get_secret_value()
    path = sqlite_path(url)
    await asyncio.to_thread(_check, file, path)
    await (swap_postgres.refuse_used(url) if path is None else asyncio.to_thread(swap_sqlite.refuse_used, path))
    with _draft(path) as draft:
        await asyncio.to_thread(partial(copy_file, file, draft, progress, alone=True))
        restored = await _mark(settings, _configuration(settings, environ), draft, tell_since)
        await asyncio.to_thread(settle, draft)
        await asyncio.to_thread(inspect_backup, draft)
        now = wall()
        if path is not None:
            kept = await asyncio.to_thread(swap_sqlite.swap, draft, path, now)
            return Restoration(restored, None if kept is None else str(kept))
        await swap_postgres.make_schema(url)
        await copy_database(_address(draft), url, label="restore", schema=swap_postgres.NEW, progress=progress)
        return Restoration(restored, await swap_postgres.swap(url, now))


def _check(file: Path, path: Path | None) -> None:
    if path is not None and path.exists() and file.exists() and path.samefile(file):
        raise ConfigError(f"{file} is the database itself: name a backup")
    inspect_backup(file)


@contextmanager
def _draft(path: Path | None) -> Iterator[Path]:
    """Give a name for what is prepared, beside an SQLite database; nothing is left of it at the end."""
    if path is None:
        with tempfile.TemporaryDirectory(prefix="newswatch-") as folder:
            yield Path(folder) / "restoring.db"
        return
    try:
        path.absolute().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be made: {error.strerror}") from error
    draft = path.absolute().with_name(f".{path.name}.restoring")
    try:
        yield draft
    finally:
        remove(draft)


async def _mark(settings: Settings, config: Config | None, draft: Path, tell_since: datetime | None) -> Restored:
    """Bring the draft to the schema of this version, let nothing old be told, and leave the owners a note."""
    home = DisplayPreferences() if config is None else DisplayPreferences(config.timezone, config.language)
    now = wall()
    async with await open_store(_address(draft), migrate=True) as store:
        if config is not None:  # also a source that the backup does not know shows what is no news
            await store.polls.sync_sources(config.sources, now)
        async with store.database.write(patient=True) as connection:
            restored = await mark_restored(connection, tell_since)
        notices = Notices(store.polls, settings.owners, store.preferences.read_display, lambda: home)
        text = partial(owner_notices.after_restore, sources=restored.sources, alerts=restored.ended)
        await notices.tell(owner_notices.restored, text, ("restored", now.isoformat()), now)
        return restored


def _configuration(settings: Settings, environ: dict[str, str]) -> Config | None:
    try:
        return app.watchlists(settings, environ)
    except ConfigError:  # a restore is no time to mend watchlists.yaml
        return None


def _address(path: Path) -> str:
    return f"sqlite:///{quote(str(path.absolute()))}"
