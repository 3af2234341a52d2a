"""Replies on their way: tried again for a while, so that whoever wrote hears; adapted once where Telegram refuses them.

A reply in, the id of its message out, or None after it was logged why there is none. Replies to one chat go one after
the other, to several side by side: nobody waits for another's chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.chat.listening.reachability import Reachability
from bot.chat.messages import Reply
from bot.errors import DeliveryError
from bot.notify.telegram.bot_api import Outgoing, TelegramClient
from bot.ports.chat_store import ButtonStore

log = logging.getLogger(__name__)

RETRIES = (1.0, 3.0, 8.0, 20.0, 40.0)  # seconds before a reply is tried again that failed on its way
PATIENCE = 120.0  # seconds that one reply waits in all, a 429 that asks for longer ends it
_TOAST = 3.0  # seconds that the answer to a press waits in all: its spinner turns no longer than some more
_ADAPTED = 2  # times: a group that has moved may have lost the topic, too


class ReplySender:
    """Sends replies. `migrate` follows a group, `leave_topic` a lost topic; `reachability` hears who takes messages."""

    def __init__(
        self,
        client: TelegramClient,
        buttons: Callable[[], ButtonStore],
        now: Callable[[], datetime],
        *,
        reachability: Reachability,
        migrate: Callable[[int, int], Awaitable[None]],
        leave_topic: Callable[[Reply, str], Awaitable[Reply]],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._client, self._buttons, self._now = client, buttons, now
        self._reachability, self._migrate, self._leave_topic, self._pause = reachability, migrate, leave_topic, pause

    async def send_all(self, replies: Sequence[Reply]) -> list[int | None]:
        """Send replies; return their messages in the same order."""
        places: dict[int, list[int]] = {}
        for place, reply in enumerate(replies):
            places.setdefault(reply.chat.id, []).append(place)
        sent: dict[int, int | None] = {}

        async def send_in_order(mine: Sequence[int]) -> None:
            for place in mine:
                sent[place] = await self.send(replies[place])

        await asyncio.gather(*(send_in_order(mine) for mine in places.values()))
        return [sent[place] for place in range(len(replies))]

    async def send(self, reply: Reply) -> int | None:
        """Send a reply and return its message."""
        reply = await self._store_buttons(reply)
        waited, failures, adapted = 0.0, 0, 0
        while True:
            try:
                message = await self._client.send(_outgoing(reply))
            except DeliveryError as error:
                refusal = error
            else:
                if reply.edit is None:
                    await self._reachability.note_accepted(reply.chat)
                return message
            if (seconds := wait_before_retry(refusal, failures, PATIENCE - waited)) is not None:
                log.info("reply tried again", extra={"chat": reply.chat.id, "reason": str(refusal)})
                await self._pause(seconds)
                waited, failures = waited + seconds, failures + 1
                continue
            changed = await self._adapt(reply, refusal) if adapted < _ADAPTED else None
            if changed is None:
                level = logging.DEBUG if reply.notice else logging.WARNING
                log.log(level, "reply not sent", extra={"chat": reply.chat.id, "reason": str(refusal)})
                return None
            reply, adapted = changed, adapted + 1

    async def toast(self, press: str, text: str) -> None:
        """Answer a pressed button. Too late, it is nobody's loss."""
        failures, left = 0, _TOAST
        while True:
            try:
                return await self._client.answer_press(press, text)
            except DeliveryError as error:
                if (seconds := wait_before_retry(error, failures, left)) is None:
                    return log.debug("button not answered", extra={"reason": str(error)})
            await self._pause(seconds)
            failures, left = failures + 1, left - seconds

    async def _store_buttons(self, reply: Reply) -> Reply:
        """Put on record what the buttons mean, and let them say ids."""
        if not reply.buttons:
            return reply
        meanings = [button.data for button in reply.buttons]
        ids = await self._buttons().save_buttons(reply.chat.id, meanings, self._now())
        buttons = tuple(replace(button, data=key) for button, key in zip(reply.buttons, ids, strict=True))
        return replace(reply, buttons=buttons)

    async def _adapt(self, reply: Reply, error: DeliveryError) -> Reply | None:
        """Return what may be sent instead of what was refused."""
        if error.verdict == "migrate" and error.chat:
            await self._migrate(reply.chat.id, error.chat)
            return replace(reply, chat=replace(reply.chat, id=error.chat), edit=None)
        if error.verdict == "suspend" and not reply.notice and reply.edit is None:
            await self._reachability.note_refused(reply.chat.id, error)
        if error.verdict == "topic" and reply.chat.topic is not None:
            return await self._leave_topic(reply, str(error))
        if error.verdict == "stale" and reply.edit is not None:
            return replace(reply, edit=None)
        return None


def wait_before_retry(error: DeliveryError, failures: int, left: float) -> float | None:
    """Return the seconds after which what failed so many times before is tried again, None where it is given up.

    `left` are the seconds that may be waited still. What was perhaps accepted is tried again as well: an answer twice
    is better than none.
    """
    if error.verdict not in {"wait", "unsent", "unknown"} or failures >= len(RETRIES):
        return None
    seconds = max(error.retry_after or RETRIES[failures], RETRIES[0]) if error.verdict == "wait" else RETRIES[failures]
    return seconds if seconds <= left else None


def _outgoing(reply: Reply) -> Outgoing:
    """Return a reply as the client sends it, its buttons in rows."""
    rows: list[list[tuple[str, str]]] = []
    for button in reply.buttons:
        if not (button.beside and rows):
            rows.append([])
        rows[-1].append((button.label, button.data))
    return Outgoing(reply.chat, reply.text, rows, reply.edit, is_html=True, file=reply.file)
