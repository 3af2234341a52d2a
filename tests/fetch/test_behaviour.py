"""Hosts that hang or drip, by the hundred: honest ones are read as if there were none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import aiohttp
import pytest

from bot.errors import FetchError
from bot.fetch.client import LARGE, WebClient
from tests.plugins.wires import raw_server, watched

BAD, HONEST = "127.0.13.1", "127.0.13.2"
DEADLINE = 20.0  # seconds, as in the service: without shares an honest source waits for as long
DRIPPING_AFTER = 10.0  # seconds for what takes two at most: the machine may be busy
LATE = 5.0  # seconds that the loop may be late: the servers run on it too
OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every name under `bad.example` be one host of its own at the one address."""

    async def resolve(_self: object, host: str, port: int, **_more: object) -> list[dict[str, object]]:
        address = {"host": BAD if host.endswith(".bad.example") else HONEST, "port": port, "family": 2}
        return [{"hostname": host, "proto": 0, "flags": 0, **address}]

    monkeypatch.setattr(aiohttp.AsyncResolver, "resolve", resolve)


@pytest.fixture
async def fetch() -> AsyncIterator[WebClient]:
    """Return a client as the service has it, but for loopback."""
    networks = (ip_network("127.0.0.0/8"),)
    async with WebClient(allowed_networks=networks, allowed_ports=range(1, 65536), deadline=DEADLINE) as made:
        yield made


@contextmanager
def asking(fetch: WebClient, url: str, hosts: int) -> Iterator[list[asyncio.Task[object]]]:
    """Ask so many hosts, which answer badly, until we have seen enough."""
    port = url.rstrip("/").rpartition(":")[2]
    tasks = [asyncio.create_task(_lenient(fetch, f"http://h{n}.bad.example:{port}/")) for n in range(hosts)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()


async def _lenient(fetch: WebClient, url: str) -> object:
    try:
        return await fetch.get(url)
    except FetchError as error:
        return error


async def read(fetch: WebClient, url: str, name: str) -> float:
    """Return the seconds that an honest source takes."""
    start = time.monotonic()
    port = url.rstrip("/").rpartition(":")[2]
    assert (await fetch.get(f"http://{name}.example:{port}/")).body
    return time.monotonic() - start


async def test_a_thousand_hosts_that_hang_delay_nobody(fetch: WebClient) -> None:
    """A source that nobody knows, asked after a thousand that hang, is read soon, and so is one asked later."""

    async def hang(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % 4 + b"feed")

    async with raw_server(BAD, hang) as bad, raw_server(HONEST, answer) as honest, watched() as lag:
        with asking(fetch, bad, 1000):
            await asyncio.sleep(0)
            assert await read(fetch, honest, "first") < DRIPPING_AFTER
            assert max(await asyncio.gather(*(read(fetch, honest, f"n{n}") for n in range(20)))) < DRIPPING_AFTER
    assert lag.longest < LATE


async def test_large_answers_that_drip_delay_no_large_feed(fetch: WebClient) -> None:
    """Sixty hosts send a megabyte and then a byte now and then; an honest feed of three megabytes is read soon."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % (4 * LARGE) + b"x" * (LARGE + 1000))
        for _ in range(600):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % (3 * LARGE) + b"x" * (3 * LARGE))
        await writer.drain()

    async with raw_server(BAD, drip) as bad, raw_server(HONEST, answer) as honest, watched() as lag:
        with asking(fetch, bad, 60):
            await asyncio.sleep(1.5)  # they hold what they can get
            assert await read(fetch, honest, "first") < DRIPPING_AFTER
            assert await read(fetch, honest, "second") < DRIPPING_AFTER
    assert lag.longest < LATE


async def test_hosts_that_drip_delay_nobody(fetch: WebClient) -> None:
    """Five hundred hosts send their answer a byte at a time; honest sources are read meanwhile."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % 100_000)
        for _ in range(600):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % 50_000 + b"x" * 50_000)
        await writer.drain()

    async with raw_server(BAD, drip) as bad, raw_server(HONEST, answer) as honest, watched() as lag:
        with asking(fetch, bad, 500):
            await asyncio.sleep(1.5)
            assert max(await asyncio.gather(*(read(fetch, honest, f"n{n}") for n in range(20)))) < DRIPPING_AFTER
    assert lag.longest < LATE


async def test_waiting_for_a_seat_is_no_part_of_the_deadline() -> None:
    """More large feeds than there are slots for, each of which takes most of the deadline: all are read."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(OK % (2 * LARGE))
        for _ in range(32):
            writer.write(b"x" * (2 * LARGE // 32))
            await writer.drain()
            await asyncio.sleep(0.03)

    networks = (ip_network("127.0.0.0/8"),)
    made = WebClient(allowed_networks=networks, allowed_ports=range(1, 65536), deadline=2.5)
    async with raw_server(HONEST, answer) as url, made as fetch:
        port = url.rstrip("/").rpartition(":")[2]
        answers = await asyncio.gather(*(fetch.get(f"http://n{n}.example:{port}/") for n in range(24)))
    assert {len(one.body) for one in answers} == {2 * LARGE}
