"""The page /enter: a one-time link shows a button, and only the button uses it up.

Previews of chats and scanners of mail follow links, so GET and HEAD change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.i18n import Translator
from bot.ports.page_store import LinkState
from bot.web.operator_endpoints import is_from_here
from bot.web.pages.page import Content, PageError, Visit
from bot.web.pages.page_services import PageServices

if TYPE_CHECKING:
    from aiohttp import web

_STATUS: Final[dict[LinkState, int]] = {"used": 410, "old": 410, "unknown": 403}


async def read_enter(services: PageServices, visit: Visit) -> Content:
    """Return the button of a link; PageError where the link is good no more."""
    token = visit.query.get("token", "")
    state = await services.sessions.check_link(token, visit.now) if token else "unknown"
    if not token:
        raise no_session(services)
    if state != "good":
        raise bad_link(state)
    return Content({"token": token})


async def enter(services: PageServices, visit: Visit, request: web.Request) -> str:
    """Use the link up and return the secret of a new session; PageError."""
    if not services.owners and not is_from_here(request):
        raise PageError(403, lambda _: _("Only this machine gets in"), _set_owners)
    token, browser = visit.form.get("token", ""), request.headers.get("User-Agent", "")
    secret = await services.sessions.open_session(token, visit.now, request.remote or "", browser)
    if secret is None:
        state = await services.sessions.check_link(token, visit.now)
        raise bad_link("used" if state == "good" else state)
    return secret


def no_session(services: PageServices) -> PageError:
    """Return what somebody is told who was not let in."""
    advice = _how_with_bot if services.owners else _how_here
    return PageError(401, lambda _: _("This page is for the owners of this installation"), advice)


def bad_link(state: LinkState) -> PageError:
    """Return what somebody is told whose link is good no more."""

    def said(_: Translator) -> str:
        if state == "used":
            return _("This link was used already")
        return _("This link is too old") if state == "old" else _("This link is not known")

    return PageError(_STATUS.get(state, 403), said, _how_with_bot)


def _how_with_bot(_: Translator) -> str:
    return _(
        "Write /web to the bot in a private chat, or run “newswatch web” on its machine: either gives a link that works"
        " once, for five minutes."
    )


def _how_here(_: Translator) -> str:
    return _(
        "Run “newswatch web” on this machine: it prints a link that works once, for five minutes. No owner is set, so"
        " nobody gets in from elsewhere."
    )


def _set_owners(_: Translator) -> str:
    return _(
        "No owner is set. Set NEWSWATCH_OWNERS to your Telegram user id, start the bot again, and ask it for /web."
    )
