"""The page About: version, configuration, database, backups, who works on it, and whose browsers are in."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bot.polling.configuration_rank import fingerprint
from bot.ports.page_store import Session
from bot.web.pages.browser_names import browser_name
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_services import PageServices


async def read_about(services: PageServices, visit: Visit) -> Content:
    """Return what runs here."""
    config = services.config()
    sessions = await services.sessions.list_sessions(visit.now)
    return Content(
        {
            "version": running_version(),
            "python": platform.python_version(),
            "configuration": (await services.off_loop.run(fingerprint, config))[:12],
            "sources": len(config.sources),
            "watchlists": len(config.watchlists),
            "installation": await services.readings.read_installation(visit.now),
            "backups": await services.off_loop.run(services.find_backups),
            "loops": services.health().get("loops", {}),
            "feeds": await services.feeds.list_keys(),
            "sessions": [_shown(one, visit) for one in sessions if one.owner is None or one.owner in services.owners],
        }
    )


async def end_session(services: PageServices, visit: Visit) -> str:
    """End a browser's session; whether it is there still does not matter."""
    if (number := _number(visit, "session")) is not None:
        await services.sessions.end_session(number)
    return "/about"


async def revoke_feed(services: PageServices, visit: Visit) -> str:
    """Revoke the key of a feed; whether it is there still does not matter."""
    if (number := _number(visit, "key")) is not None:
        await services.feeds.revoke_key(number)
    return "/about"


def _number(visit: Visit, name: str) -> int | None:
    number = visit.form.get(name, "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None  # noqa: PLR2004 - what a database counts to


def running_version() -> str:
    """Return the version of this program."""
    try:
        return version("newswatch")
    except PackageNotFoundError:
        return "?"


def _shown(session: Session, visit: Visit) -> dict[str, Any]:
    return {
        "id": session.id,
        "owner": session.owner,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "until": session.until,
        "address": session.address,
        "browser": browser_name(session.browser),
        "this": visit.session is not None and session.id == visit.session.id,
    }
