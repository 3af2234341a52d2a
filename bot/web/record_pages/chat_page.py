"""The page Chats: what each is told, what is held or fails, and letting chats in and out.

Of a private chat it shows no name and nothing that is its own business: neither its queries nor its mutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.i18n import Translator
from bot.model import TERMINAL
from bot.ports.story_readings import ChatOverview, LostTopic
from bot.web.pages.page import Content, PageError, Visit
from bot.web.pages.page_services import PageServices
from bot.web.record_pages.chat_names import name_chat
from bot.web.record_pages.page_arguments import read_number

SHOWN: Final = 50  # chats on a page
FIXED: Final = 100  # chats of watchlists.yaml that are looked up


@dataclass(frozen=True, slots=True)
class ShownChat:
    """A chat as the page shows it."""

    id: int
    name: str
    kind: str | None
    state: str  # asking, admitted, suspended, revoked, owner, open (it just uses the bot)
    requested_at: datetime | None
    watchlists: tuple[str, ...]  # titles of those that it subscribed to
    fixed: tuple[str, ...]  # titles of those that watchlists.yaml delivers to it
    held: Mapping[str, int]  # alerts that wait, by what holds them; "" for none
    waiting: int
    failed: int
    last_sent: datetime | None
    reason: str | None  # why it cannot be told
    since: datetime | None
    probe_at: datetime | None
    blocked_until: datetime | None
    lost_topics: tuple[LostTopic, ...]
    can_admit: bool
    can_revoke: bool


async def read_chats_page(services: PageServices, visit: Visit) -> Content:
    """Return some of the chats, those first that need an owner."""
    page = min(max(read_number(visit.query.get("page", "")) or 1, 1), 1_000_000)
    reader = services.record.reader
    found = await reader.list_chats(most=SHOWN, skip=(page - 1) * SHOWN)
    fixed = _fixed(services)
    every = list(found.chats)
    if page == 1:
        known = {one.id for one in every}
        missing = [chat for chat in fixed if chat not in known and chat != TERMINAL.id][:FIXED]
        every += [one for one in await reader.read_chats(missing) if not _is_listed(one)]
    titles = {one.id: one.title for one in services.config().watchlists}
    chats = [_show(services, visit, one, titles, fixed.get(one.id, ())) for one in every]
    pages = max(1, -(-found.total // SHOWN))
    values: dict[str, Any] = {"chats": chats, "total": found.total, "page": page, "pages": pages}
    return Content(values)


async def admit_chat(services: PageServices, visit: Visit) -> str:
    """Let a chat use the bot."""
    chat = _chat_of(visit)
    await services.chats.admit_chat(chat, _owner(visit), visit.now)
    await services.record.admissions.withdraw_request(chat)
    return "/chats"


async def revoke_chat(services: PageServices, visit: Visit) -> str:
    """Put a chat out; nothing is sent to it any more."""
    await services.chats.revoke_chat(_chat_of(visit))
    return "/chats"


def _owner(visit: Visit) -> int:
    return (visit.session.owner if visit.session else None) or 0


def _chat_of(visit: Visit) -> int:
    number = read_number(visit.form.get("chat", ""))
    if not number:
        raise PageError(400, lambda _: _("No chat was named"), lambda _: _("Press the button beside a chat."))
    return number


def _fixed(services: PageServices) -> dict[int, tuple[str, ...]]:
    """Return the titles of the watchlists that watchlists.yaml delivers to chats, by chat."""
    found: dict[int, tuple[str, ...]] = {}
    for watchlist in services.config().watchlists:
        for chat in dict.fromkeys(one.id for one in watchlist.deliver_to):
            found[chat] = (*found.get(chat, ()), watchlist.title)
    return found


def _is_listed(one: ChatOverview) -> bool:
    """Return whether a chat stands in the list anyway, on another page."""
    marks = (one.admitted, one.revoked, one.requested_at, one.suspension, one.watchlists)
    return any(marks)


def _show(
    services: PageServices, visit: Visit, one: ChatOverview, titles: Mapping[str, str], fixed: tuple[str, ...]
) -> ShownChat:
    _: Translator = visit.translator
    is_owner = one.id in services.owners
    return ShownChat(
        id=one.id,
        name=name_chat(_, one.id, one.title),
        kind=one.kind,
        state=_state(one, is_owner=is_owner),
        requested_at=one.requested_at,
        watchlists=tuple(titles.get(name, name) for name in one.watchlists),
        fixed=fixed,
        held=one.held or {},
        waiting=one.waiting,
        failed=one.failed,
        last_sent=one.last_sent,
        reason=one.suspension.reason if one.suspension else None,
        since=one.suspension.since if one.suspension else None,
        probe_at=one.suspension.probe_at if one.suspension else None,
        blocked_until=one.blocked_until if one.blocked_until and one.blocked_until > visit.now else None,
        lost_topics=one.lost_topics,
        can_admit=not one.admitted and not is_owner,
        can_revoke=not one.revoked and not is_owner,
    )


def _state(one: ChatOverview, *, is_owner: bool) -> str:
    if one.revoked:
        return "revoked"
    if one.suspension is not None:
        return "suspended"
    if one.is_asking:
        return "asking"
    if is_owner:
        return "owner"
    return "admitted" if one.admitted else "open"
