"""`newswatch web`: a one-time link to the pages of the running service."""

from __future__ import annotations

from bot import app
from bot.config.settings import load_settings, pages_address
from bot.errors import ConfigError, StoreError
from bot.process.clock import wall
from bot.web.pages.page_paths import enter_path


async def make_link() -> str:
    """Return the address of a new link; the service that serves it may run in another process, on another machine."""
    settings = load_settings()
    address = pages_address(settings)
    if address is None:
        raise ConfigError("the pages are off: set NEWSWATCH_WEB and NEWSWATCH_HTTP_LISTEN, which is off by one of them")
    async with app.on_record(settings) as store:
        if store is None:
            raise StoreError("there is no database yet: start the service (newswatch run), then ask again")
        return address + enter_path(await store.sessions.create_link(None, wall()))
