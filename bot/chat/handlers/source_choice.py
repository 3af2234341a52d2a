"""`/watch` without a query: how one is written, and the sources, any of which can be watched as a whole by a button."""

from __future__ import annotations

import re

from bot.chat.context import Request, Services, reply
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import queries as texts

PAGE = 12  # sources on one page
_LABEL = 40  # characters of a name on a button


def offer_sources(request: Request) -> Answer:
    """Say how a query is written, and offer the sources."""
    _ = request.translator
    button = Button(_("📡 Everything of one source"), data("watch", "", "sources 1"))
    return reply(request.command, texts.no_query_given(_, "watch"), (button,))


def choose_source(services: Services, request: Request) -> Answer:
    """Offer one page of the sources; a press watches for everything that the source brings."""
    _, press = request.translator, request.command.press
    names = sorted((one.name for one in services.config().sources), key=str.casefold)
    if not names:
        return reply(request.command, _("There are no sources yet."))
    pages = -(-len(names) // PAGE)
    asked = re.fullmatch(r"sources ([0-9]{1,4})", press.view if press else "")
    number = min(max(int(asked[1]) if asked else 1, 1), pages)
    buttons = []
    for name in names[(number - 1) * PAGE : number * PAGE]:
        meaning = data("watch", f'source:"{name}"', "new")
        if '"' not in name and len(meaning.encode()) <= BUTTON_BYTES:  # a name with a quote is no operand
            buttons.append(Button(basics_texts.label(name, _LABEL), meaning))
    if number > 1:
        buttons.append(Button(basics_texts.back(_), data("watch", "", f"sources {number - 1}")))
    if number < pages:
        buttons.append(Button(basics_texts.more(_), data("watch", "", f"sources {number + 1}"), beside=number > 1))
    text = _("📡 Which source shall this chat be told everything of? It is a query of this chat: /mine ends it.")
    return reply(request.command, text, tuple(buttons))
