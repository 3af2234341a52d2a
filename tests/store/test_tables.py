"""The schema in the code and the one that migrations make are the same, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from bot.errors import StoreError
from bot.model import Chat, Subscription
from bot.store import migrations
from bot.store.database.schema_upgrade import alembic_config, upgrade
from bot.store.repository import open_store
from bot.store.tables import REVISIONS, VERSION_TABLE, metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


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
            # A column that came later stands behind the constraints, a table that was copied has its name in quotes:
            # neither says anything.
            plain = ("".join(one.replace('"', "").split()).rstrip(")") for one in found)
            made.append(sorted(sorted(one.split(",")) for one in plain))
        engine.dispose()
    assert made[0] == made[1]


@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.integration)])
async def test_a_database_of_the_first_release_is_upgraded_with_its_data(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """What it holds stays, and the tables that came later are there and work."""
    url = request.getfixturevalue(kind)
    async with await open_store(url, migrate=True) as store:
        async with store.database.write() as connection:
            await connection.run_sync(metadata.drop_all)
            await connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")
            await connection.run_sync(lambda plain: upgrade(plain, "0001"))
        await store.chats.subscribe(Subscription(Chat(1), "kremlin"), NOW)
    with pytest.raises(StoreError, match="has revision 0001"):
        await open_store(url, migrate=False)
    async with await open_store(url, migrate=True) as store:
        assert await store.chats.subscriptions(Chat(1)) == ("kremlin",)
        assert await store.queries.watch(Chat(1), "summit", NOW, most=1)
        async with store.database.read() as connection:
            assert await connection.run_sync(differences) == []


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
