"""`/web`: an owner's one-time link to the pages, in private alone.

In comes a request of an owner (checked before), out goes an Answer; the link is on record before the answer exists.
"""

from __future__ import annotations

from bot.chat.context import Request, Services, reply
from bot.chat.messages import Answer
from bot.chat.texts.owners import page_link as texts


async def web(services: Services, request: Request) -> Answer:
    """Give the owner a link; in a group, where others would press it, say where to ask."""
    command, _ = request.command, request.translator
    if command.kind != "private" or request.on_behalf or command.user is None:
        return reply(command, texts.in_private(_))
    address = await services.make_page_link(command.user)
    return reply(command, texts.pages_are_off(_) if address is None else texts.link(_, address))
