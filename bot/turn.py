"""One source, once: fetched, parsed, matched, read, placed in stories, and recorded in one transaction.

Knows ports and pure stages, never an adapter. Everything dear (network, parsing, article text) is done before the
transaction opens. A fault of the source becomes an Outcome, never an exception.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message

from bot import identity, schedule
from bot.errors import FetchError, ParseError
from bot.identity import Identity
from bot.match import Engine
from bot.model import Article, Config, Fetched, Item, Match, Source, Watchlist
from bot.placing import Found, Placer
from bot.ports import Fetch, Leased, Outcome, Parse, PollStore, Recorded, Turn
from bot.sources.document import Document

log = logging.getLogger(__name__)

ARTICLE_WAIT = 15.0  # seconds a turn waits for article pages at most: a page delays nothing


@dataclass(frozen=True, slots=True)
class Setup:
    """The configuration in force: swapped as a whole when watchlists.yaml changes."""

    config: Config
    engine: Callable[[], Awaitable[Engine]]  # compiled when the first new item asks for it
    sources: dict[str, Source]
    watchlists: dict[str, Watchlist]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a turn came to. `recorded` is True when its outcome is written already, together with its items."""

    outcome: Outcome
    recorded: bool = False
    items: int = 0
    new: int = 0
    matched: int = 0
    stories: int = 0
    queued: int = 0
    status: int | None = None  # of a failed answer
    note: str | None = None  # for the owner


@dataclass(frozen=True, slots=True)
class Turns:
    """Takes turns; holds what every turn needs."""

    store: PollStore
    fetch: Fetch
    parse: Parse
    now: Callable[[], datetime]

    async def take(self, leased: Leased, source: Source, setup: Setup) -> Taken:
        """Poll a source that is ours; StoreError when the database fails, StaleLeaseError when it was lost."""
        try:
            fetched = await self.fetch.get(source.url, validators=leased.validators, headers=source.headers)
            if fetched.not_modified:
                return Taken(self._well(leased, source, fetched))
            document = await self.parse.scan(fetched, self.now())
            return await self._read(leased, source, setup, fetched, document)
        except FetchError as error:
            return self._failed(leased, source, str(error), error.retry_after, error.status)
        except ParseError as error:
            return self._failed(leased, source, str(error), None, None)

    async def _read(self, leased: Leased, source: Source, setup: Setup, fetched: Fetched, document: Document) -> Taken:
        """Tell new items from known ones, and record them."""
        entries = document.identities
        known = await self._known(leased, entries)
        sifted = identity.sift(entries, known, leased.known)
        fresh = sorted((*sifted.new, *sifted.baseline))
        if not fresh and leased.baselined:
            return Taken(self._well(leased, source, fetched, parsed=True), items=len(entries))
        items = dict(zip(fresh, await self.parse.items(document, fresh), strict=True))
        told = self._told(leased, source, sifted.new, items)
        found = await self._find([items[position] for position in told], source, setup)
        outcome = self._well(leased, source, fetched, parsed=True, new=bool(fresh))
        silent = [items[position] for position in sorted(set(items) - set(told))]
        taken = await self._record(outcome, source, setup, silent, found)
        return replace(taken, items=len(entries), new=len(told), note=sifted.note)

    async def _known(self, leased: Leased, entries: Sequence[Identity]) -> frozenset[int]:
        """Return the keys on record: the strongest of each item, and the others only where that one is not known."""
        strongest = await self.store.seen(leased.id, [entry.known_by[0] for entry in entries if entry.known_by])
        others = [key for entry in entries if not strongest.intersection(entry.known_by) for key in entry.known_by[1:]]
        return strongest | await self.store.seen(leased.id, others) if others else strongest

    def _told(self, leased: Leased, source: Source, new: Sequence[int], items: dict[int, Item]) -> tuple[int, ...]:
        """Return the positions of the items that may be told: not a baseline, not what piled up unread."""
        there = [position for position in new if position in items]
        # a source that was empty at first sight and is full now was only ill then: this is its first sight
        if not leased.baselined or (not leased.known and len(there) >= identity.BRAKE_SIZE):
            return tuple(there if source.backlog is None else there[: source.backlog])
        return tuple(p for n, p in enumerate(there) if schedule.is_news(items[p], n, leased.polled_at, self.now()))

    async def _find(self, items: Sequence[Item], source: Source, setup: Setup) -> tuple[Found, ...]:
        """Match items, with their articles as `full_text` wants it; oldest first, as the world saw them happen."""
        if not items:
            return ()
        engine = await setup.engine()

        def match(item: Item) -> tuple[Match, ...]:
            return engine.match(item.title, item.lead, item.body, source=source.name, language=item.language)

        found = [Found(item, match(item), None) for item in reversed(items)]
        if source.full_text == "never":
            return tuple(found)
        wanted = [n for n, one in enumerate(found) if one.item.url and (one.matches or source.full_text == "always")]
        pages = await self._articles([found[n].item for n in wanted])
        for n, page in zip(wanted, pages, strict=True):
            if page is not None:
                read = replace(found[n].item, body=page.text, language=found[n].item.language or page.language)
                found[n] = Found(read, _with(match(read), found[n].matches), page)
        return tuple(found)

    async def _articles(self, items: Sequence[Item]) -> list[Article | None]:
        """Fetch the pages of items; None for one that cannot be had in time."""
        tasks = [asyncio.create_task(self._article(item)) for item in items]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=ARTICLE_WAIT)
        finally:  # also when the turn itself is cancelled: no page is read for nobody
            for task in tasks:
                task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        for bug in (one for one in done if isinstance(one, Exception)):
            log.error("article not read", exc_info=bug)
        return [page if isinstance(page, Article) else None for page in done]

    async def _article(self, item: Item) -> Article | None:
        from bot.article import extract

        try:
            fetched = await self.fetch.get(item.url or "", page=True)
        except FetchError as error:
            log.debug("article not read", extra={"reason": str(error)})
            return None
        page = await asyncio.to_thread(extract, fetched.body, fetched.url, charset_of(fetched.content_type))
        return page if page.text else None

    async def _record(
        self, outcome: Outcome, source: Source, setup: Setup, silent: Sequence[Item], found: Sequence[Found]
    ) -> Taken:
        now = self.now()
        matched = [one for one in found if one.matches]
        seen = tuple(Recorded(item, now) for item in (*silent, *(one.item for one in found if not one.matches)))
        async with self.store.recording(outcome.leased) as recording:
            placer = Placer(recording, source, setup.watchlists, now)
            for one in matched:
                await placer.place(one)
            turn = Turn(outcome, (*seen, *placer.recorded), tuple(placer.alerts), tuple(placer.joined))
            queued = await recording.write(turn)
        return Taken(outcome, recorded=True, matched=len(matched), stories=placer.founded, queued=queued)

    def broken(self, leased: Leased, source: Source, error: Exception) -> Taken:
        """Return what a turn came to that met a bug of ours: a failure like any other, named as ours."""
        return self._failed(leased, source, f"internal error ({type(error).__name__}), see the log", None, None)

    def _well(
        self, leased: Leased, source: Source, fetched: Fetched, *, parsed: bool = False, new: bool = False
    ) -> Outcome:
        now = self.now()
        quiet = 0 if new else leased.quiet + 1
        wait = schedule.after_success(source, quiet=quiet, fresh_for=fetched.fresh_for, spread=random.random())  # noqa: S311 - no secret
        return Outcome(leased, now, now + wait, fetched.validators, parsed=parsed, new=new)

    def _failed(
        self, leased: Leased, source: Source, reason: str, retry_after: float | None, status: int | None
    ) -> Taken:
        now = self.now()
        wait = schedule.after_failure(
            source,
            failures=leased.failures + 1,
            retry_after=retry_after,
            status=status,
            spread=random.random(),  # noqa: S311 - no secret
        )
        return Taken(Outcome(leased, now, now + wait, leased.validators, error=reason), status=status)


def _with(of_page: tuple[Match, ...], of_feed: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return what fired on an item, its page read: a page adds evidence, and never takes a query's away."""
    fired = {(match.watchlist, match.query) for match in of_page}
    return (*of_page, *(match for match in of_feed if (match.watchlist, match.query) not in fired))


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    message = Message()
    message["content-type"] = content_type
    return message.get_content_charset()
