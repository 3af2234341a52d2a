"""`/settings`, `/language` and `/forget`: one menu that leads to everything a chat may wish.

In comes a request, out goes an Answer; what changes is committed before the answer exists. Whatever a button says
can be written too: `/settings layout full`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, cast, get_args

from bot.alerts.policy import live, pausing
from bot.chat.arguments.digests import parse_digest
from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.arguments.zones import parse_zone
from bot.chat.context import Request, Services, reply
from bot.chat.handlers.priority import set_priority
from bot.chat.handlers.schedule import (
    answer_unclear,
    back_button,
    is_off,
    load_preferences,
    save_preferences,
    show_panel,
)
from bot.chat.menu import chat_menus, removed_menus
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import settings_menu as texts
from bot.i18n import LANGUAGES, words
from bot.model import Doubt, Layout, ModelChoice, Preview

STILL: Final = 9 * 60  # the minute of the day at which "still watching" comes, where none is said
_SWITCH: Final = {True: "on", False: "off"}
_ZONES: Final = (
    *("UTC", "Europe/London", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Kyiv", "Europe/Moscow"),
    *("Asia/Tbilisi", "Asia/Almaty", "America/New_York", "America/Los_Angeles"),
)


async def settings(services: Services, request: Request) -> Answer:
    """Show all settings, or change the one that is named."""
    name, _space, value = request.command.words.strip().partition(" ")
    if not name:
        return await _panel(services, request)
    change = _CHANGES.get(name.lower())
    if change is None:
        return reply(request.command, texts.no_setting(request.translator, name))
    return await change(services, request, value.strip())


async def _panel(services: Services, request: Request, done: str = "") -> Answer:
    preferences, display = await load_preferences(services, request)
    _ = request.translator
    mutes = len(live(preferences.mutes, services.now()))
    stopped = pausing(preferences, services.now())
    on = preferences.still is not None
    other: Doubt = "resend" if display.doubt == "hold" else "hold"
    buttons = (
        Button(_("🌐 Language"), data("language")),
        Button(_("🕒 Time zone"), data("settings", "zone"), beside=True),
        Button(_("📐 Layout"), data("settings", "layout"), beside=True),
        Button(_("🌙 Quiet hours"), data("quiet")),
        Button(_("🗞 Digest"), data("digest"), beside=True),
        Button(_("🔇 Mutes"), data("mute")),
        Button(
            texts.resume(_) if stopped else _("⏸ Pause"),
            data("resume" if stopped else "pause"),
            beside=True,
        ),
        Button(_("🔊 How loud"), data("settings", "loud")),
        Button(texts.label_still(_, on=on), data("settings", "still off" if on else "still on")),
        Button(_("🖼 Preview"), data("settings", "preview")),
        Button(
            texts.label_buttons(_, shown=display.buttons), data("settings", f"buttons {_SWITCH[not display.buttons]}")
        ),
        Button(texts.label_doubt(_, display.doubt), data("settings", f"doubt {other}")),
        *((Button(_("✨ The model"), data("settings", "model")),) if services.has_model else ()),
        Button(_("🧹 Forget this chat"), data("forget")),
    )
    if not stopped:
        preferences = replace(preferences, paused=None)
    topic = request.command.chat.topic is not None
    text = texts.panel(_, display, preferences, services.now(), mutes, topic=topic, has_model=services.has_model)
    return show_panel(request, text, buttons, done)


async def language(services: Services, request: Request) -> Answer:
    """Show or set the language of the chat."""
    command = request.command
    wanted = command.words.strip()
    by_name = {name.casefold(): code for code, name in LANGUAGES.items()} | {code: code for code in LANGUAGES}
    if not wanted:
        buttons = tuple(
            Button(name, data("language", code), beside=place % 2 == 1)
            for place, (code, name) in enumerate(LANGUAGES.items())
        )
        return show_panel(
            request, texts.language_panel(request.translator), (*buttons, back_button(request.translator))
        )
    code = by_name.get(wanted.casefold())
    if code is None:
        return reply(request.command, texts.no_language(request.translator, wanted))
    display = await services.preferences.read_display(request.command.chat.id)
    await services.preferences.write_display(request.command.chat.id, replace(display, language=code))
    changed = replace(request, translator=words(code))
    answer = await _panel(services, changed, texts.saved(changed.translator))
    menus = chat_menus(services.commands, changed.translator, command.chat.id, command.kind, owner=request.owner)
    return replace(answer, menus=menus)


async def _zone(services: Services, request: Request, value: str) -> Answer:
    preferences, display = await load_preferences(services, request)
    if not value:
        buttons = tuple(
            Button(
                f"✅ {zone}" if zone == preferences.zone else zone,
                data("settings", f"zone {zone}"),
                beside=place % 2 == 1,
            )
            for place, zone in enumerate(_ZONES)
        )
        return show_panel(
            request,
            texts.zone_panel(request.translator, preferences.zone, services.now()),
            (*buttons, back_button(request.translator)),
        )
    try:
        zone = await asyncio.to_thread(parse_zone, value)  # the list of all zones is read from many files
    except Unclear as error:
        return answer_unclear(services, request, error, "settings", "zone ")
    await services.preferences.write_display(request.command.chat.id, replace(display, timezone=zone))
    return await _panel(services, request, texts.saved(request.translator))


async def _layout(services: Services, request: Request, value: str) -> Answer:
    display = await services.preferences.read_display(request.command.chat.id)
    if value.lower() not in get_args(Layout):
        _ = request.translator
        buttons = tuple(
            Button(
                ("✅ " if one == display.layout else "") + texts.short_layout(_, one),
                data("settings", f"layout {one}"),
                beside=place > 0,
            )
            for place, one in enumerate(get_args(Layout))
        )
        return show_panel(request, texts.layout_panel(_, display.layout), (*buttons, back_button(_)))
    await services.preferences.write_display(
        request.command.chat.id, replace(display, layout=cast("Layout", value.lower()))
    )
    return await _panel(services, request, texts.saved(request.translator))


async def _preview(services: Services, request: Request, value: str) -> Answer:
    _ = request.translator
    display = await services.preferences.read_display(request.command.chat.id)
    if value.lower() not in get_args(Preview):
        buttons = tuple(
            Button(
                ("✅ " if one == display.preview else "") + texts.preview(_, one), data("settings", f"preview {one}")
            )
            for one in get_args(Preview)
        )
        return show_panel(request, texts.preview_panel(_, display.preview), (*buttons, back_button(_)))
    chosen = replace(display, preview=cast("Preview", value.lower()))
    await services.preferences.write_display(request.command.chat.id, chosen)
    return await _panel(services, request, texts.saved(_))


async def _buttons(services: Services, request: Request, value: str) -> Answer:
    if value.lower() in _SWITCH.values():
        display = await services.preferences.read_display(request.command.chat.id)
        chosen = replace(display, buttons=value.lower() == _SWITCH[True])
        await services.preferences.write_display(request.command.chat.id, chosen)
        return await _panel(services, request, texts.saved(request.translator))
    return await _panel(services, request)


async def _doubt(services: Services, request: Request, value: str) -> Answer:
    display = await services.preferences.read_display(request.command.chat.id)
    if value.lower() not in get_args(Doubt):
        return await _panel(services, request)
    await services.preferences.write_display(
        request.command.chat.id, replace(display, doubt=cast("Doubt", value.lower()))
    )
    return await _panel(services, request, texts.saved(request.translator))


async def _still(services: Services, request: Request, value: str) -> Answer:
    preferences, display = await load_preferences(services, request)
    try:
        # The same words as a daily digest's, so that both understand the same times.
        said = value.lower() not in {"", "on"} and not is_off(value)
        meant = parse_digest(f"daily {value}", services.now())[0] if said else None
    except Unclear as error:
        if error.choices and error.kind == "clock":
            return answer_unclear(services, request, _as_time(error), "settings", "still ")
        return reply(request.command, texts.no_time(request.translator, value))
    minute = None if is_off(value) else meant.at if meant else STILL
    await save_preferences(services, request, replace(preferences, still=minute), display)
    return await _panel(services, request, texts.saved(request.translator))


def _as_time(error: Unclear) -> Unclear:
    """Return the same question, whose answers say the time alone."""
    return Unclear(error.kind, error.words, tuple(Choice(one.meaning, one.meaning) for one in error.choices))


async def _model(services: Services, request: Request, value: str) -> Answer:
    _ = request.translator
    display = await services.preferences.read_display(request.command.chat.id)
    if value and not services.has_model and value.lower() != "off":
        return reply(request.command, texts.no_model(_))
    if value.lower() not in get_args(ModelChoice):
        buttons = tuple(
            Button(
                ("✅ " if one == display.model else "") + texts.model_choice(_, one),
                data("settings", f"model {one}"),
                beside=place % 2 == 1,
            )
            for place, one in enumerate(get_args(ModelChoice))
        )
        return show_panel(request, texts.model_panel(_, display.model), (*buttons, back_button(_)))
    chosen = replace(display, model=cast("ModelChoice", value.lower()))
    await services.preferences.write_display(request.command.chat.id, chosen)
    return await _panel(services, request, texts.saved(_))


_CHANGES: Final[dict[str, Callable[[Services, Request, str], Awaitable[Answer]]]] = {
    "zone": _zone,
    "timezone": _zone,
    "layout": _layout,
    "preview": _preview,
    "buttons": _buttons,
    "doubt": _doubt,
    "model": _model,
    "still": _still,
    "loud": set_priority,
}


async def forget(services: Services, request: Request) -> Answer:
    """Ask whether to forget the chat, and do so when who asked has pressed the button that says so."""
    command, _ = request.command, request.translator
    choice, _space, who = command.words.partition(" ")
    if not command.press or choice not in {"yes", "no"}:
        mine = str(command.user or "")
        buttons = (
            Button(texts.forget_yes(_), data("forget", f"yes {mine}")),
            Button(_("No, keep it"), data("forget", f"no {mine}")),
        )
        return reply(command, texts.forget(_), buttons)
    if who != str(command.user or ""):
        return Answer(toast=_("Only who asked for this can confirm it."))
    if choice == "no":
        return reply(command, _("Nothing was changed."))
    fixed = any(reader.id == command.chat.id for one in services.config().watchlists for reader in one.deliver_to)
    await services.admissions.forget_chat(command.chat.id)
    services.queries.on_change()
    menus = removed_menus(command.chat.id, command.kind)
    return replace(reply(command, texts.forgotten(_, fixed=fixed)), menus=menus)
