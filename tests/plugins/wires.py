"""Servers that send bytes of a test's own making, and a clock that says how late the loop was meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

PROBE = 0.005  # seconds between two looks at the loop


@asynccontextmanager
async def raw_server(
    host: str, answer: Callable[[asyncio.StreamWriter], Awaitable[None]], port: int = 0
) -> AsyncIterator[str]:
    """Serve bytes of our own making, after the request's first line; yield the address."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await reader.readline()
            await answer(writer)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, backlog=1024)
    try:
        yield f"http://{host}:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(slots=True)
class Lag:
    """How late the loop came to what was due, at most, in seconds."""

    longest: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Lag]:
    """Measure how late the loop comes."""
    lag, clock = Lag(), asyncio.get_running_loop()

    async def probe() -> None:
        while True:
            due = clock.time() + PROBE
            await asyncio.sleep(PROBE)
            lag.longest = max(lag.longest, clock.time() - due)

    task = asyncio.create_task(probe())
    try:
        yield lag
    finally:
        task.cancel()
