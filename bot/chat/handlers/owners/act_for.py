"""`/for CHAT COMMAND`: what an owner does for another chat, such as a channel.

In comes a request of an owner (checked before), out goes an Answer to them, whose buttons act for that chat again. What
a private chat watches for, mutes and was sent is its own business: neither shown nor changed. A chat whose settings an
owner has changed is told so, but for a channel, where that would be a post.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.chat.arguments.names import parse_chat
from bot.chat.context import Request, Services, reply, translator_of
from bot.chat.messages import BUTTON_BYTES, Answer, Kind, Reply, data, parse_data
from bot.chat.texts.owners import admin as texts
from bot.model import Chat

# What an owner may do for somebody's private chat.
_PRIVATE: Final = ("lists", "mine", "subscribe", "unsubscribe", "pause", "resume", "quiet", "digest", "language")
_SUPERGROUPS: Final = "-100"  # so begin the ids of supergroups, and of channels


async def act_for(services: Services, request: Request) -> Answer:
    """Act for another chat, such as a channel: `/for CHAT COMMAND …`."""
    command = request.command
    target, _space, rest = command.words.partition(" ")
    verb, _space, words = rest.strip().removeprefix("/").partition(" ")
    chat, spec = parse_chat(target), services.commands.get(verb.lower())
    if chat is None or spec is None or spec.need == "own":
        return reply(command, texts.how_for(request.translator))
    elsewhere = chat.id != command.chat.id
    if chat.id > 0 and elsewhere and spec.name not in _PRIVATE:
        return reply(command, texts.private_business(request.translator, _PRIVATE))
    meant = replace(command, chat=chat, kind=_kind(chat), verb=spec.name, words=words.strip(), answers=None)
    before = await _settings_of(services, chat)
    answer = await spec.handler(services, replace(request, command=meant, on_behalf=elsewhere))
    replies = [_here(request, one, chat) for one in answer.replies]
    if elsewhere and await _settings_of(services, chat) != before and await _may_be_told(services, chat):
        _ = await translator_of(services, chat)
        told = f"/{spec.name} {words.strip()}".strip()
        replies.append(Reply(chat, texts.changed_by_owner(_, told), notice=True))
    return replace(answer, replies=tuple(replies))


async def _settings_of(services: Services, chat: Chat) -> tuple[object, ...]:
    """Return all that commands change of a chat."""
    return (
        await services.chats.find_subscriptions(chat),
        await services.chats.find_priorities(chat),
        await services.preferences.read_preferences(chat),
        await services.preferences.read_display(chat.id),
        await services.queries.store.find_queries(chat),
    )


async def _may_be_told(services: Services, chat: Chat) -> bool:
    """Return whether a chat is known to be no channel."""
    if chat.id > 0 or chat.topic or not str(chat.id).startswith(_SUPERGROUPS):
        return True
    return any(one.id == chat.id and one.kind == "group" for one in await services.admissions.find_chats())


def _kind(chat: Chat) -> Kind:
    return "private" if chat.id > 0 else "channel"


def _here(request: Request, answered: Reply, chat: Chat) -> Reply:
    """Return an answer about another chat as one to the owner, whose buttons act for that chat again."""
    if answered.chat != chat:
        return answered
    text = f"{texts.acting(request.translator, chat.id)}\n{answered.text}"
    buttons = tuple(replace(one, data=_for(chat, one.data)) for one in answered.buttons)
    fitting = tuple(one for one in buttons if len(one.data.encode()) <= BUTTON_BYTES)
    return replace(answered, chat=request.command.chat, text=text, buttons=fitting)


def _for(chat: Chat, meaning: str) -> str:
    verb, words, view = parse_data(meaning)
    place = f"{chat.id}/{chat.topic}" if chat.topic else str(chat.id)
    return data("for", f"{place} {verb} {words}", view)
