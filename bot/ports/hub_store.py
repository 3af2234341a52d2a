"""What subscriptions to WebSub hubs need on record: who is subscribed, until when, and what hubs have sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HubLink:
    """The WebSub hub that a feed names, and the address under which the hub knows the feed (rel=self)."""

    hub: str
    topic: str


@dataclass(frozen=True, slots=True)
class HubState:
    """What a poller needs to know of the hub of a source that it has leased."""

    link: HubLink
    held_until: datetime | None = None  # the end of the lease; None = the hub has not confirmed
    heard_at: datetime | None = None  # the last time it sent content that was its own
    missed_at: datetime | None = None  # the last time a poll found news that it had not sent
    waiting: int = 0  # contents that it sent and nobody has read
    poll_due: datetime | None = None  # when the source was due for a poll, before its hub sent something


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """A subscription as it is on record."""

    source: int
    name: str  # of the source
    link: HubLink
    token: str  # the unguessable end of our address for this source
    secret: str  # what the hub signs its contents with
    next_ask: datetime
    asked_at: datetime | None = None  # the last time that we asked the hub
    held_until: datetime | None = None  # the end of the lease; None = the hub has not confirmed
    heard_at: datetime | None = None
    failures: int = 0  # requests in a row that led to no lease
    reason: str | None = None  # what went wrong last
    ignored: int = 0  # contents that were not taken


@dataclass(frozen=True, slots=True)
class HubContent:
    """What a hub has sent, signed by it."""

    id: int
    body: bytes
    content_type: str


class HubStore(Protocol):
    """What subscriptions need on record."""

    async def note_hub(self, source: int, link: HubLink | None, now: datetime) -> None:
        """Note which hub the feed of a source names now, with a new address and secret of ours; None for no hub."""
        ...

    async def find_due_asks(self, now: datetime, limit: int) -> tuple[HubSubscription, ...]:
        """Return the subscriptions that are to be asked for, or renewed, by now; the longest due first."""
        ...

    async def begin_ask(self, asked: HubSubscription, now: datetime, next_ask: datetime) -> bool:
        """Note that a hub is asked now, and next then if it does not confirm; False where another instance does."""
        ...

    async def note_refusal(self, source: int, reason: str, next_ask: datetime | None = None) -> None:
        """Note why there is no lease; with `next_ask`, when the hub is asked again, one that there is ends."""
        ...

    async def find_by_token(self, token: str) -> HubSubscription | None:
        """Return the subscription whose address ends so, of a source that is polled."""
        ...

    async def confirm_lease(self, source: int, until: datetime, next_ask: datetime) -> None:
        """Note that the hub has confirmed, and when it is to be asked for a renewal."""
        ...

    async def record_content(self, source: int, body: bytes, content_type: str, now: datetime) -> bool:
        """Keep what a hub has sent until it is read, and make its source due; False for the same as last time.

        Where too much waits already, the source is due for a poll instead, which finds all that there is.
        """
        ...

    async def ignore_content(self, source: int, reason: str, content: int | None = None) -> None:
        """Count a content that was not taken, and note why; one that was kept under this number is removed."""
        ...

    async def bring_forward(self, source: int, now: datetime, pause: timedelta) -> None:
        """Make a source due for a poll, now or so long after its last one; never one that fails."""
        ...

    async def find_content(self, source: int) -> HubContent | None:
        """Return the oldest content that waits for a source."""
        ...

    async def note_missed(self, source: int, now: datetime) -> None:
        """Note that a poll found news which the hub had not sent."""
        ...

    async def read_subscriptions(self) -> tuple[HubSubscription, ...]:
        """Return all subscriptions of sources that are polled, by the names of the sources."""
        ...
