"""Everything in which the two databases differ, and nothing else.

In goes what is wanted (an upsert, "one of these keys", the greater of two), out comes SQLAlchemy that says it to this
database. `FOR UPDATE` and `SKIP LOCKED` are not here: SQLAlchemy leaves them out for SQLite, where BEGIN IMMEDIATE does
their work.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Insert,
    Select,
    Table,
    Text,
    TextClause,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# Any constant will do, as long as all workers share it: one turn at a time decides about stories, one migrates,
# one chooses sources to lease.
STORY_LOCK = 0x6E657773_0001
SCHEMA_LOCK = 0x6E657773_0002
LEASE_LOCK = 0x6E657773_0003


@dataclass(frozen=True, slots=True)
class Dialect:
    """One of the two databases."""

    name: Literal["sqlite", "postgresql"]

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows ON CONFLICT."""
        return sqlite.insert(table) if self.name == "sqlite" else postgresql.insert(table)

    def among(self, column: Column[Any], name: str) -> ColumnElement[bool]:
        """Return "column is one of them" for any number of values in the one parameter `name`: see `pack`."""
        if self.name == "sqlite":
            values = func.json_each(bindparam(name, type_=Text)).table_valued("value")
            return column.in_(select(values.c.value))
        kind = ARRAY(BigInteger if isinstance(column.type, BigInteger) else Text)
        return column == func.any(bindparam(name, type_=kind))

    def pack(self, values: Collection[int] | Collection[str]) -> str | list[Any]:
        """Return the values as the one parameter that `among` takes."""
        return json.dumps(list(values)) if self.name == "sqlite" else list(values)

    def pack_pairs(self, values: Mapping[int, Collection[int]]) -> dict[str, Any]:
        """Return pairs, given by their first halves, as the parameters that the table `pairs` is made of."""
        if self.name == "sqlite":
            return {"pairs": json.dumps({one: list(others) for one, others in values.items()})}
        flat = [(one, other) for one, others in values.items() for other in others]
        return {"firsts": [one for one, _ in flat], "seconds": [other for _, other in flat]}

    @property
    def pairs(self) -> TextClause:
        """The statement that selects `first` and `second` of packed pairs."""
        if self.name == "sqlite":
            rows = "json_each(:pairs) AS firsts, json_each(firsts.value) AS seconds"
            return text(f"SELECT CAST(firsts.key AS INTEGER) AS first, seconds.value AS second FROM {rows}")  # noqa: S608 - no values
        made = text("SELECT first, second FROM unnest(:firsts, :seconds) AS packed (first, second)")
        numbers = ARRAY(BigInteger)
        return made.bindparams(bindparam("firsts", type_=numbers), bindparam("seconds", type_=numbers))

    @property
    def newest(self) -> TextClause:
        """The FROM clause `newest` beside `asked`: the newest `:each` reports under asked.second `:since` then.

        Bounded for each key by itself: one that half of the record shares costs no more than any other.
        """
        rows = "SELECT report FROM story_keys WHERE key = asked.second AND at >= :since ORDER BY at DESC, report DESC"
        rows += " LIMIT :each"
        if self.name == "sqlite":
            packed = f"SELECT json_group_array(report) FROM ({rows})"  # noqa: S608 - no values
            return text(f"json_each(({packed})) AS newest")
        return text(f"LATERAL ({rows}) AS newest (value)")

    def greatest(self, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the greatest of values that are not NULL."""
        return func.max(*values) if self.name == "sqlite" else func.greatest(*values)

    def least(self, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return the least of values that are not NULL."""
        return func.min(*values) if self.name == "sqlite" else func.least(*values)

    async def count_new(self, connection: AsyncConnection, statement: Insert, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert and return how many rows were new, where others made way to ON CONFLICT DO NOTHING."""
        counted = {"preserve_rowcount": True}  # for inserts, SQLAlchemy would not ask the driver
        return (await connection.execute(statement, rows, execution_options=counted)).rowcount

    async def one_at_a_time(self, connection: AsyncConnection, lock: int) -> None:
        """Wait until no other transaction holds the lock; ours ends with the transaction.

        A write transaction of SQLite is alone anyway.
        """
        if self.name == "postgresql":
            await connection.execute(_advisory_lock(), {"lock": lock})


def _advisory_lock() -> Select[Any]:
    return select(func.pg_advisory_xact_lock(bindparam("lock", type_=BigInteger)))
