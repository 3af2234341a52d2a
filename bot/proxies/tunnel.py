"""Connections through a proxy of the operator's: HTTP CONNECT and SOCKS5, with user and password.

A proxy comes in, a connected transport goes out. The names of targets are resolved by us, and
the guard decides on what they resolve to, before the proxy is told an address; with `socks5h` the proxy alone
resolves, and the guard sees only addresses that are written out. The proxy itself is the operator's endpoint, and
exempt. No message holds its user or password.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.errors import FetchError
from bot.proxies.proxy_address import Proxy

if TYPE_CHECKING:
    import ssl

    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult
    from aiohttp.client_proto import ResponseHandler
    from python_socks.async_.asyncio.v2 import Proxy as Tunnel

TRIED = 3  # addresses of one name that a proxy is asked for
_LOGIN = re.compile(r"\b407\b|authenticat|username|password", re.IGNORECASE)

Target = tuple[str, int]  # host and port
Permit = Callable[[Sequence[Target]], Sequence[Target]]  # those that may be connected to; FetchError where none may


def connect_through(connector: aiohttp.TCPConnector, proxy: Proxy, permit: Permit = lambda targets: targets) -> None:
    """Let every connection of a connector go through the proxy, to targets that are permitted.

    FetchError where the proxy cannot be reached, refuses, or asks for a login.
    """

    async def create(
        factory: Callable[[], ResponseHandler],
        *,
        addr_infos: list[tuple[int, int, int, str, tuple[Any, ...]]],
        req: aiohttp.ClientRequest,
        ssl: ssl.SSLContext | None = None,
        server_hostname: str | None = None,
        **_kwargs: Any,  # its time-outs; our requests have a deadline over all
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        targets = [(str(info[4][0]), int(info[4][1])) for info in addr_infos]
        stream = await _open_tunnel(proxy, permit(targets)[:TRIED])
        if ssl is not None:
            await _start_tls(stream, ssl, server_hostname or "", req)
        protocol, transport = factory(), stream.writer.transport
        vars(protocol)["stream"] = stream  # a stream that nobody holds closes its connection
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol

    connector._wrap_create_connection = create  # type: ignore[assignment] # noqa: SLF001 - it has no hook for this


async def _start_tls(stream: Any, context: ssl.SSLContext, name: str, request: aiohttp.ClientRequest) -> None:
    """Agree on TLS with the target, within the tunnel; faults are those that the library has for it."""
    import ssl

    import aiohttp

    try:
        await stream.start_tls(hostname=name, ssl_context=context)
    except BaseException as error:
        await stream.close()
        if isinstance(error, ssl.CertificateError):
            raise aiohttp.ClientConnectorCertificateError(request.connection_key, error) from error
        if isinstance(error, ssl.SSLError):
            raise aiohttp.ClientConnectorSSLError(request.connection_key, error) from error
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise aiohttp.ClientConnectorError(request.connection_key, error) from error
        raise


async def probe(proxy: Proxy, host: str, port: int) -> None:
    """Open a connection to a host through the proxy, and close it; FetchError says what fails."""
    stream = await _open_tunnel(proxy, [(host, port)])
    await stream.close()


async def _open_tunnel(proxy: Proxy, targets: Sequence[tuple[str, int]]) -> Any:
    """Return a stream to the first target that the proxy reaches."""
    from python_socks import ProxyConnectionError, ProxyError

    failure = ""
    for host, port in targets:
        try:
            return await _tunnel(proxy).connect(dest_host=host, dest_port=port)
        except ProxyConnectionError as error:
            raise FetchError(f"the proxy {proxy.shown} cannot be reached: {_reason(error)}", unreached=True) from None
        except ProxyError as error:
            failure = str(error)
            if _LOGIN.search(failure):
                given = "does not take this user and password" if proxy.user else "asks for a user and a password"
                raise FetchError(f"the proxy {proxy.shown} {given}", unreached=True) from None
        except (OSError, EOFError, ValueError) as error:
            raise FetchError(f"the proxy {proxy.shown} broke off: {_reason(error)}", unreached=True) from None
    words = " ".join("".join(c if c.isprintable() else " " for c in failure).split())[:100]
    raise FetchError(f"the proxy {proxy.shown} did not connect: {words or 'no reason given'}")


def _tunnel(proxy: Proxy) -> Tunnel:
    import ssl

    from python_socks import ProxyType
    from python_socks.async_.asyncio.v2 import Proxy as Tunnel

    kind = ProxyType.HTTP if proxy.scheme in {"http", "https"} else ProxyType.SOCKS5
    secure = ssl.create_default_context() if proxy.scheme == "https" else None
    # Targets come resolved, so that the library never looks a name up by itself.
    return Tunnel(kind, proxy.host, proxy.port, proxy.user, proxy.password, rdns=True, proxy_ssl=secure)


def _reason(error: BaseException) -> str:
    import errno

    number = getattr(error, "errno", None)
    words = {errno.ECONNREFUSED: "no server runs there", errno.ENETUNREACH: "there is no way to it"}.get(number or 0)
    return words or (getattr(error, "strerror", None) or type(error).__name__)[:100]


class Unresolved:
    """A resolver that leaves names as they are, for a proxy that resolves them."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Return the name itself as its address."""
        return [{"hostname": host, "host": host, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """Do nothing."""


def resolver_for(proxy: Proxy | None, resolver: Callable[[], AbstractResolver]) -> AbstractResolver:
    """Return the resolver of connections through this proxy."""
    return Unresolved() if proxy and proxy.resolves else resolver()  # type: ignore[return-value] # it has its methods
