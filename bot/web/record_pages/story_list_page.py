"""The page Stories: by watchlist, chat, day, or what is in them; the newest first, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from bot.errors import QueryError
from bot.i18n import Translator
from bot.matching.engine import Engine
from bot.matching.index_condition import index_condition
from bot.matching.query import parse
from bot.model import Chat
from bot.ports.history_store import ItemOnRecord
from bot.ports.story_readings import StoryFilter, StoryList
from bot.preview.backtest import matches_of
from bot.web.pages.page import Content, Visit
from bot.web.pages.page_services import PageServices
from bot.web.record_pages.marked_items import ShownItem, show_item
from bot.web.record_pages.page_arguments import read_day, read_number

SHOWN: Final = 30  # stories on a page
FOUND: Final = 200  # stories that a search finds at most
SECONDS: Final = 0.2  # of judging for one search
_CANDIDATES, _PAGE = 5_000, 50  # items that are looked at for one search, and at a time
_FIELDS = ("q", "watchlist", "chat", "day")


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found: stories, items of none, and whether there was time for the whole record."""

    numbers: tuple[int, ...] = ()
    loose: tuple[ShownItem, ...] = ()  # that no watchlist brought
    complete: bool = True


async def read_stories(services: PageServices, visit: Visit) -> Content:
    """Return the stories that the address asks for."""
    asked = {name: visit.query.get(name, "").strip() for name in _FIELDS}
    wanted, mistakes = _filter(visit, asked)
    search, mistake = await _search(services, visit, asked["q"])
    if mistake:
        mistakes.append(mistake)
    found = StoryList()
    if not mistakes:
        if asked["q"]:
            wanted = replace(wanted, numbers=search.numbers)
        after = read_number(visit.query.get("after", ""))
        found = await services.record.reader.list_stories(wanted, most=SHOWN, after=after)
    watchlists = {one.id: one.title for one in services.config().watchlists}
    values: dict[str, Any] = {
        "stories": found.stories,
        "more": _path(asked, found.after) if found.after is not None and not mistakes else None,
        "asked": asked,
        "day": asked["day"] if wanted.begin is not None else "",
        "mistakes": mistakes,
        "watchlists": watchlists,
        "loose": search.loose if not mistakes else (),
        "complete": search.complete,
    }
    return Content(values, status=400 if mistakes else 200)


def _filter(visit: Visit, asked: dict[str, str]) -> tuple[StoryFilter, list[str]]:
    """Return what the address asks for, and what cannot be understood of it."""
    _: Translator = visit.translator
    mistakes: list[str] = []
    chat = read_number(asked["chat"]) if asked["chat"] else None
    if asked["chat"] and chat is None:
        mistakes.append(_("A chat is named by its number, such as -1001234567890; the page Chats has them all."))
    day = read_day(asked["day"], visit.zone) if asked["day"] else None
    if asked["day"] and day is None:
        mistakes.append(
            _("A day is written as {example}.", example=visit.now.astimezone(visit.zone).date().isoformat())
        )
    begin, end = day or (None, None)
    return StoryFilter(asked["watchlist"] or None, chat, begin, end), mistakes


async def _search(services: PageServices, visit: Visit, words: str) -> tuple[Search, str]:
    """Return what is found by words or a link, and what is wrong with them."""
    if not words:
        return Search(), ""
    if words.startswith(("http://", "https://")):
        traces = await services.record.items.trace_item(words, Chat(0))
        numbers = tuple(one.found.story for one in traces if one.found.story is not None)
        return Search(numbers, tuple(show_item(one.found) for one in traces if one.found.story is None)), ""
    try:
        parse(words)
        return await _search_record(services, words), ""
    except QueryError as error:
        _: Translator = visit.translator
        said = _.again(error.text, **error.values)
        return Search(), _(
            "The search cannot be understood. Column {column}: {mistake}", column=error.column, mistake=said
        )


async def _search_record(services: PageServices, words: str) -> Search:
    """Return the stories of the newest items that a query holds for; QueryError."""
    record = services.record
    engine, store = await record.build_engine(words), record.search.store
    condition = index_condition(engine, await store.name_sources())
    if condition is None:
        return Search(complete=False)
    candidates = await store.find_newest(condition, 0, most=_CANDIDATES)
    numbers: dict[int, None] = {}
    end, looked = record.search.clock() + SECONDS, 0
    while looked < len(candidates) and len(numbers) < FOUND and (not looked or record.search.clock() < end):
        page = await store.read_items(candidates[looked : looked + _PAGE])
        numbers |= dict.fromkeys(await services.off_loop.run(_stories_of_hits, engine, page))
        looked += _PAGE
    return Search(tuple(numbers), complete=looked >= len(candidates) and len(candidates) < _CANDIDATES)


def _stories_of_hits(engine: Engine, items: Sequence[ItemOnRecord]) -> list[int]:
    """Return the stories of those items that a query holds for."""
    return [one.story for one in items if one.story is not None and matches_of(engine, one)]


def _path(asked: dict[str, str], after: int) -> str:
    """Return the address of the stories behind one."""
    given: Sequence[tuple[str, str]] = [(name, value) for name, value in asked.items() if value]
    return f"/stories?{urlencode([*given, ('after', str(after))])}"
