"""`/start`, `/help`, `/status`, and the answer to what is no command.

In comes a request, out goes an Answer. They change nothing, but that /start ends the suspension of a
chat and notes its name and language.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.chat.access.access_rules import Need
from bot.chat.arguments.names import closest_watchlist, closest_word, find_watchlist
from bot.chat.arguments.plain_words import Wish, find_wish
from bot.chat.arguments.zones import label_zone
from bot.chat.context import Request, Services, reply
from bot.chat.handlers import explain
from bot.chat.menu import chat_menus, help_rows
from bot.chat.messages import BUTTON_BYTES, Answer, Button, Menu, data
from bot.chat.texts import access as access_texts
from bot.chat.texts import basics as texts
from bot.chat.texts import queries as queries_texts
from bot.chat.texts import schedule as schedule_texts
from bot.chat.texts.owners import status as status_texts
from bot.i18n import Translator

_NAMED = 12  # watchlists where the one of a link is unknown
_FEW = 5  # words that may be a query rather than a sentence
_ZONES: Final = {
    "en": ("Europe/London", "America/New_York"),
    "ru": ("Europe/Moscow", "Asia/Almaty"),
    "uk": ("Europe/Kyiv",),
    "de": ("Europe/Berlin",),
    "fr": ("Europe/Paris",),
    "es": ("Europe/Madrid", "America/Mexico_City"),
}  # by language of the bot: those with most of its readers


async def start(services: Services, request: Request) -> Answer:
    """Greet in the reader's language, ask once for the time zone, and offer what most want; the chat can be told again.

    In private the language of the reader's Telegram becomes the chat's, where none was chosen: alerts follow it.
    """
    command, _ = request.command, request.translator
    await services.chats.revive_chat(command.chat.id, services.now())
    if command.kind == "group" and not request.on_behalf:  # of people no name is kept
        await services.admissions.name_chat(command.chat.id, command.kind, command.title)
    display = await services.preferences.read_display(command.chat.id)
    menus: tuple[Menu, ...] = ()
    private = command.kind == "private" and not request.on_behalf
    home = services.config().language
    if private and display.language is None and home != _.language == command.language:
        await services.preferences.write_display(command.chat.id, replace(display, language=_.language))
        menus = chat_menus(services.commands, _, command.chat.id, command.kind, owner=request.owner)
    if command.words and not command.press:
        return replace(await _deep_link(services, request), menus=menus)
    asks = private and display.timezone is None
    buttons = (
        *(_zone_buttons(_) if asks else ()),
        Button(texts.label_lists(_), data("lists")),
        Button(_("✅ Subscribed here"), data("mine"), beside=True),
        Button(_("🕘 Latest"), data("latest")),
        Button(_("⚙️ Settings"), data("settings"), beside=True),
        Button(_("🌐 Language"), data("language")),
        Button(texts.label_help(_), data("help"), beside=True),
    )
    count = len(services.config().watchlists)
    text = texts.start(_, count, group=command.kind == "group", owner=request.owner)
    if asks:
        text += f"\n\n{schedule_texts.ask_zone(_, request.zone, services.now())}"
    return replace(reply(command, text, buttons), menus=menus)


def _zone_buttons(_: Translator) -> tuple[Button, ...]:
    """Return the zones in which most who speak a language live, and the way to all others."""
    zones = [
        Button(f"🕒 {label_zone(zone)}", data("settings", f"zone {zone}"), beside=place > 0)
        for place, zone in enumerate(_ZONES[_.language])
    ]
    return (*zones, Button(_("🕒 Another time zone"), data("settings", "zone")))


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
    """List the commands under headings, with examples."""
    command, _ = request.command, request.translator
    needs: tuple[Need, ...] = ("change", "read", "own") if request.owner else ("change", "read")
    rows = help_rows(services.commands, _, *needs)
    return reply(command, texts.guide(_, rows, group=command.kind == "group"))


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
