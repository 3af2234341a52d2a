"""What every command does, once it is known that it may.

In comes who asked for what, out goes an Answer; what changes is committed to the store before the answer exists.
The configuration is read anew for each command, since it is swapped under a running bot. Never here: Telegram, rights,
or any word of a text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat.access_rules import Need
from bot.chat.arguments.names import find, named, nearest, nearest_list
from bot.chat.context import Handler, Request, Services, let_in, say
from bot.chat.handlers import admin, explain, mute, schedule, stories
from bot.chat.handlers import queries as watching
from bot.chat.handlers import settings_menu as settings
from bot.chat.handlers.latest import latest
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import queries as queries_texts
from bot.chat.texts import settings_menu as settings_menu_texts
from bot.chat.texts import status as status_texts
from bot.i18n import LANGUAGES
from bot.model import Subscription, Watchlist
from bot.ports.record import PERSONAL

PAGE = 8  # watchlists on one page of /lists: short enough to read on a telephone
BUTTONS = 20  # under /mine; Telegram shows a hundred, nobody reads them
_LABEL = 40  # characters of a title on a button
_FEW = 5  # words that may be a query rather than a sentence


# ------------------------------------------------------------------------------------------ reading


async def _start(house: Services, asked: Request) -> Answer:
    command = asked.command
    await house.store.revive(command.chat.id)
    count = len(house.config().watchlists)
    _, theirs = asked.words, command.language
    offered = theirs in LANGUAGES and theirs != _.language and command.kind == "private"
    buttons = (
        *((Button(f"🌐 {LANGUAGES[theirs]}", data("language", theirs)),) if offered else ()),
        Button(basics_texts.label_lists(_), data("lists")),
        Button(basics_texts.label_mine(_), data("mine"), beside=True),
        Button(basics_texts.label_latest(_), data("latest")),
        Button(settings_menu_texts.label_settings(_), data("settings"), beside=True),
        Button(basics_texts.label_help(_), data("help"), beside=True),
    )
    return say(command, basics_texts.start(_, count, group=command.kind == "group", owner=asked.owner), buttons)


async def _help(_: Services, asked: Request) -> Answer:
    command = asked.command
    return say(command, basics_texts.guide(asked.words, group=command.kind == "group", owner=asked.owner))


async def unknown(_: Services, asked: Request) -> Answer:
    """Answer what is no command of ours."""
    command = asked.command
    if command.press:
        return Answer(toast=access_texts.too_old(asked.words))
    if not command.verb:
        return say(command, basics_texts.chatter(asked.words), _hints(asked))
    known = [verb for verb, (need, _) in VERBS.items() if asked.owner or need != "own"]
    return say(command, basics_texts.unknown(asked.words, command.verb, nearest(command.verb, known)))


def _hints(asked: Request) -> tuple[Button, ...]:
    """Return what to do next for who wrote plain words: they may be what to watch for."""
    text, refusal = explain.understood(asked.words, asked.command.words, "watch")
    same, _ = data("watch", text, "new"), asked.words
    fits = not refusal and "|" not in text and len(same.encode()) <= BUTTON_BYTES and len(text.split()) <= _FEW
    watch = (Button(queries_texts.label_watch(_, text), same),) if fits else ()
    return (
        *watch,
        Button(basics_texts.label_lists(_), data("lists")),
        Button(basics_texts.label_help(_), data("help"), beside=True),
    )


async def _lists(house: Services, asked: Request) -> Answer:
    command = asked.command
    number = int(command.words) if re.fullmatch(r"[0-9]{1,4}", command.words) else 1
    return say(command, *await _page(house, asked, number))


async def _page(house: Services, asked: Request, number: int) -> tuple[str, tuple[Button, ...]]:
    """Return the text and buttons of one page of the watchlists; a number too high shows the last."""
    watchlists, _ = house.config().watchlists, asked.words
    if not watchlists:
        return basics_texts.no_lists(_), ()
    has = await house.store.subscriptions(asked.command.chat)
    pages = -(-len(watchlists) // PAGE)
    number = min(max(number, 1), pages)
    shown = watchlists[(number - 1) * PAGE : number * PAGE]
    view = f"lists {number}"
    buttons = [choice("unsubscribe" if one.id in has else "subscribe", one, view) for one in shown]
    if number > 1:
        buttons.append(Button(basics_texts.back(_), data("lists", str(number - 1), "turn")))
    if number < pages:
        buttons.append(Button(basics_texts.more(_), data("lists", str(number + 1), "turn")))
    page = [(one, one.id in has) for one in shown]
    return basics_texts.lists(_, page, number, pages), tuple(buttons)


async def _mine(house: Services, asked: Request) -> Answer:
    command = asked.command
    return say(command, *await _told(house, asked))


async def _told(house: Services, asked: Request) -> tuple[str, tuple[Button, ...]]:
    """Return the text and buttons that show what a chat is told."""
    chat = asked.command.chat
    watchlists = {one.id: one for one in house.config().watchlists}
    has = await house.store.subscriptions(chat)
    fixed = [one.title for one in watchlists.values() if chat in one.deliver_to]
    lists = [key for key in has if not key.startswith(PERSONAL)]
    titles = [(key, watchlists[key].title if key in watchlists else None) for key in lists]
    gone = {key: Watchlist(key, key, ()) for key in lists}
    buttons = [choice("unsubscribe", (gone | watchlists)[key], "mine") for key in lists]
    own = await house.library.queries.watched(chat)
    buttons += [watching.ending(query, "mine") for query in own]
    text = basics_texts.mine(asked.words, titles, fixed, [(query.number, query.text) for query in own])
    return text, (*buttons[:BUTTONS], Button(basics_texts.label_lists(asked.words), data("lists")))


async def _status(house: Services, asked: Request) -> Answer:
    command = asked.command
    now = house.now()
    status = await house.store.status(now)
    if asked.owner and command.kind == "private":
        return say(command, status_texts.report(asked.words, status, now))
    text = status_texts.glance(asked.words, status, now, len(await house.store.subscriptions(command.chat)))
    return say(command, f"{text} {status_texts.privately(asked.words)}" if asked.owner else text)


# ------------------------------------------------------------------------------------------ changing


async def _subscribe(house: Services, asked: Request) -> Answer:
    command = asked.command
    names = named(house.config(), command.words)
    if not names:
        text, buttons = await _page(house, asked, 1)
        return say(command, f"{basics_texts.which(asked.words, 'subscribe')}\n\n{text}", buttons)
    lines: list[str] = []
    for name in names:
        watchlist = find(house.config(), name)
        if watchlist is None:
            lines.append(basics_texts.no_list(asked.words, name, nearest_list(house.config(), name)))
            continue
        await let_in(house, asked)
        new = await house.store.subscribe(Subscription(command.chat, watchlist.id), house.now())
        lines.append(basics_texts.subscribed(asked.words, watchlist.title, new=new))
    return await _changed(house, asked, lines)


async def _unsubscribe(house: Services, asked: Request) -> Answer:
    command = asked.command
    names = named(house.config(), command.words)
    if not names:
        text, buttons = await _told(house, asked)
        some = len(buttons) > 1  # the last leads to all watchlists
        return say(command, f"{basics_texts.which(asked.words, 'unsubscribe')}\n\n{text}" if some else text, buttons)
    config, lines = house.config(), []
    for name in names:
        watchlist = find(config, name)
        key = watchlist.id if watchlist else name.lower()
        own = key.startswith(PERSONAL)  # those end by /unwatch
        had = not own and await house.store.unsubscribe(Subscription(command.chat, key))
        if watchlist and not had and command.chat in watchlist.deliver_to:
            lines.append(basics_texts.fixed(asked.words, watchlist.title))
        elif watchlist or had:
            title = watchlist.title if watchlist else key
            lines.append(basics_texts.unsubscribed(asked.words, title, had=had))
        else:
            lines.append(basics_texts.no_list(asked.words, name, nearest_list(config, name)))
    return await _changed(house, asked, lines)


async def _unwatch(house: Services, asked: Request) -> Answer:
    command = asked.command
    number = watching.number(command.words)
    if number is None:
        return say(command, *await _told(house, asked))
    return await _changed(house, asked, [await watching.end(house, asked, number)])


async def _changed(house: Services, asked: Request, lines: list[str]) -> Answer:
    """Say what was changed; under a button, show its message again as it is now."""
    command = asked.command
    verb, _, number = command.press.view.partition(" ") if command.press else ("", "", "")
    if verb == "lists" and number.isdecimal():
        answer = say(command, *await _page(house, asked, int(number)))
    elif verb == "mine":
        answer = say(command, *await _told(house, asked))
    else:
        return say(command, basics_texts.fit(asked.words, lines))
    return replace(answer, toast=basics_texts.bare(lines[0]))


VERBS: dict[str, tuple[Need, Handler]] = {
    "start": ("read", _start),
    "help": ("read", _help),
    "lists": ("read", _lists),
    "mine": ("read", _mine),
    "test": ("read", explain.test),
    "why": ("read", explain.why),
    "status": ("read", _status),
    "subscribe": ("change", _subscribe),
    "unsubscribe": ("change", _unsubscribe),
    "watch": ("change", watching.watch),
    "unwatch": ("change", _unwatch),
    "latest": ("read", latest),
    "story": ("read", stories.story),
    "pause": ("change", schedule.pause),
    "resume": ("change", schedule.resume),
    "mute": ("change", mute.mute),
    "quiet": ("change", schedule.quiet),
    "digest": ("change", schedule.digests),
    "settings": ("change", settings.settings),
    "language": ("change", settings.language),
    "forget": ("change", settings.forget),
    "sources": ("own", admin.sources),
    "reload": ("own", admin.reload),
    "chats": ("own", admin.chats),
    "admit": ("own", admin.admit),
    "revoke": ("own", admin.revoke),
    "decline": ("own", admin.decline),
    "channel": ("own", admin.channel),
    "for": ("own", admin.acting(lambda: VERBS)),
}

DEAR = frozenset({"test", "why"})  # look through the record, or at all keywords: seconds


def choice(verb: str, watchlist: Watchlist, view: str) -> Button:
    """Return the button that subscribes to, or unsubscribes from, a watchlist."""
    mark = "➕" if verb == "subscribe" else "✖️"
    return Button(f"{mark} {basics_texts.label(watchlist.title, _LABEL)}", data(verb, watchlist.id, view))
