"""Items found by their terms. Fulfils `bot.ports.search_store.SearchStore`.

Items get into the index after they went on record, some at a time, each time in a short transaction, and never by the
poller: what is not in it yet is looked for by who asks. Texts are read and taken apart outside any transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, exists, func, select, text

from bot.ports.history_store import ItemOnRecord
from bot.ports.search_store import Condition
from bot.store.codecs import Row
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms
from bot.store.database.transactions import Database
from bot.store.history import item_columns, to_item_on_record
from bot.store.row_decoding import decode_each
from bot.store.search import text_index
from bot.store.tables import item_terms, items, sources
from bot.text.index_terms import source_term, terms_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

# Row numbers that may commit after a greater one: as many as all instances together write in the longest transaction.
_OUT_OF_ORDER = 10_000


@dataclass(frozen=True, slots=True)
class SearchRepository:
    """The part of the store that finds items by what is in them."""

    database: Database

    async def index_some(self, *, most: int = 200) -> int | None:
        async with self.database.read() as connection:
            there = await text_index.has_index(connection, self.database.dialect)
            newest = await connection.scalar(_newest_statement())
            indexed = await connection.scalar(_newest_indexed_statement())
            if there and newest == indexed:
                return 0
        if not there:
            async with self.database.write() as connection:
                if not await text_index.make_index(connection, self.database.dialect):
                    return None
        rows = await self._read_unindexed(indexed, most)
        if rows:
            await self._write(rows)
        return len(rows)

    async def _write(self, rows: Sequence[Row]) -> None:
        packed = await asyncio.to_thread(_terms_of_rows, self.database.dialect, rows)
        async with self.database.write() as connection:
            await connection.execute(text_index.insert_statement(self.database.dialect), packed)

    async def _read_unindexed(self, indexed: int | None, most: int) -> Sequence[Row]:
        async with self.database.read() as connection:
            asked = {"after": (indexed or 0) - _OUT_OF_ORDER, "most": most}
            found: Sequence[Row] = (await connection.execute(_unindexed_statement(), asked)).all()
        return found

    async def count_unindexed(self) -> int:
        async with self.database.read() as connection:
            newest = await connection.scalar(_newest_statement()) or 0
            indexed = await connection.scalar(_newest_indexed_statement())
            oldest = await connection.scalar(select(func.min(items.c.id))) or 1
        return max(0, newest - max(indexed or 0, oldest - 1))

    async def name_sources(self) -> dict[int, str]:
        async with self.database.read() as connection:
            return {row.id: row.name for row in await connection.execute(select(sources.c.id, sources.c.name))}

    async def find_candidates(self, condition: Condition, since: datetime) -> Sequence[int]:
        asked = text_index.say(self.database.dialect, condition)
        if not asked:
            return ()
        async with self.database.read() as connection:
            await _prefer_index(connection, self.database.dialect)
            values = {"asked": asked, "since": to_ms(since)}
            found = await connection.scalars(text_index.candidates_statement(self.database.dialect), values)
            return found.all()

    async def find_newest(self, condition: Condition, first: int, *, most: int) -> Sequence[int]:
        asked = text_index.say(self.database.dialect, condition)
        if not asked:
            return ()
        async with self.database.read() as connection:
            if not await text_index.has_index(connection, self.database.dialect):
                return ()
            await _prefer_index(connection, self.database.dialect)
            values = {"asked": asked, "first": first, "most": most}
            return (await connection.scalars(text_index.newest_statement(self.database.dialect), values)).all()

    async def count_between(self, condition: Condition, begins: Sequence[int]) -> tuple[int, ...]:
        asked = text_index.say(self.database.dialect, condition)
        if not asked or not begins:
            return (0,) * len(begins)
        values = {"asked": asked, **{f"begin{place}": number for place, number in enumerate(begins)}}
        async with self.database.read() as connection:
            if not await text_index.has_index(connection, self.database.dialect):
                return (0,) * len(begins)
            await _prefer_index(connection, self.database.dialect)
            statement = text_index.counts_statement(self.database.dialect, len(begins))
            found = {row.place: row.many for row in await connection.execute(statement, values)}
        return tuple(found.get(place, 0) for place in range(len(begins)))

    async def find_begins(self, begins: Sequence[datetime]) -> tuple[int | None, ...]:
        asked = {f"at{place}": to_ms(at) for place, at in enumerate(begins)}
        firsts = (_least_since(name) if place == 0 else _first_since(name) for place, name in enumerate(asked))
        async with self.database.read() as connection:
            row = (await connection.execute(select(*(one.scalar_subquery() for one in firsts)), asked)).one()
        return tuple(row)

    async def read_items(self, numbers: Sequence[int]) -> tuple[ItemOnRecord, ...]:
        async with self.database.read() as connection:
            packed = {"ids": self.database.dialect.pack(numbers)}
            rows = (await connection.execute(_items_statement(self.database.dialect), packed)).all()
        known = {row.id: one for row, one in decode_each(rows, to_item_on_record, "an item")}
        return tuple(known[number] for number in numbers if number in known)


async def _prefer_index(connection: AsyncConnection, dialect: Dialect) -> None:
    """Keep PostgreSQL from reading all terms of the table: it does not count what unpacking them costs."""
    if dialect.name == "postgresql":
        await connection.execute(text("SET LOCAL enable_seqscan = off"))


def _terms_of_rows(dialect: Dialect, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "item": row.id,
            "at": row.seen_at if row.published is None else row.published,
            "terms": text_index.pack_terms(
                dialect, {*terms_of((row.title, row.lead, row.body)), source_term(row.source)}
            ),
        }
        for row in rows
    ]


@cache
def _newest_statement() -> Select[Any]:
    return select(func.max(items.c.id))


@cache
def _newest_indexed_statement() -> Select[Any]:
    return select(func.max(item_terms.c.item))


@cache
def _unindexed_statement() -> Select[Any]:
    """Return the select of items without terms, oldest first: after, most."""
    names = ("id", "source", "title", "lead", "body", "published", "seen_at")
    wanted = select(*(items.c[name] for name in names)).where(items.c.id > bindparam("after"))
    there = exists().where(item_terms.c.item == items.c.id)
    return wanted.where(~there).order_by(items.c.id).limit(bindparam("most"))


def _least_since(name: str) -> Select[Any]:
    """Return the select of the least number of the items that were seen at a time or later, however clocks were set.

    The sum keeps SQLite from looking for it through the table from its beginning.
    """
    return select(func.min(items.c.id + 0)).where(items.c.seen_at >= bindparam(name))


def _first_since(name: str) -> Select[Any]:
    """Return the select of the first item that was seen at a time or later: quicker, and as good where days are cut."""
    wanted = select(items.c.id).where(items.c.seen_at >= bindparam(name))
    return wanted.order_by(items.c.seen_at, items.c.id).limit(1)


@cache
def _items_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of items by number: ids."""
    joined = select(*item_columns()).join(sources, sources.c.id == items.c.source)
    return joined.where(dialect.among(items.c.id, "ids"))
