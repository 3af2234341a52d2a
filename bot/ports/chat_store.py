"""What commands need on record: subscriptions, admissions, the status, and the buttons of the bot's messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.errors import Closure
from bot.model import Chat, Priority, Subscription
from bot.ports.output_store import OutputCounts
from bot.ports.poll_store import SourceStats


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source, as /status and doctor show it."""

    name: str
    polled_at: datetime | None
    next_due: datetime
    error: str | None
    failures: int
    items: int  # on record
    stats: SourceStats = field(default_factory=SourceStats)
    paused_at: datetime | None = None  # since when an owner lets nobody ask it


@dataclass(frozen=True, slots=True)
class SilentChat:
    """A chat that cannot be told anything: it refuses messages, or an owner has put it out."""

    chat: int
    reason: str
    held: int = 0  # alerts that wait for it
    probe_at: datetime | None = None  # when it is tried again, if something is held then


@dataclass(frozen=True, slots=True)
class Status:
    """The installation at a glance."""

    sources: tuple[SourceStatus, ...]
    waiting: int
    sent: int
    dead: tuple[tuple[str, int], ...]  # (reason, how many), most first
    suspended: tuple[SilentChat, ...]
    last_backup: datetime | None = None  # the last one that was opened and found whole
    outputs: tuple[OutputCounts, ...] = ()


class ChatStore(Protocol):
    """What commands need on record."""

    async def subscribe(self, subscription: Subscription, now: datetime) -> bool:
        """Return False when the chat had it already. Revives a suspended chat."""
        ...

    async def unsubscribe(self, subscription: Subscription) -> bool:
        """Return False when there was nothing to end."""
        ...

    async def set_priority(self, subscription: Subscription) -> None:
        """Keep how loud a watchlist that the chat is subscribed to shall be for it."""
        ...

    async def find_priorities(self, chat: Chat) -> Mapping[str, Priority]:
        """Return how loud its watchlists shall be, by id, of those for which a chat has said so."""
        ...

    async def find_subscriptions(self, chat: Chat) -> tuple[str, ...]:
        """Return the watchlist ids of a chat, sorted."""
        ...

    async def admit_chat(self, chat: int, by: int, now: datetime) -> bool:
        """Let a chat use the bot; False when it already may."""
        ...

    async def revoke_chat(self, chat: int) -> bool:
        """Take that back, and stop telling the chat; False when it was not admitted."""
        ...

    async def is_admitted(self, chat: int) -> bool:
        """Return whether an owner has admitted the chat."""
        ...

    async def is_revoked(self, chat: int) -> bool:
        """Return whether an owner has taken that right from the chat: it stays out even where everybody is let in."""
        ...

    async def suspend_chat(
        self,
        chat: int,
        reason: str,
        now: datetime,
        *,
        closure: Closure = ...,
        muted_until: datetime | None = ...,
        announce: bool = ...,
    ) -> None:
        """See OutboxStore. It is not tried before `muted_until`; owners hear of it unless `announce` is False."""
        ...

    async def wait_out_outage(self, chats: Sequence[int], until: datetime, now: datetime) -> None:
        """See OutboxStore."""
        ...

    async def close_topic(self, chat: Chat, reason: str, now: datetime) -> None:
        """See OutboxStore."""
        ...

    async def reopen_topic(self, chat: Chat) -> bool:
        """Note that a forum topic takes messages; False when nothing else was known."""
        ...

    async def revive_chat(self, chat: int, now: datetime) -> bool:
        """End a suspension (somebody writes, or takes a message); False when there was none. A 429 still counts."""
        ...

    async def migrate_chat(self, old: int, new: int) -> None:
        """See OutboxStore."""
        ...

    async def read_status(self, now: datetime) -> Status:
        """Return the installation at a glance."""
        ...

    async def pause_source(self, name: str, now: datetime) -> bool:
        """Let nobody ask a source from now on; False where none is called so, or it is paused already."""
        ...

    async def resume_source(self, name: str, now: datetime) -> bool:
        """Let a paused source be asked at once; False where none is called so, or it is not paused.

        After a day and more it begins with a baseline: what stands there by then is nobody's news.
        """
        ...

    async def read_sources(self) -> tuple[SourceStatus, ...]:
        """Return how every source is doing, by name."""
        ...

    async def read_menu_mark(self) -> int:
        """Return the mark of the menus that Telegram shows, 0 before the first."""
        ...

    async def write_menu_mark(self, mark: int) -> None:
        """Remember which menus Telegram shows, by a signed 64-bit mark of theirs."""
        ...


class ButtonStore(Protocol):
    """Buttons on record. A button of another chat, forged, or too old is simply not found."""

    async def save_buttons(self, chat: int, meanings: Sequence[str], now: datetime) -> tuple[str, ...]:
        """Keep what the buttons of one message mean; return what each is to say, in this order."""
        ...

    async def find_meaning(self, chat: int, key: str, number: int, now: datetime) -> str | None:
        """Return what a button means that was kept for this chat."""
        ...

    async def find_alert_story(self, chat: int, row: int, key: int, now: datetime) -> int | None:
        """Return the story of the alert whose button this is, if this chat was sent it."""
        ...
