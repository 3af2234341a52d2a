"""GET /metrics and /readyz: for Prometheus, and for who decides whether this instance gets work.

/metrics is for this machine, or for who has the token: a proxy on this machine counts as elsewhere. /readyz asks the
database one question, and is 503 within PATIENCE seconds when that is away or of another version.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from bot.errors import StoreError

if TYPE_CHECKING:
    from aiohttp import web

PATIENCE: Final = 5.0  # seconds
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def add_metrics(app: web.Application, render: Callable[[], Awaitable[bytes]], token: str | None) -> None:
    """Serve /metrics; without a token, to this machine alone."""
    from aiohttp import web

    async def metrics(request: web.Request) -> web.Response:
        if not is_from_here(request) and not _has_token(request, token):
            if token is None:
                said = "Only this machine may read this; set NEWSWATCH_METRICS_TOKEN to read it from elsewhere.\n"
                return web.Response(status=403, text=said, headers=_HEADERS)
            said = "Send the header Authorization: Bearer, and NEWSWATCH_METRICS_TOKEN.\n"
            return web.Response(status=401, text=said, headers={**_HEADERS, "WWW-Authenticate": "Bearer"})
        return web.Response(body=await render(), headers={**_HEADERS, "Content-Type": CONTENT_TYPE})

    app.router.add_get("/metrics", metrics)


def add_readyz(app: web.Application, ask: Callable[[], Awaitable[None]], patience: float = PATIENCE) -> None:
    """Serve /readyz; `ask` raises StoreError where the database is not ready."""
    from aiohttp import web

    async def readyz(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(patience):
                await ask()
        except TimeoutError:
            reason = "the database does not answer"
        except StoreError:
            reason = "the database cannot be used; the log says why"
        else:
            return web.json_response({"status": "ready"}, headers=_HEADERS)
        return web.json_response({"status": "not ready", "reason": reason}, status=503, headers=_HEADERS)

    app.router.add_get("/readyz", readyz)


def is_from_here(request: web.Request) -> bool:
    """Return whether this machine itself asks, and for nobody else."""
    if any(name in request.headers for name in _FORWARDED) or request.transport is None:
        return False
    theirs, ours = (request.transport.get_extra_info(name) for name in ("peername", "sockname"))
    try:
        return ip_address(theirs[0]).is_loopback or theirs[0] == ours[0]
    except (TypeError, ValueError, IndexError):
        return False


def _has_token(request: web.Request, token: str | None) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token is None or kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
