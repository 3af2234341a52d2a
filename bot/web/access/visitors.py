"""Who asks for a page: the session of the cookie, and in which language and zone to answer.

The language is that which the owner chose in the chat, else the first one of the browser's that we speak, else that of
the installation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from bot.i18n import LANGUAGES, words
from bot.model import DisplayPreferences
from bot.ports.page_store import SESSION_FOR, Session
from bot.web.access.request_guard import new_nonce
from bot.web.operator_endpoints import is_from_here
from bot.web.pages.page import Visit
from bot.web.pages.page_services import PageServices

if TYPE_CHECKING:
    from aiohttp import web

JSON: Final = ".json"
_ACCEPTED = re.compile(r"([a-z]{2,3})(?:-[a-z0-9]+)*(?:\s*;\s*q=([0-9.]+))?", re.IGNORECASE)


async def find_session(services: PageServices, request: web.Request) -> Session | None:
    """Return the session of a request: none for who is an owner no more, or, without owners, is not on this machine."""
    secret = request.cookies.get(cookie_name(services))
    if not secret or (not services.owners and not is_from_here(request)):
        return None
    session = await services.sessions.find_session(secret, services.now())
    if session is None or (session.owner is not None and session.owner not in services.owners):
        return None
    return session


async def meet(
    services: PageServices, request: web.Request, session: Session | None, form: Mapping[str, str] | None = None
) -> Visit:
    """Return the visit that a request is."""
    home, chosen = services.config(), DisplayPreferences()
    if session is not None and session.owner is not None:
        chosen = await services.preferences.read_display(session.owner)
    accepted = accepted_language(request.headers.get("Accept-Language", ""))
    language = chosen.language or accepted or home.language
    return Visit(
        path=request.path.removesuffix(JSON),
        translator=words(language),
        zone=ZoneInfo(chosen.timezone or home.timezone),
        now=services.now(),
        nonce=new_nonce(),
        as_json=request.path.endswith(JSON),
        session=session,
        place=dict(request.match_info),
        query=dict(request.query),
        form=form or {},
    )


def accepted_language(header: str) -> str | None:
    """Return the language that a browser likes best of those that we speak; None where we speak none of them."""
    wanted: list[tuple[float, int, str]] = []
    for part in header[:500].split(","):
        found = _ACCEPTED.fullmatch(part.strip())
        if found and found[1].lower() in LANGUAGES:
            wanted.append((-_quality(found[2]), len(wanted), found[1].lower()))
    return min(wanted)[2] if wanted else None


def cookie_name(services: PageServices) -> str:
    """Return the name of the cookie; over https, browsers take it from this very site alone."""
    return "__Host-newswatch" if is_secure(services) else "newswatch_session"


def is_secure(services: PageServices) -> bool:
    """Return whether readers reach the pages over https."""
    return (services.web_url or "").startswith("https:")


def give_cookie(services: PageServices, answer: web.StreamResponse, secret: str) -> None:
    """Let a browser keep the secret of its session.

    Lax: a link from Telegram leads in, a form from elsewhere does not.
    """
    answer.set_cookie(
        cookie_name(services),
        secret,
        max_age=int(SESSION_FOR.total_seconds()),
        path="/",
        httponly=True,
        secure=is_secure(services),
        samesite="Lax",
    )


def _quality(text: str | None) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
