"""What was found, as a file that opens in a spreadsheet: the button under /search and /latest. It changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.chat.arguments.names import find_watchlist, split_names
from bot.chat.arguments.stories import list_latest
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.explain import check_query
from bot.chat.messages import Answer, Button, Reply, data
from bot.chat.texts import files as texts
from bot.chat.texts import queries as query_texts
from bot.errors import QueryError
from bot.i18n import Translator
from bot.text.csv_lines import BOM, csv_line

MOST = 1_000  # lines of a file
_BACK = timedelta(days=30)  # that items stay on record
_PATIENCE = 5.0  # seconds of looking for one question
_BAR = "\x1e"  # stands for | in what a button means, where | parts


def file_button(_: Translator, verb: str, words: str, *, beside: bool = False) -> Button:
    """Return the button that sends what a command has found as a file."""
    return Button(texts.label_file(_), data("file", f"{verb} {words}".replace("|", _BAR), "new"), beside=beside)


async def send_file(services: Services, request: Request) -> Answer:
    """Send what a command finds as a file."""
    verb, _, words = request.command.words.replace(_BAR, "|").partition(" ")
    if verb == "search":
        return await _search(services, request, words)
    config = services.config()
    named = [found.id for name in split_names(config, words) if (found := find_watchlist(config, name))]
    stories = await list_latest(services, request.command.chat, set(named) or None, most=MOST)
    rows = ((_time(one.at), ", ".join(one.sources), one.headline, "", one.url or "", str(one.story)) for one in stories)
    return _answer(request, "latest", rows)


async def _search(services: Services, request: Request, words: str) -> Answer:
    text, refusal = check_query(request.translator, words, "search")
    if refusal:
        return reply(request.command, refusal)
    try:
        engine = await services.queries.build_engine(text)
    except QueryError as error:
        return reply(request.command, query_texts.refused(request.translator, error))
    found = await services.queries.search.find(engine, services.now() - _BACK, most=MOST, seconds=_PATIENCE)
    rows = (
        (
            *(_time(hit.at), hit.found.source, hit.found.item.title, hit.found.item.lead, hit.found.item.url or ""),
            "" if hit.found.story is None else str(hit.found.story),
        )
        for hit in found.hits
    )
    return _answer(request, "search", rows)


def _answer(request: Request, name: str, rows: Iterable[tuple[str, ...]]) -> Answer:
    lines = [csv_line(row) for row in rows]
    header = csv_line(("time", "source", "headline", "lead", "url", "story"))
    content = (BOM + header + "".join(lines)).encode("utf-8", "replace")
    text = texts.caption(request.translator, len(lines))
    return Answer((Reply(request.command.chat, text, file=(f"newswatch-{name}.csv", content)),))


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
