"""One source, once: fetched, parsed, matched, read, placed in stories, and recorded in one transaction.

Knows ports and pure stages, never an adapter. Everything dear (network, parsing, article text) is done before the
transaction opens. A fault of the source becomes an Outcome, never an exception.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import item_changes, shown_items
from bot.config.compiled import CompiledConfig
from bot.errors import FetchError, ParseError
from bot.item_changes import Changes
from bot.item_identity import Identity
from bot.model import Fetched, Item, Source, Validators, Watchlist
from bot.polling import schedule
from bot.polling.clock_jumps import Lately
from bot.polling.hubs.hub_contents import Hubs
from bot.polling.items import headline_changes, late_matches
from bot.polling.items.headline_changes import HeadlineChanges
from bot.polling.items.item_matcher import ItemMatcher
from bot.polling.outcome import asked_with, failed, well
from bot.polling.retrieve import Retriever
from bot.polling.source_health.loss_signs import with_losses
from bot.polling.story_assignment import WINDOW, MatchedItem, StoryAssigner
from bot.ports.poll_store import Outcome, PollStore, Question, Recorded, ReportOnRecord, SourceLease, Turn
from bot.ports.retrieval import Fetch, Parse
from bot.process.clock import steady
from bot.shown_items import ShownDocument
from bot.sources.document import Document
from bot.stories.join_wording import JoinKind

log = logging.getLogger(__name__)

SEARCH_AFTER = 3  # polls in a row that do not find the items of a site where they were
BY_ITS_PAGE = timedelta(days=30)  # what was only a link is old when its page says that it is older than this


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
    joined: tuple[JoinKind, ...] = ()  # by what each report joined a story that was there
    queued: int = 0
    status: int | None = None  # of a failed answer
    fetched: int = 0  # bytes of the answer
    told: frozenset[str] = frozenset()  # ids of the watchlists that fired
    braked: int = 0  # items that look new all at once, and are taken as known


@dataclass(frozen=True, slots=True)
class SourcePoller:
    """Takes turns; holds what every turn needs."""

    store: PollStore
    fetch: Fetch
    parse: Parse
    now: Callable[[], datetime]
    matcher: ItemMatcher
    hubs: Hubs
    lately: Lately = field(default_factory=lambda: Lately(steady))
    judges: bool = False  # there is a language model that answers what `only` asks

    async def take(self, leased: SourceLease, source: Source, setup: CompiledConfig) -> PollResult:
        """Poll a source that is ours; StoreError when the database fails, StaleLeaseError when it was lost."""
        taken = await self._take(leased, source, setup)
        if taken.outcome.error is None:
            self.lately.note(leased.id, taken.outcome.polled_at)
        return taken

    async def _take(self, leased: SourceLease, source: Source, setup: CompiledConfig) -> PollResult:
        as_it_was, leased = leased, self.lately.moved(leased, self.now())
        if (sent := await self.hubs.read_sent(leased)) is not None:
            return await self._read(leased, source, setup, sent.fetched, sent.document, content=sent.number)
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
            await self.hubs.note_hub(leased, source, asked.fetched, asked.document, news=taken.outcome.new)
            return replace(taken, fetched=len(asked.fetched.body))
        except FetchError as error:
            return self._failed(_searching(as_it_was) if error.status in {404, 410} else as_it_was, source, error)
        except ParseError as error:
            return self._failed(_searching(as_it_was), source, error)

    async def _read(
        self,
        leased: SourceLease,
        source: Source,
        setup: CompiledConfig,
        fetched: Fetched,
        document: Document,
        *,
        content: int | None = None,
    ) -> PollResult:
        """Tell new items from known ones, and record them; `content` is the number of what a hub sent."""
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
            ended = well(leased, source, fetched, self.now(), document=document, content=content)
            return PollResult(ended, items=len(entries))
        items, back, late = await self._items(leased, source, setup, document, known, sifted, again)
        known_from = min(set(range(len(entries))).difference(fresh), default=len(entries))
        there = [(position, items[position]) for position in sifted.new]
        told = schedule.select_news(leased, source, there, self.now(), known_from)
        since = self.now() - BY_ITS_PAGE if document.bare and leased.baselined else None
        found = await self.matcher.find(
            [*(items[p] for p in told), *late], source, setup, bare=document.bare, since=since
        )
        if found.late:  # asked again at once, as if this document had not been seen
            fetched = replace(fetched, validators=leased.validators, fresh_for=None)
        news = tuple(items.values())
        if found.late:
            outcome = well(leased, source, fetched, self.now(), document=document, fresh=news, keep_shown=True)
            outcome = replace(outcome, next_due=self.now())
        else:
            outcome = well(leased, source, fetched, self.now(), document=document, fresh=news, content=content)
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
            returned = await self.matcher.reread(source, returned)
        texts = [(reported.get(position), items[position]) for position in changed]
        if document.bare and source.full_text != "never":
            texts = await self.matcher.reread(source, texts)
        late = await late_matches.find_late_matches(self.store, setup.engine, leased.id, source.name, texts)
        new = {position: items[position] for position in sorted(fresh)}
        new |= {position: replace(new[position], sighting="reused") for position in sifted.reused}
        return new, headline_changes.told(on_record, returned), late

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
                announced=tuple(placer.announced),
                questions=self._questions(placer, setup.watchlists) if self.judges else (),
            )
            queued = await recording.write_poll(turn)
        told = frozenset(match.watchlist for one in found for match in one.matches)
        result = PollResult(
            outcome, recorded=True, matched=len(found), stories=placer.founded, queued=queued, told=told
        )
        return replace(result, joined=tuple(placer.joined_by))

    def _questions(self, placer: StoryAssigner, watchlists: Mapping[str, Watchlist]) -> tuple[Question, ...]:
        """Return what a language model is asked: about alerts that no watchlist tells whatever it says, and outputs."""
        told = [(alert.story, [name for name, _ in alert.watchlists]) for alert in placer.alerts]
        told += [(one.story, [one.watchlist]) for one in placer.announced if one.outputs]
        asked: dict[Question, None] = {}
        for story, names in told:
            lists = [watchlists[name] for name in names if name in watchlists]
            if lists and all(one.only for one in lists):
                asked.update((Question(story, one.id, one.only), None) for one in lists)
        return tuple(asked)

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
