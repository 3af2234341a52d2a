"""Child processes that read documents: the many at once, the large, and what may be hostile.

A document goes in over a pipe, keys and drafts come back as JSON; what hangs, crashes or swells costs the child its
life and the document an error, nobody else anything. A child knows no secret of ours, and is replaced after some
work, for feedparser's memory only grows.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.errors import ParseError
from bot.identity import Identity
from bot.model import Fetched, Hints
from bot.sources.backlog import Backlog, Line
from bot.sources.document import Document, Draft
from bot.sources.feed import Broken
from bot.sources.kinds import Found
from bot.sources.read import Reading

DEADLINE = 5.0  # seconds for one document; the largest honest ones take two
WORK = 2_000  # questions until a child is replaced
SWOLLEN = 160 * 1024 * 1024  # bytes of memory from which on it is replaced at once
START = 30.0  # seconds for Python to start, even on a busy machine

LENGTHS = struct.Struct(">II")  # of the JSON and of the document that follow

_COMMAND = "import sys; sys.path.insert(0, sys.argv[1]); from bot.sources.answering import main; main()"
_ROOT = str(Path(__file__).parents[2])  # where the package lies, installed or not


class Children:
    """So many child processes at most, each started when first needed; `close` ends them.

    `numbers` name processes and documents, so that none is taken for another: all groups share them.
    """

    def __init__(self, most: int, deadline: float = DEADLINE, numbers: Iterator[int] | None = None) -> None:
        self._numbers = numbers = numbers or itertools.count(1)
        self._children = tuple(_Child(deadline, numbers) for _ in range(most))
        self.backlog = Backlog()

    @property
    def started(self) -> bool:
        """Whether any of them runs."""
        return any(child.number for child in self._children)

    async def scan(self, fetched: Fetched, now: datetime) -> Document | Broken:
        """Do what `feed.scan` does; the child keeps the document for a while."""
        child = self._free()
        with self.backlog.holding(len(fetched.body)):
            number = next(self._numbers)
            answer = await child.ask("scan", fetched.body, fetched, now=now.isoformat(), document=number)
        if "broken" in answer:
            return Broken(answer["broken"])
        identities = tuple(Identity((*keys,), (*keys, *more), page) for keys, more, page in answer["identities"])
        every, skips = answer["hints"]
        return Document(
            fetched.url,
            identities,
            answer["note"],
            data=fetched.body,
            content_type=fetched.content_type,
            kept=(child.number, number) if child.number else None,  # it may have been replaced at once
            hints=Hints(every and timedelta(seconds=every), skips),
        )

    def keeps(self, document: Document) -> bool:
        """Return whether one of the processes is the one that listed this document."""
        return document.kept is not None and any(child.number == document.kept[0] for child in self._children)

    async def items(self, document: Document, wanted: list[int]) -> tuple[Draft, ...]:
        """Read items of a document, by the child that keeps it if that still lives, or by any."""
        for child in self._children:
            if document.kept and child.number == document.kept[0]:
                answer = await child.ask("kept", b"", None, document=document.kept[1], wanted=wanted)
                if "drafts" in answer:
                    return _drafts(answer)
        return _drafts(
            await self._free().ask(
                "some", document.data, None, url=document.url, content_type=document.content_type, wanted=wanted
            )
        )

    async def whole(self, fetched: Fetched, found: Found = "feed", select: str | None = None) -> Reading:
        """Do what `kinds.whole` does."""
        with self.backlog.holding(len(fetched.body)):
            answer = await self._free().ask("whole", fetched.body, fetched, found=found, select=select)
        further, bare = (*answer["further"],), answer["bare"]
        return Reading(_drafts(answer), answer["home"], answer["version"], answer["skipped"], further, bare)

    async def close(self) -> None:
        """End the processes, whatever they are doing."""
        for child in self._children:
            await child.end()

    def _free(self) -> _Child:
        return min(self._children, key=lambda child: (child.waiting, not child.number))


class _Child:
    """One process and its replacements; `number` is 0 while there is none. Questions wait for one another."""

    def __init__(self, deadline: float, numbers: Iterator[int]) -> None:
        self._deadline = deadline
        self._numbers = numbers
        self._line = Line()
        self._process: asyncio.subprocess.Process | None = None
        self._done = 0
        self.number = 0
        self.waiting = 0

    async def ask(self, verb: str, data: bytes, fetched: Fetched | None, **more: object) -> dict[str, Any]:
        """Return the answer; ParseError when there is none in time, or the child says so."""
        if fetched:
            more |= {"url": fetched.url, "content_type": fetched.content_type}
        self.waiting += 1
        try:
            async with self._line.turn(first=verb == "kept"):  # a child keeps a few documents only
                answer = await self._ask(json.dumps({"verb": verb, **more}).encode(), data)
        finally:
            self.waiting -= 1
        if "error" in answer:
            raise ParseError(answer["error"])
        return answer

    async def _ask(self, question: bytes, data: bytes) -> dict[str, Any]:
        process = self._process or await self._start()
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
        return answer

    async def end(self) -> None:
        """End the process, if there is one."""
        process, self._process, self._done, self.number = self._process, None, 0, 0
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()  # closes the pipes and waits for the end

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", _COMMAND, _ROOT),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},  # a child needs none of our secrets
            limit=1024 * 1024,
        )
        self._process, self.number = process, next(self._numbers)
        try:
            async with asyncio.timeout(START):
                await _exchange(process, b'{"verb": "ready"}', b"")
        except BaseException:
            await self.end()
            raise
        return process


async def _exchange(process: asyncio.subprocess.Process, question: bytes, data: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise OSError("a child without pipes")
    process.stdin.writelines((LENGTHS.pack(len(question), len(data)), question, data))
    await process.stdin.drain()
    length, _ = LENGTHS.unpack(await process.stdout.readexactly(LENGTHS.size))
    answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return answer


def _drafts(answer: dict[str, Any]) -> tuple[Draft, ...]:
    return tuple(
        Draft(guid, link, title, lead, body, published and datetime.fromisoformat(published), language)
        for guid, link, title, lead, body, published, language in answer["drafts"]
    )
