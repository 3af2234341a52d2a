"""The rows of a table, page by page in the order of its key, and a number by which equal tables are known.

The same on both databases. The number does not depend on the order, so that two databases that sort texts otherwise
still agree. Nothing is held between two pages but the connection that the caller has opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, Text, collate, func, literal, select, text, tuple_

from bot.store.database.dialect import Dialect
from bot.store.database.driver_errors import explain, translated
from bot.store.database.transactions import Database
from bot.store.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOST = 2_000  # rows of a page
_MODULUS = 1 << 64
# Who holds what at this moment is of no use elsewhere, and terms are derived from items, otherwise on each database.
LEFT_OUT = frozenset({"role_leases", "instances", "item_terms", "page_sessions", "sign_in_links"})

Rows = Sequence[Sequence[Any]]


def copied_tables() -> tuple[Table, ...]:
    """Return the tables of a copy, those that others refer to first."""
    return tuple(table for table in metadata.sorted_tables if table.name not in LEFT_OUT)


@dataclass(slots=True)
class Tally:
    """How many rows there are, and the sum of their numbers."""

    rows: int = 0
    digest: int = 0

    def add(self, rows: Rows) -> None:
        """Count these rows, too."""
        self.rows += len(rows)
        self.digest = (self.digest + sum(map(_number, rows))) % _MODULUS


def _number(row: Sequence[Any]) -> int:
    plain = tuple(bytes(one) if isinstance(one, memoryview | bytearray) else one for one in row)
    return int.from_bytes(blake2b(repr(plain).encode("utf-8", "backslashreplace"), digest_size=8).digest())


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncConnection]:
    """Open a connection that sees the database as it is now, whatever others write; they never wait for it."""
    async with translated(), database.engine.connect() as connection:  # longer than one call may take
        if database.dialect.name == "sqlite":
            await connection.execution_options(reads=True)
            await connection.exec_driver_sql("BEGIN")
            await connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        else:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            await connection.execute(text("SELECT 1"))
        yield connection


async def pages(
    connection: AsyncConnection, table: Table, after: Sequence[Any] | None = None, *, postgres: bool
) -> AsyncIterator[Rows]:
    """Give the rows behind a key, in the order of the keys."""
    last = after
    while True:
        found = (await connection.execute(_page(table, last, postgres=postgres))).all()
        if not found:
            return
        yield [tuple(row) for row in found]
        last = key_of(table, found[-1])


async def insert_rows(connection: AsyncConnection, dialect: Dialect, table: Table, rows: Rows) -> None:
    """Insert whole rows, on PostgreSQL by COPY, which is five times as fast."""
    names = [column.name for column in table.columns]
    if dialect.name == "sqlite":
        await connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in rows])
        return
    from psycopg import Error, sql

    await connection.execute(text("SELECT 1"))  # the transaction begins
    plain: Any = (await connection.get_raw_connection()).driver_connection
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    try:
        async with plain.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)
    except Error as error:
        raise explain(error) from error


def key_of(table: Table, row: Sequence[Any]) -> list[Any]:
    """Return the key of a row."""
    places = [place for place, column in enumerate(table.columns) if column.primary_key]
    return [row[place] for place in places]


def _page(table: Table, after: Sequence[Any] | None, *, postgres: bool) -> Any:
    keys: list[ColumnElement[Any]] = [
        collate(column, "C") if postgres and isinstance(column.type, Text) else column  # as SQLite sorts
        for column in table.columns
        if column.primary_key
    ]
    wanted = select(table).order_by(*keys).limit(MOST)
    if after is None:
        return wanted
    types = [column.type for column in table.columns if column.primary_key]
    bounds = [literal(value, kind) for value, kind in zip(after, types, strict=True)]
    return wanted.where(keys[0] > bounds[0] if len(keys) == 1 else tuple_(*keys) > tuple_(*bounds))


async def count_rows(connection: AsyncConnection, tables: Iterable[Table]) -> dict[str, int]:
    """Return how many rows each table has."""
    return {table.name: await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
