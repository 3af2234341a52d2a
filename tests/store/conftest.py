"""Stores for the contract suite: every test runs on SQLite and on PostgreSQL, and may play several workers."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine

from bot.model import Alert, Chat, Evidence, Item, Match, Priority, Report, Signature, Source, Validators
from bot.ports.poll_store import Outcome, Recorded, SourceLease, Turn
from bot.store.database.schema_upgrade import upgrade
from bot.store.database.sqlite_file import prepare
from bot.store.leases.process_identity import ProcessIdentity, this_process
from bot.store.repository import Store, open_store
from bot.store.tables import metadata

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Play:
    """One database, any number of workers on it, and short words for what they do."""

    url: str
    workers: AsyncExitStack
    now: datetime = NOW
    opened: list[Store] = field(default_factory=list)

    async def worker(self, holder: ProcessIdentity | None = None) -> Store:
        """Open the database as one more worker, by default one on another machine that lives."""
        elsewhere = replace(this_process(), host=f"host{len(self.opened)}", boot="another")
        store = await open_store(self.url, migrate=True, holder=holder or elsewhere)
        self.opened.append(await self.workers.enter_async_context(store))
        return store

    def after(self, **length: float) -> datetime:
        """Let time pass and return the new time."""
        self.now += timedelta(**length)
        return self.now

    def sources(self, number: int) -> tuple[Source, ...]:
        """Return that many sources."""
        return tuple(Source(f"s{one}", f"https://s{one}.example/feed", f"s{one}.example") for one in range(number))

    async def leased(self, store: Store, number: int = 1) -> tuple[SourceLease, ...]:
        """Lease that many sources, after making sure that they are there."""
        await store.polls.sync_sources(self.sources(number), self.now)
        return await store.polls.lease_sources(self.now, limit=number, ttl=MINUTE)

    def outcome(self, leased: SourceLease, **changes: object) -> Outcome:
        """Return the end of a poll that read a document, unless `changes` say otherwise."""
        plain = Outcome(leased, self.now, self.now + 10 * MINUTE, Validators(), parsed=True)
        return replace(plain, **changes)  # type: ignore[arg-type]  # a test names fields

    def quiet(self, leased: SourceLease, *items: Recorded, **changes: object) -> Turn:
        """Return a turn that tells nobody anything; `changes` are those of `outcome`."""
        return Turn(self.outcome(leased, **changes), items)

    def item(self, *keys: int, **changes: object) -> Item:
        """Return an item with these keys."""
        return replace(Item(keys, f"https://s.example/{keys[0]}", f"Title {keys[0]}"), **changes)  # type: ignore[arg-type]  # the same

    def report(self, source: str = "s0", **changes: object) -> Report:
        """Return a report of now."""
        plain = Report(source, source, f"Told by {source}", f"https://{source}.example/1", self.now, None, ("k",))
        return replace(plain, **changes)  # type: ignore[arg-type]  # the same

    def told(self, story: int, *keys: int, index: tuple[int, ...] = (), source: str = "s0") -> Recorded:
        """Return an item that matched and stands in a story."""
        match = Match("k", "Kremlin", (Evidence("title", "Title", 0, 5, "Title"),))
        signature = Signature(index, b"\x00\xff" + bytes(key % 256 for key in keys[:1]))
        return Recorded(self.item(*keys), self.now, (match,), story, self.report(source), signature)

    def alert(self, story: int, chat: int | Chat = 1, priority: Priority = "normal", **changes: object) -> Alert:
        """Return an alert for a chat."""
        to = chat if isinstance(chat, Chat) else Chat(chat)
        evidence = (Evidence("title", "Kremlin", 0, 7, "Kremlin «says»"),)
        plain = Alert(to, story, (("k", "Kremlin & Co"),), "Headline", "https://x.example", "Lead", evidence, priority)
        return replace(plain, **changes)  # type: ignore[arg-type]  # the same

    async def record(self, store: Store, leased: SourceLease, *items: Recorded, **parts: object) -> int:
        """Record a turn of these items; `parts` are the other fields of Turn."""
        async with store.polls.open_recording(leased) as recording:
            turn = Turn(self.outcome(leased, new=bool(items)), items)
            return await recording.write_poll(replace(turn, **parts))  # type: ignore[arg-type]  # the same

    async def queue(self, store: Store, *alerts: Alert) -> int:
        """Put alerts into the outbox without a poll."""
        return await store.polls.queue_notices(alerts, self.now)

    async def sender(self, store: Store) -> int:
        """Make the worker the sender; return its epoch."""
        epoch = await store.outbox.take_role("sender", self.now, MINUTE)
        assert epoch is not None
        return epoch


@pytest.fixture(scope="session")
def shared_postgres_url(postgres: Any) -> Iterator[str]:
    """Give one database for the whole run: to make one costs a quarter of a second, to empty it a hundredth."""
    with postgres.database(template="newswatch_template") as url:
        yield url


@pytest.fixture
def emptied_postgres_url(shared_postgres_url: str) -> str:
    """Give that database, empty."""
    with psycopg.connect(shared_postgres_url, autocommit=True) as connection:
        names = sql.SQL(", ").join(sql.Identifier(name) for name in metadata.tables)
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names))
    return shared_postgres_url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with the schema in place."""
    path = tmp_path_factory.mktemp("template") / "newswatch.db"

    prepare(path, create=True)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
async def play(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Play]:
    """Give a fresh database of either kind."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "newswatch.db")
        url = f"sqlite:///{tmp_path}/newswatch.db"
    else:
        url = request.getfixturevalue("emptied_postgres_url")
    async with AsyncExitStack() as workers:
        yield Play(url, workers)


@pytest.fixture
async def store(play: Play) -> Store:
    """Give the store of one worker."""
    return await play.worker()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the URL of a database that is not there yet."""
    return f"sqlite:///{tmp_path}/data/newswatch.db"


@pytest.fixture
def process_like_us() -> Callable[..., ProcessIdentity]:
    """Give a holder on this machine, with some of its fields changed."""
    return lambda **changes: replace(this_process(), **changes)
