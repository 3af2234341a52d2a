"""How far a copy between databases has come, kept in the target itself: killed at any point, it goes on from there.

While a copy is under way the target's revision says so, and nothing else opens it. Nothing here reads the source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.store.database.transactions import Database
from bot.store.tables import COPYING, REVISIONS, VERSION_TABLE

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

TABLE = "newswatch_copy"


@dataclass(frozen=True, slots=True)
class CopyState:
    """From where a target is filled, and the last key of each table that is there."""

    source: str
    last: dict[str, list[Any]]


async def begin(connection: AsyncConnection, source: str) -> None:
    """Note that a copy begins."""
    await connection.execute(text(f"CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, value TEXT NOT NULL)"))
    await connection.execute(_insert(), {"name": "", "value": source})
    await _set_revision(connection, COPYING)


async def note(connection: AsyncConnection, table: str, last: list[Any]) -> None:
    """Note the last key of a table that was copied, in the transaction that copies it."""
    await connection.execute(text(f"DELETE FROM {TABLE} WHERE name = :name"), {"name": table})  # noqa: S608 - a name of our own
    await connection.execute(_insert(), {"name": table, "value": json.dumps(last)})


async def forget_all(connection: AsyncConnection) -> None:
    """Note that nothing is there any more."""
    await connection.execute(text(f"DELETE FROM {TABLE} WHERE name <> ''"))  # noqa: S608 - a name of our own


async def end(connection: AsyncConnection) -> None:
    """Note that the copy is whole: from here on the target is a database like any other."""
    await connection.execute(text(f"DROP TABLE {TABLE}"))
    await _set_revision(connection, REVISIONS[-1])


async def read(database: Database) -> CopyState:
    """Return how far a copy has come; its target's revision is COPYING."""
    async with database.read() as connection:
        rows = (await connection.execute(text(f"SELECT name, value FROM {TABLE}"))).all()  # noqa: S608 - a name of our own
    values = {row.name: row.value for row in rows}
    source = values.pop("", "")
    return CopyState(source, {name: json.loads(value) for name, value in values.items()})


def _insert() -> Any:
    return text(f"INSERT INTO {TABLE} (name, value) VALUES (:name, :value)")  # noqa: S608 - a name of our own


async def _set_revision(connection: AsyncConnection, revision: str) -> None:
    await connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = :one"), {"one": revision})  # noqa: S608 - a name of our own
