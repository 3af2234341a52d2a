"""`newswatch db backup` and `db restore`, by the real program: what is restored never tells old news again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.plugins.home import Home
    from tests.plugins.rig import Rig, Site

    Rss = Callable[..., bytes]

pytestmark = pytest.mark.e2e

OLD = "Mon, 01 Jan 2024 10:00:00 GMT"


@pytest.fixture
async def site(home: Home, rig: Rig) -> Site:
    """Run a site that is watched for Kremlin, to a chat."""
    site = await rig.site()
    home.environ |= {"NEWSWATCH_ALLOWED_PORTS": str(site.port), "NEWSWATCH_OWNERS": "11"}
    home.watch(
        f"sources:\n  - {{name: One, url: '{site.url('/feed')}', backlog: all}}\n"
        "watchlists:\n  k: {keywords: [Kremlin], deliver_to: [22]}\n"
    )
    return site


async def tick(home: Home) -> Any:
    """Poll everything and deliver."""
    return await home.run("once", "--force", "--json")


async def test_nothing_is_told_twice_after_a_restore(home: Home, site: Site, rss: Rss) -> None:
    """What waited in the backup and what stands there now, told or not: none of it is told; new things are.

    The owner is told once, what waited ends as restored, the former database is kept, and the backup stays as it is.
    """
    site.pages["/feed"] = rss(("a", "Kremlin one", "."), site=site.url(""))
    assert (await tick(home)).json()["sent"] == 1
    database = home.folder / "data" / "newswatch.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:  # as if it waited
        connection.execute("UPDATE outbox SET state = 'pending', shown = 0, message = NULL")
    saved = await home.run("db", "backup", "saved.db")
    assert (saved.code, saved.out.strip()) == (0, "saved.db")
    whole = (home.folder / "saved.db").read_bytes()
    site.pages["/feed"] = rss(
        *((str(n), f"Kremlin number {n}", ".") for n in range(2, 30)), ("a", "Kremlin one", "."), site=site.url("")
    )
    restored = await home.run("db", "restore", "saved.db")
    assert restored.code == 0, restored.err
    assert "1 source " in restored.out
    assert "1 unsent alert" in restored.out
    assert len(list(database.parent.glob("newswatch.db.before-restore-*"))) == 1
    assert (home.folder / "saved.db").read_bytes() == whole
    after = await tick(home)
    assert (after.json()["queued"], after.json()["sent"]) == (0, 1)
    assert "restored from a backup" in after.err
    assert "Kremlin" not in after.err
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT state, reason FROM outbox WHERE chat = 22").fetchall() == [
            ("dead", "restored")
        ]
    site.pages["/feed"] = rss(("new", "Kremlin anew", "."), site=site.url(""))
    assert "Kremlin anew" in (await tick(home)).err
