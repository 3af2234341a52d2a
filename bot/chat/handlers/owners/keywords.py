"""`/keywords` and `/undo`: owners change watchlists in watchlists.yaml, by buttons and words.

In comes a request of an owner, out goes an Answer. A change is shown as a diff first; the button that confirms it names
the version of the file that it was made of, so that what somebody else wrote meanwhile is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from bot.chat.arguments.edit_words import EditWords, format_edit, parse_edit
from bot.chat.arguments.names import closest_watchlist, find_watchlist
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.owners.proposals import ask_to_save, look_again, save_proposal
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts.owners import keywords as texts
from bot.config.edits.change import Change, Part, make_change
from bot.config.edits.proposal import Proposal
from bot.errors import ConfigError, ConflictError
from bot.model import Config, Watchlist

PAGE = 12  # buttons of one page
_HISTORY = 8  # changes that are listed
_LABEL = 40  # characters on a button


async def keywords(services: Services, request: Request) -> Answer:
    """Show the watchlists, one of them, or what a change of one would do; carry it out when that is confirmed."""
    command, _ = request.command, request.translator
    if command.kind != "private":
        return reply(command, _("Write that to me in our private chat: it shows lines of the file."))
    try:
        config, version = await services.editor.read_config()
    except ConfigError as error:
        return reply(command, texts.refused(_, error.problems))
    name, _space, rest = command.words.strip().partition(" ")
    watchlist = find_watchlist(config, name)
    if watchlist is None:
        return _choose(request, config, name)
    meant, view = parse_edit(rest), command.press.view if command.press else ""
    if view.startswith("pick "):
        return _pick(request, config, watchlist, meant.part, _number(view))
    if not meant.values:
        return _panel(request, watchlist)
    return await _edit(services, request, watchlist, meant, version)


async def _edit(services: Services, request: Request, watchlist: Watchlist, meant: EditWords, version: str) -> Answer:
    """Show what a change of this version of the file would do, or carry it out when that is confirmed."""
    command, _ = request.command, request.translator
    changes, view = _changes(watchlist, meant), command.press.view if command.press else ""
    if view.startswith("save "):
        return await _save(services, request, lambda: services.editor.propose(changes, version), view, version)
    try:
        proposal = await services.editor.propose(changes, version)
    except ConflictError:
        return _panel(request, watchlist, texts.changed_meanwhile(_))
    except ConfigError as error:
        return reply(command, texts.refused(_, error.problems), (_back(request, watchlist.id),))
    words = f"{watchlist.id} {format_edit(meant.part, meant.action, tuple(one.value for one in changes))}"
    return ask_to_save(request, proposal, words, _back(request, watchlist.id))


async def undo(services: Services, request: Request) -> Answer:
    """Show what takes back the last change of chat or page, or that of a number; do so when that is confirmed."""
    command, _ = request.command, request.translator
    if command.kind != "private":
        return reply(command, _("Write that to me in our private chat: it shows lines of the file."))
    if command.words.strip() == "history":
        edits = await services.editor.find_history(_HISTORY)
        return reply(command, texts.history(_, edits, services.now(), command.user), (_all(request),))
    number = int(command.words) if re.fullmatch(r"[0-9]{1,18}", command.words) else None
    view = command.press.view if command.press else ""
    try:
        if view.startswith("save "):
            version = await services.editor.read_version()
            return await _save(services, request, lambda: services.editor.propose_undo(number), view, version)
        proposal = await services.editor.propose_undo(number)
    except ConfigError as error:
        return reply(command, texts.refused(_, error.problems), (_all(request),))
    return ask_to_save(request, proposal, str(proposal.undoes), _all(request))


async def _save(
    services: Services, request: Request, propose: Callable[[], Awaitable[Proposal]], view: str, version: str
) -> Answer:
    """Carry out what a button confirms, if the file is still the one that it was shown of."""
    command, _ = request.command, request.translator
    try:
        if not version.startswith(view.removeprefix("save ")):
            return reply(command, texts.changed_meanwhile(_), (look_again(request),))
        proposal = await propose()
    except ConflictError:
        return reply(command, texts.changed_meanwhile(_), (look_again(request),))
    except ConfigError as error:
        return reply(command, texts.refused(_, error.problems), (_all(request),))
    first = next((one for one in proposal.changes if isinstance(one, Change)), None)
    return await save_proposal(services, request, proposal, _back(request, first.watchlist) if first else _all(request))


def _choose(request: Request, config: Config, name: str) -> Answer:
    """Offer the watchlists, a page of them; say so where one was named that is not there."""
    _ = request.translator
    pages = max(1, -(-len(config.watchlists) // PAGE))
    number = min(max(int(name) if re.fullmatch(r"[0-9]{1,4}", name) else 1, 1), pages)
    page = config.watchlists[(number - 1) * PAGE : number * PAGE]
    buttons = [Button(basics_texts.label(one.title, _LABEL), data("keywords", one.id)) for one in page]
    buttons += _turns(request, number, pages, lambda other: data("keywords", str(other)))
    buttons.append(Button(_("🕘 History"), data("undo", "history")))
    text = texts.choose(_, number, pages)
    if name and not name.isdigit():
        unknown = _("There is no watchlist “{name}”.", name=basics_texts.safe(name))
        near = closest_watchlist(config, name)
        hint = _("Did you mean <code>{name}</code>?", name=near) if near else ""
        text = f"{unknown} {hint}\n\n{text}"
    return reply(request.command, text, tuple(buttons))


def _panel(request: Request, watchlist: Watchlist, above: str = "") -> Answer:
    _, name = request.translator, watchlist.id
    removes: tuple[tuple[Part, str, Sequence[str]], ...] = (
        ("keywords", _("➖ Keyword"), watchlist.keywords),
        ("exclude", _("➖ Excluded word"), watchlist.exclude),
        ("sources", _("➖ Source"), watchlist.sources),
    )
    buttons = [Button(label, data("keywords", f"{name} {part}", "pick 1")) for part, label, items in removes if items]
    buttons.append(Button(_("➕ Source"), data("keywords", f"{name} sources +", "pick 1 new"), beside=True))
    buttons += [Button(_("🕘 History"), data("undo", "history")), _all(request)]
    text = texts.panel(_, watchlist)
    return reply(request.command, f"{above}\n\n{text}" if above else text, tuple(buttons))


def _pick(request: Request, config: Config, watchlist: Watchlist, part: Part, number: int) -> Answer:
    """Offer the items of a list, each with a button that proposes to remove it, or the sources that may be added."""
    _, press = request.translator, request.command.press
    adds = press is not None and press.view.endswith(" new")
    items: Sequence[str] = getattr(watchlist, part)
    if adds:
        names = dict.fromkeys(name for source in config.sources for name in (source.name, *source.tags))
        items = [name for name in names if name not in watchlist.sources]
    pages = max(1, -(-len(items) // PAGE))
    number = min(max(number, 1), pages)
    action, new = ("add", " new") if adds else ("remove", "")
    buttons = []
    for item in items[(number - 1) * PAGE : number * PAGE]:
        meaning = data("keywords", f"{watchlist.id} {part} {'+' if action == 'add' else '-'} {item}")
        if len(meaning.encode()) <= BUTTON_BYTES:
            buttons.append(Button(("➕ " if adds else "➖ ") + basics_texts.label(item, _LABEL), meaning))
    here = f"{watchlist.id} {part}"
    buttons += _turns(request, number, pages, lambda other: data("keywords", here, f"pick {other}{new}"))
    text = texts.pick_source(_, watchlist) if adds else texts.pick(_, watchlist, part)
    return reply(request.command, text, (*buttons, _back(request, watchlist.id)))


def _changes(watchlist: Watchlist, meant: EditWords) -> list[Change]:
    """Return the changes that were written; what is to go is found in any case."""
    found = []
    for value in meant.values:
        change = make_change(meant.action, watchlist.id, meant.part, value)
        items: Sequence[str] = getattr(watchlist, meant.part)
        if meant.action == "remove" and change.value not in items:
            same = [one for one in items if one.casefold() == change.value.casefold()]
            change = make_change(meant.action, watchlist.id, meant.part, same[0]) if len(same) == 1 else change
        found.append(change)
    return found


def _turns(request: Request, number: int, pages: int, to: Callable[[int], str]) -> list[Button]:
    _ = request.translator
    buttons = [Button(basics_texts.back(_), to(number - 1))] if number > 1 else []
    if number < pages:
        buttons.append(Button(basics_texts.more(_), to(number + 1), beside=number > 1))
    return buttons


def _number(view: str) -> int:
    found = re.fullmatch(r"pick ([0-9]{1,6})(?: new)?", view)
    return int(found[1]) if found else 1


def _back(request: Request, watchlist: str) -> Button:
    _ = request.translator
    return Button(_("« Back to the watchlist"), data("keywords", watchlist))


def _all(request: Request) -> Button:
    _ = request.translator
    return Button(_("« All watchlists"), data("keywords", ""))
