"""`/lists`, `/mine`, `/subscribe`, `/unsubscribe` and `/unwatch`: what a chat is told.

In comes a request, out goes an Answer; what changes is committed before the answer exists. The configuration is asked
for anew by each command, since it is swapped while the bot runs.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat.arguments.names import closest_watchlist, find_watchlist, split_names
from bot.chat.context import Request, Services, auto_admit, reply
from bot.chat.handlers import queries as watching
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import basics as texts
from bot.model import Subscription, Watchlist
from bot.ports.history_store import PERSONAL

PAGE = 8  # watchlists on one page of /lists: short enough to read on a telephone
BUTTONS = 20  # under /mine; Telegram shows a hundred, nobody reads them
_OFFERED, _NAMED = 4, 12  # lists on buttons that may have been meant, and lists that are named
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what Telegram passes on from a link
_LABEL = 40  # characters of a title on a button


async def lists(services: Services, request: Request) -> Answer:
    """Show one page of the watchlists, with buttons that subscribe, or the links that offer them to others."""
    command = request.command
    if command.words.startswith("share") and command.bot:
        return _share(services, request)
    number = int(command.words) if re.fullmatch(r"[0-9]{1,4}", command.words) else 1
    return reply(command, *await _page(services, request, number))


def _share(services: Services, request: Request) -> Answer:
    """Return the links of the watchlists on a page."""
    command, _ = request.command, request.translator
    page = re.fullmatch(r"share ([0-9]{1,4})", command.words)
    first = max(int(page[1]) - 1 if page else 0, 0) * PAGE
    shown = [one for one in services.config().watchlists[first : first + PAGE] if DEEP_LINK.fullmatch(one.id)]
    back = Button(texts.label_lists(_), data("lists", page[1] if page else "1", "turn"))
    return reply(command, texts.shared(_, shown, command.bot), (back,))


async def _page(services: Services, request: Request, number: int) -> tuple[str, tuple[Button, ...]]:
    """Return the text and buttons of one page of the watchlists; a number too high shows the last."""
    watchlists, _ = services.config().watchlists, request.translator
    if not watchlists:
        return _("There are no watchlists yet. Whoever runs this bot adds them to watchlists.yaml."), ()
    has = await services.chats.find_subscriptions(request.command.chat)
    pages = -(-len(watchlists) // PAGE)
    number = min(max(number, 1), pages)
    shown = watchlists[(number - 1) * PAGE : number * PAGE]
    view = f"lists {number}"
    buttons = [choice_button("unsubscribe" if one.id in has else "subscribe", one, view) for one in shown]
    if number > 1:
        buttons.append(Button(texts.back(_), data("lists", str(number - 1), "turn")))
    if number < pages:
        buttons.append(Button(texts.more(_), data("lists", str(number + 1), "turn")))
    if request.command.bot and not request.on_behalf:
        buttons.append(Button(_("🔗 Links to share"), data("lists", f"share {number}", "turn")))
    page = [(one, one.id in has) for one in shown]
    return texts.lists(_, page, number, pages), tuple(buttons)


async def mine(services: Services, request: Request) -> Answer:
    """Show what this chat is told."""
    command = request.command
    return reply(command, *await _subscriptions(services, request))


async def _subscriptions(services: Services, request: Request) -> tuple[str, tuple[Button, ...]]:
    """Return the text and buttons that show what a chat is told."""
    chat = request.command.chat
    watchlists = {one.id: one for one in services.config().watchlists}
    has = await services.chats.find_subscriptions(chat)
    fixed = [one.title for one in watchlists.values() if chat in one.deliver_to]
    lists = [key for key in has if not key.startswith(PERSONAL)]
    titles = [(key, watchlists[key].title if key in watchlists else None) for key in lists]
    gone = {key: Watchlist(key, key, ()) for key in lists}
    buttons = [choice_button("unsubscribe", (gone | watchlists)[key], "mine") for key in lists]
    theirs = request.on_behalf and chat.id > 0  # what somebody watches for in private is nobody else's business
    own = () if theirs else await services.queries.store.find_queries(chat)
    buttons += [watching.end_button(query, "mine") for query in own]
    text = texts.mine(request.translator, titles, fixed, [(query.number, query.text) for query in own])
    return text, (*buttons[:BUTTONS], Button(texts.label_lists(request.translator), data("lists")))


async def subscribe(services: Services, request: Request) -> Answer:
    """Subscribe this chat to the watchlists that are named, by id or title."""
    command = request.command
    names = split_names(services.config(), command.words)
    if not names:
        text, buttons = await _page(services, request, 1)
        return reply(command, f"{texts.which(request.translator, 'subscribe')}\n\n{text}", buttons)
    lines: list[str] = []
    unknown = 0
    for name in names:
        watchlist = find_watchlist(services.config(), name)
        if watchlist is None:
            lines.append(no_list(services, request, name))
            unknown += 1
            continue
        await auto_admit(services, request)
        new = await services.chats.subscribe(Subscription(command.chat, watchlist.id), services.now())
        lines.append(texts.subscribed(request.translator, watchlist.title, new=new))
    answer = await _changed(services, request, lines)
    return _offer(services, request, answer, names) if unknown and not command.press else answer


def no_list(services: Services, request: Request, name: str) -> str:
    """Say that there is no such watchlist, with the nearest and those that there are."""
    config = services.config()
    known = [one.id for one in config.watchlists][:_NAMED]
    return texts.no_list(request.translator, name, closest_watchlist(config, name), known)


def _offer(services: Services, request: Request, answer: Answer, names: list[str]) -> Answer:
    """Add buttons for the lists that may have been meant, and one that shows all."""
    config = services.config()
    near = dict.fromkeys(closest_watchlist(config, name) for name in names if not find_watchlist(config, name))
    known = [found for key in near if key and (found := find_watchlist(config, key))][:_OFFERED]
    buttons = [choice_button("subscribe", one, "") for one in known]
    show = Button(texts.label_lists(request.translator), data("lists"))
    first, *others = answer.replies
    return replace(answer, replies=(replace(first, buttons=(*first.buttons, *buttons, show)), *others))


async def unsubscribe(services: Services, request: Request) -> Answer:
    """End its subscriptions to those that are named."""
    command = request.command
    names = split_names(services.config(), command.words)
    if not names:
        text, buttons = await _subscriptions(services, request)
        some = len(buttons) > 1  # the last leads to all watchlists
        return reply(command, f"{texts.which(request.translator, 'unsubscribe')}\n\n{text}" if some else text, buttons)
    config, lines = services.config(), []
    for name in names:
        watchlist = find_watchlist(config, name)
        key = watchlist.id if watchlist else name.lower()
        own = key.startswith(PERSONAL)  # those end by /unwatch
        had = not own and await services.chats.unsubscribe(Subscription(command.chat, key))
        if watchlist and not had and command.chat in watchlist.deliver_to:
            lines.append(texts.fixed(request.translator, watchlist.title))
        elif watchlist or had:
            title = watchlist.title if watchlist else key
            lines.append(texts.unsubscribed(request.translator, title, had=had))
        else:
            lines.append(no_list(services, request, name))
    return await _changed(services, request, lines)


async def unwatch(services: Services, request: Request) -> Answer:
    """End a query of this chat by its number."""
    command = request.command
    number = watching.parse_number(command.words)
    if number is None:
        return reply(command, *await _subscriptions(services, request))
    return await _changed(services, request, [await watching.end_query(services, request, number)])


async def _changed(services: Services, request: Request, lines: list[str]) -> Answer:
    """Say what was changed; under a button, show its message again as it is now."""
    command = request.command
    verb, _, number = command.press.view.partition(" ") if command.press else ("", "", "")
    if verb == "lists" and number.isdecimal():
        answer = reply(command, *await _page(services, request, int(number)))
    elif verb == "mine":
        answer = reply(command, *await _subscriptions(services, request))
    else:
        return reply(command, texts.fit(request.translator, lines))
    return replace(answer, toast=texts.bare(lines[0]))


def choice_button(verb: str, watchlist: Watchlist, view: str) -> Button:
    """Return the button that subscribes to, or unsubscribes from, a watchlist."""
    mark = "➕" if verb == "subscribe" else "✖️"
    return Button(f"{mark} {texts.label(watchlist.title, _LABEL)}", data(verb, watchlist.id, view))
