"""A sample newsroom: outlets with feeds and article pages, served on loopback for the demo and for tests.

Real HTTP with validators, so that everything above it works as it does on the web. It knows nothing of the bot.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from itertools import count
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Piece:
    """What an outlet publishes."""

    headline: str
    teaser: str
    paragraphs: tuple[str, ...]
    language: str = "en"
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes: its address is /SLUG/feed.xml."""

    slug: str
    name: str
    language: str = "en"


class Newsroom:
    """Serves outlets on 127.0.0.1 at a free port; `async with`, then `publish`."""

    def __init__(self, outlets: tuple[Outlet, ...]) -> None:
        self._outlets = {outlet.slug: outlet for outlet in outlets}
        self._pieces: dict[str, dict[int, Piece]] = {outlet.slug: {} for outlet in outlets}
        self._numbers = count()
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.requests = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{slug}/feed.xml", self._feed)
        app.router.add_get(r"/{slug}/{number:\d{1,6}}", self._page)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def feed(self, slug: str) -> str:
        """Return the address of an outlet's feed."""
        return f"http://127.0.0.1:{self.port}/{slug}/feed.xml"

    def publish(self, slug: str, *pieces: Piece) -> None:
        """Put pieces on the outlet's feed, the last one on top."""
        self._pieces[slug].update(zip((next(self._numbers) for _ in pieces), pieces, strict=True))

    def replace(self, slug: str, *pieces: Piece) -> None:
        """Take everything off the feed and put these on it, under new addresses."""
        self._pieces[slug].clear()
        self.publish(slug, *pieces)

    async def _feed(self, request: web.Request) -> web.Response:
        self.requests += 1
        outlet = self._outlets.get(request.match_info["slug"])
        if outlet is None:
            raise web.HTTPNotFound
        base = f"{request.scheme}://{request.host}/{outlet.slug}"
        entries = [_entry(base, number, piece) for number, piece in self._pieces[outlet.slug].items()]
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
            f"<link>{base}/</link><language>{outlet.language}</language>{''.join(reversed(entries))}</channel></rss>"
        ).encode()
        etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=body, content_type="application/rss+xml", charset="utf-8", headers={"ETag": etag})

    async def _page(self, request: web.Request) -> web.Response:
        self.requests += 1
        slug, number = request.match_info["slug"], int(request.match_info["number"])
        piece = self._pieces.get(slug, {}).get(number)
        if piece is None:
            raise web.HTTPNotFound
        return web.Response(text=_html(self._outlets[slug], piece), content_type="text/html")


def _entry(base: str, number: int, piece: Piece) -> str:
    when = ""
    if piece.published is not None:
        when = f"<pubDate>{format_datetime(piece.published)}</pubDate>"
    return (
        f"<item><guid isPermaLink='false'>{base}/{number}</guid><link>{base}/{number}</link>"
        f"<title>{escape(piece.headline)}</title><description>{escape(piece.teaser)}</description>{when}</item>"
    )


def _html(outlet: Outlet, piece: Piece) -> str:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs)
    return (
        f'<!doctype html><html lang="{piece.language}"><head><meta charset="utf-8"><title>{escape(piece.headline)} | '
        f"{escape(outlet.name)}</title></head><body><nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><main>"
        f"<article><h1>{escape(piece.headline)}</h1>{text}</article></main>"
        "<footer>Accept cookies · Subscribe to our newsletter</footer></body></html>"
    )
