"""What the delivery to outputs needs on record, and the media that outputs are sent by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.alerts.watchlist_alert import WatchlistAlert
from bot.model import DisplayPreferences, Report
from bot.ports.outbox_store import Role

FARTHEST = timedelta(hours=25)  # no alert waits longer: beyond it, a wrong clock has made the wait


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a medium can do at an address."""

    edit: bool  # what is sent later takes the place of what was sent before, so every revision is sent
    length: int | None  # characters of one message; None = no limit that we should keep to
    markup: Literal["data", "html", "text"]
    pictures: bool
    threads: bool = False  # what is sent later answers what was sent before, so that several answers disturb nobody
    parallel: int = 1  # messages under way at a time, each of another story


@dataclass(frozen=True, slots=True)
class OutputServices:
    """What the media are given by the installation."""

    user_agent: str
    proxy: str  # address of the proxy for what leaves; "" = direct
    home: Callable[[], DisplayPreferences]  # zone and language


@dataclass(frozen=True, slots=True)
class OutputDelivery:
    """An alert on its way to an output: what the sender holds under its lease."""

    id: int
    key: str  # of the row: random, so that no other installation's is the same
    alert: WatchlistAlert
    reports: tuple[Report, ...]  # of the story, oldest first, as of the claim
    revision: int  # what this attempt shows; later reports raise it
    shown: int  # the revision that was taken last; 0 = none
    attempts: int  # failed ones, since the last that was taken
    answers: int  # messages that were taken after the first
    is_correction: bool  # since `shown`, a headline was corrected
    sent_at: datetime | None  # when one was taken last
    failing_since: datetime | None  # when the first of `attempts` was made
    created_at: datetime


class OutputSender(Protocol):
    """Renders and sends; knows nothing of retries."""

    async def send(self, deliveries: Sequence[OutputDelivery]) -> None:
        """Send one message that shows these: one alert, or several of a digest. OutputError says what failed."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """The receiver has it, or is not to get it: what it shows is done. `sent`: there was a message."""

    sent: bool = True


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not taken; try again then. `failed`: an attempt was made."""

    at: datetime
    reason: str
    failed: bool = True


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Not to be tried again. Visible with its reason."""

    reason: str


OutputResult = Taken | Postponed | GivenUp


@dataclass(frozen=True, slots=True)
class OutputState:
    """How an output fares, across restarts."""

    output: str
    address: int  # a hash of its address: under another one it begins anew
    failing_since: datetime | None = None
    reason: str | None = None  # of the last failure
    rest_until: datetime | None = None  # nothing is sent before then
    ended_at: datetime | None = None  # the receiver wants nothing any more
    announced: bool = False  # owners know that it fails, or ended


@dataclass(frozen=True, slots=True)
class OutputCounts:
    """How much of one output waits, was sent, and was given up, for people."""

    output: str
    waiting: int
    sent: int
    dead: int
    last_sent_at: datetime | None
    state: OutputState | None


class OutputStore(Protocol):
    """What the delivery to outputs needs on record."""

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """See OutboxStore."""
        ...

    async def release_role(self, role: Role, epoch: int) -> None:
        """See OutboxStore."""
        ...

    async def claim(
        self, epoch: int, output: str, now: datetime, *, limit: int, ttl: timedelta
    ) -> tuple[OutputDelivery, ...]:
        """Lease what is due to an output, urgent first, then oldest: never taken, or with reports that came since.

        What an older epoch still held is claimed anew. A row that cannot be read ends as dead. StaleLeaseError when
        the epoch is over.
        """
        ...

    async def settle(self, results: Sequence[tuple[OutputDelivery, OutputResult]], epoch: int, now: datetime) -> None:
        """Write how attempts ended, all in one transaction, and give the rows back.

        What was taken is written even when the epoch is over, unless the row was claimed anew; then StaleLeaseError.
        """
        ...

    async def release(self, deliveries: Sequence[OutputDelivery], epoch: int) -> None:
        """Give back what was claimed and not tried."""
        ...

    async def find_next_due(self, epoch: int, output: str) -> datetime | None:
        """Return when the next of an output may be claimed under this epoch, None where nothing waits."""
        ...

    async def read_states(self) -> tuple[OutputState, ...]:
        """Return how the outputs fare that have ever failed."""
        ...

    async def write_state(self, state: OutputState) -> None:
        """Write how an output fares."""
        ...

    async def end_waiting(self, output: str, reason: str, *, before: datetime | None = None) -> int:
        """End all that waits for an output, visibly; of what never was taken only what is older than `before`.

        Return how many alerts.
        """
        ...

    async def end_strayed(self, known: Sequence[str], before: datetime) -> int:
        """End what has waited since before then for outputs that are not among these; return how many alerts."""
        ...

    async def count_outputs(self) -> tuple[OutputCounts, ...]:
        """Return what has become of the alerts of each output on record."""
        ...
