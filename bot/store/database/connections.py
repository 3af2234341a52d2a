"""DATABASE_URL in, an asynchronous engine out. No connection is opened here.

SQLite: write-ahead log, synchronous=FULL (a commit survives power loss), foreign keys, and BEGIN IMMEDIATE for what
writes: a transaction that began reading fails at once when another writes, whatever the busy timeout says.
PostgreSQL: every libpq URI, sockets included; statements, idle transactions and dead peers are bounded in time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError

if TYPE_CHECKING:
    from psycopg import AsyncConnection

BUSY_MS = 35_000  # a backup tool may hold the file for 30 s (case 81)
READERS = 4  # beside the one writer
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",  # 16 MB a connection: the indexes of a year of a few hundred sources
)
# Seconds unless said. A statement that takes longer than any of ours, a worker that hangs inside a transaction, and a
# server that vanished without a word are all given up, so that no lock outlives its owner for long.
LIBPQ = {
    "connect_timeout": "10",
    "keepalives": "1",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",  # milliseconds
    "application_name": "newswatch",
}
SESSION = "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


def sqlite_path(url: str) -> Path | None:
    """Return the file that a `sqlite:///` URL names, None for another database; StoreError when it names none."""
    if not url.startswith(("sqlite:", "file:")) and "://" in url:
        return None
    prefix = "sqlite:///"
    name = unquote(url.removeprefix(prefix).split("?", 1)[0])
    if not url.startswith(prefix) or not name or name == ":memory:":
        raise StoreError(
            "NEWSWATCH_DATABASE_URL names no database: write sqlite:///data/newswatch.db (four slashes before an "
            "absolute path) or postgresql://user@host/name",
            lasting=True,
        )
    return Path(name)


def create_engine(url: str, schema: str | None = None) -> AsyncEngine:
    """Return the engine for a URL, on PostgreSQL in a schema of its own; StoreError when it cannot be understood."""
    path = sqlite_path(url)
    return _postgres(url, schema) if path is None else _sqlite(path)


def _sqlite(path: Path) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000},
        pool_size=1 + READERS,
        max_overflow=0,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin)
    event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # Readers run single statements, each a snapshot of its own: they need no BEGIN.
    if not connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _roll_back(connection: Any, _record: object, _error: object) -> None:
    """End the transaction of a cancelled task. Closing alone would not: an open cursor keeps it, and the lock."""
    connection.rollback()


def _postgres(url: str, schema: str | None) -> AsyncEngine:
    if url.partition("://")[0] not in {"postgresql", "postgres"}:
        raise StoreError(
            "NEWSWATCH_DATABASE_URL must begin with sqlite:/// or postgresql://; other databases are not supported",
            lasting=True,
        )
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its message may repeat the password
        raise StoreError(
            "NEWSWATCH_DATABASE_URL is not a PostgreSQL address: write postgresql://user:password@host:5432/name, with "
            "special characters of the password percent-encoded",
            lasting=True,
        ) from None
    settings: dict[str, Any] = {**LIBPQ, **given}
    settings["options"] = f"{SESSION} {given.get('options') or ''}".strip()
    if schema is not None:
        settings["options"] += f" -c search_path={schema}"

    async def connect() -> AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(**settings)

    return create_async_engine(
        "postgresql+psycopg://",
        async_creator=connect,
        pool_size=5,
        max_overflow=10,
        pool_timeout=30,
        pool_recycle=1800,
        pool_pre_ping=True,
        hide_parameters=True,
    )
