"""What commands need on record of chats: preferences, mutes, what is held, what came lately, access requests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model import Alert, Chat, DisplayPreferences, Report
from bot.preferences import Mute, Muted, Preferences

State = Literal["told", "waiting", "quiet", "digest", "pause", "source", "mute", "skip", "model", "dead", "none"]


@dataclass(frozen=True, slots=True)
class StorySummary:
    """A story that watchlists brought, and what became of it for one chat or topic; `none`: it was not meant for it."""

    story: int
    headline: str
    url: str | None
    at: datetime  # that its alert shows
    sources: tuple[str, ...]
    state: State
    reports: tuple[Report, ...] = ()  # oldest first


@dataclass(frozen=True, slots=True)
class Watcher:
    """A chat or topic that is to hear every day that the bot is watching."""

    chat: Chat
    preferences: Preferences
    display: DisplayPreferences
    alerts: int  # that it was sent


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A chat that an owner has let in, or that asked; for /chats."""

    id: int
    kind: str | None
    title: str | None  # of a group or channel
    admitted: bool
    revoked: bool
    suspended: str | None  # why it cannot be alerted
    subscriptions: int
    requested_at: datetime | None
    held: int = 0  # alerts that wait for a suspended chat
    probe_at: datetime | None = None  # when a suspended chat is tried again


class PreferenceStore(Protocol):
    """Preferences on record. After every change of one the sender decides anew about what is held."""

    async def read_preferences(self, chat: Chat) -> Preferences:
        """Return the preferences of a chat or topic; mutes that are over are among them."""
        ...

    async def read_display(self, chat: int) -> DisplayPreferences:
        """Return how a chat wants its alerts shown."""
        ...

    async def write_preferences(self, chat: Chat, preferences: Preferences) -> None:
        """Keep the preferences of a chat or topic, but for its mutes and its zone."""
        ...

    async def write_display(self, chat: int, display: DisplayPreferences) -> None:
        """Keep how a chat wants its alerts shown, its zone among it."""
        ...

    async def add_mute(self, chat: Chat, mute: Mute, now: datetime, *, most: int) -> bool:
        """Mute, or mute anew; False when the chat has `most` mutes in force already."""
        ...

    async def remove_mutes(self, chat: Chat, kind: Muted | None, what: str = "") -> int:
        """Take mutes back (kind None: all of the chat or topic); return how many there were."""
        ...

    async def count_held(self, chat: Chat) -> int:
        """Return how many alerts a preference of the chat or topic holds."""
        ...

    async def skip_held(self, chat: Chat, before: datetime) -> int:
        """End what a preference holds that was queued before then; return how many alerts. /latest has them."""
        ...

    async def find_latest(
        self, chat: Chat, watchlists: Collection[str], since: datetime, *, most: int
    ) -> tuple[StorySummary, ...]:
        """Return the latest stories that these watchlists brought, the newest first, titled as their alerts are.

        A rare list is looked for as far back as `since`, however much the others brought after it.
        """
        ...

    async def find_story(self, chat: Chat, number: int) -> StorySummary | None:
        """Return a story by its number, and what became of it here."""
        ...

    async def find_alert(self, chat: Chat, story: int) -> Alert | None:
        """Return the alert of a story for a chat or topic."""
        ...

    async def find_sent_stories(self, chat: Chat, *, most: int) -> tuple[int, ...]:
        """Return the stories of which a chat or topic was sent an alert, the latest first."""
        ...

    async def find_listed(self, chat: Chat, message: int, *, most: int) -> tuple[Alert, ...]:
        """Return the alerts that a message shows, one a story."""
        ...

    async def find_watchers(self, since: datetime) -> tuple[Watcher, ...]:
        """Return the chats and topics that hear every day that the bot is watching, with their alerts since then."""
        ...


class AdmissionStore(Protocol):
    """Which chats there are."""

    async def forget_chat(self, chat: int) -> None:
        """Delete everything about a chat, but for its revocation and until when Telegram asks to wait."""
        ...

    async def request_access(self, chat: int, kind: str, title: str | None, now: datetime) -> None:
        """Note that a chat asks to be let in, since when it first did."""
        ...

    async def name_chat(self, chat: int, kind: str, title: str) -> None:
        """Note what a group is called, for owners who look through the chats."""
        ...

    async def find_chats(self) -> tuple[AccessRequest, ...]:
        """Return every chat that was let in, put out, suspended, subscribed, or asks."""
        ...

    async def find_ignored_groups(self, before: datetime) -> tuple[int, ...]:
        """Return groups that asked before then, and that nobody has let in."""
        ...

    async def withdraw_request(self, chat: int) -> None:
        """Note that a chat asks no more: it was let in, declined, or left."""
        ...
