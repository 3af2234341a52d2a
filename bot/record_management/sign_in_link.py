"""`newswatch web`: a one-time link to the pages of the running service."""

from __future__ import annotations

from bot import app
from bot.config.settings import load_settings, pages_address
from bot.errors import ConfigError, StoreError
from bot.process.clock import wall
from bot.web.access.sign_in_links import PageLinks


async def make_link() -> str:
    """Return the address of a new link; the service that serves it may run in another process, on another machine."""
    settings = load_settings()
    address = pages_address(settings)
    if address is None:
        raise ConfigError("the pages are off: NEWSWATCH_WEB or NEWSWATCH_HTTP_LISTEN is off")
    async with app.on_record(settings) as store:
        if store is None:
            raise StoreError("there is no database yet: start the service (newswatch run), then ask again")
        return str(await PageLinks(store.sessions, store.feeds, address, wall).make_link(None))
