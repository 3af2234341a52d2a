"""A crowd of servers in a process of its own: honest ones, and some that drip, loop or never end.

Run as a script with a number, it serves on that many hosts of loopback, prints their port, and ends with its standard
input. Every path says how it behaves: /feed, /drip, /loop, /endless; /counts answers with the requests so far.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

ITEMS = 10


def feed(host: str) -> bytes:
    """Return the document of a host."""
    items = "".join(
        f"<item><title>Report {n} of {host}</title><link>http://{host}/{n}</link><guid>{n}</guid></item>"
        for n in range(ITEMS)
    )
    return f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()


async def answer(request: web.Request) -> web.StreamResponse:
    """Behave as the path says."""
    asked: Counter[str] = request.app[ASKED]
    behaviour = request.path.strip("/")
    asked[f"{behaviour} {request.host}"] += 1
    if behaviour == "counts":
        return web.json_response(asked)
    if behaviour == "loop":
        return web.Response(status=302, headers={"Location": "/loop/again" if request.path == "/loop" else "/loop"})
    if behaviour in {"drip", "endless"}:
        response = web.StreamResponse(headers={"Content-Type": "application/rss+xml"})
        await response.prepare(request)
        while True:
            await response.write(b"<" if behaviour == "drip" else b"<item>" * 10_000)
            await asyncio.sleep(0.5 if behaviour == "drip" else 0)
    return web.Response(body=feed(request.host), content_type="application/rss+xml")


ASKED: web.AppKey[Counter[str]] = web.AppKey("asked", Counter)


def hosts(number: int) -> list[str]:
    """Return so many hosts of loopback, no two of one site."""
    return [f"127.{1 + one // 250}.{one % 250}.1" for one in range(number)]


async def serve(number: int) -> None:
    """Serve until standard input ends."""
    app = web.Application()
    app[ASKED] = Counter()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    port = 0
    for host in hosts(number):
        await web.TCPSite(runner, host, port).start()
        port = port or runner.addresses[0][1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@asynccontextmanager
async def crowd(number: int) -> AsyncIterator[int]:
    """Run the servers in a process of their own; give their port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.plugins.crowd", str(number)),
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
