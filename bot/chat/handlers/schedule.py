"""`/quiet`, `/digest`, `/pause` and `/resume`: when alerts come.

In comes a request, out goes an Answer; what changes is committed before the answer exists, and the sender looks
anew at what is held. Without words each shows what is, with buttons that say the usual.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.alerts.calendar import next_digest, zone_of
from bot.alerts.policy import pausing
from bot.chat.arguments import time_words
from bot.chat.arguments.digests import parse_digest
from bot.chat.arguments.durations import parse_until
from bot.chat.arguments.times_of_day import normalise
from bot.chat.arguments.unclear import Unclear
from bot.chat.arguments.windows import parse_windows
from bot.chat.context import Request, Services, reply
from bot.chat.messages import Answer, Button, data
from bot.chat.texts import basics as basics_texts
from bot.chat.texts import mute as mute_texts
from bot.chat.texts import schedule as texts
from bot.chat.texts import settings_menu as settings_menu_texts
from bot.i18n import Translator
from bot.model import DisplayPreferences
from bot.preferences import Digest, Preferences, Window

_QUIET = ("22:00-07:00", "23:00-07:00", "00:00-08:00", "mon-fri 22:00-07:00, sat-sun 22:00-10:00")
_DIGEST = ("hourly", "daily 08:00", "daily 08:00 18:00", "daily 18:00", "weekly mon 08:00")
_DAY = timedelta(days=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def load_preferences(services: Services, request: Request) -> tuple[Preferences, DisplayPreferences]:
    """Return what the place wishes, in the zone that counts for it, and how the chat wants its alerts shown."""
    display = await services.preferences.read_display(request.command.chat.id)
    preferences = await services.preferences.read_preferences(request.command.chat)
    return replace(preferences, zone=display.timezone or services.config().timezone), display


async def save_preferences(
    services: Services, request: Request, preferences: Preferences, display: DisplayPreferences
) -> None:
    """Keep wishes and the zone that their hours are meant in: a changed default must not move them."""
    if display.timezone != preferences.zone:
        await services.preferences.write_display(request.command.chat.id, replace(display, timezone=preferences.zone))
    await services.preferences.write_preferences(request.command.chat, preferences)


def show_panel(request: Request, panel: str, buttons: tuple[Button, ...], done: str = "") -> Answer:
    """Answer with a panel, below what was done; a press learns that in its toast as well."""
    answer = reply(request.command, f"{done}\n\n{panel}" if done and not request.command.press else panel, buttons)
    return replace(answer, toast=basics_texts.bare(done)) if request.command.press else answer


def answer_unclear(services: Services, request: Request, error: Unclear, verb: str, before: str = "") -> Answer:
    """Say what was not understood, or ask which reading is meant: a button each is `verb` with words that are exact."""
    _, now = request.translator, services.now()
    choices = [(texts.label_choice(_, error, one, now), f"{before}{one.words}") for one in error.choices]
    buttons = tuple(Button(label, data(verb, words)) for label, words in choices)
    return reply(request.command, texts.unclear(_, error), buttons)


def is_off(words: str) -> bool:
    """Return whether words in any of our languages say that something is not wanted."""
    return normalise(words) in time_words.OFF.split("|")


# ---------------------------------------------------------------------------------------------- quiet hours


async def quiet(services: Services, request: Request) -> Answer:
    """Show or set the quiet hours of this place."""
    words, _, now = request.command.words.strip(), request.translator, services.now()
    preferences, display = await load_preferences(services, request)
    if not words:
        return show_panel(request, texts.quiet(_, preferences, now), _quiet_buttons(_, preferences))
    try:
        # The list of all zones is read from many files.
        wanted, zone = ((), None) if is_off(words) else await asyncio.to_thread(parse_windows, words)
    except Unclear as error:
        return answer_unclear(services, request, error, "quiet")
    if not wanted and zone:
        wanted = preferences.quiet
    changed = replace(preferences, quiet=wanted, zone=zone or preferences.zone)
    await save_preferences(services, request, changed, display)
    return show_panel(
        request, texts.quiet(_, changed, now), _quiet_buttons(_, changed), texts.quiet_set(_, changed, now)
    )


def _quiet_buttons(_: Translator, preferences: Preferences) -> tuple[Button, ...]:
    buttons = []
    for preset in _QUIET:
        chosen, _zone = parse_windows(preset)
        mark = "✅ " if chosen == preferences.quiet else ""
        buttons.append(Button(mark + texts.windows(_, _in_order(chosen)), data("quiet", preset)))
    if preferences.quiet:
        buttons.append(Button(_("🔔 No quiet hours"), data("quiet", "off")))
    return (*buttons, back_button(_))


def _in_order(chosen: tuple[Window, ...]) -> tuple[Window, ...]:
    """Return windows by their days."""
    return tuple(sorted(chosen, key=lambda one: one.days))


# ---------------------------------------------------------------------------------------------- digests


async def digests(services: Services, request: Request) -> Answer:
    """Show or set the digest of this place."""
    words, _, now = request.command.words.strip(), request.translator, services.now()
    preferences, display = await load_preferences(services, request)
    if not words:
        return show_panel(request, texts.digests(_, preferences, now), _digest_buttons(_, preferences))
    try:
        wanted, zone = await asyncio.to_thread(parse_digest, words, now)
    except Unclear as error:
        return answer_unclear(services, request, error, "digest")
    changed = replace(preferences, digest=wanted, zone=zone or preferences.zone)
    await save_preferences(services, request, changed, display)
    first = next_digest(wanted, zone_of(changed.zone), now) if wanted else None
    done = texts.digest_set(_, changed, first, now)
    return show_panel(request, texts.digests(_, changed, now), _digest_buttons(_, changed), done)


def _digest_buttons(_: Translator, preferences: Preferences) -> tuple[Button, ...]:
    buttons = []
    for preset in _DIGEST:
        meant = _timeless(parse_digest(preset, _NEVER)[0])
        mark = "✅ " if preferences.digest and meant == _timeless(preferences.digest) else ""
        buttons.append(Button(mark + texts.rhythm(_, meant), data("digest", preset)))
    if preferences.digest:
        buttons.append(Button(_("🔔 No digest"), data("digest", "off")))
    return (*buttons, back_button(_))


def _timeless(meant: Digest | None) -> Digest | None:
    """Return a digest without when it was wished."""
    return meant and replace(meant, since=None)


def back_button(_: Translator) -> Button:
    """Return the button that leads back to /settings."""
    return Button(_("◀️ Settings"), data("settings"))


# ---------------------------------------------------------------------------------------------- pauses


async def pause(services: Services, request: Request) -> Answer:
    """Hold everything back until /resume, or for as long as is said."""
    words, _, now = request.command.words.strip(), request.translator, services.now()
    preferences, display = await load_preferences(services, request)
    new = not pausing(preferences, now)
    changed = replace(preferences, paused=now, resumes=None) if new else preferences
    if words:
        try:
            changed = replace(changed, resumes=parse_until(words, now, zone_of(preferences.zone)))
        except Unclear as error:
            return answer_unclear(services, request, error, "pause")
    if changed != preferences:
        await save_preferences(services, request, changed, display)
    lengths = tuple(
        Button(label, data("pause", length), beside=place > 0)
        for place, (length, label) in enumerate(mute_texts.lengths(_)[:-1])
    )
    buttons = (*lengths, Button(settings_menu_texts.resume(_), data("resume")), back_button(_))
    return reply(request.command, texts.paused(_, changed, now, new=new), buttons)


async def resume(services: Services, request: Request) -> Answer:
    """End a pause; where something came in it, ask what becomes of that first."""
    words, _ = request.command.words.strip().lower(), request.translator
    preferences, display = await load_preferences(services, request)
    if not pausing(preferences, services.now()):
        return reply(request.command, texts.resumed(_, was=False))
    waiting = await services.preferences.count_held(request.command.chat)
    if waiting and words not in _CHOICES:
        buttons = (
            Button(texts.all_of_them(_), data("resume", "all")),
            Button(_("🕓 Only the last 24 hours"), data("resume", "day")),
            Button(_("⏭ Skip them"), data("resume", "none")),
        )
        return reply(request.command, texts.catch_up(_, waiting), buttons)
    skipped, now = 0, services.now()
    if waiting and words != "all":
        skipped = await services.preferences.skip_held(
            request.command.chat, now - _DAY if words == "day" else now + _DAY
        )
    await save_preferences(services, request, replace(preferences, paused=None, resumes=None), display)
    if not waiting:
        return reply(request.command, texts.resumed(_, was=True))
    return reply(request.command, texts.caught_up(_, waiting - skipped, skipped))


_CHOICES = frozenset({"all", "day", "none"})
