"""Inside the record transaction: which story a matched item belongs to, and who is to be told.

Asks the open Recording for what is on record, once for all items of a turn, and hands the decisions to the pure
`story`, `alert` and `headline`. Items are placed one after the other, each knowing what became of those before it.
The comparing is done in threads: a turn with hundreds of matches takes a second of it, and the event loop goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from bot.alerts import recipients
from bot.alerts.watchlist_alert import WatchlistAlert
from bot.articles import lead as summary
from bot.articles.lead import LeadTexts
from bot.model import (
    Alert,
    Article,
    Candidate,
    Chat,
    FollowUp,
    Item,
    Match,
    PriorityRaise,
    Report,
    Signature,
    Source,
    Subscription,
    Watchlist,
)
from bot.ports.history_store import PERSONAL
from bot.ports.poll_store import Recorded, Recording, StoryOnRecord
from bot.stories import assign, headline
from bot.stories.join_wording import JoinKind, join_kind
from bot.stories.memory_index import MemoryIndex
from bot.stories.semantic import Encoder
from bot.urls import canonical_url, publisher_of

WINDOW = timedelta(hours=72)  # within which reports tell one story (the specification)
MOST_VOICES = 60  # reports that are compared for how many voices they are; nobody waits for that many


@dataclass(frozen=True, slots=True)
class MatchedItem:
    """A matched item with all that is dear to make: done before the record transaction, which holds up everybody."""

    item: Item
    matches: tuple[Match, ...]
    texts: LeadTexts  # what its lead is made of
    signature: Signature
    lead: str = ""  # what stands below the headline


def read(item: Item, matches: tuple[Match, ...], page: Article | None, encoder: Encoder | None = None) -> MatchedItem:
    """Return a matched item ready to be placed. Some milliseconds of work, ten and more with the encoder: in a thread.

    `page` is its article, where it was had. The lead, which may be dear, is made elsewhere of `texts`.
    """
    text = page.text if page is not None else f"{item.lead}\n{item.body}"
    meaning = encoder.read(item.title, text) if encoder else None
    evidence = tuple(dict.fromkeys(each for match in matches for each in match.evidence))
    texts = summary.lead_texts(item.title, item.lead or item.body, page, evidence)
    return MatchedItem(item, matches, texts, assign.signature(item.title, text, item.url, meaning))


def with_lead(found: MatchedItem, lead: str) -> MatchedItem:
    """Return it with what stands below the headline; nothing where that would only say the headline again."""
    says_it = " ".join(found.item.title.split()).startswith(lead.removesuffix("…"))
    return replace(found, lead="" if says_it else lead)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A found item and the story that it belongs to."""

    found: MatchedItem
    report: Report
    story: int
    opens: bool  # it opens the story


class StoryAssigner:
    """Places the matched items of one turn.

    Afterwards: `recorded`, `alerts`, `announced`, `joined`, `rises`, `follow_ups`.
    """

    def __init__(
        self, recording: Recording, source: Source, watchlists: Mapping[str, Watchlist], now: datetime
    ) -> None:
        self._recording = recording
        self._source = source
        self._watchlists = watchlists
        self._now = now
        self._stories: dict[int, StoryOnRecord] = {}
        self._pages: dict[int, set[tuple[str, str | None]]] = {}  # of each story: publishers with their pages
        self.recorded: list[Recorded] = []
        self.alerts: list[Alert] = []
        self.announced: list[WatchlistAlert] = []
        self.joined: dict[int, None] = {}
        self.joined_by: list[JoinKind] = []
        self.rises: list[PriorityRaise] = []
        self.follow_ups: list[FollowUp] = []
        self.founded = 0
        self._muted: Mapping[Chat, frozenset[str]] = {}  # sources that chats do not hear

    async def assign_stories(self, found: Sequence[MatchedItem]) -> None:
        """Decide on all items of the turn, in this order. The record is asked three things, however many there are."""
        if not found:
            return
        near = await self._recording.find_candidates([one.signature.probes for one in found], self._now - WINDOW)
        placed = await asyncio.to_thread(self._choose_stories, found, near)
        joined = {one.story for one in placed if not one.opens}
        self._stories.update(await self._recording.find_stories(sorted(joined)))
        earlier = [report for known in self._stories.values() for report in known.reports]
        readers = await self._recording.find_subscribers(_names((*earlier, *(one.report for one in placed))))
        if any(one.confirm > 1 or one.urgent_at > 0 for one in self._watchlists.values()):
            sources = tuple({self._source.name, *(one.source for one in earlier)})
            self._muted = await self._recording.find_source_mutes(sources, self._now)
        await asyncio.to_thread(self._choose_recipients, placed, readers)

    def _choose_recipients(self, placed: Sequence[_Placed], readers: Sequence[Subscription]) -> None:
        """Decide who is to be told what of all reports, in this order."""
        for one in placed:
            self._add_alerts(one, readers)

    def _choose_stories(self, found: Sequence[MatchedItem], near: Sequence[Sequence[Candidate]]) -> list[_Placed]:
        """Return the story of each item; every one knows what became of those before it."""
        placed: list[_Placed] = []
        ours = MemoryIndex()
        for one, candidates in zip(found, near, strict=True):
            report = self._report(one)
            others = (*ours.near(one.signature, self._now, WINDOW), *candidates)
            if one.item.sighting == "reused":  # its own source says that it is another item
                others = tuple(other for other in others if other.report.source != report.source)
            placement = assign.place(report, one.signature, others)
            number = _story_id(one.item, self._now) if placement.story is None else placement.story
            report = replace(report, reason=placement.reason)
            ours.add(one.signature, Candidate(number, report, one.signature.sketch))
            placed.append(_Placed(one, report, number, placement.story is None))
        return placed

    def _report(self, found: MatchedItem) -> Report:
        return Report(
            source=self._source.name,
            publisher=_publisher(self._source, found.item),
            headline=found.item.title,
            url=found.item.url,
            at=self._now,
            published=found.item.published,
            watchlists=tuple(dict.fromkeys(match.watchlist for match in found.matches)),
        )

    def _add_alerts(self, placed: _Placed, readers: Sequence[Subscription]) -> None:
        """Decide who is to be told what of one report."""
        found, report, number = placed.found, placed.report, placed.story
        before = self._stories.get(number, StoryOnRecord(number, (), frozenset()))
        again = found.item.sighting != "reused" and self._is_again(report, before)
        sketches = before.sketches if again else (*before.sketches, found.signature.sketch)
        reports = before.reports if again else (*before.reports, report)
        alerts, risen = self._due(placed, before, [*zip(reports, sketches, strict=True)], readers)
        self.alerts.extend(alerts)
        if risen:
            self.rises.append(PriorityRaise(number, frozenset(risen)))
        self._note(placed, before, again=again)
        told = before.alerted | {one.chat for one in alerts}
        waiting = dict(before.waiting)
        for alert in alerts:
            waiting[alert.chat] = waiting.get(alert.chat, frozenset()) | {name for name, _ in alert.watchlists}
        self._stories[number] = StoryOnRecord(number, reports, told, sketches, waiting)

    def _due(
        self,
        placed: _Placed,
        before: StoryOnRecord,
        told: Sequence[tuple[Report, bytes]],
        readers: Sequence[Subscription],
    ) -> tuple[list[Alert], set[Chat]]:
        """Return the alerts that are due, and the chats for which the story is urgent now: by the voices each hears."""
        found, report = placed.found, placed.report
        alerts: list[Alert] = []
        risen: set[Chat] = set()
        for muted, chats in self._audiences({one.source for one, _ in told}):
            heard = [(one, sketch) for one, sketch in told if one.source not in muted]
            voices = max(1, self._voices(report, before.reports, heard))
            given: dict[str, Any] = {"watchlists": self._watchlists, "subscribers": readers, "voices": voices}
            if not muted:
                self._announce(placed, before, voices)
            due = recipients.due(
                placed.story,
                report,
                found.matches,
                found.lead,
                earlier=before.reports,
                told=before.alerted,
                waiting=before.waiting,
                **given,
            )
            loud = recipients.risen(report, before.reports, told=before.alerted, **given)
            alerts += [one for one in due if (one.chat in chats) is bool(muted)]
            risen |= {one for one in loud if (one in chats) is bool(muted)}
        return alerts, risen

    def _announce(self, placed: _Placed, before: StoryOnRecord, voices: int) -> None:
        """Decide what outputs and feeds are told. Personal queries have neither: they are their chats' business."""
        found = placed.found
        public = {name: one for name, one in self._watchlists.items() if not name.startswith(PERSONAL)}
        self.announced += recipients.announced(
            placed.story,
            placed.report,
            found.matches,
            found.lead,
            watchlists=public,
            voices=voices,
            earlier=before.reports,
            language=found.item.language,
        )

    def _audiences(self, sources: set[str]) -> Iterator[tuple[AbstractSet[str], AbstractSet[Chat]]]:
        """Give the chats that mute the same of these sources, with these; first none, with all chats that mute some."""
        groups: dict[frozenset[str], set[Chat]] = {}
        for chat, muted in self._muted.items():
            if theirs := muted & sources:
                groups.setdefault(theirs, set()).add(chat)
        yield frozenset(), {chat for chats in groups.values() for chat in chats}
        yield from groups.items()

    def _is_again(self, report: Report, before: StoryOnRecord) -> bool:
        """Return whether a report is of a page that the story has: its outlet shows it in another section too.

        Sections link one page with their own tracking, so addresses are compared as `canonical_url` spells them.
        """
        pages = self._pages.setdefault(before.id, set())
        if not pages:
            pages.update(map(_page, before.reports))
        page = _page(report)
        again = page in pages
        pages.add(page)
        return again

    def _note(self, placed: _Placed, before: StoryOnRecord, *, again: bool) -> None:
        """Note what goes on record: the item, its report, and what answers the messages that there are."""
        found, report, number = placed.found, placed.report, placed.story
        self.founded += placed.opens
        if again:
            self.recorded.append(Recorded(found.item, self._now, found.matches, number))
            return
        self.recorded.append(Recorded(found.item, self._now, found.matches, number, report, found.signature))
        if placed.opens:
            return
        self.joined[number] = None
        self.joined_by.append(join_kind(report.reason))
        if headline.is_news(report.headline, (one.headline for one in before.reports)):
            part = part_of(report.source, report.url, report.headline)
            self.follow_ups.append(FollowUp(number, part, report.headline, report.url, found.lead))

    def _voices(self, report: Report, earlier: Sequence[Report], told: Sequence[tuple[Report, bytes]]) -> int:
        """Return how many independent publishers tell a story; where nobody asks, just how many publishers do."""
        if not recipients.counting(report, earlier, self._watchlists):
            return len({one.publisher for one, _ in told})
        return assign.voices(Candidate(0, one, sketch) for one, sketch in told[:MOST_VOICES])


def _publisher(source: Source, item: Item) -> str:
    """Return who stands behind an item: the source's publisher, but the outlet where it only points to its news.

    What watchlists.yaml says of the source counts more.
    """
    by_itself = source.publisher == publisher_of(source.url)
    return item.outlet or source.publisher if by_itself else source.publisher


def _names(reports: Iterable[Report]) -> tuple[str, ...]:
    """Return the watchlists whose readers may be due: those that match now, and those that waited for confirmation."""
    return tuple(dict.fromkeys(name for report in reports for name in report.watchlists))


def _page(report: Report) -> tuple[str, str | None]:
    return report.publisher, report.url and canonical_url(report.url)


def part_of(*told: object) -> int:
    """Return the part of a follow-up that tells this: positive, 62 bits, the same if it is told again."""
    return int.from_bytes(blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).digest()) >> 2 | 2


def _story_id(item: Item, now: datetime) -> int:
    """Return a number for the story that this item opens: positive, 62 bits, the same if the turn is taken again."""
    seed = f"{item.keys}{item.title}{now.timestamp()}".encode()
    return int.from_bytes(blake2b(seed, digest_size=8).digest()) >> 2
