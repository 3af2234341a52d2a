"""`newswatch db copy`: everything on record from one database into another."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import urlsplit

from bot.config.setting_values import database as read_address
from bot.errors import ConfigError, StoreError
from bot.store.copies.copy_database import Copied, Progress, copy_database
from bot.store.copies.sqlite_snapshot import settle
from bot.store.database.connections import sqlite_path


async def copy(source: str, target: str, progress: Progress) -> Copied:
    """Copy everything; ConfigError for addresses that cannot be, StoreError for what goes wrong."""
    for name, url in (("FROM", source), ("TO", target)):
        try:
            read_address(url)
        except ValueError as error:
            raise ConfigError(f"{name} is {error}") from None
    here, there = sqlite_path(source), sqlite_path(target)
    if source == target or (here is not None and there is not None and here.resolve() == there.resolve()):
        raise ConfigError("FROM and TO are the same database")
    if here is not None and not here.exists():
        raise StoreError(f"there is no database {here}", lasting=True)
    done = await copy_database(source, target, label=_label(source), progress=progress)
    if there is not None:
        settle(there)
    return done


def _label(url: str) -> str:
    """Return what a database is known by, without its password."""
    path = sqlite_path(url)
    if path is not None:
        known = str(path.resolve())
    else:
        parts = urlsplit(url)
        known = f"{parts.hostname}:{parts.port}{parts.path}?{parts.query if 'password' not in parts.query else ''}"
    return sha256(known.encode()).hexdigest()[:16]
