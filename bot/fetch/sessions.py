"""Sessions of the HTTP library: a direct one, and one for each proxy, opened when they are first needed.

All with the guard at every connection, and the filter at what is received.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.fetch.address_guard import Network, guarded_socket, permitted_targets
from bot.fetch.failure_reasons import NO_ANSWER, NO_CONNECTION, NO_NAME
from bot.fetch.request import record_filter, record_socket, record_stage
from bot.fetch.response_filter import LARGEST_HEAD, filter_responses
from bot.proxies.proxy_address import Proxy, parse_proxy
from bot.proxies.tunnel import connect_through, resolver_for

if TYPE_CHECKING:
    import aiohttp

READ_AHEAD = 16 * 1024  # bytes that wait for a slot in memory, about; the rest stays with the system


class Sessions:
    """The sessions of one client. `proxy` is the address of the proxy for whatever names none; "" = direct."""

    def __init__(self, networks: Sequence[Network], ports: Collection[int], proxy: str) -> None:
        self._networks = networks
        self._ports = ports
        self._default = proxy
        self._open = AsyncExitStack()
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def get(self, proxy: str | None) -> aiohttp.ClientSession:
        """Return the session for requests through this proxy, None for the usual one; ValueError for no address."""
        address = self._default if proxy is None else proxy
        session = self._sessions.get(address)
        if session is None:
            session = self._sessions[address] = self._make(parse_proxy(address) if address else None)
            self._open.push_async_callback(session.close)
        return session

    async def close(self) -> None:
        """Close all connections."""
        await self._open.aclose()

    def _make(self, proxy: Proxy | None) -> aiohttp.ClientSession:
        import aiohttp

        connector = aiohttp.TCPConnector(
            socket_factory=guarded_socket(self._networks, self._ports, record_socket),
            resolver=resolver_for(proxy, lambda: aiohttp.AsyncResolver(timeout=4, tries=2)),
            limit=0,  # the slots count instead
            force_close=True,  # two requests to a host are far apart, and idle connections are open files
        )
        if proxy:
            connect_through(connector, proxy, lambda targets: permitted_targets(targets, self._networks, self._ports))
        filter_responses(connector, record_filter)
        trace = aiohttp.TraceConfig()
        for signal, stage in (
            (trace.on_dns_resolvehost_start, NO_NAME),
            (trace.on_dns_resolvehost_end, NO_CONNECTION),
            (trace.on_connection_create_end, NO_ANSWER),
        ):
            signal.append(record_stage(stage))
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None),
            trace_configs=[trace],
            skip_auto_headers=("User-Agent",),
            read_bufsize=READ_AHEAD,
            max_line_size=LARGEST_HEAD,
            max_field_size=LARGEST_HEAD,
        )
