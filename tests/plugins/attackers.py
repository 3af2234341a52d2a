"""Web servers that attack whoever asks them, in a process of its own, one host of loopback for each source.

Run as a script with a number, it serves on that many hosts, prints their port, and ends with its standard input. The
first part of a path names the attack, one of `ATTACKS`; every document has new ids at each request, so that its items
are always news.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

from tests.plugins.crowd import hosts

NUMBER = b"@@@@@@@@"  # stands in every document, and is replaced by the number of the request
WATCHED = "Zarathustra"  # what the attackers' items are watched for
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"


def _rss(items: str) -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'.encode()


def _items(number: int, description: str = "", title: str = WATCHED) -> str:
    mark = NUMBER.decode()
    return "".join(
        f"<item><guid>{mark}-{n}</guid><title>{title} number {mark} {n}</title><link>/article/{mark}-{n}</link>"
        f"<description>{description}</description></item>"
        for n in range(number)
    )


def swollen() -> bytes:
    """Return one item with 400,000 attributes."""
    attributes = " ".join(f'k{n}="{n}"' for n in range(400_000))
    return _rss(f"<item {attributes}><title>{WATCHED} {NUMBER.decode()}</title></item>")


def nested() -> bytes:
    """Return elements a quarter of a million deep."""
    return _rss(f"<item><title>{WATCHED}</title>{'<b>' * 250_000}</item>")


def many() -> bytes:
    """Return 60,000 items."""
    return _rss(_items(60_000))


def dots() -> bytes:
    """Return 200 items whose texts are dots and abbreviations without an end of a sentence."""
    return _rss(_items(200, "&lt;p&gt;" + ("." * 800 + "e. g. Dr. " + "A." * 400) * 10))


def articles() -> bytes:
    """Return twelve items, each with a page that is dear to read."""
    return _rss(_items(12))


def article() -> bytes:
    """Return a page of list points and open elements, a megabyte long."""
    return b"<!doctype html><title>x</title><body><ul>" + b"<li>y<div>" * 60_000 + b"<p>. . a. " * 40_000


def escaped() -> bytes:
    """Return a JSON feed whose headlines escape NUL, half a character, and line breaks."""
    mark = NUMBER.decode()
    titles = (
        "{} \0 ends",
        "\0{}",
        "{} \ud83d",
        "{} \r\n\x1b[2J",
        "{}\u202e\u2066" + "\ufffe" * 50,
        "{} " + "\U000e0001" * 900,
    )
    items = [
        {"id": f"{mark}\0{n}", "url": f"http://x.example/{mark}\0", "title": f"{title.format(WATCHED)} {mark} {n}"}
        for n, title in enumerate(titles)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "\0", "items": items}).encode()


def bomb() -> bytes:
    """Return 300 MB of nothing, packed twice."""
    return gzip.compress(gzip.compress(bytes(300 * 1024 * 1024), 1), 1)


def entities() -> bytes:
    """Return a document type whose entities multiply."""
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 12}">' for n in range(1, 12))
    return (
        f'<!DOCTYPE r [<!ENTITY e0 "{WATCHED} ">{laughs}]><rss><channel><title>&e11;</title></channel></rss>'.encode()
    )


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    one.__name__: one for one in (swollen, nested, many, dots, articles, article, escaped, bomb, entities)
}
STREAMS: dict[str, tuple[bytes, bytes]] = {  # what is said first, and then without an end
    "informational": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000),
    "hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 700),
    "extensions": (_CHUNKED + b"5;", b"name=value;" * 2000),
    "tiny": (_CHUNKED, b"1\r\n<\r\n" * 4000),
    "trailers": (_CHUNKED + b"1\r\n<\r\n0\r\n", b"X-Trailer: y\r\n" * 2000),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Header: y\r\n" * 2000),
    "status": (b"HTTP/1.1 200 ", b"OK" * 10_000),
    "body": (_CHUNKED, b"2000\r\n" + b"<a b='" + b"c" * 8186 + b"\r\n"),
}
SLOW: dict[str, bytes] = {"hang": b"", "drip": _CHUNKED, "drip_head": b"HTTP/1.1 200 OK\r\nX: "}
ATTACKS = (*DOCUMENTS, *STREAMS, *SLOW)

_requests = count(10_000_000)
_document = lru_cache(maxsize=None)(lambda name: DOCUMENTS[name]())


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Attack one connection, as the path of its request says."""
    with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = await reader.readuntil(b"\r\n\r\n")
        name = head.split(b" ", 2)[1].decode().split("/")[1]
        if name in SLOW:
            await drip(writer, SLOW[name])
        elif name in STREAMS:
            first, more = STREAMS[name]
            writer.write(first)
            while True:
                writer.write(more)
                await writer.drain()
        elif name in DOCUMENTS:
            body = _document(name).replace(NUMBER, str(next(_requests)).encode())
            packed = "Content-Encoding: gzip, gzip\r\n" if name == "bomb" else ""
            kind = "text/html" if name == "article" else "application/octet-stream"
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{packed}Content-Length: {len(body)}\r\n".encode())
            writer.write(b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        else:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()


async def drip(writer: asyncio.StreamWriter, first: bytes) -> None:
    """Say a byte every half second, or nothing."""
    writer.write(first)
    while not writer.is_closing():
        await asyncio.sleep(0.5)
        if first:
            writer.write(b"1\r\n<\r\n" if first == _CHUNKED else b"x")
            await writer.drain()


async def serve(number: int) -> None:
    """Serve until standard input ends."""
    port = 0
    for host in hosts(number):
        server = await asyncio.start_server(answer, host, port)
        port = port or server.sockets[0].getsockname()[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def attackers(number: int) -> AsyncIterator[int]:
    """Run the servers in a process of their own; give their port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.plugins.attackers", str(number)),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
