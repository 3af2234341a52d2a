"""The schema in the code and the one that migrations make are the same, on both databases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Connection, LargeBinary, MetaData, Table, Text, create_engine, text

from bot.errors import StoreError
from bot.model import Chat
from bot.store import migrations
from bot.store.database.schema_upgrade import alembic_config, upgrade
from bot.store.repository import Store, open_store
from bot.store.tables import REVISIONS, VERSION_TABLE, items, metadata, seen_keys, sources

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY_NAME = re.compile(r"CONSTRAINT (pk|fk)_\w+ ")
# Tables and a column of revision 0008, and what they are called now.
RENAMED = {
    "source": "sources",
    "seen": "seen_keys",
    "item": "items",
    "story": "stories",
    "report": "reports",
    "story_key": "story_keys",
    "outbox": "outbox",
    "chat": "chats",
    "place": "chat_preferences",
    "mute": "mutes",
    "button": "buttons",
    "lost_topic": "lost_topics",
    "subscription": "subscriptions",
    "personal_query": "personal_queries",
    "counter": "counters",
    "role_lease": "role_leases",
}
COLUMNS = {"knocked_at": "requested_at"}
SOURCE = {
    "name": "new",
    "url": "https://s.example/",
    "baselined": False,
    "known": 0,
    "failures": 0,
    "quiet": 0,
    "next_due": 0,
    "fence": 0,
}


def differences(connection: Connection) -> list[object]:
    """Return what a migration would still have to change."""
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    found: list[object] = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    return found


@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.integration)])
async def test_migrations_make_what_the_code_expects(kind: str, request: pytest.FixtureRequest) -> None:
    """After all revisions no table, column, index or constraint is missing, too many or of another type."""
    url = request.getfixturevalue(kind)
    async with await open_store(url, migrate=True) as store, store.database.read() as connection:
        assert await connection.run_sync(differences) == []


def test_sqlite_gets_the_very_same_tables(tmp_path: Path) -> None:
    """Partial indexes and tables without row numbers, which comparing columns does not see, are the same too."""
    made = []
    for name in ("migrated", "declared"):
        engine = create_engine(f"sqlite:///{tmp_path}/{name}.db")
        with engine.begin() as connection:
            if name == "declared":
                metadata.create_all(connection)
            else:
                upgrade(connection)
            ours = text("SELECT sql FROM sqlite_master WHERE name NOT LIKE :version AND sql IS NOT NULL")
            found = connection.scalars(ours, {"version": f"%{VERSION_TABLE}%"})
            # A column that came later stands behind the constraints, a table that was copied has its name in quotes,
            # one that was renamed keeps the names of its keys: none of it says anything.
            plain = ("".join(KEY_NAME.sub("", one).replace('"', "").split()).rstrip(")") for one in found)
            made.append(sorted(sorted(one.split(",")) for one in plain))
        engine.dispose()
    assert made[0] == made[1]


async def begin_at(store: Store, revision: str) -> None:
    """Make the database one of an earlier revision, and empty."""
    async with store.database.write() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")
        await connection.run_sync(lambda plain: upgrade(plain, revision))


def sample(column: Column[Any], number: int) -> Any:
    """Return a value for a column of the row of this number, from 1."""
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, LargeBinary):
        return bytes([number, 0, 255])
    return f"{column.name} «{number}»" if isinstance(column.type, Text) else number


def fill(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Put three rows into every table that there is; return them as they are, by table."""
    found = MetaData()
    found.reflect(connection)
    tables = [table for table in found.sorted_tables if table.name != VERSION_TABLE]
    for table in tables:  # those that others refer to come first; the database counts their rows, from 1
        counted = {"id"} if table.name in {"source", "item", "report", "outbox"} else set()
        columns = [column for column in table.columns if column.name not in counted]
        rows = [{column.name: sample(column, number) for column in columns} for number in (1, 2, 3)]
        connection.execute(table.insert(), rows)
    return {table.name: contents(connection, table) for table in tables}


def contents(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table, in an order that does not depend on the database."""
    return sorted((dict(row) for row in connection.execute(table.select()).mappings()), key=repr)


@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.integration)])
async def test_a_database_of_the_first_release_is_upgraded_with_its_data(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """What it holds stays, and the tables that came later are there and work."""
    url = request.getfixturevalue(kind)
    async with await open_store(url, migrate=True) as store:
        await begin_at(store, "0001")
        async with store.database.write() as connection:
            await connection.exec_driver_sql("INSERT INTO subscription VALUES (1, 0, 'kremlin', 5, '{}')")
    with pytest.raises(StoreError, match="has revision 0001"):
        await open_store(url, migrate=False)
    async with await open_store(url, migrate=True) as store:
        assert await store.chats.find_subscriptions(Chat(1)) == ("kremlin",)
        assert await store.queries.add_query(Chat(1), "summit", NOW, most=1)
        async with store.database.read() as connection:
            assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.integration)])
async def test_renamed_tables_keep_their_rows_and_work(kind: str, request: pytest.FixtureRequest) -> None:
    """Indexes, counters and references are those of the new names; the database opens again and takes new rows."""
    url = request.getfixturevalue(kind)
    async with await open_store(url, migrate=True) as store:
        await begin_at(store, "0008")
        async with store.database.write() as connection:
            before = await connection.run_sync(fill)
    async with await open_store(url, migrate=True) as store, store.database.read() as connection:
        assert await connection.run_sync(differences) == []
    async with await open_store(url, migrate=False) as store, store.database.write() as connection:
        for old, new in RENAMED.items():
            rows = await connection.run_sync(contents, metadata.tables[new])
            renamed = [{COLUMNS.get(name, name): value for name, value in row.items()} for row in before[old]]
            kept = [{name: row[name] for name in renamed[0]} for row in rows]  # of columns that were there
            assert sorted(kept, key=repr) == sorted(renamed, key=repr), new
        source = await connection.execute(sources.insert().returning(sources.c.id), [SOURCE])
        assert source.scalar_one() == 4
        await connection.execute(sources.delete().where(sources.c.id == 1))
        for table in (seen_keys, items):
            assert {row["source"] for row in await connection.run_sync(contents, table)} == {2, 3}


def test_revisions_are_listed_oldest_first() -> None:
    """The list in the code, by which start-up judges without Alembic, is the one that Alembic finds."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    engine.dispose()
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_revisions_stand_on_their_own() -> None:
    """A revision imports nothing of the bot: what is released makes the same tables for ever."""
    for file in (Path(migrations.__file__).parent / "versions").glob("r*.py"):
        assert "bot." not in file.read_text(encoding="utf-8")
