"""What delivery needs on record, and the medium."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.errors import Closure
from bot.model import Chat, Delivery

Role = Literal["sender", "listener", "outputs"]

TOGETHER = 60  # alerts of a chat that a preference held, or that waited through an outage: they come in a few messages


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

    `drawn` are lines of that message whose changes it shows by now as well, at the revision that each of them has.
    """

    message: int
    drawn: tuple[Delivery, ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """Never to be accepted. Visible in /status with its reason.

    `gone`: the message that was to be edited is not there any more, so that nothing is ever shown in it again.
    """

    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What the store cannot read: an alert, which has ended as dead, or what a chat has set, which is passed over."""

    what: Literal["alert", "setting"]
    chat: int
    reason: str


class OutboxStore(Protocol):
    """What delivery needs on record."""

    async def take_role(self, role: Role, now: datetime, ttl: timedelta) -> int | None:
        """Return the epoch under which the role is ours (renewed if it was), or None while a live instance holds it.

        What a former sender had claimed is free at once where it has given the role back or its process is gone, else
        after the seconds that it may need to write down what it has sent.
        """
        ...

    async def release_role(self, role: Role, epoch: int) -> None:
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
        before: datetime | None = None,
        without: Sequence[int] = (),
        after: Sequence[int] = (),
        resting: Sequence[int] = (),
        unreadable: Callable[[Unreadable], None] = ...,
    ) -> tuple[Delivery, ...]:
        """Lease alerts that are due: urgent first, then oldest; never sent, or with reports that the message lacks.

        Where a chat's come as one, it is never cut in two: as many as TOGETHER more than `limit` may come.
        What an older epoch still held is claimed anew once it is free (`take_role`). Chats that are blocked are left
        out, suspended ones until their probe is due, and so are those of `without` (chat ids), and of `after` what is
        not urgent; `per_chat` at most of one chat id, so that one with a backlog crowds out nobody. What was
        queued before `before`, through an outage, comes chat by chat. Messages of `resting` (their ids) are not to
        be edited yet.
        A row that cannot be read ends by itself, as dead with the reason; a setting or mute that cannot be read is
        passed over. `unreadable` hears of both. StaleLeaseError when the epoch is over.
        """
        ...

    async def count_recent(self, chats: Sequence[int], since: datetime) -> Mapping[int, int]:
        """Return how many messages these chats were sent since then; edits do not count, a rolling message is one."""
        ...

    async def find_rolling(self, chat: Chat, since: datetime, message: int | None = None) -> tuple[Delivery, ...]:
        """Return what the chat's newest rolling message lists, oldest first; empty when it was begun before then.

        `message` of each is its id. With `message`, return what that one lists, however old it is.
        """
        ...

    async def close_topic(self, chat: Chat, reason: str, now: datetime) -> None:
        """Send what is for a forum topic to the group's General, until the topic takes messages again.

        An alert of a story that General has already ends as dead; nothing is sent twice.
        """
        ...

    async def settle(
        self, deliveries: Sequence[Delivery], epoch: int, result: Sent | Folded | Later | Dead, now: datetime
    ) -> None:
        """Write how an attempt ended, of all alerts that one message showed; StaleLeaseError when the epoch is over.

        What was accepted is written even then, unless the new sender has claimed the row by now: it saves a duplicate.
        """
        ...

    async def release(self, deliveries: Sequence[Delivery], epoch: int) -> None:
        """Give back what was claimed and not tried."""
        ...

    async def release_others(self, epoch: int, *, without: Sequence[int], but: Sequence[int]) -> None:
        """Give back all that is claimed under this epoch, but for these chats (ids) and these alerts (ids)."""
        ...

    async def confirm_claims(self, deliveries: Sequence[Delivery], epoch: int, now: datetime) -> tuple[Delivery, ...]:
        """Return those of claimed alerts that are still to be sent now.

        Since they were claimed, a chat may have been forgotten or put out, or may have other preferences: what it now
        holds back, mutes or has ended is written down and left out. Nothing is written where nothing has changed.
        Where their stories have gained something since, they come with it.
        """
        ...

    async def block_chat(self, chat: int | None, until: datetime) -> None:
        """Send nothing to this chat (None: to anybody) before then. Survives restarts; never shortens a longer one."""
        ...

    async def suspend_chat(self, chat: int, reason: str, now: datetime, *, closure: Closure = ...) -> datetime:
        """Hold what is for a chat that refuses messages, and return when it is tried next (`bot.alerts.suspension`).

        Its subscriptions stay. Of what is held, the newest is kept, and only for some days. Noted again, the suspension
        is the same one, and the next probe later.
        """
        ...

    async def reopen_chat(self, chat: Chat, now: datetime) -> None:
        """Note that a chat takes messages, and its topic if it has one: what is held is due."""
        ...

    async def wait_out_outage(self, chats: Sequence[int], until: datetime, now: datetime) -> None:
        """Send nothing to these chats before then, and end the suspensions of those that began in the outage."""
        ...

    async def take_unannounced(self, now: datetime) -> tuple[tuple[Chat, str], ...]:
        """Return each suspended chat and lost topic that owners do not know of, with the reason; each once.

        Ends what is held too long, or too much of, as well.
        """
        ...

    async def migrate_chat(self, old: int, new: int) -> None:
        """Follow a group to its new id, in every table at once; subscriptions of both are merged."""
        ...

    async def count_waiting(self, now: datetime) -> tuple[int, datetime | None]:
        """Return how many alerts are not yet delivered, and when the next may be tried (None when none is).

        Messages that are due for an edit count, what a preference holds does not; what is being sent may be tried when
        its lease ends.
        """
        ...


class Notifier(Protocol):
    """The medium. Renders and sends; knows nothing of retries."""

    async def send(self, delivery: Delivery) -> int:
        """Send a new message and return its id, or edit `delivery.message` in place. DeliveryError says what failed."""
        ...

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Send, or edit in place, the silent rolling message that lists these alerts of one chat; return its id.

        Alerts that all stand in the message are shown shorter where they have outgrown it, and shortest in the form
        "bare". DeliveryError with the verdict `shrink` when others do not fit one message.
        """
        ...
