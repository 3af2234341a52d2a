"""/metrics and /readyz over loopback: who may read, and when an instance is ready."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bot.errors import StoreError
from bot.web.operator_endpoints import add_metrics, add_readyz

TOKEN = "a-token-of-metrics"


async def asked(path: str, application: web.Application, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Serve the application for one request, and return what it answered."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{path}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
            return answer.status, await answer.text()
    finally:
        await runner.cleanup()


async def render() -> bytes:
    """Return the numbers."""
    return b"newswatch_polls_total 1\n"


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (None, {}, 200),
        (TOKEN, {}, 200),
        (None, {"X-Forwarded-For": "203.0.113.9"}, 403),
        (TOKEN, {"X-Forwarded-For": "203.0.113.9"}, 401),
        (TOKEN, {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, {"Forwarded": "for=203.0.113.9", "Authorization": "Bearer another-token-of-it"}, 401),
        (TOKEN, {"Forwarded": "for=203.0.113.9", "Authorization": f"Basic {TOKEN}"}, 401),
        (None, {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer "}, 403),
    ],
)
async def test_metrics_are_for_this_machine_and_for_who_has_the_token(
    token: str | None, headers: dict[str, str], status: int
) -> None:
    """What a proxy on this machine passes on comes from elsewhere."""
    application = web.Application()
    add_metrics(application, render, token)
    found, text = await asked("/metrics", application, headers)
    assert found == status
    assert ("newswatch_polls_total" in text) is (status == 200)


async def test_ready_is_who_has_a_database_of_its_version() -> None:
    """One question; a database that refuses, or never answers, is 503 in time, without its reasons."""

    async def well() -> None:
        pass

    async def away() -> None:
        raise StoreError("canary://secret")

    async def hangs() -> None:
        await asyncio.sleep(60)

    for ask, status in ((well, 200), (away, 503), (hangs, 503)):
        application = web.Application()
        add_readyz(application, ask, patience=0.1)
        found, text = await asked("/readyz", application)
        assert found == status
        assert "canary" not in text
