"""`/sources`: how every source does; owners add, pause, test and remove sources by words and buttons.

In comes a request of an owner, out goes an Answer; what takes long comes `later`. What changes watchlists.yaml goes
through its editor, so that it is on the history and can be taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from bot.chat.context import Request, Services, reply
from bot.chat.handlers.owners.proposals import ask_to_save, save_proposal
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts.owners import keywords as edit_texts
from bot.chat.texts.owners import source_commands as texts
from bot.config.edits.change import SourceChange
from bot.errors import BotError, ConfigError, ConflictError
from bot.polling.source_health.loss_signs import find_all_signs
from bot.ports.chat_store import SourceStatus

PAGE = 15  # sources on one page
_LABEL = 30  # characters of a name on a button


async def sources(services: Services, request: Request) -> Answer:
    """Show how every source is doing, those with errors first; or do with one what the words say."""
    verb, _space, rest = request.command.words.strip().partition(" ")
    act = _ACTIONS.get(verb.lower())
    if act is None or not rest.strip():
        return await _list(services, request)
    if request.command.kind != "private":
        _ = request.translator
        return reply(request.command, _("Write that to me in our private chat: it shows lines of the file."))
    return await act(services, request, rest.strip())


async def _list(services: Services, request: Request) -> Answer:
    words, _, now = request.command.words, request.translator, services.now()
    status = (await services.chats.read_status(now)).sources
    signs = find_all_signs({one.name: one.stats for one in status}, services.config(), now)
    every = sorted(status, key=lambda one: (not one.error, one.name not in signs, one.name.casefold()))
    pages = max(1, -(-len(every) // PAGE))
    number = min(max(int(words) if re.fullmatch(r"[0-9]{1,4}", words) else 1, 1), pages)
    page = every[(number - 1) * PAGE : number * PAGE]
    buttons = []
    if request.command.kind == "private":
        buttons = [
            Button(basics_texts.label(one.name, _LABEL), data("sources", f"show {one.name}"), beside=place % 2 == 1)
            for place, one in enumerate(page)
        ]
    if number > 1:
        buttons.append(Button(basics_texts.back(_), data("sources", str(number - 1))))
    if number < pages:
        buttons.append(Button(basics_texts.more(_), data("sources", str(number + 1)), beside=number > 1))
    return reply(request.command, texts.sources(_, page, number, pages, now, signs), tuple(buttons))


async def _show(services: Services, request: Request, name: str) -> Answer:
    status = await _status_of(services, name)
    if status is None:
        return reply(request.command, texts.unknown(request.translator, name))
    return _panel(request, status, texts.one_source(request.translator, status, services.now()))


def _panel(request: Request, status: SourceStatus, text: str) -> Answer:
    _, name = request.translator, status.name
    paused = status.paused_at is not None
    buttons = (
        Button(_("▶️ Resume") if paused else _("⏸ Pause"), data("sources", f"{'resume' if paused else 'pause'} {name}")),
        Button(_("🔎 Test now"), data("sources", f"test {name}"), beside=True),
        Button(_("✖️ Remove"), data("sources", f"remove {name}"), beside=True),
        Button(_("« All sources"), data("sources", "1")),
    )
    return reply(request.command, text, buttons)


async def _status_of(services: Services, name: str) -> SourceStatus | None:
    status = (await services.chats.read_status(services.now())).sources
    same = [one for one in status if one.name == name]
    return next(iter(same or [one for one in status if one.name.casefold() == name.casefold()]), None)


async def _pause(services: Services, request: Request, name: str) -> Answer:
    status = await _status_of(services, name)
    if status is None:
        return reply(request.command, texts.unknown(request.translator, name))
    await services.chats.pause_source(status.name, services.now())
    status = replace(status, paused_at=status.paused_at or services.now())
    return _panel(request, status, texts.paused(request.translator, status.name))


async def _resume(services: Services, request: Request, name: str) -> Answer:
    status = await _status_of(services, name)
    if status is None:
        return reply(request.command, texts.unknown(request.translator, name))
    await services.chats.resume_source(status.name, services.now())
    return _panel(request, replace(status, paused_at=None), texts.resumed(request.translator, status.name))


async def _test(services: Services, request: Request, name: str) -> Answer:
    """Read a source now, and show what it brings or why it does not."""
    _ = request.translator
    status = await _status_of(services, name)
    if status is None:
        return reply(request.command, texts.unknown(_, name))

    async def later() -> Answer:
        try:
            found = await services.finder.try_source(status.name)
        except BotError as error:
            return _panel(request, status, texts.failed(_, str(error)))
        return _panel(request, status, texts.tried(_, found, services.now()))

    return replace(reply(request.command, texts.looking(_, status.name)), later=later)


async def _add(services: Services, request: Request, address: str) -> Answer:
    """Show what an address leads to, each with a button that inserts it."""
    _ = request.translator

    async def later() -> Answer:
        try:
            finds = await services.finder.find_sources(address)
        except BotError as error:
            return reply(request.command, texts.failed(_, str(error)))
        buttons = []
        for number, one in enumerate(finds, 1):
            meaning = data("sources", f"insert {json.dumps(dict(one.entry), ensure_ascii=False)}", "new")
            if len(meaning.encode()) <= BUTTON_BYTES:
                buttons.append(Button(f"➕ {number}. {basics_texts.label(one.name, _LABEL)}", meaning))
        return reply(request.command, texts.found(_, finds, services.now()), tuple(buttons))

    return replace(reply(request.command, texts.looking(_, address)), later=later)


async def _insert(services: Services, request: Request, written: str) -> Answer:
    """Insert what a button of a find stands for; only a button says so."""
    if request.command.press is None:
        return await _list(services, request)
    entry = json.loads(written)
    change = SourceChange("add", str(entry["name"]), entry)
    try:
        proposal = await services.editor.propose([change])
        if proposal.unwritable:
            text = edit_texts.by_hand(request.translator, proposal.unwritable, proposal.diff)
            return reply(request.command, text)
    except ConfigError as error:
        return reply(request.command, edit_texts.refused(request.translator, error.problems))
    return await save_proposal(services, request, proposal)


async def _remove(services: Services, request: Request, name: str) -> Answer:
    """Show which lines go, with the button that removes them."""
    command, _ = request.command, request.translator
    back = Button(_("« All sources"), data("sources", "1"))
    view = command.press.view if command.press else ""
    version = view.removeprefix("save ") if view.startswith("save ") else ""
    try:
        proposal = await services.editor.propose([SourceChange("remove", name)])
        if version and not proposal.version.startswith(version):
            return ask_to_save(request, proposal, command.words, back, edit_texts.changed_meanwhile(_))
    except ConflictError:
        return reply(command, edit_texts.changed_meanwhile(_), (back,))
    except ConfigError as error:
        return reply(command, edit_texts.refused(_, error.problems), (back,))
    if version:
        return await save_proposal(services, request, proposal)
    return ask_to_save(request, proposal, command.words, back)


_ACTIONS: Final[dict[str, Callable[[Services, Request, str], Awaitable[Answer]]]] = {
    "add": _add,
    "insert": _insert,
    "show": _show,
    "pause": _pause,
    "resume": _resume,
    "test": _test,
    "remove": _remove,
}
