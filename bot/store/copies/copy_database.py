"""Everything on record from one database into another, both ways between SQLite and PostgreSQL.

Reads the source in one snapshot, writes the target in short transactions, and compares counts and checksums at the
end. Killed at any point it goes on where it was; what the source has changed meanwhile is found at the end, and then
all is copied anew. A target that holds another record is refused and not touched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, text

from bot.errors import StoreError
from bot.store.copies import copy_state
from bot.store.copies.copy_state import CopyState
from bot.store.copies.row_pages import Tally, copied_tables, count_rows, insert_rows, key_of, pages, snapshot
from bot.store.database.connections import create_engine, sqlite_path
from bot.store.database.dialect import Dialect
from bot.store.database.driver_errors import translated
from bot.store.database.schema_upgrade import revision_of
from bot.store.database.transactions import Database
from bot.store.leases.process_identity import this_process
from bot.store.repository import open_store
from bot.store.tables import COPYING

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # told how many rows are done, and of how many
OTHER = "the target holds another record already, and nothing was copied: name an empty database"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy came to: rows by table. `already` is True where the target was equal before."""

    rows: dict[str, int]
    already: bool = False


@dataclass(slots=True)
class _Copy:
    """A copy under way: the source as it is now, and the target."""

    connection: AsyncConnection
    source: Database
    target: Database
    tables: tuple[Table, ...]
    counts: dict[str, int]
    progress: Progress
    done: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)  # of what was read from its first row on

    @property
    def total(self) -> int:
        """Return how many rows the source has."""
        return sum(self.counts.values())

    async def fill(self, last: dict[str, list[Any]]) -> None:
        """Copy the rows behind the last keys."""
        self.tallies.clear()
        self.done = 0
        for table in self.tables:
            await self._fill_table(table, last.get(table.name))

    async def _fill_table(self, table: Table, after: list[Any] | None) -> None:
        tally = Tally()
        if after is not None:
            async with self.target.read() as there:
                self.done += (await count_rows(there, [table]))[table.name]
        async for rows in pages(self.connection, table, after, postgres=self.source.dialect.name == "postgresql"):
            async with self.target.write() as writing:
                await insert_rows(writing, self.target.dialect, table, rows)
                await copy_state.note(writing, table.name, key_of(table, rows[-1]))
            tally.add(rows)
            self.done += len(rows)
            self.progress(min(self.done, self.total), self.total)
        if after is None:
            self.tallies[table.name] = tally

    async def empty(self) -> None:
        """Remove what was copied."""
        for table in reversed(self.tables):
            async with self.target.write(patient=True) as writing:
                await writing.execute(delete(table))
        async with self.target.write() as writing:
            await copy_state.forget_all(writing)

    async def find_difference(self) -> str | None:
        """Return the first table that is not the same in both, None where all are."""
        async with snapshot(self.target) as there:
            for table in self.tables:
                known = self.tallies.get(table.name)
                ours = known or await _tally(self.connection, table, self.source.dialect)
                if await _tally(there, table, self.target.dialect) != ours:
                    return table.name
        return None


async def copy_database(
    source_url: str,
    target_url: str,
    *,
    label: str,
    schema: str | None = None,
    progress: Progress = lambda _, __: None,
) -> Copied:
    """Copy a record; StoreError. `label` is what the source is known by when a copy goes on; `schema` the target's."""
    async with (
        await open_store(source_url, migrate=False) as source,
        _target(target_url, schema) as (target, state),
        snapshot(source.database) as connection,
    ):
        tables = copied_tables()
        counts = await count_rows(connection, tables)
        copy = _Copy(connection, source.database, target, tables, counts, progress)
        if state is not None and state.source != label:
            raise StoreError(f"{OTHER}, or finish the copy from the other database that was begun there", lasting=True)
        if state is None and await _holds_something(target, tables):
            if await copy.find_difference() is None:
                return Copied(counts, already=True)
            raise StoreError(OTHER, lasting=True)
        await _copy(copy, state, label)
        return Copied(counts)


async def _copy(copy: _Copy, state: CopyState | None, label: str) -> None:
    if state is None:
        async with copy.target.write() as writing:
            await copy_state.begin(writing, label)
    await copy.fill(state.last if state else {})
    different = await copy.find_difference()
    if different is not None and state is not None:
        log.warning("the source has changed since the copy was begun: it is copied anew", extra={"table": different})
        await copy.empty()
        await copy.fill({})
        different = await copy.find_difference()
    if different is not None:
        raise StoreError(f"the copy differs from its source in {different}: run it again; if that stays so, report it")
    async with copy.target.write() as writing:
        await _set_sequences(writing, copy.target.dialect, copy.tables)
        await copy_state.end(writing)


@asynccontextmanager
async def _target(url: str, schema: str | None) -> AsyncIterator[tuple[Database, CopyState | None]]:
    """Open the target, with its schema in place, and how far a copy has come that was begun there."""
    if await _revision(url, schema) == COPYING:
        database = _database(url, schema)
        try:
            yield database, await copy_state.read(database)
        finally:
            await database.close()
        return
    async with await open_store(url, migrate=True, schema=schema) as store:
        yield store.database, None


async def _revision(url: str, schema: str | None) -> str | None:
    """Return the revision of a database as it is, None where there is none yet, or none of ours."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return None
    database = _database(url, schema)
    try:
        async with database.read() as connection:
            return await connection.run_sync(revision_of)
    finally:
        await database.close()


def _database(url: str, schema: str | None) -> Database:
    dialect = Dialect("postgresql" if sqlite_path(url) is None else "sqlite")
    return Database(create_engine(url, schema), dialect, this_process(), asyncio.Lock())


async def _holds_something(database: Database, tables: tuple[Table, ...]) -> bool:
    async with database.read() as connection:
        for table in tables:
            if (await connection.execute(table.select().limit(1))).first() is not None:
                return True
    return False


async def _tally(connection: AsyncConnection, table: Table, dialect: Dialect) -> Tally:
    tally = Tally()
    async with translated():
        async for rows in pages(connection, table, postgres=dialect.name == "postgresql"):
            tally.add(rows)
    return tally


async def _set_sequences(connection: AsyncConnection, dialect: Dialect, tables: tuple[Table, ...]) -> None:
    """Let PostgreSQL count on behind the rows that came with their numbers; SQLite does so by itself."""
    if dialect.name != "postgresql":
        return
    for table in tables:
        if "id" not in table.columns:
            continue
        name = await connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table.name})
        if name is not None:
            last = f"SELECT setval(:name, coalesce(max(id), 0) + 1, false) FROM {table.name}"  # noqa: S608 - our own
            await connection.execute(text(last), {"name": name})
