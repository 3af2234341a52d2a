"""Servers that send too much around their answer are cut off, and hold up nobody."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_network

import pytest

from bot.errors import FetchError
from bot.fetch.client import WebClient
from bot.fetch.response_filter import AT_ONCE, ResponseFilter
from tests.plugins.wires import raw_server, watched

FEED = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
WHOLE = OK + b"Content-Length: %d\r\n\r\n" % len(FEED) + FEED
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
PATIENCE = 20.0  # seconds for what takes a moment: the machine may be busy
LATE = 1.0  # seconds; without the limits the loop stood for as long as the attack went on

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def fetch() -> AsyncIterator[WebClient]:
    """Return a client that may reach loopback, without pauses."""
    async with client() as made:
        yield made


def client() -> WebClient:
    """Return a client for loopback sites, patient enough to see attacks to their end."""
    return WebClient(
        allowed_networks=(ip_network("127.0.0.0/8"),),
        allowed_ports=range(1, 65536),
        host_spacing=0,
        deadline=PATIENCE,
    )


def sends(answer: bytes) -> Answer:
    """Send this and hang up."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return send


def pours(start: bytes, again: bytes) -> Answer:
    """Send the start, and then the other without an end."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(again)
            await writer.drain()

    return pour


@pytest.mark.parametrize(
    ("attack", "words"),
    [
        (pours(b"", b"HTTP/1.1 103 E\r\n\r\n" * 2000), "interim answers"),
        (pours(b"HTTP/1.1 103 E\r\n", b"A: b\r\n" * 2000), "before its answer"),
        (pours(OK, b"A: b\r\n" * 2000), "before its answer"),
        (pours(b"", b"\r\n" * 10_000), "before its answer"),
        (pours(CHUNKED + b"5;", b"x" * 65_536), "around the pieces"),
        (pours(CHUNKED, (b"1;" + b"x" * 4000 + b"\r\na\r\n") * 16), "pieces too small"),
        (pours(CHUNKED, b"1\r\na\r\n" * 10_000), "pieces too small"),
        (pours(CHUNKED + b"0\r\n", b"A: b\r\n" * 10_000), "too much around"),
    ],
)
async def test_a_server_that_pours_around_its_answer_is_cut_off_and_holds_up_nobody(
    fetch: WebClient, attack: Answer, words: str
) -> None:
    """The reason names the host and what it did, an honest source is read meanwhile, and the loop comes in time."""
    async with raw_server("127.0.12.1", attack) as url, raw_server("127.0.12.2", sends(WHOLE)) as honest:
        start = time.monotonic()
        async with watched() as lag:
            attacks = asyncio.gather(*(fetch.get(f"{url}{n}") for n in range(8)), return_exceptions=True)
            assert (await fetch.get(honest)).body == FEED
            faults = await attacks
    assert {type(fault) for fault in faults} == {FetchError}
    assert all(str(fault).startswith("127.0.12.1 ") and words in str(fault) for fault in faults), faults
    assert lag.longest < LATE
    assert time.monotonic() - start < PATIENCE / 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + WHOLE,
        WHOLE + b"\r\n<!-- made in 0.1 s -->",
        WHOLE + WHOLE,
        CHUNKED + b"%x;a=b\r\n%b\r\n0\r\nX-Sum: 1\r\n\r\ntail" % (len(FEED), FEED),
        CHUNKED + b"".join(b"1\r\n%c\r\n" % one for one in FEED) + b"0\r\n\r\n",
        OK + b"Content-Security-Policy: " + b"x" * 100_000 + b"\r\n\r\n" + FEED,
        OK + b"".join(b"X-%d: 1\r\n" % n for n in range(5000)) + b"\r\n" + FEED,
        OK + b"X-Cache : HIT\r\nX-Broken\r\nX-Null: \x00\r\n\r\n" + FEED,
    ],
)
async def test_an_odd_answer_is_read(fetch: WebClient, answer: bytes) -> None:
    """Interim answers, bytes after the end, long, many and malformed headers are no fault, as in a browser."""
    async with raw_server("127.0.12.1", sends(answer)) as url:
        fetched = await fetch.get(url)
    assert (fetched.body, fetched.content_type) == (FEED, "application/rss+xml")


async def test_chunks_that_break_off_are_an_error(fetch: WebClient) -> None:
    """An answer in chunks is whole when its last one has come."""
    async with raw_server("127.0.12.1", sends(CHUNKED + b"3\r\nabc\r\n")) as url:
        with pytest.raises(FetchError, match="broke off before its end"):
            await fetch.get(url)


async def test_a_server_that_speaks_first_is_cut_off(fetch: WebClient) -> None:
    """What comes before the request was never measured, so it is not parsed either."""

    async def speak(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 103 E\r\n\r\n" * 10_000)
        await asyncio.sleep(PATIENCE)

    server = await asyncio.start_server(speak, "127.0.12.1", 0)
    with pytest.raises(FetchError, match=r"127\.0\.12\.1 (spoke before it was asked|sends more than 8 interim)"):
        await fetch.get(f"http://127.0.12.1:{server.sockets[0].getsockname()[1]}/")
    server.close()


async def test_tls_at_a_port_for_http_is_named(fetch: WebClient) -> None:
    """A server that answers with an alert of TLS is said to speak TLS."""
    async with raw_server("127.0.12.1", sends(b"\x15\x03\x01\x00\x02\x02\x46")) as url:
        with pytest.raises(FetchError, match="speaks TLS at this port: is the address https rather than http"):
            await fetch.get(url)


async def test_little_is_read_from_a_connection_at_once() -> None:
    """The library pauses a connection only after it has been given what was read: a thousand of them add up."""
    ours, theirs = socket.socketpair()
    pieces: list[int] = []
    done = asyncio.Event()

    class Library(asyncio.Protocol):
        """What the filter hands on to."""

        def data_received(self, data: bytes) -> None:
            pieces.append(len(data))
            if sum(pieces) >= len(body):
                done.set()

    body = b"x" * (3 * AT_ONCE)
    with theirs:
        theirs.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        library = Library()
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
        ResponseFilter(library, transport, bytearray(AT_ONCE))  # type: ignore[arg-type] # as much of it as is used
        async with asyncio.timeout(PATIENCE):
            await done.wait()
        transport.close()
    assert max(pieces) <= AT_ONCE
