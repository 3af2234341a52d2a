"""What monitoring of the operator's sees of the service: the endpoints, and the request that says that all is well."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.app import Base
from bot.fetch.client import WebClient
from bot.operations.exposition import Exposition
from bot.operations.ping import keep_pinging
from bot.process.clock import wall
from bot.process.heartbeat import Heartbeats
from bot.process.metrics import Metrics

if TYPE_CHECKING:
    from aiohttp import web

EVERYWHERE: Final = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_PORTS: Final = {"http": 80, "https": 443}


async def serve_monitoring(
    base: Base, hearts: Heartbeats, metrics: Metrics, stop: asyncio.Event, hurry: Callable[[], None] = lambda: None
) -> None:
    """Serve probes, metrics, pages and hubs on HTTP_LISTEN until `stop`; ConfigError when the address is taken.

    `hurry` is called when a hub has made a source due at once.
    """
    from bot.web.health import report, serve
    from bot.web.operator_endpoints import add_metrics, add_readyz

    listen, token = base.settings.http_listen, base.settings.metrics_token
    exposition = Exposition(
        metrics,
        hearts,
        base.store,
        base.current.config,
        clock=time.monotonic,
        wall=wall,
        by_source=base.settings.metrics_sources == "on",
    )

    def extend(application: web.Application) -> None:
        add_metrics(application, exposition.render, token.get_secret_value() if token else None)
        add_readyz(application, base.store.require_ready)
        if base.settings.web == "on" and listen is not None:
            from bot.operations.page_wiring import page_services
            from bot.web.feeds.feed_endpoint import add_feeds
            from bot.web.pages.site import add_pages

            add_feeds(application, base.store.feeds, base.current.config, frozenset(base.settings.owners), wall)
            add_pages(application, page_services(base, lambda: report(hearts), listen))

        if base.settings.web_url is not None:
            from bot.operations.hub_wiring import serve_hubs

            serve_hubs(application, base, hurry)

    if listen is not None:
        await serve(listen, hearts, stop, extend)


async def ping_operator(
    base: Base, url: str, hearts: Heartbeats, stop: asyncio.Event, beat: Callable[[], None]
) -> None:
    """Ask the operator's address once a minute while all is well. It is exempt from the guard: it may be private."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    async with WebClient(
        user_agent=base.settings.user_agent,
        allowed_networks=EVERYWHERE,
        allowed_ports={port},
        host_spacing=0,
        robots=False,
        proxy=base.settings.proxy.get_secret_value(),
    ) as client:
        await keep_pinging(lambda: client.get(url), base.store.require_ready, hearts, stop, beat=beat)
