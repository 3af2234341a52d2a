"""What owners do: let chats in and out, look at sources and chats, read watchlists.yaml anew, act for a channel.

In comes who asked what (owners only: the gate has looked), out goes an Answer; what changes is committed before the
answer exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.chat.access_rules import Need
from bot.chat.arguments.names import chat_of
from bot.chat.context import Handler, Request, Services, say, words_of
from bot.chat.messages import BUTTON_BYTES, Answer, Button, Command, Kind, Reply, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import admin as admin_texts
from bot.chat.texts import basics as basics_texts
from bot.errors import ConfigError
from bot.model import Chat

PAGE = 15  # sources on one page
PROBLEMS = 10  # of a wrong file
_BUTTONS = 8  # under /chats


async def admit(house: Services, asked: Request) -> Answer:
    """Let a chat use the bot."""
    command = asked.command
    chat = _chat(command)
    if chat is None:
        return say(command, access_texts.which_chat(asked.words, "admit"))
    new = await house.store.admit(chat, command.user or 0, house.now())
    await house.guests.forget_knock(chat)
    text = access_texts.admitted(asked.words, chat, new=new)
    if house.access == "open":
        text += f"\n{access_texts.access_is_open(asked.words)}"
    answer = say(command, text)
    if not new or chat == command.chat.id:
        return answer
    _ = await words_of(house, Chat(chat))
    welcome = Reply(
        Chat(chat), access_texts.welcome(_), (Button(basics_texts.label_lists(_), data("lists")),), notice=True
    )
    return replace(answer, replies=(*answer.replies, welcome))


async def revoke(house: Services, asked: Request) -> Answer:
    """Take that back."""
    command = asked.command
    chat = _chat(command)
    if chat is None:
        return say(command, access_texts.which_chat(asked.words, "revoke"))
    return say(command, access_texts.revoked(asked.words, chat, had=await house.store.revoke(chat)))


async def decline(house: Services, asked: Request) -> Answer:
    """Leave out a chat that asked, and leave it where that can be."""
    chat = _chat(asked.command)
    if chat is None:
        return say(asked.command, access_texts.which_chat(asked.words, "decline"))
    await house.guests.forget_knock(chat)
    answer = say(asked.command, admin_texts.declined(asked.words, chat))
    return replace(answer, leave=(chat,) if chat < 0 and not await house.store.admitted(chat) else ())


def _chat(command: Command) -> int | None:
    """Return the chat that an owner names, or the group they write in when they name none."""
    if not command.words and command.kind == "group":
        return command.chat.id
    chat = chat_of(command.words)
    return chat.id if chat else None


async def sources(house: Services, asked: Request) -> Answer:
    """Show how every source is doing, those with errors first."""
    words, _, now = asked.command.words, asked.words, house.now()
    every = sorted((await house.store.status(now)).sources, key=lambda one: (not one.error, one.name.casefold()))
    pages = max(1, -(-len(every) // PAGE))
    number = min(max(int(words) if re.fullmatch(r"[0-9]{1,4}", words) else 1, 1), pages)
    buttons = []
    if number > 1:
        buttons.append(Button(basics_texts.back(_), data("sources", str(number - 1))))
    if number < pages:
        buttons.append(Button(basics_texts.more(_), data("sources", str(number + 1)), beside=number > 1))
    page = every[(number - 1) * PAGE : number * PAGE]
    return say(asked.command, admin_texts.sources(_, page, number, pages, now), tuple(buttons))


async def chats(house: Services, asked: Request) -> Answer:
    """Show who uses the bot, and who would like to."""
    guests = await house.guests.guests()
    asking = [one for one in guests if one.knocked and not one.revoked and not one.admitted]
    buttons = tuple(Button(f"✅ {one.title or one.id}"[:60], data("admit", str(one.id))) for one in asking[:_BUTTONS])
    return say(asked.command, admin_texts.chats(asked.words, guests, house.now()), buttons)


async def reload(house: Services, asked: Request) -> Answer:
    """Read watchlists.yaml anew, at once."""
    try:
        changes = await house.reload()
    except ConfigError as error:
        return say(asked.command, admin_texts.wrong_file(asked.words, error.problems[:PROBLEMS]))
    return say(asked.command, admin_texts.reloaded(asked.words, changes))


async def channel(_house: Services, asked: Request) -> Answer:
    """Tell the id of a channel of which an owner has forwarded a post."""
    chat = _chat(asked.command)
    if chat is None:
        return say(asked.command, admin_texts.how_for(asked.words))
    return say(asked.command, admin_texts.channel(asked.words, chat, "", inside=False))


def acting(verbs: Callable[[], Mapping[str, tuple[Need, Handler]]]) -> Handler:
    """Return the command by which an owner acts for another chat, such as a channel: `/for CHAT COMMAND …`."""

    async def act(house: Services, asked: Request) -> Answer:
        command = asked.command
        where, _space, rest = command.words.partition(" ")
        verb, _space, words = rest.strip().removeprefix("/").partition(" ")
        chat = chat_of(where)
        need, handler = verbs().get(verb.lower(), ("own", None))
        if chat is None or handler is None or need == "own":
            return say(command, admin_texts.how_for(asked.words))
        meant = replace(command, chat=chat, kind=_kind(chat), verb=verb.lower(), words=words.strip())
        answer = await handler(house, replace(asked, command=meant))
        return replace(answer, replies=tuple(_here(asked, reply, chat) for reply in answer.replies))

    return act


def _kind(chat: Chat) -> Kind:
    return "private" if chat.id > 0 else "channel"


def _here(asked: Request, reply: Reply, chat: Chat) -> Reply:
    """Return an answer about another chat as one to the owner, whose buttons act for that chat again."""
    if reply.chat != chat:
        return reply
    text = f"{admin_texts.acting(asked.words, chat.id)}\n{reply.text}"
    buttons = tuple(replace(one, data=_for(chat, one.data)) for one in reply.buttons)
    fitting = tuple(one for one in buttons if len(one.data.encode()) <= BUTTON_BYTES)
    return replace(reply, chat=asked.command.chat, text=text, buttons=fitting)


def _for(chat: Chat, meaning: str) -> str:
    verb, words, view = [*meaning.split("|"), "", ""][:3]
    place = f"{chat.id}/{chat.topic}" if chat.topic else str(chat.id)
    return data("for", f"{place} {verb} {words}", view)
