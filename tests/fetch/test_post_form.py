"""Forms that are sent out, as to a hub: whole, once, and only where the guard allows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web

from bot.errors import FetchError
from bot.fetch.client import WebClient

FORM = {"hub.mode": "subscribe", "hub.topic": "https://courier.example/?a=1&b=2"}
FORMS: list[dict[str, object]] = []  # that the server took


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Run a server: what a path begins with is its status, what follows is where it redirects to."""

    async def answer(request: web.Request) -> web.Response:
        status, _, target = request.path.strip("/").partition("/")
        if status == "202":
            FORMS.append(dict(await request.post()))
        headers = {"Location": f"/{target}"} if target else None
        return web.Response(status=int(status), headers=headers, text="x" * 100_000 if status != "204" else None)

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()
    FORMS.clear()


async def test_a_form_is_sent_whole_and_only_where_the_guard_allows(port: int) -> None:
    """Taken by 202, sent again by 307 and 308, refused in words otherwise, and never to an inward address."""
    networks, ports = [ip_network("127.0.0.0/8")], {port}
    async with WebClient(allowed_networks=networks, allowed_ports=ports, host_spacing=0) as fetch:
        for path in ("202", "204", "307/202", "308/202"):
            await fetch.post_form(f"http://127.0.0.1:{port}/{path}", FORM)
        assert FORMS == [FORM] * 3
        for path, words in (("302/202", "302|moved"), ("403", "403"), ("500", "500")):
            with pytest.raises(FetchError, match=words):
                await fetch.post_form(f"http://127.0.0.1:{port}/{path}", FORM)
        assert len(FORMS) == 3
    async with WebClient(allowed_ports=ports, host_spacing=0) as guarded:
        for host in ("127.0.0.1", "[::1]", "10.1.2.3", "169.254.169.254", "localhost"):
            with pytest.raises(FetchError, match="public internet"):
                await guarded.post_form(f"http://{host}:{port}/202", FORM)
    assert len(FORMS) == 3
