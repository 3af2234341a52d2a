"""A database and how one talks to it: short transactions that write, and reads that hold nothing.

Every consumer's part of the store shares one Database. Errors leave it as StoreError only. Nothing here knows a table.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from bot.errors import StaleLeaseError, StoreError
from bot.store.database.dialect import Dialect
from bot.store.database.driver_errors import translated
from bot.store.leases.process_identity import ProcessIdentity

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# Seconds that a call to the database may take, from waiting for its turn to the commit: more than a statement may
# (30, on the server) and than SQLite waits for a lock (35). Longer only by `patient`, for a change of the schema.
ANSWER = 45.0
CLOSING = 1.0  # seconds that connections have to close in


@dataclass(slots=True)
class Observations:
    """What this process has seen of its database; who asks, decides what follows from it."""

    failed: Callable[[str], None] = lambda _: None  # called with the reason of each write that failed
    took: Callable[[str, float], None] = lambda *_: None  # called with read or write, and seconds
    dead: int = 0  # alerts that were given up
    roles: dict[str, bool] = field(default_factory=dict)  # whether each role was ours when it was last asked for


@dataclass(frozen=True, slots=True)
class Database:
    """The engine, its dialect, and who we are towards other processes."""

    engine: AsyncEngine
    dialect: Dialect
    holder: ProcessIdentity
    # SQLite has one writer. Waiting for it here is fair and wakes at once; its own busy timeout sleeps and guesses.
    writing: asyncio.Lock
    observed: Observations = field(default_factory=Observations)

    @asynccontextmanager
    async def write(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end and rolls back on an error.

        StoreError after ANSWER seconds, wherever it hangs; a `patient` one has no limit.
        """
        began = perf_counter()
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(translated(None if patient else ANSWER))
                if self.dialect.name == "sqlite":
                    await stack.enter_async_context(self.writing)
                yield await stack.enter_async_context(self.engine.begin())
        except StaleLeaseError:
            raise
        except StoreError as error:
            self.observed.failed(str(error))
            raise
        self.observed.took("write", perf_counter() - began)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading; on SQLite every statement sees the latest commit. StoreError as `write`."""
        began = perf_counter()
        async with translated(ANSWER), self.engine.connect() as connection:
            if self.dialect.name == "sqlite":
                await connection.execution_options(reads=True)
            yield connection
        self.observed.took("read", perf_counter() - began)

    async def close(self) -> None:
        """Close every connection; one that does not answer within CLOSING seconds is left behind."""
        closed, _ = await asyncio.wait([asyncio.create_task(self.engine.dispose())], timeout=CLOSING)
        for one in closed:
            one.result()
