"""The tables of one schema in the place of those of another, in one transaction; the former are kept in a third.

Whether the database is in use, the server says: it knows the sessions of other instances, and forgets them as soon as
their processes have ended.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.errors import StoreError
from bot.store.database.connections import create_engine
from bot.store.database.driver_errors import translated
from bot.store.tables import VERSION_TABLE, metadata

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

NEW = "newswatch_restoring"  # the schema that a backup is put into
IN_USE = "the database is in use by {number} other session(s) of Newswatch: stop `newswatch run`, then run this again"
_GOODBYE = 3.0  # seconds that the sessions of a process that has just ended may take to vanish
_OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND application_name = current_setting('application_name')"""


async def refuse_used(url: str) -> None:
    """Raise StoreError when other sessions of Newswatch work on the database."""
    engine = create_engine(url)
    try:
        async with translated(), engine.connect() as connection:
            await _refuse_used(connection)
    finally:
        await engine.dispose()


async def make_schema(url: str) -> None:
    """Make the schema that a backup is put into, empty."""
    engine = create_engine(url)
    try:
        async with translated(), engine.begin() as connection:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {NEW} CASCADE"))
            await connection.execute(text(f"CREATE SCHEMA {NEW}"))
    finally:
        await engine.dispose()


async def swap(url: str, now: datetime) -> str | None:
    """Move the tables of NEW to where ours are; return the schema with the former, None where there were none."""
    kept = f"newswatch_before_{now:%Y%m%dt%H%M%S}"
    engine = create_engine(url)
    try:
        async with translated(), engine.begin() as connection:
            await _refuse_used(connection)
            await connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            here = await connection.scalar(text("SELECT quote_ident(current_schema())"))
            former = await _tables_in(connection, "current_schema()")
            if former:
                await connection.execute(text(f"CREATE SCHEMA {kept}"))
            for table in former:
                await connection.execute(text(f"ALTER TABLE {here}.{table} SET SCHEMA {kept}"))
            for table in await _tables_in(connection, f"'{NEW}'"):
                await connection.execute(text(f"ALTER TABLE {NEW}.{table} SET SCHEMA {here}"))
            await connection.execute(text(f"DROP SCHEMA {NEW} CASCADE"))
    finally:
        await engine.dispose()
    return kept if former else None


async def _refuse_used(connection: AsyncConnection) -> None:
    deadline = asyncio.get_running_loop().time() + _GOODBYE
    while number := await _count_others(connection):
        if asyncio.get_running_loop().time() > deadline:
            raise StoreError(IN_USE.format(number=number))
        await asyncio.sleep(0.1)


async def _count_others(connection: AsyncConnection) -> int:
    await connection.execute(text("SELECT pg_stat_clear_snapshot()"))  # or a transaction sees the same for ever
    return await connection.scalar(text(_OTHERS)) or 0


async def _tables_in(connection: AsyncConnection, schema: str) -> list[str]:
    """Return those of our tables that are in a schema, also under the names of earlier releases."""
    asked = text(f"SELECT tablename FROM pg_tables WHERE schemaname = {schema}")  # noqa: S608 - a name of our own
    known = {*metadata.tables, VERSION_TABLE}
    return sorted(known.intersection(await connection.scalars(asked)))
