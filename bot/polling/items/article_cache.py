"""Article pages, each fetched once in a while however many sources and watchlists want it.

An address comes in, the article goes out, or None where it cannot be had or is too dear to read. A page that two turns
wait for is one request; one that nobody waits for any more is given up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.errors import FetchError, ParseError
from bot.model import Article
from bot.ports.retrieval import Fetch, Parse

log = logging.getLogger(__name__)

LATE: Final = "late"  # in place of a page: its turn did not come
KEPT = 60.0  # seconds that a page is good for: about a tick, in which its other readers come
MOST = 256  # pages that are kept, and …
MOST_TEXT = 4_000_000  # … characters of them; an article has 5,000, the longest that is read 200,000


@dataclass(slots=True)
class _Page:
    """One page on its way, or here."""

    task: asyncio.Task[Article | None]
    readers: int = 0
    until: float = float("inf")  # of the loop's clock; set when it is here


@dataclass(slots=True)
class ArticleCache:
    """The pages of this process."""

    fetch: Fetch
    parse: Parse
    _pages: dict[str, _Page] = field(default_factory=dict)

    async def read(
        self, urls: Sequence[str | None], wait: float, proxy: str | None = None
    ) -> list[Article | str | None]:
        """Return the articles at these addresses; LATE for one that does not come within `wait` seconds.

        None for one that cannot be had, and for None. `proxy` is that of their source.
        """
        tasks = [None if url is None else asyncio.create_task(self._one(url, proxy)) for url in urls]
        running = [task for task in tasks if task is not None]
        try:
            if running:
                await asyncio.wait(running, timeout=wait)
            late = {task for task in running if not task.done()}
        finally:  # also when the turn itself is cancelled: no page is read for nobody
            for task in running:
                task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        return [None if task is None else LATE if task in late else task.result() for task in tasks]

    async def _one(self, url: str, proxy: str | None) -> Article | None:
        """Return one page, from the same request as everybody else who wants it now."""
        page = self._page(url, proxy)
        page.readers += 1
        try:
            return await asyncio.shield(page.task)
        finally:
            page.readers -= 1
            if not page.readers and not page.task.done():
                page.task.cancel()
                self._pages.pop(url, None)

    def _page(self, url: str, proxy: str | None) -> _Page:
        clock = asyncio.get_running_loop()
        page = self._pages.get(url)
        if page is not None and page.until > clock.time():
            return page
        if len(self._pages) >= MOST or sum(map(_size, self._pages.values())) > MOST_TEXT:
            self._forget(clock.time())
        page = self._pages[url] = _Page(asyncio.create_task(self._article(url, proxy)))
        page.task.add_done_callback(_here(page, clock.time))
        return page

    def _forget(self, now: float) -> None:
        """Let go of pages that are here: those that are over, or else all of them."""
        over = [url for url, page in self._pages.items() if page.until <= now]
        for url in over or [url for url, page in self._pages.items() if page.task.done()]:
            del self._pages[url]

    async def _article(self, url: str, proxy: str | None) -> Article | None:
        try:
            page = await self.parse.article(await self.fetch.get(url, page=True, proxy=proxy))
        except (FetchError, ParseError) as error:
            log.debug("article not read", extra={"reason": str(error)})
            return None
        except Exception:  # a bug of ours costs the page only
            log.exception("article not read")
            return None
        return page if page.text else None


def _size(page: _Page) -> int:
    """Return how many characters of text are kept of a page."""
    here = page.task.done() and not page.task.cancelled()
    article = page.task.result() if here else None
    return len(article.text) if article else 0


def _here(page: _Page, clock: Callable[[], float]) -> Callable[[asyncio.Task[Article | None]], None]:
    def note(_: asyncio.Task[Article | None]) -> None:
        page.until = clock() + KEPT

    return note
