"""Inside the record transaction: which story a matched item belongs to, and who is to be told.

Asks the open Recording for what is on record and hands the decisions to the pure `story` and `alert`. Items of one
turn are placed one after the other, each knowing what became of those before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from bot import alert, story, summary
from bot.model import Alert, Article, Candidate, Evidence, Item, Match, Report, Signature, Source, Watchlist
from bot.ports.polling import Recorded, Recording, StoryOnRecord

WINDOW = timedelta(hours=72)  # within which reports tell one story (the specification)


@dataclass(frozen=True, slots=True)
class Found:
    """A matched item with all that is dear to make: done before the record transaction, which holds up everybody."""

    item: Item
    matches: tuple[Match, ...]
    lead: str  # what stands below the headline
    signature: Signature


def read(item: Item, matches: tuple[Match, ...], page: Article | None) -> Found:
    """Return a matched item ready to be placed; some milliseconds of work. `page` is its article, where it was had."""
    text = page.text if page is not None else f"{item.lead}\n{item.body}"
    return Found(item, matches, _lead(item, matches, page), story.signature(item.title, text, item.url))


class Placer:
    """Places the matched items of one turn. Afterwards: `recorded`, `alerts`, `joined`, `founded`."""

    def __init__(
        self, recording: Recording, source: Source, watchlists: Mapping[str, Watchlist], now: datetime
    ) -> None:
        self._recording = recording
        self._source = source
        self._watchlists = watchlists
        self._now = now
        self._ours: list[Candidate] = []  # reports placed earlier in this turn
        self._stories: dict[int, StoryOnRecord] = {}
        self.recorded: list[Recorded] = []
        self.alerts: list[Alert] = []
        self.joined: dict[int, None] = {}
        self.founded = 0

    async def place(self, found: Found) -> None:
        """Decide on one item; the next one builds on it."""
        item, matches = found.item, found.matches
        report = Report(
            source=self._source.name,
            publisher=self._source.publisher,
            headline=item.title,
            url=item.url,
            at=self._now,
            published=item.published,
            watchlists=tuple(dict.fromkeys(match.watchlist for match in matches)),
        )
        signature = found.signature
        candidates = await self._recording.candidates(signature.index, self._now - WINDOW)
        placement = story.place(report, signature, (*self._ours, *candidates))
        before = await self._before(placement.story)
        number = before.id if before else _story_id(item, self._now)
        earlier = before.reports if before else ()
        told = before.told if before else frozenset()
        alerts = alert.due(
            number,
            report,
            matches,
            found.lead,
            watchlists=self._watchlists,
            subscribers=await self._recording.subscribers(_may_speak((*earlier, report))),
            earlier=earlier,
            told=told,
        )
        again = any(one.publisher == report.publisher and one.url == report.url for one in earlier)
        if again:  # the same page in another section of the same outlet is no further report
            self.recorded.append(Recorded(item, self._now, matches, number))
        else:
            self.recorded.append(Recorded(item, self._now, matches, number, report, signature))
            self._ours.append(Candidate(number, report, signature.sketch))
        if before is None:
            self.founded += 1
        elif not again:
            self.joined[number] = None
        self.alerts.extend(alerts)
        self._stories[number] = StoryOnRecord(
            number, earlier if again else (*earlier, report), told | {due.chat for due in alerts}
        )

    async def _before(self, number: int | None) -> StoryOnRecord | None:
        """Return the story as it stands before this report; None for a new one."""
        if number is None:
            return None
        if number not in self._stories:
            self._stories.update(await self._recording.stories([number]))
        return self._stories.get(number)


def _lead(item: Item, matches: tuple[Match, ...], page: Article | None) -> str:
    """Return what stands below the headline; nothing where it would only say the headline again."""
    text = summary.lead(item.title, item.lead or item.body, page, _evidence(matches))
    return "" if " ".join(item.title.split()).startswith(text.removesuffix("…")) else text


def _evidence(matches: tuple[Match, ...]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(each for match in matches for each in match.evidence))


def _may_speak(reports: tuple[Report, ...]) -> tuple[str, ...]:
    """Return the watchlists whose readers may be due: those that match now, and those that waited for confirmation."""
    return tuple(dict.fromkeys(name for report in reports for name in report.watchlists))


def _story_id(item: Item, now: datetime) -> int:
    """Return a number for the story that this item opens: positive, 62 bits, the same if the turn is taken again."""
    seed = f"{item.keys}{item.title}{now.timestamp()}".encode()
    return int.from_bytes(blake2b(seed, digest_size=8).digest()) >> 2
