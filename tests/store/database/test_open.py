"""Opening a database: made where there is none, refused with one clear line where it could not work."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from bot.errors import StoreError
from bot.store.database import connections
from bot.store.database.connections import sqlite_path
from bot.store.database.dialect import SCHEMA_LOCK
from bot.store.database.sqlite_file import prepare, refuse_remote
from bot.store.repository import open_store
from bot.store.tables import REVISIONS

ROOT = Path(__file__).parents[3]


def file_of(url: str) -> Path:
    """Return the file that a URL names."""
    path = sqlite_path(url)
    assert path is not None
    return path


async def refusal(url: str, *, migrate: bool = True) -> StoreError:
    """Return the error with which opening is refused; it is one line."""
    with pytest.raises(StoreError) as caught:
        await open_store(url, migrate=migrate)
    assert "\n" not in str(caught.value)
    return caught.value


async def test_case_112_a_new_database_is_private(sqlite_url: str) -> None:
    """The directory and the file are made, for nobody else to read; no draft of it stays behind."""
    async with await open_store(sqlite_url, migrate=True):
        path = file_of(sqlite_url)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["newswatch.db"]


async def test_the_rules_of_sqlite_hold(sqlite_url: str) -> None:
    """Every connection writes ahead, survives power loss, waits for others and keeps its references."""
    async with await open_store(sqlite_url, migrate=True) as store, store.database.write() as connection:
        settings = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert settings == ["wal", 2, 1, 35_000]


async def test_without_leave_to_migrate_nothing_is_made(sqlite_url: str) -> None:
    """A verb that only looks makes no database; it says how to get one."""
    error = await refusal(sqlite_url, migrate=False)
    assert "newswatch db upgrade" in str(error)
    assert not file_of(sqlite_url).parent.exists()


async def test_case_84_a_lost_database_begins_with_a_baseline(sqlite_url: str) -> None:
    """Where the volume was lost, a new database knows no source: everything old is baseline, nothing floods."""
    async with await open_store(sqlite_url, migrate=True) as store:
        assert await store.polls.find_next_due() is None


@pytest.mark.parametrize("damage", ["text", "empty", "cut", "scratched", "header"])
async def test_case_83_a_damaged_file_is_refused_and_kept(sqlite_url: str, damage: str) -> None:
    """Whatever is wrong with the file, it is not replaced by a new one, and the line says what to do."""
    await (await open_store(sqlite_url, migrate=True)).close()
    path = file_of(sqlite_url)
    whole = path.read_bytes()
    damaged = {
        "text": b"not a database at all, but a page of text" * 200,
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "scratched": whole[:4096] + b"\xff" * 8192 + whole[12288:],
        "header": b"\x00" * 100 + whole[100:],
    }[damage]
    path.write_bytes(damaged)
    error = await refusal(sqlite_url)
    assert error.lasting
    assert "damaged" in str(error) or "not a database" in str(error)
    assert path.read_bytes() == damaged


def test_case_83_network_file_systems_are_refused(tmp_path: Path) -> None:
    """SQLite's locks do not work there; the nearest mount decides, and an unknown system is not refused."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path}/far nfs4 rw 0 0\n", encoding="utf-8")
    refuse_remote(tmp_path / "near" / "n.db", mounts)
    refuse_remote(tmp_path / "far" / "n.db", tmp_path / "missing")
    with pytest.raises(StoreError, match="network file system") as caught:
        refuse_remote(tmp_path / "far" / "deep" / "n.db", mounts)
    assert caught.value.lasting


async def test_another_program_s_file_is_refused(tmp_path: Path) -> None:
    """A valid SQLite file that is not ours gets no tables of ours."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE notes (id INTEGER)")
    assert "another program" in str(await refusal(f"sqlite:///{tmp_path}/other.db"))


async def test_a_directory_is_no_database(tmp_path: Path) -> None:
    """The path must name a file."""
    assert "is a directory" in str(await refusal(f"sqlite:///{tmp_path}"))


@pytest.fixture
def public_path() -> Iterator[Path]:
    """Give a folder that every user may enter, as those of pytest are not."""
    with TemporaryDirectory(prefix="nwopen") as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path


OPENING = """
import asyncio, concurrent.futures.thread, os, sys
from bot.errors import StoreError
from bot.store.repository import open_store
if os.geteuid() == 0:  # nothing is closed to root
    os.setgid(65534); os.setuid(65534)
try:
    asyncio.run(open_store(sys.argv[1], migrate=True))
except StoreError as error:
    print(os.geteuid(), error.lasting, error)
"""


@pytest.mark.parametrize("closed", ["the directory", "the file", "a parent"])
def test_what_cannot_be_written_is_refused(public_path: Path, closed: str) -> None:
    """A user without rights meets a closed directory or file: one line names the place and the user."""
    place = public_path / "data"
    place.mkdir()
    if closed == "the file":
        with closing(sqlite3.connect(place / "n.db")) as connection:
            connection.execute("CREATE TABLE t (a)")
        (place / "n.db").chmod(0o444)
    place.chmod(0o777 if closed == "the file" else 0o555)
    path = place / ("new/n.db" if closed == "a parent" else "n.db")
    command = [sys.executable, "-c", OPENING, f"sqlite:///{path}"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter and code
    place.chmod(0o755)
    user, lasting, told = said.stdout.split(" ", 2)
    assert lasting == "True"
    assert f"user id {user}" in told
    assert str(place) in told
    assert said.stderr == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "newswatch.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://h/d",
        "postgresql://[::1/d",
        "http://x",
    ],
)
async def test_an_address_that_cannot_be_understood_is_refused(url: str) -> None:
    """The line says how an address is written."""
    error = await refusal(url)
    assert error.lasting
    assert "NEWSWATCH_DATABASE_URL" in str(error)


async def test_case_103_a_wrong_address_gives_no_password_away() -> None:
    """What cannot be parsed may hold a secret in any part: none of it is repeated."""
    error = await refusal("postgresql://user:s3cret%zz@host:bad/name")
    assert "s3cret" not in f"{error!r}{error.__cause__!r}{error.__context__!r}" or error.__suppress_context__
    assert "s3cret" not in str(error)


@pytest.mark.integration
async def test_postgresql_that_cannot_be_used_is_refused(empty_postgres_url: str, tmp_path: Path) -> None:
    """No server, no such database, no such user: each with its own advice."""
    name = psycopg.conninfo.conninfo_to_dict(empty_postgres_url)["dbname"]
    missing = await refusal(empty_postgres_url.replace(str(name), "nowhere"))
    stranger = await refusal(empty_postgres_url.replace("postgres:", "stranger:"))
    nobody = await refusal(f"postgresql://postgres@/postgres?host={tmp_path}")
    assert (missing.lasting, stranger.lasting, nobody.lasting) == (True, True, False)
    assert "create it" in str(missing)
    assert "does not know" in str(stranger)
    assert "is its server up" in str(nobody)


@pytest.mark.integration
async def test_a_new_postgresql_database_gets_its_tables(empty_postgres_url: str) -> None:
    """Refused without leave, made with it, and then found in order."""
    assert "newswatch db upgrade" in str(await refusal(empty_postgres_url, migrate=False))
    async with await open_store(empty_postgres_url, migrate=True) as store:
        assert await store.polls.find_next_due() is None
    await (await open_store(empty_postgres_url, migrate=False)).close()


@pytest.mark.parametrize("kind", ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.integration)])
async def test_case_86_a_newer_schema_is_refused(kind: str, request: pytest.FixtureRequest) -> None:
    """A program from before the schema changed does not touch it, and names both revisions."""
    url = request.getfixturevalue(kind)
    async with await open_store(url, migrate=True) as store, store.database.write() as connection:
        await connection.exec_driver_sql("UPDATE newswatch_revision SET version_num = '9999'")
    for migrate in (True, False):
        error = await refusal(url, migrate=migrate)
        assert error.lasting
        assert "9999" in str(error)
        assert REVISIONS[-1] in str(error)


LOADED = """
import asyncio, sys
from bot.store.repository import open_store
async def look():
    await (await open_store(sys.argv[1], migrate=True)).close()
asyncio.run(look())
print(*(name for name in ("alembic", "psycopg", "mako") if name in sys.modules))
"""


async def test_a_current_schema_loads_no_migrations(sqlite_url: str) -> None:
    """A tick started by cron does not pay for Alembic, nor for the driver of the other database."""
    await (await open_store(sqlite_url, migrate=True)).close()
    command = [sys.executable, "-W", "error", "-c", LOADED, sqlite_url]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, ASYNC221 - our own interpreter and code, and nothing else runs meanwhile
    assert said.stdout == "\n"


async def test_a_path_that_cannot_be_looked_at_is_refused_in_one_line(tmp_path: Path) -> None:
    """No mistake in a path is a traceback: a name that is too long, a circle of links."""
    too_long = await refusal(f"sqlite:///{tmp_path}/{'x' * 300}/newswatch.db")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    circle = await refusal(f"sqlite:///{tmp_path}/circle/newswatch.db")
    assert too_long.lasting
    assert circle.lasting
    assert "NEWSWATCH_DATABASE_URL" in str(too_long)


def test_a_directory_that_cannot_be_entered_is_refused_in_one_line() -> None:
    """Where the database lies in somebody else's home, the line says for whom to open it."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    asks = (
        "import os, sys; from pathlib import Path; from bot.store.database.sqlite_file import prepare; "
        "os.setuid(65534); prepare(Path(sys.argv[1]), create=True)"
    )
    with TemporaryDirectory() as directory:
        path = Path(directory) / "newswatch.db"
        path.touch()
        command = [sys.executable, "-c", asks, str(path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own code
    assert "StoreError" in done.stderr.splitlines()[-1]
    assert "Permission denied" in done.stderr.splitlines()[-1]
    assert "65534" in done.stderr.splitlines()[-1]


async def test_who_starts_while_another_upgrades_waits(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """However long another instance migrates, past the time limit of statements too; the log says so."""
    monkeypatch.setattr(connections, "SESSION", "-c statement_timeout=200ms")
    other = await psycopg.AsyncConnection.connect(empty_postgres_url)
    async with other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
        opening = asyncio.create_task(open_store(empty_postgres_url, migrate=True))
        async with asyncio.timeout(60):
            while "another instance upgrades the database" not in caplog.text:
                await asyncio.wait([opening], timeout=0.1)
        assert not opening.done()
        await other.rollback()
    await (await opening).close()


async def test_who_starts_while_another_upgrades_a_file_waits(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The same for SQLite, where the wait for its one writer is limited as well."""
    monkeypatch.setattr(connections, "BUSY_MS", 100)
    prepare(file_of(sqlite_url), create=True)
    with closing(sqlite3.connect(file_of(sqlite_url))) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(open_store(sqlite_url, migrate=True))
        async with asyncio.timeout(60):
            while "another instance upgrades the database" not in caplog.text:
                await asyncio.wait([opening], timeout=0.1)
        assert not opening.done()
        other.rollback()
    await (await opening).close()
