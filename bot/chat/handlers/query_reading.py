"""How a query is read: asked about with buttons where it may mean several things, said in words where it is clear.

In comes what somebody wrote after `/watch` or `/test`. A press of one of the buttons is the same command with a query
that is exact. Nothing is changed here.
"""

from __future__ import annotations

from bot.chat.context import Request, reply
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import query_reading as texts
from bot.errors import QueryError
from bot.i18n import Translator
from bot.matching.loose_operators import find_loose
from bot.matching.query import parse
from bot.matching.query_limits import CHAT_QUERY_CHARACTERS
from bot.matching.query_wording import describe


def ask_reading(request: Request, verb: str) -> Answer | None:
    """Ask which reading of a loosely written query is meant; None where it is clear, or none can be understood."""
    command = request.command
    loose = find_loose(command.words)
    if loose is None:
        return None
    readings = [(kind, query, said) for kind, query in loose.readings if (said := _read(request.translator, query))]
    if not readings:
        return None
    buttons = tuple(
        Button(texts.label_reading(request.translator, kind, query), means)
        for kind, query, _said in readings
        if len((means := data(verb, query)).encode()) <= BUTTON_BYTES
    )
    return reply(command, texts.ask_reading(request.translator, verb, loose.said, readings), buttons)


def _read(_: Translator, query: str) -> str:
    """Return what a query asks for, in words; empty for one that cannot be kept."""
    if len(query) > CHAT_QUERY_CHARACTERS:
        return ""
    try:
        return describe(_, parse(query).root)
    except QueryError:
        return ""
