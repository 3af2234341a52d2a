"""The service as a process of its own, and waiting for what it says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.plugins.home import Home


@dataclass
class Running:
    """A process of the program, with all that it says."""

    process: asyncio.subprocess.Process
    said: list[str] = field(default_factory=list)
    readers: list[asyncio.Task[None]] = field(default_factory=list)

    def listen(self) -> None:
        """Begin to collect its output."""
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            self.readers.append(asyncio.create_task(self._collect(stream)))

    async def _collect(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.said.append(line.decode())

    async def says(self, words: str, *, times: int = 1, seconds: float = 60.0) -> str:
        """Wait until it has said these words so many times; return the last line with them."""
        await until(lambda: sum(words in line for line in self.said) >= times, seconds, lambda: "".join(self.said))
        return next(line for line in reversed(self.said) if words in line)

    async def ends(self, seconds: float = 10.0) -> int:
        """Wait until it has ended, and return its exit code."""
        async with asyncio.timeout(seconds):
            code = await self.process.wait()
            await asyncio.gather(*self.readers)
        return code


async def until(true: Callable[[], bool], seconds: float, what: Callable[[], object] = lambda: "") -> None:
    """Wait until something is true."""
    try:
        async with asyncio.timeout(seconds):
            while not true():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what()}") from None


@asynccontextmanager
async def running(home: Home, *words: str, **environ: str) -> AsyncIterator[Running]:
    """Run the program; it is killed at the end if it still lives."""
    one = Running(await type(home)(home.folder, home.environ | environ, home.running).start("run", *words))
    one.listen()
    try:
        yield one
    finally:
        if one.process.returncode is None:
            one.process.kill()
        await one.ends()
