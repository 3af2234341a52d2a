"""One request to the web, over all its hops: what it asks for, and where it stands.

What the HTTP library does with a connection is noted here, so that a fault can be told in words.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.fetch.connection_limit import RequestSlot
from bot.fetch.cookies import Cookies
from bot.fetch.failure_reasons import NO_CONNECTION, NO_TLS
from bot.fetch.response_filter import ResponseFilter
from bot.model import Validators

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL


@dataclass(slots=True)
class Request:
    """One answer to get, over all its hops."""

    url: URL
    headers: dict[str, str]  # for everybody
    private: dict[str, str]  # for the host of the first address only
    validators: Validators
    left: float  # seconds of the deadline
    largest: int  # bytes of the body, unpacked
    permanent: bool = True  # every redirect so far was
    cookies: Cookies = field(default_factory=Cookies)
    visited: dict[tuple[URL, str], None] = field(default_factory=dict)  # addresses with their cookies, in order
    stage: str = NO_CONNECTION  # what a time-out would have interrupted
    sockets: list[socket.socket] = field(default_factory=list)
    response_filter: ResponseFilter | None = None  # of its connection
    slot: RequestSlot = field(init=False)  # until this hop ends, as is …
    timeout: asyncio.Timeout = field(init=False)  # … its deadline
    cut: bool = False  # what is longer is cut off, and no error
    page: bool = False  # an alert waits for it
    proxy: str | None = None  # its address; None = that of the settings, "none" = none
    form: Mapping[str, str] | None = None  # what is sent, if anything is

    def end(self) -> None:
        """Let the deadline pass now."""
        self.timeout.reschedule(asyncio.get_running_loop().time())

    @contextmanager
    def deadline_paused(self) -> Iterator[None]:
        """Stop the deadline while the request waits for ourselves; not for a host that drips."""
        clock, until = asyncio.get_running_loop(), self.timeout.when()
        if until is None or self.slot.is_dripping():
            yield
            return
        left = until - clock.time()
        self.timeout.reschedule(None)
        try:
            yield
        finally:
            self.timeout.reschedule(clock.time() + left)

    def rejection(self, host: str) -> FetchError | None:
        """Return why the filter cut the server off, or None."""
        reason = self.response_filter.refused if self.response_filter else None
        return FetchError(f"{host} {reason}") if reason else None


CURRENT: ContextVar[Request] = ContextVar("the request that a socket is made for")


def record_socket(one: socket.socket) -> None:
    """Note that the current request is about to connect it."""
    CURRENT.get().sockets.append(one)


def record_filter(response_filter: ResponseFilter) -> None:
    """Note what stands at the connection of the current request."""
    CURRENT.get().response_filter = response_filter


def check_tls(request: Request) -> None:
    """Just before the time is over: a connection that stands, but is not ours to use, still waits for TLS."""
    if request.stage == NO_CONNECTION and any(map(_stands, request.sockets)):
        request.stage = NO_TLS


def _stands(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True


def record_stage(stage: str) -> Callable[[aiohttp.ClientSession, SimpleNamespace, object], Awaitable[None]]:
    """Return what notes that a request has come to this stage, for the library to call."""

    async def record_stage(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
        context.trace_request_ctx.stage = stage

    return record_stage
