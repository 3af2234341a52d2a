"""WebSub in the running service: what asks hubs, and what they send to, where WEB_URL is set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import app
from bot.app import Base
from bot.polling.hubs.subscriber import HubSubscriber
from bot.process.clock import wall

if TYPE_CHECKING:
    from aiohttp import web


async def keep_subscribed(base: Base, stop: asyncio.Event, beat: Callable[[], None]) -> None:
    """Subscribe to the hubs that feeds name until `stop`, with a client of its own."""
    from bot.web.hub_callback import PATH

    async with app.fetcher(base.settings) as fetch:
        callback = f"{base.settings.web_url}{PATH}"
        subscriber = HubSubscriber(
            base.store.hubs, fetch.post_form, callback, lambda: base.current.setup().sources, wall
        )
        await subscriber.run(stop, beat)


def serve_hubs(application: web.Application, base: Base, hurry: Callable[[], None]) -> None:
    """Let hubs confirm and send; `hurry` is called when one has made a source due at once."""
    from bot.web.hub_callback import HubCallback, add_hub_callback

    def pace(name: str) -> timedelta | None:
        source = base.current.setup().sources.get(name)
        return source.every if source else None

    add_hub_callback(application, HubCallback(base.store.hubs, wall, pace, hurry))
