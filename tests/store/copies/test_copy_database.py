"""A record copied between the two databases: all of it, once, resumable, and never over another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, func, select, update

from bot.errors import StoreError
from bot.model import Chat
from bot.store.copies import row_pages
from bot.store.copies.copy_database import copy_database
from bot.store.repository import Store, open_store
from bot.store.tables import chats, counters, items, mutes, outbox, sources

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

pytestmark = pytest.mark.integration


class KilledError(Exception):
    """Stands for the end of a process."""


async def fill(play: Play, store: Store) -> None:
    """Put something into many tables: texts of all kinds, numbers at their edges, bytes, keys that are texts."""
    (leased,) = await play.leased(store)
    told = (play.told(1, 10, index=(2**63 - 1, -(2**63))), play.told(2, 11))
    await play.record(store, leased, *told, alerts=(play.alert(1, Chat(-5, 7)), play.alert(2)))
    rows = [{"source": 1, "title": f"«Ü»\t{n}\n\\", "lead": "", "body": "中" * n, "seen_at": n} for n in range(40)]
    async with store.database.write() as connection:
        await connection.execute(items.insert(), rows)
        names = [{"name": name, "value": 2**62} for name in ("b", "B", "ä", "a_", "a", "é\\")]
        await connection.execute(counters.insert(), names)
        muted = {"chat": 1, "topic": 0, "kind": "word", "forms": "[]", "label": "", "since": 5}
        await connection.execute(mutes.insert(), [{**muted, "what": what} for what in ("x", "X", "é", "ё")])
        await connection.execute(chats.insert(), [{"id": -(10**12), "revoked": True, "settings": "{}"}])


async def addresses(play: Play, tmp_path: Path, empty_postgres_url: str) -> tuple[str, str]:
    """Return the address of a record, and of a database of the other kind."""
    other = empty_postgres_url if play.url.startswith("sqlite") else f"sqlite:///{tmp_path}/other/copy.db"
    return play.url, other


async def test_everything_is_copied_and_the_copy_works(
    play: Play, store: Store, tmp_path: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, with sequences that go on; again it is there already; then it is another record."""
    monkeypatch.setattr(row_pages, "MOST", 7)
    await fill(play, store)
    source, target = await addresses(play, tmp_path, empty_postgres_url)
    done = await copy_database(source, target, label="a")
    assert (done.already, done.rows["items"], done.rows["mutes"], done.rows["outbox"]) == (False, 42, 4, 2)
    assert (await copy_database(source, target, label="a")).already
    async with await open_store(target, migrate=False) as copy:
        async with copy.database.write() as connection:
            row = {"source": 1, "title": "new", "lead": "", "body": "", "seen_at": 1}
            number = (await connection.execute(items.insert().returning(items.c.id), [row])).scalar_one()
            assert number == 43
        assert await copy.search.index_some() == 43
    with pytest.raises(StoreError, match="another record already"):
        await copy_database(source, target, label="a")


async def test_a_copy_that_was_killed_goes_on(
    play: Play, store: Store, tmp_path: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else opens or fills it meanwhile; what the source has changed since is in the copy at the end."""
    monkeypatch.setattr(row_pages, "MOST", 7)
    await fill(play, store)
    source, target = await addresses(play, tmp_path, empty_postgres_url)

    def kill(done: int, _of: int) -> None:
        if done > 20:
            raise KilledError

    with pytest.raises(KilledError):
        await copy_database(source, target, label="a", progress=kill)
    with pytest.raises(StoreError, match="was not finished"):
        await open_store(target, migrate=True)
    with pytest.raises(StoreError, match="another record already"):
        await copy_database(source, target, label="b")
    seen: list[int] = []

    def kill_again(done: int, of: int) -> None:
        seen.append(done)
        kill(done, of)

    with pytest.raises(KilledError):
        await copy_database(source, target, label="a", progress=kill_again)
    assert seen[0] > 20  # what was there is not copied again
    async with store.database.write() as connection:
        await connection.execute(update(sources).values(name="renamed"))
        await connection.execute(delete(outbox))
    assert (await copy_database(source, target, label="a")).rows["outbox"] == 0
    async with await open_store(target, migrate=False) as copy, copy.database.read() as connection:
        assert await connection.scalar(select(sources.c.name)) == "renamed"
        assert await connection.scalar(select(func.count()).select_from(items)) == 42
