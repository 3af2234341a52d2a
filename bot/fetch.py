"""The only way out to the web: one guarded client for sources and article pages.

An address comes in, the answer or a reason in words goes out. Never a connection that the guard did not allow, on
any hop; never a cookie, a proxy of the environment, more bytes or more seconds than the limits; never a credential
past a redirect to somebody else. Waiting for a host's turn is no part of the deadline.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import resource
from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Self

from bot.errors import FetchError
from bot.http.guard import REFUSAL, Network, guarded_socket
from bot.http.hosts import Hosts
from bot.http.reasons import fault_of, fresh_for, http_date, refusal_of
from bot.http.unpack import ACCEPTED, LARGEST, too_large, unpacked
from bot.model import Fetched, Validators
from bot.urls import LONGEST

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

HOPS = 5  # redirects that are followed; browsers allow 20, feeds need two
DEADLINE = 20.0  # seconds for one answer with all its redirects, as Miniflux has it
CONNECTIONS = 128  # at once, where the limit of open files allows it: room for many that hang
WAIT_UNASKED = 60.0  # seconds to leave a host alone that answers 429 without saying how long
OFF_LOOP = 256 * 1024  # bytes; what is larger is unpacked and hashed in a thread

_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FEEDS = "application/atom+xml, application/rss+xml, application/feed+json;q=0.9, application/xml;q=0.9, */*;q=0.5"
_PAGES = "text/html, application/xhtml+xml, */*;q=0.5"


def default_user_agent() -> str:
    """Return the name we go by: what we are and which release."""
    return f"Newswatch/{importlib.metadata.version('newswatch')} (news alerts; reads feeds)"


@dataclass(slots=True)
class _Request:
    """One answer to get, over all its hops."""

    url: URL
    headers: dict[str, str]  # for everybody
    private: dict[str, str]  # for the host of the first address only
    validators: Validators
    left: float  # seconds of the deadline
    permanent: bool = True  # every redirect so far was
    visited: set[URL] = field(default_factory=set)
    stage: str = "no connection"  # what a time-out would have interrupted


class WebFetch:
    """An implementation of `ports.Fetch`; an async context manager that owns its connections.

    `allowed_networks` and `allowed_ports` widen the public internet and 80, 443; `host_spacing` is in seconds.
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
    ) -> None:
        self._user_agent = user_agent or default_user_agent()
        self._networks = tuple(allowed_networks)
        self._ports = frozenset(allowed_ports)
        self._deadline = deadline
        self._largest = largest
        self._hosts = Hosts(host_spacing)
        self._slots = asyncio.Semaphore(_connections())
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="unpack")
        self._open = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        import aiohttp

        connector = aiohttp.TCPConnector(
            socket_factory=guarded_socket(self._networks, self._ports),
            resolver=aiohttp.AsyncResolver(timeout=4, tries=2),
            limit=0,  # the slots count instead
            force_close=True,  # two requests to a host are far apart, and idle connections are open files
        )
        trace = aiohttp.TraceConfig()
        for signal, stage in (
            (trace.on_dns_resolvehost_start, "no answer from DNS"),
            (trace.on_dns_resolvehost_end, "no connection"),
            (trace.on_connection_create_end, "connected, but no answer"),
        ):
            signal.append(_mark(stage))
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[trace],
            skip_auto_headers=("User-Agent",),
        )
        self._open.callback(self._threads.shutdown, wait=False)
        await self._open.enter_async_context(self._session)
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
    ) -> Fetched:
        """Return the answer, or raise FetchError with a reason in words. See `ports.Fetch`."""
        first = _web_address(url)
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
        request = _Request(first.with_user(None), common, private, known, self._deadline)
        origin = request.url
        for _ in range(HOPS + 1):
            if request.url in request.visited:
                raise FetchError(f"{_host(request.url)} redirects in a circle")
            request.visited.add(request.url)
            answer = await self._hop(request, with_private=_same_site(origin, request.url))
            if isinstance(answer, Fetched):
                return answer
            request.url = answer
        raise FetchError(f"{_host(origin)} redirects more than {HOPS} times")

    async def _hop(self, request: _Request, *, with_private: bool) -> Fetched | URL:
        """Ask one address when it is its host's turn; return the answer, or where it sends us."""
        import aiohttp

        host = _host(request.url)
        if request.url.port not in self._ports:
            raise FetchError(REFUSAL)
        async with self._hosts.turn(host), self._slots:
            clock = asyncio.get_running_loop()
            started = clock.time()
            request.stage = "no connection"
            try:
                async with asyncio.timeout(request.left):
                    return await self._ask(request, request.private if with_private else {})
            except FetchError as error:
                self._leave_alone(host, error)
                raise
            except TimeoutError as error:
                raise FetchError(f"{host}: {request.stage} within {self._deadline:g} s") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise fault_of(host, error) from error
            finally:
                request.left = max(0.0, request.left - (clock.time() - started))

    async def _ask(self, request: _Request, private: Mapping[str, str]) -> Fetched | URL:
        assert self._session is not None, "WebFetch is used as `async with WebFetch(…)`"  # noqa: S101 - a bug of ours
        async with self._session.get(
            request.url,
            headers={**request.headers, **private},
            allow_redirects=False,
            trace_request_ctx=request,
        ) as response:
            status, headers = response.status, response.headers
            if status in _REDIRECTS and "Location" in headers:
                request.permanent = request.permanent and status in _PERMANENT
                return _next(request.url, headers["Location"])
            if status == 304 and (request.validators.etag or request.validators.last_modified):  # noqa: PLR2004 - HTTP
                return _unchanged(request, headers)
            if status not in {200, 203}:
                raise refusal_of(_host(request.url), status, headers, datetime.now(UTC))
            request.stage = "the answer did not end"
            packed = await self._body(response)
        encoding = ", ".join(headers.getall("Content-Encoding", ()))
        return await self._read(request, headers, packed, encoding)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := await response.content.readany():
            size += len(part)
            if size > self._largest:
                raise too_large(self._largest)
            parts.append(part)
        return b"".join(parts)

    async def _read(self, request: _Request, headers: Mapping[str, str], packed: bytes, encoding: str) -> Fetched:
        if len(packed) < OFF_LOOP and not (encoding and len(packed) > OFF_LOOP // 16):
            body, digest = _unpack(packed, encoding, self._largest)
        else:
            clock = asyncio.get_running_loop()
            body, digest = await clock.run_in_executor(self._threads, _unpack, packed, encoding, self._largest)
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

    def _leave_alone(self, host: str, error: FetchError) -> None:
        if error.status in {429, 503} and (error.retry_after or error.status == 429):  # noqa: PLR2004 - HTTP
            self._hosts.close(host, error.retry_after or WAIT_UNASKED, error.status)


def _web_address(text: str) -> URL:
    """Return the address as the client will use it: read once, by the reader that also connects."""
    from yarl import URL

    if len(text) > LONGEST:
        raise FetchError(f"the address is longer than {LONGEST} characters")
    if not text.isprintable() or "\\" in text or " " in text:
        raise FetchError("the address holds characters that no web address has")
    try:
        url = URL(text)
        if url.raw_host and url.port and url.scheme in {"http", "https"}:
            return url.with_fragment(None)
    except ValueError:
        pass
    raise FetchError("not a web address: it must begin with http:// or https:// and a host")


def _host(url: URL) -> str:
    return (url.raw_host or "").rstrip(".")


def _next(current: URL, location: str) -> URL:
    from yarl import URL

    try:
        target = current.join(URL(location.strip().replace(" ", "%20")))
        return _web_address(str(target)).with_user(None)
    except (ValueError, FetchError) as error:
        raise FetchError(f"{_host(current)} redirects to what is no web address") from error


def _same_site(first: URL, now: URL) -> bool:
    """Return whether what was meant for the first address may be told to this one: the same host, no less secure."""
    upgraded = (first.scheme, first.port, now.scheme, now.port) == ("http", 80, "https", 443)
    return first.raw_host == now.raw_host and (upgraded or (first.scheme, first.port) == (now.scheme, now.port))


def _unchanged(request: _Request, headers: Mapping[str, str]) -> Fetched:
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


def _moved_to(request: _Request) -> str | None:
    return str(request.url) if request.permanent and len(request.visited) > 1 else None


def _kept(validator: str | None) -> str | None:
    """Return the validator as sent, unless it could not be sent back."""
    return validator if validator and len(validator) <= 1024 and validator.isascii() else None  # noqa: PLR2004 - a header


def _unpack(packed: bytes, encoding: str, largest: int) -> tuple[bytes, str]:
    body = unpacked(packed, encoding, largest)
    return body, hashlib.blake2b(body, digest_size=16).hexdigest()


def _mark(stage: str) -> Callable[[aiohttp.ClientSession, SimpleNamespace, object], Awaitable[None]]:
    async def mark(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.stage = stage

    return mark


def _connections() -> int:
    """Return how many connections may be open at once: the database, pipes and logs need open files as well."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if files == resource.RLIM_INFINITY else max(4, min(CONNECTIONS, (files - 32) // 2))
