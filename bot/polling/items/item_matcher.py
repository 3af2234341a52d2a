"""Which items match, their articles read: of what fired for more evidence, or of all that may fire by their pages.

Items of one document come in, what fired on them goes out, with its lead and its signature. A page that does not come
in time delays nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from bot.config.compiled import CompiledConfig
from bot.model import Article, Item, Match, Source
from bot.polling.items.article_cache import LATE, ArticleCache
from bot.polling.items.headline_changes import AT_ONCE
from bot.polling.story_assignment import MatchedItem, read, with_lead
from bot.ports.poll_store import ReportOnRecord
from bot.ports.retrieval import Parse
from bot.stories.semantic import Encoder
from bot.text.tokens import fold, script
from bot.wrapped_links import is_opaque

ARTICLE_WAIT = 15.0  # seconds a turn waits for article pages at most: a page delays nothing …
PAGE_WAIT, EACH = 7.0, 1.0  # … and for few that only add to what fired less: so long, and a turn at the host for each

_Known = TypeVar("_Known", bound=ReportOnRecord | None)
_WORDS = re.compile(r"[^\W\d_]{4,}")
_RECORDING = re.compile(
    r"\.(?:mp3|m4a|m4v|mp4|ogg|oga|ogv|opus|wav|aac|flac|webm|mov|avi|mkv|zip)(?:[?#]|$)", re.IGNORECASE
)
_ENOUGH = 20_000  # characters of a page in which a word of its headline is looked for


@dataclass(frozen=True, slots=True)
class Findings:
    """What became of the items that may be told: those that fired, those that did not, and those to be read later."""

    matched: list[MatchedItem] = field(default_factory=list)
    silent: list[Item] = field(default_factory=list)
    late: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ItemMatcher:
    """Matches items, reading the articles that this takes."""

    parse: Parse
    pages: ArticleCache
    encoder: Encoder | None = None  # reads what matched, where the extra is there and wanted

    async def find(
        self, items: Sequence[Item], source: Source, setup: CompiledConfig, *, bare: bool, since: datetime | None
    ) -> Findings:
        """Match items, with their articles as `full_text` wants it; oldest first, as the world saw them happen.

        Of `bare` items the page tells all there is to tell, and whether they are from before `since`.
        """
        if not items:
            return Findings()
        engine = await setup.engine()

        def match(item: Item) -> tuple[Match, ...]:
            return engine.match(item.title, item.lead, item.body, source=source.name, language=item.language)

        oldest_first = tuple(reversed(items))
        fired = await asyncio.to_thread(lambda: [match(item) for item in oldest_first])
        always = bare or source.full_text == "always"
        wanted = [
            source.full_text != "never" and _has_page(item) and (bool(matches) or always)
            for item, matches in zip(oldest_first, fired, strict=True)
        ]
        urls = [item.url if want else None for item, want in zip(oldest_first, wanted, strict=True)]
        wait = ARTICLE_WAIT if always else min(ARTICLE_WAIT, PAGE_WAIT + EACH * sum(wanted))
        pages = await self.pages.read(urls, wait, source.proxy)
        # where a page may be what fires, items whose turn did not come stay new, as long as any page came
        postpone = always and any(page is not LATE for page in pages if page is not None)

        def finish() -> Findings:
            found = Findings()
            for item, matches, page in zip(oldest_first, fired, pages, strict=True):
                if page is LATE and postpone and not matches:
                    found.late.append(item)
                    continue
                read_item, all_matches, article = item, matches, page if isinstance(page, Article) else None
                if article is not None:
                    read_item = _opened(item, article) if bare else item
                    read_item = replace(read_item, body=article.text, language=item.language or article.language)
                    of_page = match(read_item)
                    if bare and matches and not of_page and _is_other(item, article):
                        read_item, article = item, None
                    all_matches = _with(of_page, matches)
                old = since is not None and article is not None and (article.published or since) < since
                if all_matches and not old:
                    found.matched.append(read(read_item, all_matches, article, self.encoder))
                else:
                    found.silent.append(read_item)
            return found

        findings = await asyncio.to_thread(finish)
        leads = await self.parse.leads([found.texts for found in findings.matched])
        return replace(findings, matched=list(map(with_lead, findings.matched, leads)))

    async def reread(self, source: Source, back: Sequence[tuple[_Known, Item]]) -> list[tuple[_Known, Item]]:
        """Return those of the items that are only links whose pages can be read, under the headlines of their pages.

        What a list calls an article is not its headline: beside the headline of its page it would look corrected.
        """
        if len(back) > AT_ONCE:  # the list was rewritten, and no headline
            return []
        pages = await self.pages.read([item.url for _, item in back], ARTICLE_WAIT, source.proxy)
        return [
            (report, replace(item, title=page.title))
            for (report, item), page in zip(back, pages, strict=True)
            if isinstance(page, Article) and not _is_other(item, page)
        ]


def _has_page(item: Item) -> bool:
    """Return whether an item leads to a page that can be read: not to a recording, nor to where only browsers get."""
    return item.url is not None and not is_opaque(item.url) and not _RECORDING.search(item.url)


def _opened(item: Item, page: Article) -> Item:
    """Return an item of which only a link was known, with what its page says of itself."""
    return replace(item, title=page.title or item.title, published=page.published or item.published)


def _is_other(item: Item, page: Article) -> bool:
    """Return whether this is not the page that a link calls so: to log in, to consent, or that there is none.

    It says no word of it, although it is written in the same script.
    """
    called = _WORDS.findall(fold(item.title))
    said = fold(f"{page.title}\n{page.text[:_ENOUGH]}")
    return script(item.title) == script(said) and bool(called) and not any(word[:5] in said for word in called)


def _with(of_page: tuple[Match, ...], of_feed: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return what fired on an item, its page read: a page adds evidence, and never takes a query's away."""
    fired = {(match.watchlist, match.query) for match in of_page}
    return (*of_page, *(match for match in of_feed if (match.watchlist, match.query) not in fired))
