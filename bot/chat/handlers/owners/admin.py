"""What owners do: let chats in and out, look at chats, read watchlists.yaml anew.

In comes a request of an owner (checked before), out goes an Answer; what changes is committed before the
answer exists.
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat.arguments.names import parse_chat
from bot.chat.context import Request, Services, reply, translator_of
from bot.chat.messages import Answer, Button, Command, Reply, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.chat.texts.owners import admin as texts
from bot.errors import ConfigError
from bot.model import Chat

PROBLEMS = 10  # of a wrong file
_BUTTONS = 8  # under /chats


async def admit(services: Services, request: Request) -> Answer:
    """Let a chat use the bot."""
    command = request.command
    chat = _chat(command)
    if chat is None:
        return reply(command, access_texts.which_chat(request.translator, "admit"))
    new = await services.chats.admit_chat(chat, command.user or 0, services.now())
    await services.admissions.withdraw_request(chat)
    text = access_texts.admitted(request.translator, chat, new=new)
    if services.access == "open":
        text += f"\n{access_texts.access_is_open(request.translator)}"
    answer = reply(command, text)
    if not new or chat == command.chat.id:
        return answer
    _ = await translator_of(services, Chat(chat))
    welcome = Reply(
        Chat(chat),
        _("🔔 An owner has admitted this chat. /lists shows what you can subscribe to."),
        (Button(basics_texts.label_lists(_), data("lists")),),
        notice=True,
    )
    return replace(answer, replies=(*answer.replies, welcome))


async def revoke(services: Services, request: Request) -> Answer:
    """Take that back."""
    command = request.command
    chat = _chat(command)
    if chat is None:
        return reply(command, access_texts.which_chat(request.translator, "revoke"))
    return reply(command, access_texts.revoked(request.translator, chat, had=await services.chats.revoke_chat(chat)))


async def decline(services: Services, request: Request) -> Answer:
    """Leave out a chat that request, and leave it where that can be."""
    chat = _chat(request.command)
    if chat is None:
        return reply(request.command, access_texts.which_chat(request.translator, "decline"))
    await services.admissions.withdraw_request(chat)
    answer = reply(request.command, texts.declined(request.translator, chat))
    return replace(answer, leave=(chat,) if chat < 0 and not await services.chats.is_admitted(chat) else ())


def _chat(command: Command) -> int | None:
    """Return the chat that an owner names, or the group they write in when they name none."""
    if not command.words and command.kind == "group":
        return command.chat.id
    chat = parse_chat(command.words)
    return chat.id if chat else None


async def chats(services: Services, request: Request) -> Answer:
    """Show who uses the bot, and who would like to."""
    guests = await services.admissions.find_chats()
    asking = [one for one in guests if one.requested_at and not one.revoked and not one.admitted]
    buttons = tuple(Button(f"✅ {one.title or one.id}"[:60], data("admit", str(one.id))) for one in asking[:_BUTTONS])
    return reply(request.command, texts.chats(request.translator, guests, services.now()), buttons)


async def reload(services: Services, request: Request) -> Answer:
    """Read watchlists.yaml anew, at once."""
    try:
        changes = await services.reload_config()
    except ConfigError as error:
        return reply(request.command, texts.wrong_file(request.translator, error.problems[:PROBLEMS]))
    return reply(request.command, texts.reloaded(request.translator, changes))
