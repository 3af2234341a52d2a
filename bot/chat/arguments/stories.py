"""Which story somebody means: by a link, `#number`, "2" for the second that /latest lists, or by the message answered.

In comes who asked and a word, out go the alerts of the stories meant, as this place was told of them: several where
the message tells of several, none where nothing is meant. Another chat's stories are nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

from bot.chat.arguments.names import parse_story_number
from bot.chat.context import Request, Services, reply
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import stories as stories_texts
from bot.model import Alert, Chat
from bot.ports.preference_store import StorySummary

LISTED = 8  # stories of /latest
_BACK = timedelta(days=14)
_COUNTED = re.compile(r"[1-9][0-9]{0,2}")
_AT_ONCE = 100  # stories of one rolling message
_OFFERED, _BESIDE = 20, 5  # buttons that ask which is meant, and of one row


async def find_alerts(services: Services, request: Request, word: str) -> tuple[Alert, ...]:
    """Return what is meant by a word; by none, the message that was answered, else the latest."""
    command = request.command
    if not word and command.answers is not None:
        return await services.preferences.find_listed(command.chat, command.answers, most=_AT_ONCE)
    if _COUNTED.fullmatch(word) and (listed := (await list_latest(services, command.chat))[int(word) - 1 : int(word)]):
        (story,) = listed  # as /latest numbers it, told here or not
        alert = await services.preferences.find_alert(command.chat, story.story)
        return (alert or Alert(command.chat, story.story, (), story.headline, story.url, "", ()),)
    number = await _number(services, request, word)
    alert = None if number is None else await services.preferences.find_alert(command.chat, number)
    return (alert,) if alert else ()


async def list_latest(
    services: Services, chat: Chat, watchlists: Collection[str] | None = None, *, most: int = LISTED
) -> tuple[StorySummary, ...]:
    """Return the stories that /latest lists: of all watchlists of a chat, or of those that are named."""
    if watchlists is None:
        fixed = {one.id for one in services.config().watchlists if chat in one.deliver_to}
        watchlists = fixed | set(await services.chats.find_subscriptions(chat))
    return await services.preferences.find_latest(chat, watchlists, services.now() - _BACK, most=most)


async def _number(services: Services, request: Request, word: str) -> int | None:
    if word.startswith("#"):
        return parse_story_number(word[1:])
    if not word or _COUNTED.fullmatch(word):
        back = int(word or 1)
        told = await services.preferences.find_sent_stories(request.command.chat, most=back)
        return told[back - 1] if len(told) == back else None
    if not word.startswith(("http://", "https://")):
        return None
    traces = await services.queries.items.trace_item(word, request.command.chat)
    return next((trace.found.story for trace in traces if trace.found.story is not None), None)


def ask_which_story(request: Request, verb: str, alerts: tuple[Alert, ...]) -> Answer:
    """Ask which of several stories is meant: a button each does `verb` with it."""
    buttons = tuple(
        Button(str(place), data(verb, f"#{one.story}", "new"), beside=place % _BESIDE != 1)
        for place, one in enumerate(alerts[:_OFFERED], start=1)
    )
    return reply(request.command, stories_texts.several(request.translator, alerts[:_OFFERED]), buttons)
