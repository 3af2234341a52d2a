"""A receiver of webhooks on loopback that verifies with the reference library, and fails as a test asks."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def taken(_: web.Request) -> web.StreamResponse:
    """Answer that it was taken."""
    return web.Response(status=204)


def answering(status: int, **headers: str) -> Answer:
    """Return what answers a status."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={name.replace("_", "-"): text for name, text in headers.items()})

    return answer


@dataclass
class Receiver:
    """`answers` are given one after the other, then `otherwise`. Every signature that comes is verified."""

    secret: str = SECRET
    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    otherwise: Answer = taken
    got: list[dict[str, Any]] = field(default_factory=list)  # what was taken
    ids: list[str] = field(default_factory=list)  # of every attempt
    asked: Counter[str] = field(default_factory=Counter)  # by path

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Verify, and answer."""
        self.asked[request.path] += 1
        body = await request.read()
        key = self.secret if self.secret.startswith("whsec_") else base64.b64encode(self.secret.encode()).decode()
        told = Webhook(key).verify(body, {name.lower(): text for name, text in request.headers.items()})
        self.ids.append(request.headers["webhook-id"])
        answer = await (self.answers.pop(0) if self.answers else self.otherwise)(request)
        if answer.status in range(200, 300):
            self.got.append(told)
        return answer


@asynccontextmanager
async def receiving(secret: str = SECRET) -> AsyncIterator[Receiver]:
    """Open a receiver."""
    receiver = Receiver(secret)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield receiver
    finally:
        await runner.cleanup()
