"""The index itself: FTS5 on SQLite, a GIN index over tsvector on PostgreSQL, each over the table `item_terms`.

It is derived and no part of the schema: made when it is first asked for, left out of copies, and missing where SQLite
was built without FTS5. Its terms come ready (`bot.text.index_terms`), so neither database parses a text: FTS5 parts
words at ASCII signs only, which no term holds. On SQLite triggers keep it in step with the table, by deletes that
cascade too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, text
from sqlalchemy.exc import OperationalError

from bot.ports.search_store import AllOf, Condition, Term
from bot.store.database.dialect import SCHEMA_LOCK, Dialect

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

_SQLITE = (
    """CREATE VIRTUAL TABLE item_index USING fts5(
        at UNINDEXED, terms, content='item_terms', content_rowid='item',
        tokenize='ascii', detail='none', columnsize=0)""",
    """CREATE TRIGGER item_index_insert AFTER INSERT ON item_terms BEGIN
        INSERT INTO item_index(rowid, at, terms) VALUES (new.item, new.at, new.terms); END""",
    """CREATE TRIGGER item_index_delete AFTER DELETE ON item_terms BEGIN
        INSERT INTO item_index(item_index, rowid, at, terms) VALUES ('delete', old.item, old.at, old.terms); END""",
    "INSERT INTO item_index(item_index) VALUES ('rebuild')",
)
# Searches must see what was just written; without fastupdate no search pays for a list of what is not yet sorted in.
_POSTGRES = "CREATE INDEX IF NOT EXISTS ix_item_terms_terms ON item_terms USING gin (terms) WITH (fastupdate = off)"


async def has_index(connection: AsyncConnection, dialect: Dialect) -> bool:
    """Return whether the index is there."""
    if dialect.name == "sqlite":
        found = "SELECT count(*) FROM sqlite_master WHERE name = 'item_index'"
    else:
        found = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('ix_item_terms_terms')"
    return bool(await connection.scalar(text(found)))


async def make_index(connection: AsyncConnection, dialect: Dialect) -> bool:
    """Make the index, in a transaction that writes; False where the database cannot have one."""
    await dialect.one_at_a_time(connection, SCHEMA_LOCK)
    if await has_index(connection, dialect):  # another process was faster
        return True
    if dialect.name == "postgresql":
        await connection.execute(text(_POSTGRES))
        return True
    try:
        for statement in _SQLITE:
            await connection.execute(text(statement))
    except OperationalError as error:
        if "no such module" not in str(error.orig):
            raise
        return False
    return True


def insert_statement(dialect: Dialect) -> TextClause:
    """Return the insert of an item's terms: item, at, terms, the last as `pack_terms` gives them."""
    return text(_INSERT_SQLITE if dialect.name == "sqlite" else _INSERT_POSTGRES)


# Another process may have been faster, and an item may be gone since it was read.
_INSERT_SQLITE = """INSERT INTO item_terms (item, at, terms) SELECT :item, :at, :terms
    WHERE EXISTS (SELECT 1 FROM items WHERE id = :item) ON CONFLICT DO NOTHING"""
_INSERT_POSTGRES = """INSERT INTO item_terms (item, at, terms)
    SELECT CAST(:item AS bigint), CAST(:at AS bigint), array_to_tsvector(CAST(:terms AS text[]))
    WHERE EXISTS (SELECT 1 FROM items WHERE id = CAST(:item AS bigint)) ON CONFLICT DO NOTHING"""


def pack_terms(dialect: Dialect, terms: Iterable[str]) -> Any:
    """Return terms as the one parameter of `insert_statement`."""
    given = sorted(terms)
    return " ".join(given) if dialect.name == "sqlite" else given


def candidates_statement(dialect: Dialect) -> TextClause:
    """Return the select of the items that fulfil a condition: asked (by `say`), since; the newest published first."""
    return text(_CANDIDATES_SQLITE if dialect.name == "sqlite" else _CANDIDATES_POSTGRES)


# Row numbers grow with the time that items are seen, so the least one since then stands for the time; not the first by
# time, for a clock that was set back has given early times to late rows. The sum keeps databases from looking for the
# least number through the whole table.
_CANDIDATES_SQLITE = """SELECT item FROM item_index JOIN item_terms ON item_terms.item = item_index.rowid
    WHERE item_index MATCH :asked AND item >=
    (SELECT min(id + 0) FROM items WHERE seen_at >= :since)
    ORDER BY item_terms.at DESC, item DESC"""
# PostgreSQL might walk through the primary key instead of the index of terms, which unpacks the terms of every item.
_CANDIDATES_POSTGRES = """WITH found AS MATERIALIZED
    (SELECT item, at FROM item_terms WHERE terms @@ CAST(:asked AS tsquery))
    SELECT item FROM found WHERE item >= (SELECT min(id + 0) FROM items WHERE seen_at >= :since)
    ORDER BY at DESC, item DESC"""


def newest_statement(dialect: Dialect) -> TextClause:
    """Return the select of the items that fulfil a condition, those seen last first: asked (by `say`), first, most."""
    return text(_NEWEST_SQLITE if dialect.name == "sqlite" else _NEWEST_POSTGRES)


# By row number alone, so that neither the table of terms is read nor anything is sorted.
_NEWEST_SQLITE = """SELECT rowid FROM item_index WHERE item_index MATCH :asked AND rowid >= :first
    ORDER BY rowid DESC LIMIT :most"""
_FOUND = "WITH found AS MATERIALIZED (SELECT item FROM item_terms WHERE terms @@ CAST(:asked AS tsquery))"
_COUNTED = "SELECT CASE {places} END AS place, count(*) AS many FROM {found} GROUP BY 1"
_NEWEST_POSTGRES = f"{_FOUND} SELECT item FROM found WHERE item >= :first ORDER BY item DESC LIMIT :most"  # noqa: S608 - constants


def counts_statement(dialect: Dialect, many: int) -> TextClause:
    """Return the select of how many items fulfil a condition between so many row numbers: asked (by `say`), begin0 ….

    In the order of the numbers; counted in the database, for handing over a hundred thousand numbers takes longer.
    """
    name = "rowid" if dialect.name == "sqlite" else "item"
    places = " ".join(f"WHEN {name} >= :begin{place} THEN {place}" for place in reversed(range(many)))
    if dialect.name == "sqlite":
        return text(
            _COUNTED.format(places=places, found="item_index WHERE item_index MATCH :asked AND rowid >= :begin0")
        )
    return text(f"{_FOUND} {_COUNTED.format(places=places, found='found WHERE item >= :begin0')}")


def say(dialect: Dialect, condition: Condition) -> str:
    """Return a condition as the database's own search asks it; one that nothing fulfils is empty."""
    return _say(condition, ('"{}"', '"{}"*', " AND ", " OR ") if dialect.name == "sqlite" else _TSQUERY)


_TSQUERY = ("'{}'", "'{}':*", " & ", " | ")


def _say(condition: Condition, signs: tuple[str, str, str, str]) -> str:
    if isinstance(condition, Term):
        return signs[condition.prefix].format(condition.text)
    parts = [_say(part, signs) for part in condition.parts]
    if isinstance(condition, AllOf):
        return "" if not all(parts) else f"({signs[2].join(parts)})"
    known = [part for part in parts if part]
    return f"({signs[3].join(known)})" if known else ""
