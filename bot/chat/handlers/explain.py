"""`/test` and `/why`: the stages asked about queries and items on record. They change nothing.

In comes a request, out goes an Answer. Looking at items happens in a thread and within seconds; of other chats'
personal queries nothing is ever said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.alerts.calendar import zone_of
from bot.chat.arguments.names import parse_story_number
from bot.chat.arguments.stories import ask_which_story, find_alerts
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.query_reading import ask_reading
from bot.chat.messages import Answer
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import delivery as delivery_texts
from bot.chat.texts import queries as texts
from bot.chat.texts import stories as stories_texts
from bot.errors import QueryError
from bot.i18n import Translator
from bot.matching.engine import Engine
from bot.matching.near_miss import NearMiss, near_misses
from bot.matching.query import parse
from bot.matching.query_limits import CHAT_QUERY_CHARACTERS
from bot.model import Chat, Match, Watchlist
from bot.ports.history_store import PERSONAL, ItemHistory, ItemOnRecord
from bot.preview.backtest import matches_of
from bot.preview.delivery_reason import explain_delivery, join_reason

HITS, MISSES = 5, 3  # items shown
_BACK = timedelta(days=30)  # that items stay on record
_PATIENCE = 5.0  # seconds of looking for one question
_CLOSELY = 100  # items looked at for near-misses, which cost ten times a match
_SHOWN = 8  # near-misses of one item
_OUTLETS = 2  # of one link


@dataclass(slots=True)
class _Trial:
    """What a query does on items, the newest first."""

    words: Translator
    engine: Engine
    hits: list[tuple[ItemOnRecord, Match]] = field(default_factory=list)
    misses: list[tuple[ItemOnRecord, NearMiss]] = field(default_factory=list)
    looked: int = 0

    def look(self, items: Sequence[ItemOnRecord]) -> bool:
        """Try some more; return whether there is enough to show."""
        for one in items:
            self.looked += 1
            if matches := matches_of(self.engine, one):
                self.hits.append((one, matches[0]))
            elif self.looked <= _CLOSELY and len(self.misses) < MISSES:
                self.misses += [(one, miss) for miss in _missed(self.words, self.engine, one)[:1]]
            if len(self.hits) == HITS:
                return True
        return False


async def test(services: Services, request: Request) -> Answer:
    """Say whether a query can be understood, and what it would have found among the latest items."""
    command = request.command
    if question := ask_reading(request, "test"):
        return question
    text, refusal = check_query(request.translator, command.words, "test")
    if refusal:
        return reply(command, refusal)
    try:
        trial = _Trial(request.translator, await services.queries.build_engine(text))
    except QueryError as error:
        return reply(command, texts.refused(request.translator, error))
    await services.queries.replay.through(services.now() - _BACK, trial.look, seconds=_PATIENCE)
    return reply(
        command,
        texts.trial(text, trial.hits, trial.misses, looked=trial.looked, when=reading_time(services, request)),
    )


def check_query(_: Translator, words: str, verb: str) -> tuple[str, str]:
    """Return a query on one line, and the refusal of one that cannot be used, empty where it can."""
    text = " ".join(words.split())
    if not text:
        return "", texts.no_query_given(_, verb)
    if len(text) > CHAT_QUERY_CHARACTERS:
        return "", texts.too_long(_, CHAT_QUERY_CHARACTERS)
    try:
        parse(text)
    except QueryError as error:
        return "", texts.mistake(_, text, error)
    return text, ""


async def why(services: Services, request: Request) -> Answer:
    """Say of an item on record what fires on it, what nearly does, and why this chat was told or not."""
    command = request.command
    link = command.words.split(maxsplit=1)[0] if command.words.strip() else ""
    if (number := parse_story_number(link.removeprefix("#"))) is not None:  # a story, as buttons name it
        alert = await services.preferences.find_alert(command.chat, number)
        story = await services.preferences.find_story(command.chat, number)
        link = (alert and alert.url) or (story and story.url) or ""
    elif not link:
        alerts = await find_alerts(services, request, "")
        if len(alerts) > 1:
            return ask_which_story(request, "why", alerts)
        link = (alerts and alerts[0].url) or ""
    if not link.startswith(("http://", "https://")):
        return reply(command, texts.no_link_given(request.translator))
    traces = await services.queries.items.trace_item(link, command.chat)
    if not traces:
        return reply(command, texts.unknown_link(request.translator))
    known = await visible_watchlists(services, command.chat)
    engine = await services.queries.compiled().engine()
    at = reading_time(services, request)

    def explained(trace: ItemHistory) -> str:
        matches, misses = _concerning(request.translator, engine, trace.found, known)
        what = delivery_texts.verdict(explain_delivery(trace, command.chat, matches, known), at)
        if reason := join_reason(trace):
            what += f"\n{stories_texts.joined(request.translator, reason)}"
        return texts.reasons(trace.found, matches[:HITS], misses[:_SHOWN], watchlists=known, what=what, when=at)

    told = [await asyncio.to_thread(explained, trace) for trace in traces[:_OUTLETS]]
    return reply(command, basics_texts.fit(request.translator, told))


async def visible_watchlists(services: Services, chat: Chat) -> dict[str, Watchlist]:
    """Return the watchlists in force by id, with no personal queries but those of this chat."""
    mine = {query.watchlist for query in await services.queries.store.find_queries(chat)}
    every = services.queries.compiled().watchlists
    return {name: one for name, one in every.items() if not name.startswith(PERSONAL) or name in mine}


def reading_time(services: Services, request: Request) -> texts.When:
    """Return now, as who asked tells the time."""
    return texts.When(services.now(), zone_of(request.zone), request.translator)


def _concerning(
    _: Translator, engine: Engine, one: ItemOnRecord, known: dict[str, Watchlist]
) -> tuple[tuple[Match, ...], tuple[NearMiss, ...]]:
    """Return what fires on an item and what nearly does, of these watchlists."""
    matches = tuple(match for match in matches_of(engine, one) if match.watchlist in known)
    return matches, _missed(_, engine, one, known)


def _missed(
    _: Translator, engine: Engine, one: ItemOnRecord, known: Container[str] | None = None
) -> tuple[NearMiss, ...]:
    item = one.item
    return near_misses(
        _, engine, item.title, item.lead, item.body, source=one.source, language=item.language, only=known
    )
