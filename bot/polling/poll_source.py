"""One source, once: fetched, parsed, matched, read, placed in stories, and recorded in one transaction.

Knows ports and pure stages, never an adapter. Everything dear (network, parsing, article text) is done before the
transaction opens. A fault of the source becomes an Outcome, never an exception.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot import item_changes, shown_items
from bot.config.compiled import CompiledConfig
from bot.errors import FetchError, ParseError
from bot.item_changes import Changes
from bot.item_identity import Identity
from bot.model import Article, Fetched, Item, Match, Source, Validators
from bot.polling import headline_changes, late_matches, schedule
from bot.polling.article_cache import LATE, ArticleCache
from bot.polling.clock_jumps import Lately
from bot.polling.headline_changes import HeadlineChanges
from bot.polling.outcome import asked_with, failed, well
from bot.polling.retrieve import Retriever
from bot.polling.source_health.loss_signs import with_losses
from bot.polling.story_assignment import WINDOW, MatchedItem, StoryAssigner, read, with_lead
from bot.ports.poll_store import Outcome, PollStore, Recorded, ReportOnRecord, SourceLease, Turn
from bot.ports.retrieval import Fetch, Parse
from bot.process.clock import steady
from bot.shown_items import ShownDocument
from bot.sources.document import Document
from bot.stories.semantic import Encoder
from bot.text.tokens import fold, script
from bot.wrapped_links import is_opaque

log = logging.getLogger(__name__)

SEARCH_AFTER = 3  # polls in a row that do not find the items of a site where they were
BY_ITS_PAGE = timedelta(days=30)  # what was only a link is old when its page says that it is older than this
ARTICLE_WAIT = 15.0  # seconds a turn waits for article pages at most: a page delays nothing …

_Known = TypeVar("_Known", bound=ReportOnRecord | None)
_WORDS = re.compile(r"[^\W\d_]{4,}")
_RECORDING = re.compile(
    r"\.(?:mp3|m4a|m4v|mp4|ogg|oga|ogv|opus|wav|aac|flac|webm|mov|avi|mkv|zip)(?:[?#]|$)", re.IGNORECASE
)
_ENOUGH = 20_000  # characters of a page in which a word of its headline is looked for
PAGE_WAIT, EACH = 7.0, 1.0  # … and for few that only add to what fired less: so long, and a turn at the host for each


@dataclass(frozen=True, slots=True)
class PollResult:
    """What a turn came to. `recorded` is True when its outcome is written already, together with its items.

    Otherwise it tells nobody anything, and its outcome waits, with what it has `seen`, for others of its kind.
    """

    outcome: Outcome
    seen: tuple[Recorded, ...] = ()
    recorded: bool = False
    items: int = 0
    new: int = 0
    matched: int = 0
    stories: int = 0
    queued: int = 0
    status: int | None = None  # of a failed answer
    fetched: int = 0  # bytes of the answer
    braked: int = 0  # items that look new all at once, and are taken as known


@dataclass(frozen=True, slots=True)
class _Findings:
    """What became of the items that may be told: those that fired, those that did not, and those to be read later."""

    matched: list[MatchedItem] = field(default_factory=list)
    silent: list[Item] = field(default_factory=list)
    late: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SourcePoller:
    """Takes turns; holds what every turn needs."""

    store: PollStore
    fetch: Fetch
    parse: Parse
    now: Callable[[], datetime]
    pages: ArticleCache
    encoder: Encoder | None = None  # reads what matched, where the extra is there and wanted
    lately: Lately = field(default_factory=lambda: Lately(steady))

    async def take(self, leased: SourceLease, source: Source, setup: CompiledConfig) -> PollResult:
        """Poll a source that is ours; StoreError when the database fails, StaleLeaseError when it was lost."""
        taken = await self._take(leased, source, setup)
        if taken.outcome.error is None:
            self.lately.note(leased.id, taken.outcome.polled_at)
        return taken

    async def _take(self, leased: SourceLease, source: Source, setup: CompiledConfig) -> PollResult:
        as_it_was, leased = leased, self.lately.moved(leased, self.now())
        try:
            asking = Retriever(self.fetch, self.parse, self.now)
            moved, found = _where(leased, source)
            known, first, lost = asked_with(leased, self.now()), not leased.baselined, leased.failures >= SEARCH_AFTER
            asked = await asking.ask(moved, known, found, first=first, lost=lost, shown=leased.stats.shown)
            if asked.found != leased.found:
                leased = replace(leased, found=asked.found, validators=Validators())
                asked = replace(asked, fetched=replace(asked.fetched, moved_to=None))  # of what was asked before
            if asked.document is None:
                return PollResult(well(leased, source, asked.fetched, self.now()), fetched=len(asked.fetched.body))
            taken = await self._read(leased, source, setup, asked.fetched, asked.document)
            return replace(taken, fetched=len(asked.fetched.body))
        except FetchError as error:
            return self._failed(_searching(as_it_was) if error.status in {404, 410} else as_it_was, source, error)
        except ParseError as error:
            return self._failed(_searching(as_it_was), source, error)

    async def _read(
        self, leased: SourceLease, source: Source, setup: CompiledConfig, fetched: Fetched, document: Document
    ) -> PollResult:
        """Tell new items from known ones, and record them."""
        entries = document.identities
        last = shown_items.unpack_shown(leased.stats.shown)
        known = await self._known(leased, entries, last)
        sifted = item_changes.compare(
            entries, known, last, on_record=leased.known, polled_at=leased.polled_at, now=self.now()
        )
        fresh = {*sifted.new, *sifted.baseline}
        if leased.told_from:  # the record is older than the source: that much looks new is no wonder
            sifted = Changes(tuple(sorted(fresh)), reused=sifted.reused)
        retitled = () if leased.told_from else headline_changes.retitled(entries, known)
        again = tuple(p for p in retitled if p not in fresh)
        if not fresh and not again and not sifted.changed and leased.baselined:
            return PollResult(well(leased, source, fetched, self.now(), document=document), items=len(entries))
        items, back, late = await self._items(leased, source, setup, document, known, sifted, again)
        known_from = min(set(range(len(entries))).difference(fresh), default=len(entries))
        there = [(position, items[position]) for position in sifted.new]
        told = schedule.select_news(leased, source, there, self.now(), known_from)
        since = self.now() - BY_ITS_PAGE if document.bare and leased.baselined else None
        found = await self._find([*(items[p] for p in told), *late], source, setup, bare=document.bare, since=since)
        if found.late:  # asked again at once, as if this document had not been seen
            fetched = replace(fetched, validators=leased.validators, fresh_for=None)
        news = tuple(items.values())
        outcome = well(leased, source, fetched, self.now(), document=document, fresh=news, keep_shown=bool(found.late))
        if found.late:
            outcome = replace(outcome, next_due=self.now())
        many, matched = len(told) - len(found.late), len(found.matched)
        outcome = with_losses(outcome, news, new=many, matched=matched, braked=bool(sifted.baseline))
        silent = [items[position] for position in sorted(set(items) - set(told))]
        taken = await self._record(outcome, source, setup, (*silent, *found.silent), found.matched, back=back)
        return replace(taken, items=len(entries), new=many, braked=len(sifted.baseline))

    async def _known(
        self, leased: SourceLease, entries: Sequence[Identity], last: ShownDocument | None
    ) -> frozenset[int]:
        """Return the keys on record: of each item one, and the others only where that one does not settle it."""
        now = self.now()
        first_today = leased.read_at is None or leased.read_at.date() != now.date()
        first = headline_changes.to_look_up(entries, everything=first_today)
        known = await self.store.find_seen(leased.id, first, now)
        asked = set(first)
        unsettled = (
            entry.known_by
            for entry in entries
            if known.isdisjoint(entry.known_by)
            or (last is not None and entry.guid is not None and last.find(entry.guid) is None)
        )
        others = [key for keys in unsettled for key in keys if key not in asked]
        return known | await self.store.find_seen(leased.id, others, now) if others else known

    async def _items(  # noqa: PLR0917 - all of one turn
        self,
        leased: SourceLease,
        source: Source,
        setup: CompiledConfig,
        document: Document,
        known: frozenset[int],
        sifted: Changes,
        again: tuple[int, ...],
    ) -> tuple[dict[int, Item], HeadlineChanges, tuple[Item, ...]]:
        """Read the new items by position, the headlines that changed, and the items that match only now."""
        entries, reported = document.identities, dict[int, ReportOnRecord]()
        fresh = {*sifted.new, *sifted.baseline}
        changed = late_matches.worth_reading(entries, sifted.changed, known)
        if again or changed:
            keys = [key for position in {*again, *changed} for key in entries[position].known_by]
            found = await self.store.find_reports(source.name, keys, self.now() - WINDOW)
            reported = late_matches.reports_of(entries, {*again, *changed}, found)
        wanted = sorted({*fresh, *changed, *(position for position in again if position in reported)})
        items = dict(zip(wanted, await self.parse.items(document, wanted), strict=True))
        on_record = tuple(key for position in again for key in entries[position].keys)
        returned = [(reported[position], items[position]) for position in again if position in reported]
        if document.bare and source.full_text != "never":
            returned = await self._reread(source, returned)
        texts = [(reported.get(position), items[position]) for position in changed]
        if document.bare and source.full_text != "never":
            texts = await self._reread(source, texts)
        late = await late_matches.find_late_matches(self.store, setup.engine, leased.id, source.name, texts)
        new = {position: items[position] for position in sorted(fresh)}
        new |= {position: replace(new[position], sighting="reused") for position in sifted.reused}
        return new, headline_changes.told(on_record, returned), late

    async def _reread(self, source: Source, back: Sequence[tuple[_Known, Item]]) -> list[tuple[_Known, Item]]:
        """Return those of the items that are only links whose pages can be read, under the headlines of their pages.

        What a list calls an article is not its headline: beside the headline of its page it would look corrected.
        """
        if len(back) > headline_changes.AT_ONCE:  # the list was rewritten, and no headline
            return []
        pages = await self.pages.read([item.url for _, item in back], ARTICLE_WAIT, source.proxy)
        return [
            (report, replace(item, title=page.title))
            for (report, item), page in zip(back, pages, strict=True)
            if isinstance(page, Article) and not _is_other(item, page)
        ]

    async def _find(
        self, items: Sequence[Item], source: Source, setup: CompiledConfig, *, bare: bool, since: datetime | None
    ) -> _Findings:
        """Match items, with their articles as `full_text` wants it; oldest first, as the world saw them happen.

        Of `bare` items the page tells all there is to tell, and whether they are from before `since`.
        """
        if not items:
            return _Findings()
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

        def finish() -> _Findings:
            found = _Findings()
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

    async def _record(
        self,
        outcome: Outcome,
        source: Source,
        setup: CompiledConfig,
        silent: Sequence[Item],
        found: Sequence[MatchedItem],
        *,
        back: HeadlineChanges,
    ) -> PollResult:
        now = self.now()
        seen = tuple(Recorded(item, now) for item in silent)
        if not found and not back.keys:
            return PollResult(outcome, seen=seen)
        async with self.store.open_recording(outcome.leased) as recording:
            placer = StoryAssigner(recording, source, setup.watchlists, now)
            await placer.assign_stories(found)
            turn = Turn(
                outcome,
                (*seen, *placer.recorded),
                tuple(placer.alerts),
                tuple(placer.joined),
                rises=tuple(placer.rises),
                follow_ups=(*placer.follow_ups, *back.follow_ups),
                corrections=back.corrections,
                keys=back.keys,
            )
            queued = await recording.write_poll(turn)
        return PollResult(outcome, recorded=True, matched=len(found), stories=placer.founded, queued=queued)

    def broken(self, leased: SourceLease, source: Source, error: Exception) -> PollResult:
        """Return what a turn came to that met a bug of ours: a failure like any other, named as ours."""
        return self._failed(leased, source, ParseError(f"internal error ({type(error).__name__}), see the log"))

    def _failed(self, leased: SourceLease, source: Source, error: FetchError | ParseError) -> PollResult:
        status = error.status if isinstance(error, FetchError) else None
        return PollResult(failed(leased, source, error, self.now()), status=status)


def _where(leased: SourceLease, source: Source) -> tuple[Source, str | None]:
    """Return the source with the address that it moved to, if it did, and where its items were found."""
    address = leased.stats.address
    if address is None:
        return source, leased.found
    return replace(source, url=address), leased.found and address


def _searching(leased: SourceLease) -> SourceLease:
    """Return a source whose items are not where they were found: after a few times they are looked for anew."""
    if leased.failures + 1 < SEARCH_AFTER:
        return leased
    return replace(leased, found=None, validators=Validators())


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
