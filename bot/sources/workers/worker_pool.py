"""Child processes that read documents: the many at once, the large, article pages, and what may be hostile.

A document goes in over a pipe, keys, drafts, articles and leads come back as JSON; what hangs, crashes or swells costs
the child its life and the document an error, nobody else anything: what a child gave up on is parsed nowhere else. A
child knows no secret of ours, and is replaced after some work, for feedparser's memory only grows.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import astuple
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.articles.lead import LeadTexts
from bot.errors import ParseError
from bot.item_identity import Identity
from bot.model import Article, Fetched, Hints
from bot.ports.hub_store import HubLink
from bot.process.threads import CURE, is_thread_limit
from bot.sources.document import Document, Draft
from bot.sources.feeds.feed import BrokenFeed, is_modest
from bot.sources.feeds.feed_reader import Reading
from bot.sources.kinds import Found
from bot.sources.workers.parse_queue import ParseQueue, QueueEntry

MEGABYTE = 1024 * 1024
DEADLINE = 5.0  # seconds for one document; the largest honest ones take two
PAGE_SECONDS = 3  # of processor for an article page: ordinary ones take 10 ms, the longest real ones half a second
LEAD_SECONDS = 3  # of processor for a batch of leads: the dearest text takes a third of a second
WORK = 2_000  # questions until a child is replaced
START = 30.0  # seconds for Python to start, even on a busy machine
MOST_ANSWER = 24 * MEGABYTE  # bytes of an answer that we take; the texts of the largest document have eight

# Bytes of private data (RLIMIT_DATA). An idle child has 27 MB; the documents that `feed.is_modest` knows take up to 30
# more, an honest feed of 6 MB takes 70. Of a group of children one at a time reads a large document.
MODEST = 80 * MEGABYTE
LARGE = 128 * MEGABYTE
SUSPECT = 96 * MEGABYTE  # for the one child that reads what may be hostile
SWOLLEN = 56 * MEGABYTE  # what a child may still hold after its answer; it is replaced beyond

LENGTHS = struct.Struct(">II")  # of the JSON and of the document that follow

_FIRST = frozenset({"kept", "article", "leads"})  # a child keeps few documents, and pages are of what has matched

_COMMAND = "import sys; sys.path.insert(0, sys.argv[1]); from bot.sources.workers.worker_main import main; main()"
_ROOT = str(Path(__file__).parents[3])  # where the package lies, installed or not


class WorkerPool:
    """So many child processes at most, each started when first needed; `close` ends them.

    One question at a time about what is `large` may take that many bytes, every other takes MODEST at most. `numbers`
    name processes and documents, so that none is taken for another: all groups share them.
    """

    def __init__(
        self, most: int, deadline: float = DEADLINE, numbers: Iterator[int] | None = None, large: int = LARGE
    ) -> None:
        self._numbers = numbers = numbers or itertools.count(1)
        self._children = tuple(_Worker(deadline, numbers) for _ in range(most))
        self._large = asyncio.Lock()
        self._memory = large
        self.backlog = ParseQueue()

    @property
    def started(self) -> bool:
        """Whether any of them runs."""
        return any(child.number for child in self._children)

    async def scan(self, fetched: Fetched, now: datetime) -> Document | BrokenFeed:
        """Do what `feed.scan` does; the child keeps the document for a while."""
        with self.backlog.holding(len(fetched.body)):
            number = next(self._numbers)
            question = {"verb": "scan", "now": now.isoformat(), "document": number, **_about(fetched)}
            answer, child = await self._ask(question, fetched.body)
        if "broken" in answer:
            return BrokenFeed(answer["broken"])
        identities = tuple(map(_identity, answer["identities"]))
        every, skips = answer["hints"]
        return Document(
            fetched.url,
            identities,
            answer["note"],
            data=fetched.body,
            content_type=fetched.content_type,
            kept=(child, number) if child else None,  # it may have been replaced at once
            hints=Hints(every and timedelta(seconds=every), skips),
            hub=answer["hub"] and HubLink(*answer["hub"]),
        )

    def keeps(self, document: Document) -> bool:
        """Return whether one of the processes is the one that listed this document."""
        return document.kept is not None and any(child.number == document.kept[0] for child in self._children)

    async def items(self, document: Document, wanted: list[int]) -> tuple[Draft, ...]:
        """Read items of a document, by the child that keeps it if that still lives, or by any."""
        for child in self._children:
            if document.kept and child.number == document.kept[0]:
                question = {"verb": "kept", "document": document.kept[1], "wanted": wanted}
                answer, _ = await self._ask(question, b"", child=child, large=not is_modest(document.data))
                if "drafts" in answer:
                    return _drafts(answer)
        about = {"url": document.url, "content_type": document.content_type}
        answer, _ = await self._ask({"verb": "some", "wanted": wanted, **about}, document.data)
        return _drafts(answer)

    async def whole(self, fetched: Fetched, found: Found = "feed", select: str | None = None) -> Reading:
        """Do what `kinds.whole` does."""
        question = {"verb": "whole", "found": found, "select": select, **_about(fetched)}
        with self.backlog.holding(len(fetched.body)):
            answer, _ = await self._ask(question, fetched.body, large=found == "packed" or None)
        further, hub = (*answer["further"],), answer["hub"] and HubLink(*answer["hub"])
        about = (answer["home"], answer["version"], answer["skipped"])
        return Reading(_drafts(answer), *about, further, answer["bare"], hub)

    async def article(self, fetched: Fetched) -> Article:
        """Do what `article.extract` does."""
        question = {"verb": "article", "seconds": PAGE_SECONDS, **_about(fetched)}
        with self.backlog.holding(len(fetched.body)):
            answer, _ = await self._ask(question, fetched.body)
        url, title, text, language, published, image = answer["article"]
        return Article(url, title, text, language, published and datetime.fromisoformat(published), image)

    async def leads(self, texts: Sequence[LeadTexts]) -> list[str]:
        """Do what `summary.lead` does, for each of these."""
        question = {"verb": "leads", "seconds": LEAD_SECONDS, "texts": [_row(one) for one in texts]}
        leads: list[str] = (await self._ask(question, b""))[0]["leads"]
        return leads

    async def close(self) -> None:
        """End the processes, whatever they are doing."""
        for child in self._children:
            await child.end()

    async def _ask(
        self, question: dict[str, Any], data: bytes, *, child: _Worker | None = None, large: bool | None = None
    ) -> tuple[dict[str, Any], int]:
        """Return the answer of a child, and the number of its process; of one that was replaced at once, 0."""
        async with AsyncExitStack() as held:
            if large or (large is None and not is_modest(data)):
                await held.enter_async_context(self._large)
                question |= {"memory": self._memory}
            child = child or min(self._children, key=lambda child: (child.waiting, not child.number))
            return await child.ask(question, data), child.number


class _Worker:
    """One process and its replacements; `number` is 0 while there is none. Questions wait for one another."""

    def __init__(self, deadline: float, numbers: Iterator[int]) -> None:
        self._deadline = deadline
        self._numbers = numbers
        self._line = QueueEntry()
        self._process: asyncio.subprocess.Process | None = None
        self._done = 0
        self.number = 0
        self.waiting = 0

    async def ask(self, question: dict[str, Any], data: bytes) -> dict[str, Any]:
        """Return the answer; ParseError when there is none in time, or the child says so."""
        self.waiting += 1
        try:
            async with self._line.turn(first=question["verb"] in _FIRST):
                answer = await self._ask(json.dumps(question).encode(), data)
        finally:
            self.waiting -= 1
        if "error" in answer:
            raise ParseError(answer["error"])
        return answer

    async def _ask(self, question: bytes, data: bytes) -> dict[str, Any]:
        try:
            process = self._process or await self._start()
        except OSError as error:  # the limit of processes, or no memory for one
            reason = CURE if is_thread_limit(error) else error.strerror
            raise ParseError(f"no process can be started to read it: {reason}") from error
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
            limit=MEGABYTE,
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
    if length > MOST_ANSWER:
        raise ValueError("the answer is longer than any document")
    answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return answer


def _about(fetched: Fetched) -> dict[str, str]:
    return {"url": fetched.url, "content_type": fetched.content_type}


def _row(one: LeadTexts) -> tuple[object, ...]:
    return one.title, one.feed_text, one.page_text, [astuple(each) for each in one.evidence]


def _drafts(answer: dict[str, Any]) -> tuple[Draft, ...]:
    return tuple(
        Draft(guid, link, title, lead, body, published and datetime.fromisoformat(published), *others)
        for guid, link, title, lead, body, published, *others in answer["drafts"]
    )


def _identity(marks: Sequence[Any]) -> Identity:
    """Return an identity of its fields as JSON gives them back."""
    fields: Any = (tuple(mark) if isinstance(mark, list) else mark for mark in marks)
    return Identity(*fields)
