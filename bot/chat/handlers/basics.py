"""`/start`, `/help`, `/status`, and the answer to what is no command.

In comes a request, out goes an Answer. They change nothing, but that /start ends the suspension of a chat.
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat.arguments.names import closest_watchlist, closest_word, find_watchlist
from bot.chat.arguments.plain_words import Wish, find_wish
from bot.chat.context import Request, Services, reply
from bot.chat.handlers import explain
from bot.chat.menu import help_rows
from bot.chat.messages import BUTTON_BYTES, Answer, Button, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as texts
from bot.chat.texts import queries as queries_texts
from bot.chat.texts.owners import status as status_texts
from bot.i18n import LANGUAGES

_NAMED = 12  # watchlists where the one of a link is unknown
_FEW = 5  # words that may be a query rather than a sentence


async def start(services: Services, request: Request) -> Answer:
    """Greet, and offer the most important commands as buttons; the chat can be told things again."""
    command = request.command
    await services.chats.revive_chat(command.chat.id, services.now())
    if command.words and not command.press:
        return await _deep_link(services, request)
    count = len(services.config().watchlists)
    _, theirs = request.translator, command.language
    offered = theirs in LANGUAGES and theirs != _.language and command.kind == "private"
    buttons = (
        *((Button(f"🌐 {LANGUAGES[theirs]}", data("language", theirs)),) if offered else ()),
        Button(texts.label_lists(_), data("lists")),
        Button(_("✅ Subscribed here"), data("mine"), beside=True),
        Button(_("🕘 Latest"), data("latest")),
        Button(_("⚙️ Settings"), data("settings"), beside=True),
        Button(texts.label_help(_), data("help"), beside=True),
    )
    return reply(command, texts.start(_, count, group=command.kind == "group", owner=request.owner), buttons)


async def _deep_link(services: Services, request: Request) -> Answer:
    """Offer the watchlist that a link `t.me/NAME?start=ID` names: one press subscribes."""
    command, _, config = request.command, request.translator, services.config()
    name = command.words.split()[0]
    watchlist = find_watchlist(config, name)
    show = Button(texts.label_lists(_), data("lists"))
    if watchlist is None:
        known = [one.id for one in config.watchlists][:_NAMED]
        return reply(command, texts.no_list(_, name, closest_watchlist(config, name), known), (show,))
    subscribe = Button(_("➕ Subscribe"), data("subscribe", watchlist.id))
    return reply(command, texts.offer(_, watchlist), (subscribe, show))


async def show_help(services: Services, request: Request) -> Answer:
    """List the commands."""
    command, _ = request.command, request.translator
    shown = [help_rows(services.commands, _, need) for need in ("change", "read")]
    owners = help_rows(services.commands, _, "own") if request.owner else ()
    return reply(command, texts.guide(_, (*shown[0], *shown[1]), owners, group=command.kind == "group"))


async def answer_unknown(services: Services, request: Request) -> Answer:
    """Answer what is no command of ours."""
    command = request.command
    if command.press:
        return Answer(toast=access_texts.too_old(request.translator))
    if not command.verb and (wish := find_wish(command.words)):
        return await _grant(services, request, *wish)
    if not command.verb:
        return reply(command, texts.chatter(request.translator), _hints(request))
    known = [one.name for one in services.commands.values() if request.owner or one.need != "own"]
    return reply(command, texts.unknown(request.translator, command.verb, closest_word(command.verb, known)))


async def _grant(services: Services, request: Request, wish: Wish, link: str) -> Answer:
    """Answer what plain words ask for."""
    command, _ = request.command, request.translator
    if wish == "help":
        return await show_help(services, request)
    if wish in {"why", "link"}:
        return await explain.why(services, replace(request, command=replace(command, verb="why", words=link)))
    titles = {one.id: one.title for one in services.config().watchlists}
    has = await services.chats.find_subscriptions(command.chat)
    lists = [titles[key] for key in has if key in titles]
    buttons = (
        Button(_("⏸ Pause everything"), data("pause")),
        Button(_("✅ Subscribed here"), data("mine")),
        Button(_("🔇 Mutes"), data("mute"), beside=True),
    )
    return reply(command, texts.stop(_, lists, own=len(has) - len(lists)), buttons)


def _hints(request: Request) -> tuple[Button, ...]:
    """Return what to do next for who wrote plain words: they may be what to watch for."""
    text, refusal = explain.check_query(request.translator, request.command.words, "watch")
    same, _ = data("watch", text, "new"), request.translator
    fits = not refusal and len(same.encode()) <= BUTTON_BYTES and len(text.split()) <= _FEW
    watch = (Button(queries_texts.label_watch(_, text), same),) if fits else ()
    return (
        *watch,
        Button(texts.label_lists(_), data("lists")),
        Button(texts.label_help(_), data("help"), beside=True),
    )


async def status(services: Services, request: Request) -> Answer:
    """Say whether the bot is watching; to an owner in private, everything about that."""
    command = request.command
    now = services.now()
    found = await services.chats.read_status(now)
    if request.owner and command.kind == "private":
        return reply(command, status_texts.report(request.translator, found, now))
    text = status_texts.glance(
        request.translator, found, now, len(await services.chats.find_subscriptions(command.chat))
    )
    return reply(command, f"{text} {status_texts.privately(request.translator)}" if request.owner else text)
