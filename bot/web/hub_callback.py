"""GET and POST /websub/TOKEN: where WebSub hubs confirm subscriptions, and send what feeds publish.

Only who knows a token is heard at all; a content counts only with the signature of its hub, and without one it says no
more than that there is something to be polled. What is not taken is counted, with its reason, where `doctor` and
/status show it; it is acknowledged all the same, so that nobody learns what a good one looks like. Nothing is parsed
here: a content is kept until the poller reads it, as it reads answers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.errors import StoreError
from bot.polling.hubs.hub_signature import is_signed
from bot.polling.hubs.intent import Denied, judge_intent
from bot.polling.hubs.lease_times import LAST_RETRY, renew_at
from bot.ports.hub_store import HubStore, HubSubscription

if TYPE_CHECKING:
    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.Response]]

log = logging.getLogger(__name__)

PATH: Final = "/websub/"
LARGEST: Final = 4 * 1024 * 1024  # bytes of a content; a feed with the full texts of 50 articles has half a megabyte
PATIENCE: Final = 10.0  # seconds for a content to come
AT_ONCE: Final = 4  # contents that are taken in at a time
OFF_LOOP: Final = 64 * 1024  # bytes; the signature of what is larger is checked in a thread
_ROUTE: Final = PATH + "{token:[A-Za-z0-9_-]{20,100}}"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class HubCallback:
    """Answers hubs; `sent` is called when something is to be read, `every` gives the pace of a source."""

    store: HubStore
    now: Callable[[], datetime]
    every: Callable[[str], timedelta | None]
    sent: Callable[[], None]
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    reading: set[int] = field(default_factory=set)  # sources whose content comes just now: one at a time each

    async def confirm(self, request: web.Request) -> web.Response:
        """Give a hub its challenge back, if we have asked for what it names."""
        subscription = await self._find(request)
        if subscription is None:
            return _answer(404, "There is no such subscription.")
        intent = judge_intent(request.query, subscription)
        if intent is None:
            return _answer(404, "This was not asked for.")
        now = self.now()
        if isinstance(intent, Denied):
            log.warning("a hub denies a subscription", extra={"source": subscription.name, "reason": intent.reason})
            reason = f"the hub denies the subscription: {intent.reason}"
            await self.store.note_refusal(subscription.source, reason, now + LAST_RETRY)
            return _answer(200, "Noted.")
        await self.store.confirm_lease(subscription.source, now + intent.lease, renew_at(now, intent.lease))
        log.info("a hub sends the news of a source", extra={"source": subscription.name, "lease": str(intent.lease)})
        return _answer(200, intent.challenge)

    async def receive(self, request: web.Request) -> web.Response:
        """Take what a hub sends."""
        subscription = await self._find(request)
        if subscription is None:
            return _answer(404, "There is no such subscription.")
        if self.room.locked() or subscription.source in self.reading:
            return _answer(503, "Too much comes at once; send it again.", {"Retry-After": "5"})
        self.reading.add(subscription.source)
        try:
            async with self.room:
                body = await _read(request)
        finally:
            self.reading.discard(subscription.source)
        if body is None:
            await self._ignore(subscription, f"it has more than {LARGEST // 1024 // 1024} MB, or does not come whole")
            return _answer(413, "That is too much.")
        header = request.headers.get("X-Hub-Signature", "")
        if not header:
            await self._hint(subscription)
        elif not await _is_signed(body, header, subscription.secret):
            await self._ignore(subscription, "its signature is wrong")
        elif not await self.store.record_content(
            subscription.source, body, request.headers.get("Content-Type", ""), self.now()
        ):
            await self._ignore(subscription, "it is the same again")
        else:
            self.sent()
        return _answer(202, "Taken.")

    async def _find(self, request: web.Request) -> HubSubscription | None:
        return await self.store.find_by_token(request.match_info["token"])

    async def _hint(self, subscription: HubSubscription) -> None:
        """Poll the source soon: what is not signed may be true, and is no content."""
        every = self.every(subscription.name)
        if every is not None:
            await self.store.bring_forward(subscription.source, self.now(), every / 3)
            self.sent()

    async def _ignore(self, subscription: HubSubscription, reason: str) -> None:
        log.warning("a hub's content is ignored", extra={"source": subscription.name, "reason": reason})
        await self.store.ignore_content(subscription.source, f"a content was ignored: {reason}")


def add_hub_callback(app: web.Application, callback: HubCallback) -> None:
    """Serve the addresses of subscriptions."""
    app.router.add_get(_ROUTE, _guarded(callback.confirm))
    app.router.add_post(_ROUTE, _guarded(callback.receive))


def _guarded(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except StoreError as error:
            log.warning("a hub could not be heard", extra={"reason": str(error)})
            return _answer(503, "The database does not answer; send it again.", {"Retry-After": "30"})

    return answer


async def _read(request: web.Request) -> bytes | None:
    """Return the body; None where it is too large, or does not come in time."""
    if (request.content_length or 0) > LARGEST:
        return None
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async for part in request.content.iter_any():
                parts.append(part)
                size += len(part)
                if size > LARGEST:
                    return None
    except (TimeoutError, OSError):
        return None
    return b"".join(parts)


async def _is_signed(body: bytes, header: str, secret: str) -> bool:
    if len(body) <= OFF_LOOP:
        return is_signed(body, header, secret)
    return await asyncio.to_thread(is_signed, body, header, secret)


def _answer(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    from aiohttp import web

    return web.Response(status=status, text=text, headers=_HEADERS | (headers or {}))
