"""The only way out to the web: one guarded client for sources and article pages.

An address comes in, the answer or a reason in words goes out. Never a connection that the guard did not allow, on
any hop; never a cookie of another request, a proxy of the environment, more bytes or more seconds than the limits;
never a credential past a redirect to somebody else. Waiting for a host's turn, or for a slot, is no part of the
deadline.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.errors import FetchError
from bot.fetch.address_guard import REFUSAL, Network
from bot.fetch.addresses import host_of, next_hop, same_site, web_address
from bot.fetch.connection_limit import new_connection_limit
from bot.fetch.decompress import ACCEPTED, LARGEST, decompress, too_large
from bot.fetch.failure_reasons import (
    DRIPS,
    NO_CONNECTION,
    NO_END,
    describe_failure,
    describe_refusal,
    describe_timeout,
    fresh_for,
    http_date,
)
from bot.fetch.host_queue import HostQueue
from bot.fetch.link_header import read_links
from bot.fetch.priority_queue import HostReputation
from bot.fetch.request import CURRENT, Request, check_tls
from bot.fetch.robots import LARGEST as LARGEST_ROBOTS
from bot.fetch.robots import Robots
from bot.fetch.sessions import Sessions
from bot.model import Fetched, Validators

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

HOPS = 5  # redirects that are followed; browsers allow 20, feeds need two
DEADLINE = 20.0  # seconds for one answer with all its redirects, as Miniflux has it
WAIT_UNASKED = 60.0  # seconds to leave a host alone that answers 429 without saying how long
LARGE = 1024 * 1024  # bytes; of answers beyond it only a few are taken in at once
ANSWERED = 4096  # bytes of the answer to a form that are read
OFF_LOOP = 256 * 1024  # bytes; what is larger is unpacked and hashed in a thread

_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WHOLE = frozenset({307, 308})  # redirects that ask for the same once more, a form and all
_TAKEN = frozenset({200, 201, 202, 204})  # answers to a form
_FEEDS = "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.9, */*;q=0.5"
_PAGES = "text/html, application/xhtml+xml, */*;q=0.5"


def default_user_agent() -> str:
    """Return the name we go by: what we are and which release."""
    return f"Newswatch/{importlib.metadata.version('newswatch')} (news alerts; reads feeds)"


class WebClient:
    """An implementation of `ports.Fetch`; an async context manager that owns its connections.

    `room` is awaited before a request, and with `large=True` before the rest of a large answer is taken in;
    `allowed_networks` and `allowed_ports` widen the public internet and 80, 443; `host_spacing` is in seconds;
    `proxy` is the address of the proxy for requests that name none.
    """

    def __init__(
        self,
        *,
        user_agent: str = "",
        allowed_networks: Sequence[Network] = (),
        allowed_ports: Collection[int] = frozenset({80, 443}),
        host_spacing: float = 1.0,
        deadline: float = DEADLINE,
        largest: int = LARGEST,
        robots: bool = True,
        proxy: str = "",
        room: Callable[..., Awaitable[None]] | None = None,
    ) -> None:
        """Take what widens or narrows the limits; without `robots`, pages are what a person asked for by name."""
        self._user_agent = user_agent or default_user_agent()
        self._networks = tuple(allowed_networks)
        self._ports = frozenset(allowed_ports)
        self._deadline = deadline
        self._largest = largest
        self._hosts = HostQueue(host_spacing)
        self._robots = Robots(self._user_agent, self._robots_txt) if robots else None
        self._slots = new_connection_limit()
        self._room = room
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="unpack")
        self._open = AsyncExitStack()
        self._sessions = Sessions(self._networks, self._ports, proxy)

    async def __aenter__(self) -> Self:
        self._open.callback(self._threads.shutdown, wait=False)
        self._open.push_async_callback(self._sessions.close)
        if self._robots:
            self._open.push_async_callback(self._robots.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        headers: Sequence[tuple[str, str]] = (),
        page: bool = False,
        proxy: str | None = None,
    ) -> Fetched:
        """Return the answer, or raise FetchError with a reason in words. See `ports.Fetch`."""
        first = web_address(url)
        private = dict(headers)
        if first.user is not None:
            pair = f"{first.user}:{first.password or ''}".encode()
            private.setdefault("Authorization", f"Basic {b64encode(pair).decode()}")
        known = validators or Validators()
        common = {"User-Agent": self._user_agent, "Accept": _PAGES if page else _FEEDS, "Accept-Encoding": ACCEPTED}
        if known.etag:
            common["If-None-Match"] = known.etag
        if known.last_modified:
            common["If-Modified-Since"] = known.last_modified
        request = Request(
            first.with_user(None), common, private, known, self._deadline, self._largest, page=page, proxy=proxy
        )
        return await self._follow(request, self._robots if page else None)

    async def post_form(self, url: str, fields: Mapping[str, str], *, proxy: str | None = None) -> None:
        """Send a form, as to a hub; FetchError where it is not taken. Redirects are followed only where it goes whole.

        What is answered is not read beyond a few kilobytes.
        """
        common = {"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": "identity"}
        request = Request(
            web_address(url).with_user(None), common, {}, Validators(), self._deadline, ANSWERED, cut=True, proxy=proxy
        )
        request.form = dict(fields)
        await self._follow(request, None)

    async def _follow(self, request: Request, robots: Robots | None) -> Fetched:
        """Ask one address after the other until one answers; `robots` is asked before each of them."""
        origin = request.url
        for _ in range(HOPS + 1):
            step = (request.url, request.cookies.header(request.url))
            if step in request.visited:
                raise FetchError(f"{host_of(request.url)} redirects in a circle")
            request.visited[step] = None
            if robots:
                self._hosts.space(host_of(request.url), await robots.check(request.url, request.proxy))
            answer = await self._hop(request, with_private=same_site(origin, request.url))
            if isinstance(answer, Fetched):
                return answer
            request.url = answer
        raise FetchError(f"{host_of(origin)} redirects more than {HOPS} times")

    async def _robots_txt(self, url: URL, proxy: str | None) -> bytes:
        common = {"User-Agent": self._user_agent, "Accept": "text/plain, */*;q=0.5", "Accept-Encoding": "identity"}
        request = Request(
            url, common, {}, Validators(), self._deadline, LARGEST_ROBOTS, page=True, cut=True, proxy=proxy
        )
        return (await self._follow(request, None)).body

    async def _hop(self, request: Request, *, with_private: bool) -> Fetched | URL:
        """Ask one address when it is its host's turn; return the answer, or where it sends us."""
        import aiohttp

        host = host_of(request.url)
        if request.url.port not in self._ports:
            raise FetchError(REFUSAL)
        turn = self._hosts.turn(host, page=request.page)
        async with turn, self._slots.one(self._hosts.reputation(host), page=request.page) as request.slot:
            if self._room:
                await self._room()
            self._hosts.begin(host)
            request.slot.ask()
            clock, request.stage = asyncio.get_running_loop(), NO_CONNECTION
            request.sockets.clear()
            request.response_filter = None
            look = clock.call_later(request.left * 0.99, check_tls, request)
            CURRENT.set(request)
            try:
                async with asyncio.timeout(request.left) as request.timeout:
                    request.slot.end = request.end
                    return await self._ask(request, request.private if with_private else {})
            except FetchError as error:
                if rejection := request.rejection(host):
                    raise rejection from error
                if error.status in {429, 503} and (error.retry_after or error.status == 429):  # noqa: PLR2004 - HTTP
                    self._hosts.close(host, error.retry_after or WAIT_UNASKED, error.status)
                raise
            except TimeoutError as error:
                self._hosts.record_reputation(host, HostReputation.BAD)
                if request.slot.ended:
                    raise FetchError(f"{host} {DRIPS}") from error
                raise describe_timeout(host, request.stage, self._deadline) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise request.rejection(host) or describe_failure(host, error) from error
            finally:
                look.cancel()
                if request.slot.has_dripped:
                    self._hosts.record_reputation(host, HostReputation.BAD)
                request.left = max(0.0, (request.timeout.when() or 0.0) - clock.time())

    async def _ask(self, request: Request, private: dict[str, str]) -> Fetched | URL:
        session = await self._sessions.get(request.proxy)
        method = "GET" if request.form is None else "POST"
        async with session.request(
            method,
            request.url,
            data=request.form,
            headers=request.headers | private | _cookie(private, request.cookies.header(request.url)),
            allow_redirects=False,
            trace_request_ctx=request,
        ) as response:
            status, headers = response.status, response.headers
            self._hosts.record_reputation(host_of(request.url), HostReputation.GOOD)
            if status in (_REDIRECTS if request.form is None else _WHOLE) and "Location" in headers:
                request.permanent = request.permanent and status in _PERMANENT
                request.cookies.learn(request.url, headers.getall("Set-Cookie", ()))
                return next_hop(request.url, headers["Location"])
            if status == 304 and request.validators != Validators():  # noqa: PLR2004 - HTTP
                return _unchanged(request, headers)
            if status not in ({200, 203} if request.form is None else _TAKEN):
                raise describe_refusal(host_of(request.url), status, headers, datetime.now(UTC))
            request.stage = NO_END
            request.slot.ask(begun=True)
            packed = await self._body(request, response)
        encoding = ", ".join(headers.getall("Content-Encoding", ()))
        links = read_links(headers.getall("Link", ()), str(request.url))
        return replace(await self._read(request, headers, packed, encoding), links=links)

    async def _body(self, request: Request, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            if not request.slot.has_slot:
                with request.deadline_paused():
                    await request.slot.take(self._room)
            size += len(part)
            parts.append(part)
            request.slot.record_bytes(len(part))
            if size > LARGE >= size - len(part):
                with request.deadline_paused():
                    await request.slot.acquire_large()
                    if self._room:
                        await self._room(large=True)
                request.slot.ask(begun=True)
            if size > request.largest:
                if not request.cut:
                    raise too_large(request.largest)
                break
        return b"".join(parts)[: request.largest]

    async def _read(self, request: Request, headers: Mapping[str, str], packed: bytes, encoding: str) -> Fetched:
        if len(packed) < OFF_LOOP and not (encoding and len(packed) > OFF_LOOP // 16):
            body, digest = _unpack(packed, encoding, request.largest)
        else:
            clock = asyncio.get_running_loop()
            body, digest = await clock.run_in_executor(self._threads, _unpack, packed, encoding, request.largest)
        same = digest == request.validators.body_hash
        return Fetched(
            url=str(request.url),
            status=200,
            body=b"" if same else body,
            content_type=headers.get("Content-Type", "")[:200],
            validators=Validators(_kept(headers.get("ETag")), _kept(headers.get("Last-Modified")), digest),
            not_modified=same,
            fresh_for=fresh_for(headers),
            moved_to=_moved_to(request),
            date=http_date(headers.get("Date", "")),
        )


def _unchanged(request: Request, headers: Mapping[str, str]) -> Fetched:
    known = request.validators
    etag, modified = _kept(headers.get("ETag")), _kept(headers.get("Last-Modified"))
    return Fetched(
        url=str(request.url),
        status=304,
        body=b"",
        content_type="",
        validators=Validators(etag or known.etag, modified or known.last_modified, known.body_hash),
        not_modified=True,
        fresh_for=fresh_for(headers),
        moved_to=_moved_to(request),
    )


def _moved_to(request: Request) -> str | None:
    first, _ = next(iter(request.visited))
    return str(request.url) if request.permanent and request.url != first else None


def _cookie(private: Mapping[str, str], set_now: str) -> dict[str, str]:
    """Return the Cookie header of a request, where its chain has set one: beside that of the watchlists file."""
    if not set_now:
        return {}
    name = next((name for name in private if name.lower() == "cookie"), "Cookie")
    return {name: "; ".join(filter(None, (private.get(name), set_now)))}


def _kept(validator: str | None) -> str | None:
    """Return the validator as sent, unless it could not be sent back."""
    return validator if validator and len(validator) <= 1024 and validator.isascii() else None  # noqa: PLR2004 - a header


def _unpack(packed: bytes, encoding: str, largest: int) -> tuple[bytes, str]:
    body = decompress(packed, encoding, largest)
    return body, hashlib.blake2b(body, digest_size=16).hexdigest()
