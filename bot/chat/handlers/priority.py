"""`/settings loud ID`: how loud a watchlist is for one place, whatever the watchlist itself says.

In comes a request, out goes an Answer; what changes is committed before the answer exists. It counts for stories
that are told from then on.
"""

from __future__ import annotations

from typing import Final, cast, get_args

from bot.chat.context import Request, Services, reply
from bot.chat.handlers.schedule import back_button, show_panel
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import settings_menu as texts
from bot.model import Priority, Subscription

_LOUD: Final[tuple[Priority, ...]] = get_args(Priority)
_LABEL = 40  # characters of a title on a button


async def set_priority(services: Services, request: Request, value: str) -> Answer:
    """Show how loud the subscriptions of a place are, ask how loud one shall be, or choose that."""
    command, _ = request.command, request.translator
    name, _space, wanted = value.partition(" ")
    mine = {key: watchlist_title(services, key) for key in await services.chats.find_subscriptions(command.chat)}
    if not name:
        buttons = [Button(basics_texts.label(mine[key], _LABEL), data("settings", f"loud {key}")) for key in mine]
        return show_panel(
            request, _("🔊 <b>How loud</b>: which of the watchlists of this chat?"), (*buttons[:20], back_button(_))
        )
    key = name.lower()
    chosen = wanted.strip().lower()
    if key not in mine or chosen not in {"", "default", *_LOUD}:
        return reply(command, texts.not_loud(_, value))
    if chosen:
        choice = None if chosen == "default" else cast("Priority", chosen)
        await services.chats.set_priority(Subscription(command.chat, key, choice))
    now = (await services.chats.find_priorities(command.chat)).get(key)
    buttons = [_button(request, key, one, now) for one in (*_LOUD, None)]
    done = texts.saved(_) if chosen else ""
    return show_panel(request, texts.loud_one(_, mine[key], now), (*buttons, back_button(_)), done)


def watchlist_title(services: Services, key: str) -> str:
    """Return what a watchlist, or a query of a chat's own, is called."""
    found = services.queries.compiled().watchlists.get(key)
    return found.title if found else key


def _button(request: Request, key: str, one: Priority | None, now: Priority | None) -> Button:
    mark = "✅ " if one == now else ""
    label = texts.loudness(request.translator, one)
    return Button(mark + label, data("settings", f"loud {key} {one or 'default'}"))
