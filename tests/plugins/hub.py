"""A WebSub hub as a publisher runs one, with the feed whose news it sends; on loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

LEASE = 3600  # seconds


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whom the hub sends to, for one feed."""

    callback: str
    topic: str
    secret: str


@dataclass
class Hub:
    """A hub and its feed at one server: `publish` adds an item, and sends it to whoever is subscribed."""

    host: str = "127.0.0.1"
    port: int = 0
    lease: int = LEASE
    entries: list[tuple[str, str]] = field(default_factory=list)  # (name, title), the newest first
    polls: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)  # forms that it got
    confirmed: dict[str, Subscriber] = field(default_factory=dict)  # by callback
    answers: list[tuple[int, str]] = field(default_factory=list)  # of verifications
    status: int = 202  # that a form is answered with
    silent: bool = False  # it sends nothing, and confirms nothing
    plain: bool = False  # the feed names no hub any more
    in_header: bool = False  # the feed names it in the header of its answer alone
    tasks: set[asyncio.Task[int]] = field(default_factory=set)

    def url(self, path: str = "/feed") -> str:
        """Return the address of a path."""
        return f"http://{self.host}:{self.port}{path}"

    def feed(self, *entries: tuple[str, str]) -> bytes:
        """Return an Atom feed of these entries, or of all."""
        links = "" if self.in_header or self.plain else f'<link rel="hub" href="{self.url("/hub")}"/>{self._self()}'
        items = "".join(
            f"<entry><id>{self.url('/')}{name}</id><title>{title}</title><link href='{self.url('/page')}/{name}'/>"
            f"<summary>{title}, it was said on Monday.</summary></entry>"
            for name, title in (entries or self.entries)
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Hub Courier</title>{links}{items}</feed>'.encode()

    def _self(self) -> str:
        return f'<link rel="self" href="{self.url()}"/>'

    async def answer_feed(self, _request: web.Request) -> web.Response:
        """Answer a poll."""
        self.polls += 1
        named = [("Link", f'<{self.url("/hub")}>; rel="hub"'), ("Link", f'<{self.url()}>; rel="self"')]
        return web.Response(
            body=self.feed(), content_type="application/atom+xml", headers=named if self.in_header else None
        )

    async def answer_form(self, request: web.Request) -> web.Response:
        """Take a subscription, and confirm it afterwards."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.status == 202 and not self.silent:
            task = asyncio.create_task(self.verify(form))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return web.Response(status=self.status)

    async def verify(self, form: dict[str, str], **changes: str) -> int:
        """Ask whether this is wanted; `changes` are other parameters than there should be."""
        wanted = {"mode": form["hub.mode"], "topic": form["hub.topic"], "challenge": "abc<123>"}
        wanted |= {"lease_seconds": str(self.lease)} | changes
        query = {f"hub.{name}": value for name, value in wanted.items()}
        async with aiohttp.ClientSession() as session, session.get(form["hub.callback"], params=query) as answer:
            said = await answer.text()
            self.answers.append((answer.status, said))
            if answer.status == 200 and said == wanted["challenge"]:
                one = Subscriber(form["hub.callback"], form["hub.topic"], form.get("hub.secret", ""))
                self.confirmed[one.callback] = one
            return answer.status

    async def publish(self, name: str, title: str, *, method: str = "sha256") -> None:
        """Add an item and send it alone, as hubs do."""
        self.entries.insert(0, (name, title))
        if not self.silent:
            for one in tuple(self.confirmed.values()):
                await self.send(one, self.feed((name, title)), method=method)

    async def send(self, one: Subscriber, body: bytes, *, method: str = "sha256", secret: str | None = None) -> int:
        """Send a content with its signature (`method` empty: without); return the status of the answer."""
        headers = {"Content-Type": "application/atom+xml"}
        if method:
            key = (one.secret if secret is None else secret).encode()
            headers["X-Hub-Signature"] = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(one.callback, data=body, headers=headers) as answer,
        ):
            return answer.status

    def the_subscriber(self) -> Subscriber:
        """Return the one subscriber."""
        (one,) = self.confirmed.values()
        return one


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    """Run a hub with a feed of one old item."""
    async with AsyncExitStack() as stack:
        hub = Hub(entries=[("old", "Kremlin of old")])
        app = web.Application()
        app.router.add_get("/feed", hub.answer_feed)
        app.router.add_post("/hub", hub.answer_form)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, hub.host, 0).start()
        hub.port = runner.addresses[0][1]
        yield hub
