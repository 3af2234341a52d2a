"""Asks hubs for subscriptions, and renews them before they end. Knows ports, never an adapter.

A hub confirms by a request of its own to our address (`web/hub_callback`); until then it is asked again, ever more
rarely. Every request goes through the one guarded client.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.errors import FetchError, StoreError
from bot.model import Source
from bot.polling.hubs.lease_times import WANTED, retry_at
from bot.ports.hub_store import HubStore, HubSubscription

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks for hubs to be asked
AT_ONCE = 8  # hubs that are asked at a time


class PostForm(Protocol):
    """Sends forms to hubs."""

    async def __call__(self, url: str, fields: Mapping[str, str], *, proxy: str | None = None) -> None:
        """Send a form; FetchError with a reason in words where it is not taken."""
        ...


@dataclass(frozen=True, slots=True)
class HubSubscriber:
    """Keeps the subscriptions of sources alive; `callback` is our address in front of a token."""

    store: HubStore
    post: PostForm
    callback: str
    sources: Callable[[], Mapping[str, Source]]
    now: Callable[[], datetime]

    async def run(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        """Ask the hubs that are due until `stop`."""
        while not stop.is_set():
            beat()
            try:
                await self.ask_due()
            except StoreError as error:
                if error.lasting:
                    raise
                log.debug("hubs are not asked while the database is away", extra={"reason": str(error)})
            try:
                async with asyncio.timeout(LOOK):
                    await stop.wait()
            except TimeoutError:
                continue

    async def ask_due(self) -> int:
        """Ask the hubs that are due; return how many."""
        due = await self.store.find_due_asks(self.now(), AT_ONCE)
        await asyncio.gather(*map(self._ask, due))
        return len(due)

    async def _ask(self, due: HubSubscription) -> None:
        now = self.now()
        again = retry_at(now, due.failures, due.held_until)
        if not await self.store.begin_ask(due, now, again):
            return
        source = self.sources().get(due.name)
        fields = {
            "hub.callback": self.callback + due.token,
            "hub.mode": "subscribe",
            "hub.topic": due.link.topic,
            "hub.secret": due.secret,
            "hub.lease_seconds": str(int(WANTED.total_seconds())),
        }
        try:
            await self.post(due.link.hub, fields, proxy=source.proxy if source else None)
        except FetchError as error:
            log.warning("a hub refuses a subscription", extra={"source": due.name, "reason": str(error)})
            await self.store.note_refusal(due.source, str(error))
