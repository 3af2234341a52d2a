"""Filter between a connection and the HTTP library: bounds and simplifies what a server sends before it is parsed.

The library has no limit for interim answers, nor for what stands around chunks, and parses all of it on the loop. A
filter takes its place at the connection, hands on what `Framing` lets through, and closes the connection at the first
byte too many. It reads little at once: the library stops reading only after it has been given what was read, and what
a thousand requests without a slot have been given adds up.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.fetch.http_framing import HEAD, Framing

if TYPE_CHECKING:
    from collections.abc import Callable

    import aiohttp
    from aiohttp.client_proto import ResponseHandler

LARGEST_HEAD = HEAD  # bytes; what the library is told to allow, for the filter measures before it
AT_ONCE = 32 * 1024  # bytes read from a connection at once; the event loop's own buffer takes 256 KB


class ResponseFilter(asyncio.BufferedProtocol):  # an inheritance that the event loop asks for
    """What a connection calls. `refused` says why its server was cut off, after the name of the host, or is None."""

    def __init__(self, handler: ResponseHandler, transport: asyncio.Transport, buffer: bytearray) -> None:
        """Take the place of the library's handler at the transport; all filters of a loop may share a buffer."""
        self.refused: str | None = None
        self._buffer = buffer
        self._handler = handler
        self._transport = transport
        self._framing = Framing()
        transport.set_protocol(self)

    def get_buffer(self, sizehint: int) -> bytearray:  # noqa: ARG002 - the event loop's signature
        """Return where the next bytes are to be read to."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what may be handed on of the bytes read."""
        if self.refused is not None:
            return
        try:
            for piece in self._framing.feed(bytes(memoryview(self._buffer)[:nbytes])):
                self._handler.data_received(piece)
        except FetchError as error:
            self.refuse(error)

    def refuse(self, error: FetchError) -> None:
        """Close the connection; whoever waits for the answer gets the error."""
        self.refused = str(error)
        self._handler.set_exception(error)
        self._transport.abort()

    def eof_received(self) -> None:
        """Pass it on."""
        self._handler.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass it on."""
        self._handler.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass it on."""
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._handler.resume_writing()


def filter_responses(connector: aiohttp.TCPConnector, made: Callable[[ResponseFilter], None]) -> None:
    """Give every connection of a connector a filter, with which `made` is called.

    FetchError for a server that spoke before it was asked: the library holds that already.
    """
    connect = connector.connect
    buffer = bytearray(AT_ONCE)

    async def connected(
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - its signature
    ) -> aiohttp.connector.Connection:
        connection = await connect(req, traces, timeout)
        if connection.protocol is not None and connection.transport is not None:
            spoke = connection.protocol.should_close
            made_filter = ResponseFilter(connection.protocol, connection.transport, buffer)
            made(made_filter)
            if spoke:
                error = FetchError("spoke before it was asked")
                made_filter.refuse(error)
                connection.close()
                raise error
        return connection

    connector.connect = connected  # type: ignore[method-assign] # it has no hook for what a connection receives
