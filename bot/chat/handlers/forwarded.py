"""A message that somebody forwards in private: what would have fired on it, or what is on record of its link.

In comes its text as a request's words, out goes an Answer. Nothing in it is obeyed, nothing is changed or kept.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

from bot.chat.context import Request, Services, reply
from bot.chat.handlers import explain
from bot.chat.handlers.subscriptions import choice_button
from bot.chat.messages import Answer, Button, Reply
from bot.chat.texts import queries as texts
from bot.chat.texts.owners import admin as admin_texts
from bot.matching.near_miss import near_misses
from bot.model import Match

_LINK = re.compile(r"https?://[^\s<>]+")
_BUTTONS = 4  # watchlists that are offered
_SHOWN = 8  # findings, and near misses
_TITLE = 300  # characters of a first line that may be a headline


async def judge_forwarded(services: Services, request: Request) -> Answer:
    """Say what fires on a forwarded message; owners learn the id of the channel that it comes from as well."""
    command, _ = request.command, request.translator
    about = await _judge(services, request) if command.words.strip() else Answer()
    if request.owner and command.forwarded_from is not None:
        channel = admin_texts.channel(_, command.forwarded_from, "", inside=False)
        return replace(about, replies=(*about.replies, Reply(command.chat, channel)))
    return about if about.replies else reply(command, _("There is no text in it that I could look at."))


async def _judge(services: Services, request: Request) -> Answer:
    """Explain the article that a message links to, where that is on record; else the message itself."""
    command = request.command
    for link in list(dict.fromkeys(one.rstrip(".,;)") for one in _LINK.findall(command.words)))[:3]:
        if await services.queries.items.trace_item(link, command.chat):
            return await explain.why(services, replace(request, command=replace(command, verb="why", words=link)))
    setup = services.queries.compiled()
    known = await explain.visible_watchlists(services, command.chat)
    engine = await setup.engine()
    first, _newline, rest = command.words.strip().partition("\n")
    title, lead = (first, rest) if len(first) <= _TITLE else ("", command.words.strip())

    def judged() -> tuple[tuple[Match, ...], str]:
        found = tuple(one for one in engine.match(title, lead, "") if one.watchlist in known)
        missed = near_misses(request.translator, engine, title, lead, "", only=known)
        return found, texts.forwarded(request.translator, found[:_SHOWN], missed[:_SHOWN], known)

    matches, text = await asyncio.to_thread(judged)
    has = await services.chats.find_subscriptions(command.chat)
    offered = dict.fromkeys(one.watchlist for one in matches if one.watchlist not in has)
    lists = {one.id: one for one in services.config().watchlists}
    buttons: tuple[Button, ...] = tuple(
        choice_button("subscribe", lists[key], "new") for key in list(offered)[:_BUTTONS] if key in lists
    )
    return reply(command, text, buttons)
