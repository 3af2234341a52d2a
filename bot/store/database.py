"""A database and how one talks to it: short transactions that write, and reads that hold nothing.

Every consumer's part of the store shares one Database. Errors leave it as StoreError only. Nothing here knows a table.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store.dialect import Dialect
from bot.store.faults import translated
from bot.store.holder import Holder

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


@dataclass(frozen=True, slots=True)
class Database:
    """The engine, its dialect, and who we are towards other processes."""

    engine: AsyncEngine
    dialect: Dialect
    holder: Holder
    # SQLite has one writer. Waiting for it here is fair and wakes at once; its own busy timeout sleeps and guesses.
    writing: asyncio.Lock

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that commits at the end and rolls back on an error."""
        async with AsyncExitStack() as stack:
            if self.dialect.name == "sqlite":
                await stack.enter_async_context(self.writing)
            await stack.enter_async_context(translated())
            yield await stack.enter_async_context(self.engine.begin())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a connection for reading; on SQLite every statement sees the latest commit."""
        async with translated(), self.engine.connect() as connection:
            if self.dialect.name == "sqlite":
                await connection.execution_options(reads=True)
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
