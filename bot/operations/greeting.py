"""The first lines of the log: what runs, what is watched, and what to mend."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from bot import app
from bot.config.settings import pages_address

log = logging.getLogger(__name__)

_NAMED: Final = 8  # watchlists that the first lines of the log name


def greet(base: app.Base, loops: Collection[str]) -> None:
    """Say what these loops of this process watch."""
    config = base.current.config()
    for warning in (*config.warnings, *base.unused):
        log.warning(warning)
    log.info(
        "watching",
        extra={"sources": len(config.sources), "watchlists": len(config.watchlists), "loops": ", ".join(loops)},
    )
    if config.watchlists:
        log.info("looking for", extra={"watchlists": ", ".join(one.title for one in config.watchlists[:_NAMED])})
    if "web" in loops and base.settings.http_listen is not None:
        host, port = base.settings.http_listen
        shown = f"[{host}]" if ":" in host else host
        log.info("answering over HTTP", extra={"address": f"http://{shown}:{port}/healthz"})
        if (address := pages_address(base.settings)) is not None:
            log.info("the pages are up: `newswatch web` prints a link that lets you in", extra={"address": address})
    if base.token is None:
        log.warning("no NEWSWATCH_TELEGRAM_TOKEN is set: alerts are printed here")
