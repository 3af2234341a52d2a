"""GET /healthz and /livez: whether every loop of this process makes progress, as JSON with 200 or 503.

/healthz is red also while a loop lives in vain (a refused token, a full disk); /livez only where a new start may help.

In come the heartbeats, out go names and ages: no source, no address, no secret. Listens on loopback unless the
operator says otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.process.heartbeat import Heartbeats

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

_CLOSING = 2.0  # seconds that open connections have when we stop
LARGEST = 256 * 1024  # bytes of a form
LONGEST_LINE = 128 * 1024  # bytes of an address: a query of 10,000 signs of any script, to be refused with words


async def serve(
    where: tuple[str, int],
    hearts: Heartbeats,
    stop: asyncio.Event,
    extend: Callable[[web.Application], None] = lambda _: None,
) -> None:
    """Serve on this host and port until `stop` is set; ConfigError when the address is taken.

    `extend` adds what else is served.
    """
    from aiohttp import web

    app = application(hearts)
    extend(app)
    runner = web.AppRunner(
        app, handle_signals=False, access_log=None, shutdown_timeout=_CLOSING, max_line_size=LONGEST_LINE
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, *where).start()
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"NEWSWATCH_HTTP_LISTEN: cannot listen on {where[0]}:{where[1]} ({error}); choose another, or off"
            ) from None
        log.info("health endpoint is up", extra={"addresses": ", ".join(f"{a[0]}:{a[1]}" for a in runner.addresses)})
        beat = hearts.expect("web", limit=30.0)
        while not stop.is_set():
            beat()
            try:
                async with asyncio.timeout(5.0):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        hearts.forget("web")
        await runner.cleanup()


def application(hearts: Heartbeats) -> web.Application:
    """Return the application with `/healthz` and `/livez`."""
    from aiohttp import web

    async def healthz(_: web.Request) -> web.Response:
        body = report(hearts)
        return web.json_response(body, status=200 if body["status"] == "ok" else 503, headers=_HEADERS)

    async def livez(_: web.Request) -> web.Response:
        body = report(hearts)
        return web.json_response(body, status=503 if body["status"] == "stalled" else 200, headers=_HEADERS)

    app = web.Application(client_max_size=LARGEST)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/livez", livez)
    return app


_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def report(hearts: Heartbeats) -> dict[str, object]:
    """Return the health of the process: `status` is ok, stalled (a loop is silent) or failing (one lives in vain)."""
    loops = {
        name: {"age": round(pulse.age, 1), "limit": pulse.limit, "stalled": pulse.stalled}
        for name, pulse in hearts.pulses().items()
    }
    problems = dict(hearts.problems())
    stalled = hearts.stalled()
    status = "stalled" if stalled else "failing" if problems else "ok"
    return {"status": status, "loops": loops, "problems": problems}
