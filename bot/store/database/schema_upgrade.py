"""The schema's revision: read at every start, and brought up to date under a lock where that is wanted.

A migration may take many minutes; whoever starts meanwhile waits for its end, and says so.

Alembic is imported only when there is something to do: a tick started by cron pays for every import.
"""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, inspect, select, table, text

from bot.errors import StoreError
from bot.store.database.dialect import SCHEMA_LOCK
from bot.store.tables import COPYING, REVISIONS, VERSION_TABLE, metadata

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.database.transactions import Database


log = logging.getLogger(__name__)

HELD = "another instance upgrades the database; waiting until it has ended"


async def ensure_schema(database: Database, *, migrate: bool) -> None:
    """Return when the schema is the one that this code needs; StoreError when it is not, and may not be made so."""
    async with database.read() as connection:
        current = await connection.run_sync(revision_of)
    _refuse_newer(current)
    if current == REVISIONS[-1]:
        return
    if not migrate:
        found = (
            "has no tables yet" if current is None else f"has revision {current}, this program needs {REVISIONS[-1]}"
        )
        raise StoreError(f"the database {found}: run `newswatch db upgrade`", lasting=True)
    while not await _upgrade_in_turn(database):
        log.warning(HELD)


async def _upgrade_in_turn(database: Database) -> bool:
    """Upgrade when it is our turn; False when another has held an SQLite file for as long as one waits for it."""
    try:
        await _upgrade(database)
    except StoreError as error:
        if not _is_held(error):
            raise
        return False
    return True


def _is_held(error: StoreError) -> bool:
    cause = getattr(error.__cause__, "orig", None)
    return isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode == sqlite3.SQLITE_BUSY


async def _upgrade(database: Database) -> None:
    """Bring the schema up to date in one transaction, unless another has done it meanwhile."""
    async with database.write(patient=True) as connection:
        if database.dialect.name == "postgresql":  # before the lock: whoever has it may migrate for many minutes
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await _wait_for_our_turn(connection)
        current = await connection.run_sync(revision_of)  # another process may have been faster
        _refuse_newer(current)
        if current != REVISIONS[-1]:
            await connection.run_sync(upgrade)


async def _wait_for_our_turn(connection: AsyncConnection) -> None:
    """Take the lock of migrations; say so when another instance has it. Until it ends, or dies, we wait."""
    if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK}):
        log.warning(HELD)
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})


def revision_of(connection: Connection) -> str | None:
    """Return the revision on record, None for a database without ours; StoreError for somebody else's SQLite file."""
    inspector = inspect(connection)
    if inspector.has_table(VERSION_TABLE):
        versions = table(VERSION_TABLE, column("version_num"))
        found: str | None = connection.scalar(select(versions.c.version_num))
        return found
    if connection.dialect.name == "sqlite" and inspector.get_table_names():
        raise StoreError(
            "the SQLite file belongs to another program: NEWSWATCH_DATABASE_URL must name one of our own", lasting=True
        )
    return None


def _refuse_newer(current: str | None) -> None:
    if current == COPYING:
        raise StoreError(
            "a copy into this database was not finished: run `newswatch db copy` with the same addresses again",
            lasting=True,
        )
    if current is not None and current not in REVISIONS:
        raise StoreError(
            f"the database has revision {current}, which this program does not know (it knows {REVISIONS[-1]}): "
            "install the newer Newswatch that wrote it, or restore a backup from before",
            lasting=True,
        )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the migrations within the transaction of this connection."""
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic needs to work on this connection, without a file of its own."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes.update(connection=connection, metadata=metadata, version_table=VERSION_TABLE)
    return config
