"""The few things the loops need from outside, each a small protocol declared for its consumer.

`poll` and `deliver` know only these; `app` builds what fulfils them. Every time is an aware UTC datetime; every
method of a store is one short transaction, and none is ever held across a fetch or a send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from bot.model import (
    Alert,
    Candidate,
    Chat,
    Delivery,
    Fetched,
    Item,
    Match,
    Report,
    Signature,
    Source,
    Subscription,
    Validators,
)

if TYPE_CHECKING:
    from bot.sources.document import Document

Role = Literal["sender", "listener"]


class Fetch(Protocol):
    """The only way out to the web."""

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Sequence[tuple[str, str]] = (),
        page: bool = False,
    ) -> Fetched:
        """Return the answer, or raise FetchError with a reason in words.

        `validators` makes the request conditional; `headers` go to the host of `url` only, never past a redirect
        to another; `page` marks an article's page (a reader's page rather than a feed: other Accept header).
        """
        ...


class Parse(Protocol):
    """Bytes to items, off the event loop."""

    async def scan(self, fetched: Fetched, now: datetime) -> Document:
        """Return what the answer holds; ParseError says what it is instead of items."""
        ...

    async def items(self, document: Document, wanted: Sequence[int]) -> tuple[Item, ...]:
        """Return the items at these positions of the document, in its order."""
        ...


# ---------------------------------------------------------------------------------------------- polling


@dataclass(frozen=True, slots=True)
class Leased:
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a poll ended; releases the lease."""

    leased: Leased
    polled_at: datetime
    next_due: datetime
    validators: Validators
    error: str | None = None  # the reason in words; None = it went well
    parsed: bool = False  # a document was read: from now on the source is baselined
    new: bool = False  # it brought something new (resets `quiet`)


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
class Turn:
    """All that one poll changes, committed together: seen + stories + outbox + validators."""

    outcome: Outcome
    items: tuple[Recorded, ...] = ()
    alerts: tuple[Alert, ...] = ()
    joined: tuple[int, ...] = ()  # stories with a new report: the messages they have are due for an edit


@dataclass(frozen=True, slots=True)
class StoryOnRecord:
    """What has become of a story so far."""

    id: int
    reports: tuple[Report, ...]  # oldest first
    told: frozenset[Chat]  # chats that have, or are about to get, its message


class Recording(Protocol):
    """An open record transaction. Story decisions of all workers are made one after the other inside it."""

    async def seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        ...

    async def candidates(self, index: Sequence[int], since: datetime) -> tuple[Candidate, ...]:
        """Return the reports seen since then that share an index number, those that share most first, 200 at most."""
        ...

    async def stories(self, ids: Sequence[int]) -> Mapping[int, StoryOnRecord]:
        """Return the stories of these ids that are on record."""
        ...

    async def subscribers(self, watchlists: Sequence[str]) -> tuple[Subscription, ...]:
        """Return the subscriptions to these watchlists of chats that may be told (not suspended, not revoked)."""
        ...

    async def write(self, turn: Turn) -> int:
        """Write the turn; return how many alerts were queued: a chat that already has the story gets none."""
        ...


class PollStore(Protocol):
    """What polling needs on record."""

    async def sync(self, sources: Sequence[Source], now: datetime) -> None:
        """Make these the sources that are polled. A source keeps its record by url, else by name."""
        ...

    async def lease(
        self, now: datetime, *, limit: int, ttl: timedelta, forced_since: datetime | None = None
    ) -> tuple[Leased, ...]:
        """Take up to `limit` due sources that nobody holds, the longest due first.

        With `forced_since`, every source that was not polled since then counts as due.
        """
        ...

    async def renew(self, leased: Sequence[Leased], now: datetime, ttl: timedelta) -> None:
        """Hold on to leases that are still ours."""
        ...

    async def release(self, leased: Sequence[Leased]) -> None:
        """Give leases back unpolled: they are due as before."""
        ...

    async def seen(self, source: int, keys: Sequence[int]) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        ...

    async def finish(self, outcomes: Sequence[Outcome]) -> None:
        """Write polls that found nothing, all in one transaction. A lease that was lost is passed over."""
        ...

    def recording(self, leased: Leased) -> AbstractAsyncContextManager[Recording]:
        """Open the record transaction: commits at the end, rolls back on an error.

        StaleLeaseError when the lease is not ours any more.
        """
        ...

    async def tell(self, alerts: Sequence[Alert], now: datetime) -> int:
        """Queue notices to the owners; return how many are new. Once per chat and `story` (a hash of the occasion)."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next source is due; None without sources."""
        ...


# ---------------------------------------------------------------------------------------------- delivery


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted as this message."""

    message: int


@dataclass(frozen=True, slots=True)
class Later:
    """Not accepted, or not known; try again then.

    `counts` says as what: a refusal, a doubt (it may have been accepted), or as nothing (429, no network).
    """

    at: datetime
    reason: str
    counts: Literal["refused", "doubt", "nothing"] = "refused"


@dataclass(frozen=True, slots=True)
class Folded:
    """Accepted as a line of this rolling message, which lists what exceeds a chat's messages an hour.

    Later reports never raise its revision: the message is not this alert's alone.
    """

    message: int


@dataclass(frozen=True, slots=True)
class Dead:
    """Never to be accepted. Visible in /status with its reason."""

    reason: str


class DeliverStore(Protocol):
    """What delivery needs on record."""

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """Return the epoch under which the role is ours (renewed if it was), or None while a live instance holds it."""
        ...

    async def drop_role(self, role: Role, epoch: int) -> None:
        """Give the role back at once."""
        ...

    async def claim(
        self,
        epoch: int,
        now: datetime,
        *,
        limit: int,
        ttl: timedelta,
        per_chat: int | None = None,
        without: Sequence[int] = (),
    ) -> tuple[Delivery, ...]:
        """Lease alerts that are due: urgent first, then oldest; never sent, or with reports that the message lacks.

        What an older epoch still held is claimed anew. Chats that are blocked or suspended are left out, and so are
        those of `without` (chat ids); `per_chat` at most of one chat id, so that one with a backlog crowds out nobody.
        """
        ...

    async def recent(self, chats: Sequence[int], since: datetime) -> Mapping[int, int]:
        """Return how many messages these chats were sent since then; edits do not count, a rolling message is one."""
        ...

    async def rolling(self, chat: Chat, since: datetime) -> tuple[Delivery, ...]:
        """Return what the chat's newest rolling message lists, oldest first; empty when it was begun before then.

        `message` of each is its id.
        """
        ...

    async def lose_topic(self, chat: Chat) -> None:
        """Move what is for a forum topic that is gone to the group's General (topic None), from now on.

        A story of which General was told already is settled as dead; nothing is told twice.
        """
        ...

    async def settle(
        self, deliveries: Sequence[Delivery], epoch: int, result: Sent | Folded | Later | Dead, now: datetime
    ) -> None:
        """Write how an attempt ended, of all alerts that one message showed; StaleLeaseError when the epoch is over."""
        ...

    async def unclaim(self, deliveries: Sequence[Delivery], epoch: int) -> None:
        """Give back what was claimed and not tried."""
        ...

    async def block(self, chat: int | None, until: datetime) -> None:
        """Send nothing to this chat (None: to anybody) before then. Survives restarts."""
        ...

    async def suspend(self, chat: int, reason: str, now: datetime) -> None:
        """Stop telling a chat, keep its subscriptions; its waiting alerts end as dead with this reason."""
        ...

    async def migrate(self, old: int, new: int) -> None:
        """Follow a group to its new id, in every table at once; subscriptions of both are merged."""
        ...

    async def waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """Return how many alerts are not yet delivered, and when the next may be tried (None when none is)."""
        ...


class Notifier(Protocol):
    """The medium. Renders and sends; knows nothing of retries."""

    async def send(self, delivery: Delivery) -> int:
        """Send a new message and return its id, or edit `delivery.message` in place. DeliveryError says what failed."""
        ...

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Send, or edit in place, the silent rolling message that lists these alerts of one chat; return its id.

        DeliveryError with the verdict `shrink` when they do not fit one message.
        """
        ...


# ---------------------------------------------------------------------------------------------- chat


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source, as /status and doctor show it."""

    name: str
    polled_at: datetime | None
    next_due: datetime
    error: str | None
    failures: int
    items: int  # on record


@dataclass(frozen=True, slots=True)
class Status:
    """The installation at a glance."""

    sources: tuple[SourceStatus, ...]
    waiting: int
    sent: int
    dead: tuple[tuple[str, int], ...]  # (reason, how many), most first
    suspended: tuple[tuple[int, str], ...]  # (chat, reason)


class ChatStore(Protocol):
    """What commands need on record."""

    async def subscribe(self, subscription: Subscription, now: datetime) -> bool:
        """Return False when the chat had it already. Revives a suspended chat."""
        ...

    async def unsubscribe(self, subscription: Subscription) -> bool:
        """Return False when there was nothing to end."""
        ...

    async def subscriptions(self, chat: Chat) -> tuple[str, ...]:
        """Return the watchlist ids of a chat, sorted."""
        ...

    async def admit(self, chat: int, by: int, now: datetime) -> bool:
        """Let a chat use the bot; False when it already may."""
        ...

    async def revoke(self, chat: int) -> bool:
        """Take that back, and stop telling the chat; False when it was not admitted."""
        ...

    async def admitted(self, chat: int) -> bool:
        """Return whether an owner has admitted the chat."""
        ...

    async def revoked(self, chat: int) -> bool:
        """Return whether an owner has taken that right from the chat: it stays out even where everybody is let in."""
        ...

    async def suspend(self, chat: int, reason: str, now: datetime) -> None:
        """See DeliverStore."""
        ...

    async def revive(self, chat: int) -> None:
        """Tell a suspended chat again (it unblocked the bot, or wrote /start)."""
        ...

    async def migrate(self, old: int, new: int) -> None:
        """See DeliverStore."""
        ...

    async def status(self, now: datetime) -> Status:
        """Return the installation at a glance."""
        ...
