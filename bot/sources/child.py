"""Readers of last resort: child processes that read what is large or may be hostile, within time and memory.

A document goes in over a pipe, drafts come back as JSON; what hangs, crashes or swells costs the child its life and
the document an error, nobody else anything. A child knows no secret of ours, and is replaced after some work, for
feedparser's memory only grows.
"""

from __future__ import annotations

import asyncio
import json
import resource
import struct
import sys
from contextlib import suppress
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import ParseError
from bot.sources.document import Draft
from bot.sources.read import Reading, read

DEADLINE = 5.0  # seconds for one document; the largest honest ones take two
MEMORY = 320 * 1024 * 1024  # bytes of data that a child may hold
WORK = 200  # documents until a child is replaced
SWOLLEN = 160 * 1024  # kilobytes of memory from which on it is replaced at once

_START = "import sys; sys.path.insert(0, sys.argv[1]); from bot.sources.child import main; main()"
_ROOT = str(Path(__file__).parents[2])  # where the package lies, installed or not
_LENGTHS = struct.Struct(">II")


class Children:
    """So many child processes at most, each started when first needed; `close` ends them."""

    def __init__(self, most: int, deadline: float = DEADLINE) -> None:
        self._children = tuple(_Child(deadline) for _ in range(most))
        self._idle: asyncio.LifoQueue[_Child] = asyncio.LifoQueue()
        for child in self._children:
            self._idle.put_nowait(child)

    async def read(self, data: bytes, url: str, content_type: str = "") -> Reading:
        """Read a document in a child that is free. ParseError when that takes too long or too much, or crashes."""
        child = await self._idle.get()
        try:
            return await child.read(data, url, content_type)
        finally:
            self._idle.put_nowait(child)

    async def close(self) -> None:
        """End the processes, whatever they are doing."""
        for child in self._children:
            await child.end()


class _Child:
    """One process and its replacements."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._process: asyncio.subprocess.Process | None = None
        self._done = 0

    async def read(self, data: bytes, url: str, content_type: str) -> Reading:
        process = self._process or await self._start()
        question = json.dumps({"url": url, "content_type": content_type}).encode()
        answer: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(self._deadline):
                answer = await _exchange(process, question, data)
        except TimeoutError as error:
            raise ParseError(f"the document takes longer than {self._deadline:g} s to read") from error
        except (asyncio.IncompleteReadError, OSError, ValueError) as error:
            raise ParseError(
                "the document takes more memory to read than any feed, or makes its reader crash"
            ) from error
        finally:
            self._done += 1
            if answer is None or self._done >= WORK or answer["memory"] > SWOLLEN:
                await self.end()
        if "error" in answer:
            raise ParseError(f"the document cannot be read: {answer['error']}")
        return _reading(answer)

    async def end(self) -> None:
        process, self._process, self._done = self._process, None, 0
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()  # closes the pipes and waits for the end

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _START, _ROOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # a child needs none of our secrets
            close_fds=True,
        )
        async with asyncio.timeout(30):  # seconds to start Python, even on a busy machine
            await _exchange(self._process, b"{}", b"")
        return self._process


async def _exchange(process: asyncio.subprocess.Process, question: bytes, data: bytes) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(_LENGTHS.pack(len(question), len(data)) + question + data)
    await process.stdin.drain()
    length, _ = _LENGTHS.unpack(await process.stdout.readexactly(_LENGTHS.size))
    answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return answer


def _reading(answer: dict[str, Any]) -> Reading:
    drafts = tuple(
        Draft(guid, link, title, lead, body, published and datetime.fromisoformat(published), language)
        for guid, link, title, lead, body, published, language in answer["drafts"]
    )
    return Reading(drafts, answer["home"], answer["version"], answer["skipped"])


def main() -> None:
    """Answer one document after the other, until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while lengths := sys.stdin.buffer.read(_LENGTHS.size):
        question, data = (sys.stdin.buffer.read(length) for length in _LENGTHS.unpack(lengths))
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used + 2 * DEADLINE), resource.RLIM_INFINITY))
        answer = json.dumps(_answer(json.loads(question), data)).encode()
        sys.stdout.buffer.write(_LENGTHS.pack(len(answer), 0) + answer)
        sys.stdout.buffer.flush()


def _answer(question: dict[str, str], data: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if question:
        try:
            reading = read(data, question["url"], question["content_type"])
        except Exception as error:  # noqa: BLE001 - whatever a parser does to itself is the document's fault
            answer["error"] = type(error).__name__
        else:
            drafts = [
                (*texts, published and published.isoformat(), language)
                for *texts, published, language in map(astuple, reading.drafts)
            ]
            answer = {"drafts": drafts, "home": reading.home, "version": reading.version, "skipped": reading.skipped}
    else:
        import feedparser  # noqa: F401 - the question whether we are ready
        from lxml import etree  # noqa: F401
    answer["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return answer
