"""Which chats take messages, as their answers and Telegram's updates show: suspensions begin and end here, too.

`bot.alerts.suspension` decides; the sender of alerts does the same for what it sends, and tells the owners.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.alerts.suspension import Refusals, outage_wait
from bot.chat.messages import Command, Membership
from bot.errors import BotError, DeliveryError
from bot.model import Chat
from bot.ports.chat_store import ChatStore

log = logging.getLogger(__name__)


class Reachability:
    """Writes down what commands and answers show of chats. `now` is the wall clock."""

    def __init__(self, store: ChatStore, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._refusals = Refusals()

    async def note_command(self, command: Command) -> None:
        """Note that somebody writes: in a private chat, who writes takes messages."""
        if command.kind == "private":
            await self._store.revive_chat(command.chat.id, self._now())

    async def note_membership(self, change: Membership) -> None:
        """Note that the bot may write in a chat, or may not. That a person has blocked it is their own business."""
        if change.present:
            await self._store.revive_chat(change.chat, self._now())
            return
        await self._store.suspend_chat(
            change.chat,
            change.reason,
            self._now(),
            closure=change.closure,
            muted_until=change.muted_until,
            announce=change.kind != "private",
        )

    async def note_accepted(self, chat: Chat) -> None:
        """Note that a chat took a message. A store that fails changes nothing: the sender finds out for itself."""
        self._refusals.note(chat.id, self._now())
        try:
            await self._store.revive_chat(chat.id, self._now())
            await self._store.reopen_topic(chat)
        except BotError as error:
            log.info("suspension not ended yet", extra={"chat": chat.id, "reason": str(error)})

    async def note_refused(self, chat: int, error: DeliveryError) -> None:
        """Suspend a chat that refuses an answer, or let it wait where Telegram refuses many alike."""
        reason, now = str(error), self._now()
        self._refusals.note(chat, now, reason)
        if self._refusals.is_outage(chat, reason, error.closure, now):
            until = now + outage_wait(self._refusals.begun(reason, now), now)
            await self._store.wait_out_outage(self._refusals.refused_alike(reason, now), until, now)
        else:
            await self._store.suspend_chat(chat, reason, now, closure=error.closure)
