"""`/web`: an owner's one-time link to the pages, and the addresses of feeds, in private alone.

In comes a request of an owner (checked before), out goes an Answer; the link is on record before the answer exists.
"""

from __future__ import annotations

from bot.chat.context import Request, Services, reply
from bot.chat.messages import Answer, Button, data
from bot.chat.texts.owners import page_link as texts

FEED = "feed "
MOST_FEEDS = 20  # buttons; the feeds of further watchlists are asked for by /web feed ID


async def web(services: Services, request: Request) -> Answer:
    """Give the owner a link; in a group, where others would press it, say where to ask."""
    command, _ = request.command, request.translator
    if command.kind != "private" or request.on_behalf or command.user is None:
        return reply(command, texts.in_private(_))
    if command.words.startswith(FEED):
        return await _feed(services, request, command.words.removeprefix(FEED).strip(), command.user)
    address = await services.make_page_link(command.user)
    if address is None:
        return reply(command, texts.pages_are_off(_))
    lists = services.config().watchlists[:MOST_FEEDS]
    buttons = (
        Button(texts.label_feed(_, one.title), data("web", f"{FEED}{one.id}", "new"), beside=place % 2 == 1)
        for place, one in enumerate(lists)
    )
    return reply(command, texts.link(_, address), tuple(buttons))


async def _feed(services: Services, request: Request, watchlist: str, owner: int) -> Answer:
    """Give the address of a watchlist's feed, under a new key."""
    command, _ = request.command, request.translator
    known = {one.id: one.title for one in services.config().watchlists}
    if watchlist not in known:
        return reply(command, texts.no_such_feed(_, watchlist))
    address = await services.make_feed_link(watchlist, owner)
    if address is None:
        return reply(command, texts.pages_are_off(_))
    return reply(command, texts.feed(_, known[watchlist], address))
