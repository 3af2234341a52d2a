"""`/search`: the items on record that a query holds for, page by page. It changes nothing.

What a chat is shown is what its own queries could tell it of: the items of all sources, nothing of other chats. Beside
`/test`, which tries a query on the latest items, this finds everything that is on record.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.chat.context import Request, Services, reply
from bot.chat.handlers.explain import check_query, reading_time
from bot.chat.handlers.files import file_button
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import queries as query_texts
from bot.chat.texts import search as texts
from bot.errors import QueryError

SHOWN = 6  # items on a page: what fits one message
PAGES = 50  # that can be turned to
_BACK = timedelta(days=30)  # that items stay on record
_PATIENCE = 5.0  # seconds of looking for one question
_BAR = "\x1e"  # stands for | in what a button means, where | parts


async def search(services: Services, request: Request) -> Answer:
    """Show the newest items that a query holds for."""
    return await _page(services, request, request.command.words, 1)


async def turn_page(services: Services, request: Request) -> Answer:
    """Show another page of what was found: the number of the page, then the query."""
    number, _, words = request.command.words.replace(_BAR, "|").partition(" ")
    page = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else 1
    return await _page(services, request, words, min(max(page, 1), PAGES))


async def _page(services: Services, request: Request, words: str, page: int) -> Answer:
    command, _ = request.command, request.translator
    text, refusal = check_query(_, words, "search")
    if refusal:
        return reply(command, refusal)
    try:
        engine = await services.queries.build_engine(text)
    except QueryError as error:
        return reply(command, query_texts.refused(_, error))
    since = services.now() - _BACK
    found = await services.queries.search.find(engine, since, most=SHOWN, skip=(page - 1) * SHOWN, seconds=_PATIENCE)
    first = (page - 1) * SHOWN + 1
    buttons = []
    if page > 1:
        buttons.append(Button(basics_texts.back(_), _turn_to(page - 1, text)))
    if found.more and page < PAGES:
        buttons.append(Button(basics_texts.more(_), _turn_to(page + 1, text), beside=page > 1))
    if found.hits:
        buttons.append(file_button(_, "search", text, beside=bool(buttons)))
    return reply(command, texts.found(text, found, first, reading_time(services, request)), tuple(buttons))


def _turn_to(page: int, text: str) -> str:
    return data("found", f"{page} {text}".replace("|", _BAR), "turn")
