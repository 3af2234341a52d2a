"""Tables in the place of others on PostgreSQL, in one transaction, when nobody uses them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.errors import StoreError
from bot.model import Source
from bot.store.copies import swap_postgres
from bot.store.copies.copy_database import copy_database
from bot.store.repository import open_store
from bot.store.tables import sources

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)


async def put(url: str, name: str) -> None:
    """Put a source on record."""
    async with await open_store(url, migrate=True) as store:
        await store.polls.sync_sources([Source(name, "https://one.example/", "one.example")], NOW)


async def test_a_record_takes_the_place_of_another_which_is_kept(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused while somebody has the database open; then the new tables work, and the former are in a schema."""
    monkeypatch.setattr(swap_postgres, "_GOODBYE", 0.3)
    backup = f"sqlite:///{tmp_path}/backup.db"
    await put(postgres_url, "former")
    await put(backup, "saved")
    async with await open_store(postgres_url, migrate=False):
        with pytest.raises(StoreError, match="in use by"):
            await swap_postgres.refuse_used(postgres_url)
    for _ in range(2):  # what a killed restore has left is no hindrance
        await swap_postgres.make_schema(postgres_url)
        await copy_database(backup, postgres_url, label="restore", schema=swap_postgres.NEW)
    monkeypatch.setattr(swap_postgres, "_GOODBYE", 5.0)
    kept = await swap_postgres.swap(postgres_url, NOW)
    assert kept == "newswatch_before_20261130t060000"
    async with await open_store(postgres_url, migrate=False) as store, store.database.write() as connection:
        assert await connection.scalar(select(sources.c.name)) == "saved"
        former = await connection.scalar(text("SELECT name FROM newswatch_before_20261130t060000.sources"))
        assert former == "former"
        left = "SELECT count(*) FROM pg_namespace WHERE nspname = 'newswatch_restoring'"
        assert await connection.scalar(text(left)) == 0
    await put(postgres_url, "later")
