"""What is said about when alerts come: quiet hours, digests, pauses. In come wishes, out goes HTML.

Written as `bot.chat.texts.basics` says. Nothing is asked or decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.alerts.calendar import zone_of
from bot.chat.arguments.unclear import Choice, Unclear
from bot.chat.arguments.windows import MOST_WINDOWS
from bot.chat.arguments.zones import label_zone
from bot.chat.texts.basics import safe
from bot.i18n import Translator
from bot.preferences import Digest, Preferences, Window

_WORKING, _FREE = (0, 1, 2, 3, 4), (5, 6)


def clock(minute: int) -> str:
    """Return a minute of the day as people write it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def day(_: Translator, number: int) -> str:
    """Return a day of the week, short."""
    names = (
        _.pgettext("weekday", "Mon"),
        _.pgettext("weekday", "Tue"),
        _.pgettext("weekday", "Wed"),
        _.pgettext("weekday", "Thu"),
        _.pgettext("weekday", "Fri"),
        _.pgettext("weekday", "Sat"),
        _.pgettext("weekday", "Sun"),
    )
    return names[number]


def window(_: Translator, one: Window) -> str:
    """Return a quiet window: `23:00–07:00`, with its days where it has any."""
    hours = f"{clock(one.begin)}–{clock(one.end)}"
    if not one.days:
        return hours
    if one.days in {_WORKING, _FREE}:
        return f"{day(_, one.days[0])}–{day(_, one.days[-1])} {hours}"
    return f"{', '.join(day(_, number) for number in one.days)} {hours}"


def windows(_: Translator, quiet: Sequence[Window]) -> str:
    """Return all quiet windows, or that there are none."""
    return ", ".join(window(_, one) for one in quiet) or _.pgettext("quiet hours", "off")


def rhythm(_: Translator, digest: Digest | None) -> str:
    """Return when a digest comes, or that each alert comes at once."""
    if digest is None:
        return _.pgettext("digest", "off")
    if digest.rhythm == "hour":
        return _("every hour")
    if digest.rhythm == "day":
        return _("daily at {time}", time=", ".join(clock(minute) for minute in (digest.at, *digest.more)))
    return _("weekly, {day} {time}", day=day(_, digest.day), time=clock(digest.at))


def zone_now(_: Translator, zone: str, now: datetime) -> str:
    """Return a zone with the time that its clocks show: who has named the wrong one sees it."""
    return _("{zone} ({time} now)", zone=safe(label_zone(zone)), time=f"{now.astimezone(zone_of(zone)):%H:%M}")


def ask_zone(_: Translator, zone: str, now: datetime) -> str:
    """Ask for the time zone, and say what counts until then."""
    return _("🕒 Where are you? Until you choose, times are those of {zone}.", zone=zone_now(_, zone, now))


def quiet(_: Translator, preferences: Preferences, now: datetime) -> str:
    """Show the quiet hours and how to choose others."""
    lines = [
        _("🌙 <b>Quiet hours</b>: {hours}", hours=windows(_, preferences.quiet)),
        _(
            "By the clock of {zone}. What comes meanwhile is listed when they end; urgent alerts pass.",
            zone=zone_now(_, preferences.zone, now),
        ),
        "",
        _("Press a button, or write others, such as"),
        "<code>/quiet 11pm-7am</code>",
        "<code>/quiet 23:00-07:00, sat-sun 22-10</code>",
        "<code>/quiet 23:00-07:00 Europe/Kyiv</code>",
    ]
    return "\n".join(lines)


def digests(_: Translator, preferences: Preferences, now: datetime) -> str:
    """Show the digest and how to choose another."""
    lines = [
        _("🗞 <b>Digest</b>: {rhythm}", rhythm=rhythm(_, preferences.digest)),
        _("With a digest, alerts come together in a list instead of one by one; urgent ones still come at once."),
        _("By the clock of {zone}.", zone=zone_now(_, preferences.zone, now)),
        "",
        _("Press a button, or write another time, such as"),
        "<code>/digest 18:30</code>",
        "<code>/digest 8:00 13:00 18:30</code>",
        "<code>/digest weekly fri 17:00</code>",
    ]
    return "\n".join(lines)


def quiet_set(_: Translator, preferences: Preferences, now: datetime) -> str:
    """Confirm the quiet hours."""
    if not preferences.quiet:
        return _("✅ No quiet hours: alerts come at any time.")
    hours = windows(_, preferences.quiet)
    return _("✅ Quiet hours: {hours}, by the clock of {zone}.", hours=hours, zone=zone_now(_, preferences.zone, now))


def digest_set(_: Translator, preferences: Preferences, first: datetime | None, now: datetime) -> str:
    """Confirm the digest; `first` is when it comes next."""
    if preferences.digest is None or first is None:
        return _("✅ No digest: each alert comes at once.")
    told = _moment(_, preferences, first, now)
    return _(
        "✅ Digest: {rhythm}, by the clock of {zone}. The next comes {time}.",
        rhythm=rhythm(_, preferences.digest),
        zone=zone_now(_, preferences.zone, now),
        time=told,
    )


def unclear(_: Translator, error: Unclear) -> str:
    """Say what was not understood, and how it is written."""
    words = safe(error.words)
    if error.choices:
        return _ask(_, error, words)
    if error.kind == "zone":
        return _(
            "I know no time zone “{words}”. Write it as Europe/Berlin, America/New_York or Asia/Almaty.", words=words
        )
    if error.kind == "digest":
        return _(
            "I do not understand “{words}”. Write off, hourly, daily 08:00 or weekly mon 08:00 after /digest.",
            words=words,
        )
    if error.kind == "whole day":
        return _("“{words}” would be quiet all day: /pause does that.", words=words)
    if error.kind == "many":
        return _.ngettext(
            "That is too much: {number} window is the most.",
            "That is too much: {number} windows are the most.",
            MOST_WINDOWS,
        )
    return _unclear_time(_, error, words)


def _unclear_time(_: Translator, error: Unclear, words: str) -> str:
    if error.kind == "length":
        return _(
            "I do not understand how long “{words}” is: write 30m, 1h, today, until Friday, week or forever.",
            words=words,
        )
    return _("I do not understand “{words}”. Write hours such as 23:00-07:00 after /quiet, or off.", words=words)


def _ask(_: Translator, error: Unclear, words: str) -> str:
    """Ask which of several readings is meant."""
    if error.kind == "zone":
        return _("❓ “{words}” is the time of several countries. Which do you mean?", words=words)
    if error.kind == "clock":
        return _("❓ “{words}”: in the morning, or in the evening?", words=words)
    return _("❓ “{words}” can mean different hours. Which do you mean?", words=words)


def label_choice(_: Translator, error: Unclear, choice: Choice, now: datetime) -> str:
    """Label the button of one reading: hours and times as they are, a zone by its city and the time there."""
    if error.kind != "zone":
        return choice.meaning.replace("-", "–")
    city = label_zone(choice.meaning).rpartition("/")[2].replace("_", " ")
    return _("{zone} ({time} now)", zone=city, time=f"{now.astimezone(zone_of(choice.meaning)):%H:%M}")


# ---------------------------------------------------------------------------------------------- pauses


def pausing(_: Translator, preferences: Preferences, now: datetime) -> str:
    """Say that there is a pause, and until when."""
    if preferences.resumes is None:
        return _("⏸ Paused")
    return _("⏸ Paused until {time}", time=_moment(_, preferences, preferences.resumes, now))


def _moment(_: Translator, preferences: Preferences, at: datetime, now: datetime) -> str:
    zone = ZoneInfo(preferences.zone)
    return _.moment(at.astimezone(zone), now.astimezone(zone))


def paused(_: Translator, preferences: Preferences, now: datetime, *, new: bool) -> str:
    """Confirm a pause."""
    if preferences.resumes is not None:
        return _(
            "⏸ Paused until {time}: then alerts come again, and what came meanwhile comes as one list. "
            "/resume ends it before.",
            time=_moment(_, preferences, preferences.resumes, now),
        )
    if not new:
        return _("⏸ Paused already. /resume ends it.")
    return _("⏸ Paused: nothing is sent here, and nothing is lost. /resume ends it and asks whether to catch up.")


def resumed(_: Translator, *, was: bool) -> str:
    """Confirm the end of a pause in which nothing came, or that there was none."""
    return _("▶️ Alerts come again.") if was else _("There is no pause here: alerts come as they should.")


def catch_up(_: Translator, waiting: int) -> str:
    """Ask what becomes of what came in the pause."""
    return _.ngettext(
        "▶️ {number} alert came in the pause. Do you want it?",
        "▶️ {number} alerts came in the pause. Do you want them, as a list?",
        waiting,
    )


def caught_up(_: Translator, waiting: int, skipped: int) -> str:
    """Say what becomes of it."""
    lines = [_("▶️ Alerts come again.")]
    if waiting:
        lines.append(
            _.ngettext("{number} alert follows.", "{number} alerts follow, as a list.", waiting),
        )
    if skipped:
        lines.append(
            _.ngettext("{number} was passed over: /latest has it.", "{number} were passed over: /latest.", skipped)
        )
    return " ".join(lines)


def all_of_them(_: Translator) -> str:
    """Label the button that asks for everything."""
    return _("📋 Catch up")
