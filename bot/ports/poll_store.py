"""What polling needs on record: leases, and the one transaction that a poll ends with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.alerts.watchlist_alert import WatchlistAlert
from bot.model import (
    Alert,
    Candidate,
    Chat,
    FollowUp,
    Hints,
    Item,
    Match,
    PriorityRaise,
    Probe,
    Report,
    Signature,
    Source,
    Subscription,
    Validators,
)
from bot.ports.hub_store import HubState


@dataclass(frozen=True, slots=True)
class LossCounts:
    """What may show that a source's news is lost in silence; read by `polling.source_health.loss_signs`."""

    garbled: int = 0  # polls with news in a row whose text looks like no language
    items: int = 0  # new items since it is watched, baseline excluded
    matched: int = 0  # of them
    braked: tuple[datetime, ...] = ()  # the last two times that the brake fired


@dataclass(frozen=True, slots=True)
class SourceStats:
    """What was learned of a source: how often it brings news, what it asks for, and where it says that it moved."""

    rhythm: bytes = b""  # made and read by `bot.polling.publishing_rhythm` alone
    since: datetime | None = None  # it has been watched since then
    news_at: datetime | None = None  # the last poll that brought news, or was the first sight
    lull: timedelta = timedelta()  # the longest time without news that is usual for it
    hints: Hints = field(default_factory=Hints)  # of its last document
    whole_at: datetime | None = None  # the last answer that came with a body
    address: str | None = None  # asked instead of its url: a permanent redirect that was adopted
    moving_to: str | None = None  # a permanent redirect that was not adopted so far …
    moving_since: datetime | None = None  # … first met then …
    shown: bytes = b""  # what its last document showed; made and read by `bot.shown_items` alone
    moving_polls: int = 0  # … and in so many polls in a row
    losses: LossCounts = LossCounts()
    polls: bytes = field(default=b"", compare=False)  # how the last ones went; made and read by the store alone


@dataclass(frozen=True, slots=True)
class SourceLease:
    """A source that is ours to poll for now. `fence` proves it when the result is written."""

    id: int
    name: str
    fence: int
    validators: Validators
    known: int  # items on record; a source never parsed has `baselined` False, whatever this says
    baselined: bool  # a first sight was recorded
    failures: int  # in a row
    quiet: int  # polls in a row that brought nothing new
    polled_at: datetime | None = None  # the last poll that went well
    found: str | None = None  # where its items are, if an earlier poll had to find that out
    stats: SourceStats = SourceStats()
    read_at: datetime | None = None  # the last time a document was read, and its items looked up
    told_from: datetime | None = None  # the record was restored: of this document only what is dated later is told
    hub: HubState | None = None  # of the hub that its feed names, if we subscribe to it


@dataclass(frozen=True, slots=True)
class EarlyAsk:
    """A source that is to be asked early: then, but not before so long after its last poll."""

    name: str
    at: datetime
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a poll ended; releases the lease."""

    leased: SourceLease
    polled_at: datetime
    next_due: datetime
    validators: Validators
    error: str | None = None  # the reason in words; None = it went well
    parsed: bool = False  # a document was read: from now on the source is baselined
    willing: bool = False  # the source may be asked sooner: neither it nor a hub says otherwise
    new: bool = False  # it brought something new (resets `quiet`)
    found: str | None = None  # where its items are, for the next poll; the validators are those of that address
    unreached: bool = False  # the error is that nobody answered
    counted: bool = True  # an error that is an outage of ours is no failure of the source
    stats: SourceStats | None = None  # None = as they were
    read_contents: tuple[int, ...] = ()  # of its hub: numbers of what is read, and kept no longer


@dataclass(frozen=True, slots=True)
class Recorded:
    """One new item and what became of it. Without matches it is only seen."""

    item: Item
    seen_at: datetime
    matches: tuple[Match, ...] = ()
    story: int | None = None
    report: Report | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class ReportOnRecord:
    """A report as it is on record, for an item that came back."""

    id: int
    story: int
    report: Report
    changes: int  # corrections of its headline so far


@dataclass(frozen=True, slots=True)
class Correction:
    """A report's headline now says something else."""

    report: int  # its number on record
    story: int
    headline: str


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a story is about what a watchlist's `only` says, for a language model to judge."""

    story: int
    watchlist: str  # its id
    sentence: str


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one poll changes, committed together: seen + stories + outbox + validators."""

    outcome: Outcome
    items: tuple[Recorded, ...] = ()
    alerts: tuple[Alert, ...] = ()
    joined: tuple[int, ...] = ()  # stories with a new report: the messages they have are due for an edit
    rises: tuple[PriorityRaise, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    corrections: tuple[Correction, ...] = ()
    keys: tuple[int, ...] = ()  # of known items, under headlines that were not known
    announced: tuple[WatchlistAlert, ...] = ()  # for outputs and feeds
    questions: tuple[Question, ...] = ()  # alerts that concern nothing but what these ask about wait for the answers


@dataclass(frozen=True, slots=True)
class StoryOnRecord:
    """What has become of a story so far."""

    id: int
    reports: tuple[Report, ...]  # oldest first
    alerted: frozenset[Chat]  # chats that have, or are about to get, its message
    sketches: tuple[bytes, ...] = ()  # of the reports, in their order
    # Of `alerted`, the chats whose message was not sent yet, with the ids of the watchlists that it concerns so far.
    waiting: Mapping[Chat, frozenset[str]] = field(default_factory=dict)


class Recording(Protocol):
    """An open record transaction. Story decisions of all workers are made one after the other inside it."""

    async def find_seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        ...

    async def find_candidates(
        self, probes: Sequence[Sequence[Probe]], since: datetime
    ) -> tuple[tuple[Candidate, ...], ...]:
        """Return, for the probes of each item, the reports seen since then that share numbers with them.

        For every probe its `most` that share most, the newest `each` of each number being looked at.
        """
        ...

    async def find_stories(self, ids: Sequence[int]) -> Mapping[int, StoryOnRecord]:
        """Return the stories of these ids that are on record."""
        ...

    async def find_subscribers(self, watchlists: Sequence[str]) -> tuple[Subscription, ...]:
        """Return the subscriptions to these watchlists of chats that may get alerts (not suspended, not revoked)."""
        ...

    async def find_source_mutes(self, sources: Sequence[str], now: datetime) -> Mapping[Chat, frozenset[str]]:
        """Return which of these sources chats and topics have muted now, of those that have."""
        ...

    async def write_poll(self, turn: Turn) -> int:
        """Write the turn; return how many alerts were queued: a chat that already has the story gets none.

        One whose message waits still gets the watchlists of the new alert into it. Items that are on record already are
        left out, so that a turn written twice is the same as once.
        """
        ...


class PollStore(Protocol):
    """What polling needs on record."""

    async def sync_sources(self, sources: Sequence[Source], now: datetime) -> None:
        """Make these the sources that are polled. A source keeps its record by url, else by name."""
        ...

    async def register_configuration(self, fingerprint: str, now: datetime) -> bool:
        """Note that this instance polls by the configuration of this hash; return whether it is the one in force.

        That is the one which a living instance began to use last, by a start or an edit.
        """
        ...

    async def release_configuration(self) -> None:
        """Note that this instance polls no more: others with another configuration need not wait for its silence."""
        ...

    async def lease_sources(
        self, now: datetime, *, limit: int, ttl: timedelta, forced_since: datetime | None = None
    ) -> tuple[SourceLease, ...]:
        """Take up to `limit` due sources that nobody holds, the longest due first.

        None of a site of which another worker holds a source: two at once would halve the pause between requests.
        With `forced_since`, every source that was not polled since then counts as due.
        """
        ...

    async def renew_leases(self, leased: Sequence[SourceLease], now: datetime, ttl: timedelta) -> None:
        """Hold on to leases that are still ours."""
        ...

    async def bring_forward(self, asked: Sequence[EarlyAsk]) -> int:
        """Make sources due by then that are due later; return how many were.

        Never one that fails, is paused or is being polled.
        """
        ...

    async def release_leases(self, leased: Sequence[SourceLease]) -> None:
        """Give leases back unpolled: they are due as before."""
        ...

    async def find_seen(self, source: int, keys: Sequence[int], now: datetime) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        ...

    async def find_items(self, source: int, urls: Collection[str]) -> Mapping[str, Item]:
        """Return, by address, the item of this source that was put on record last under each, without its keys."""
        ...

    async def find_reports(self, source: str, keys: Sequence[int], since: datetime) -> Mapping[int, ReportOnRecord]:
        """Return the reports of a source seen since then, by the strongest key of their items, for these keys."""
        ...

    async def finish_polls(self, turns: Sequence[Turn]) -> None:
        """Write polls that tell nobody anything, with what they saw, all in one transaction.

        A lease that was lost is passed over, with all that was seen under it.
        """
        ...

    def open_recording(self, leased: SourceLease) -> AbstractAsyncContextManager[Recording]:
        """Open the record transaction: commits at the end, rolls back on an error.

        StaleLeaseError when the lease is not ours any more.
        """
        ...

    async def queue_notices(self, alerts: Sequence[Alert], now: datetime) -> int:
        """Queue notices to the owners; return how many are new. Once per chat and `story` (a hash of the occasion)."""
        ...

    async def find_next_due(self) -> datetime | None:
        """Return when the next source is due; None without sources. One that is being polled counts from its lease."""
        ...
