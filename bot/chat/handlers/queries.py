"""`/watch` and `/unwatch`: the personal queries of a chat, each with a forecast of what it will send.

In comes a request, out goes an Answer; what changes is committed before the answer exists. The forecast comes
after it, for it takes seconds. A query that would speak all day counts until that is known, and then only when somebody
presses the button that says so.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from bot.alerts.calendar import zone_of
from bot.chat.context import Request, Services, auto_admit, reply
from bot.chat.handlers.explain import check_query, reading_time
from bot.chat.handlers.query_reading import ask_reading
from bot.chat.handlers.source_choice import choose_source, offer_sources
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import queries as texts
from bot.errors import QueryError
from bot.matching.query_check import check_beside, find_over_limit, is_same_query, patterns_of
from bot.matching.query_limits import CHAT_QUERIES
from bot.model import Chat, Watchlist
from bot.ports.history_store import PersonalQuery
from bot.preview.backtest import Forecast, WatchlistCount, begin_of, days_until

NOISY = 20  # alerts a day from which on somebody is asked whether they mean it
_DAYS = 7  # of the forecast
_PATIENCE = 5.0  # seconds of looking back
_LABEL = 40  # characters of a query on a button


async def watch(services: Services, request: Request) -> Answer:
    """Watch for a query here, and say what it would have sent; ask first where that is much."""
    command = request.command
    if command.press and command.press.view == "yes":
        return await _confirm(services, request)
    if not command.words.strip():
        chosen = command.press is not None and command.press.view.startswith("sources ")
        return choose_source(services, request) if chosen else offer_sources(request)
    if question := ask_reading(request, "watch"):
        return question
    text, refusal = check_query(request.translator, command.words, "watch")
    if refusal:
        return reply(command, refusal)
    try:
        return await _watch(services, request, text)
    except QueryError as error:
        return reply(command, texts.refused(request.translator, error))


async def _watch(services: Services, request: Request, text: str) -> Answer:
    """Watch for a query that can be understood; QueryError where it costs too much."""
    command = request.command
    own = await services.queries.store.find_queries(command.chat)
    same = next((query for query in own if is_same_query(query.text, text)), None)
    if not same:
        await _judge_beside(services, command.chat, text)
    if same:
        return _with_forecast(services, request, same, new=False)
    await auto_admit(services, request)
    query = await services.queries.store.add_query(command.chat, text, services.now(), most=CHAT_QUERIES)
    if query is None:
        return reply(command, texts.full(request.translator, CHAT_QUERIES))
    return _with_forecast(services, request, query, new=True)


def _with_forecast(services: Services, request: Request, query: PersonalQuery, *, new: bool) -> Answer:
    """Say at once what is watched for, and `later` what it would have sent; a new one that is noisy is asked about."""
    command = request.command

    async def later() -> Answer:
        try:
            found, complete = await _forecast(services, request, query.text)
        except QueryError as error:
            if new:
                await services.queries.store.remove_query(command.chat, query.number)
            return reply(command, texts.refused(request.translator, error))
        told = texts.forecast(found, reading_time(services, request), complete=complete)
        if not new or found.a_day(services.now()) <= NOISY:
            if new:
                services.queries.on_change()
            return reply(command, texts.watching(request.translator, query, told, new=new))
        if await services.queries.store.remove_query(command.chat, query.number) is None:
            return Answer()  # ended meanwhile
        queries, now = services.queries.store, services.now()
        held = await queries.add_query(command.chat, query.text, now, most=CHAT_QUERIES, confirmed=False)
        if held is None:
            return reply(command, texts.full(request.translator, CHAT_QUERIES))
        button = Button(texts.noisy_button(request.translator, held.text), data("watch", str(held.number), "yes"))
        return reply(command, texts.noisy(request.translator, held, told, found.a_day(now)), (button,))

    at_once = reply(
        command, texts.watching(request.translator, query, access_texts.looking(request.translator), new=new)
    )
    return replace(at_once, later=later)


async def _judge_beside(services: Services, chat: Chat, text: str) -> None:
    """Raise QueryError where the chat, or the installation, has no room for what the query costs."""
    if not await asyncio.to_thread(patterns_of, text):
        return
    every = await services.queries.store.find_all_queries()
    queries = [(one.chat.id, one.text) for one in every]

    def judge() -> None:
        if reason := find_over_limit([*queries, (chat.id, text)])[-1]:
            raise reason
        check_beside(text, (other for its_chat, other in queries if its_chat == chat.id))

    await asyncio.to_thread(judge)


async def _confirm(services: Services, request: Request) -> Answer:
    """Carry out what the button under a noisy query says."""
    command = request.command
    meant = parse_number(command.words)
    query = None
    if meant is not None:
        query = await services.queries.store.confirm_query(command.chat, meant, services.now(), most=CHAT_QUERIES)
    if query is None:
        return Answer(toast=basics_texts.bare(texts.over(request.translator)))
    services.queries.on_change()
    return reply(command, texts.watching(request.translator, query, "", new=True))


async def _forecast(services: Services, request: Request, text: str) -> tuple[Forecast, bool]:
    """Return what a query would have sent in the chat's last days, and whether there was time to look at them all."""
    config, zone = services.config(), zone_of(request.zone)
    days = days_until(services.now(), _DAYS, zone)
    engine = await services.queries.build_engine(text)
    tally = WatchlistCount(engine, (Watchlist("query", text, (text,)),), config.sources, zone)
    complete = await services.queries.replay.through(begin_of(days[0], zone), tally.add, seconds=_PATIENCE)
    return tally.forecast(days), complete


async def end_query(services: Services, request: Request, meant: int) -> str:
    """End a query of this chat by its number; return what to say."""
    query = await services.queries.store.remove_query(request.command.chat, meant)
    if query is None:
        return texts.no_query(request.translator, meant)
    services.queries.on_change()
    return texts.ended(request.translator, query)


def end_button(query: PersonalQuery, view: str) -> Button:
    """Return the button that ends a query."""
    return Button(
        f"✖️ {query.number} · {basics_texts.label(query.text, _LABEL)}", data("unwatch", str(query.number), view)
    )


def parse_number(words: str) -> int | None:
    """Return the number of a query as somebody wrote it."""
    found = re.fullmatch(r"#?([1-9][0-9]{0,8})", words.strip())
    return int(found[1]) if found else None
