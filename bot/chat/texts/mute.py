"""What /mute says, and the labels of its buttons. HTML out; nothing is decided here.

Written as `bot.chat.texts.basics` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat.texts.basics import fit, safe
from bot.i18n import Translator
from bot.preferences import Mute


def what(_: Translator, mute: Mute) -> str:
    """Return what is muted."""
    name = safe(mute.label or mute.what)
    if mute.kind == "story":
        return _("the story “{name}”", name=name)
    if mute.kind == "watchlist":
        return _("the watchlist “{name}”", name=name)
    if mute.kind == "source":
        return _("the source “{name}”", name=name)
    return _("the word “{name}”", name=name)


def listed(_: Translator, mutes: Sequence[Mute], now: datetime, zone: ZoneInfo) -> str:
    """Show all mutes and how to add one."""
    if not mutes:
        lines = [_("🔇 Nothing is muted here.")]
    else:
        lines = [_("🔇 <b>Muted here</b>"), *(f"• {what(_, one)} – {how_long(_, one, now, zone)}" for one in mutes)]
    lines += [
        "",
        _("Write what to mute and for how long, such as"),
        "<code>/mute hockey 1h</code>",
        '<code>/mute "peace talks" today</code>',
        _("It may be a word, a watchlist's ID, a source's name or the link of a story."),
        _("For how long: 30m, 1h, today, day, week; without a time, until you end it."),
    ]
    return fit(_, lines)


def how_long(_: Translator, mute: Mute, now: datetime, zone: ZoneInfo) -> str:
    """Return until when."""
    if mute.until is None:
        return _("until you take it back")
    return _("until {time}", time=_.moment(mute.until.astimezone(zone), now.astimezone(zone)))


def muted(_: Translator, mute: Mute, now: datetime, zone: ZoneInfo) -> str:
    """Confirm."""
    lines = [_("🔇 Muted: {what}, {until}.", what=what(_, mute), until=how_long(_, mute, now, zone))]
    if mute.kind == "story":
        lines.append(_("Its message is not changed any more, either."))
    elif mute.kind == "source":
        lines.append(
            _("What other sources report as well is still told; this one no longer counts among those who report it.")
        )
    elif mute.kind == "word":
        lines.append(_("Alerts with this word in any of its forms are not told; /latest lists them."))
    return " ".join(lines)


def ask(_: Translator, mute: Mute) -> str:
    """Ask for how long."""
    return _("🔇 For how long shall I mute {what}?", what=what(_, mute))


def ask_all(_: Translator, what: str) -> str:
    """Ask whether a pause is meant."""
    return _(
        "🔇 “{words}” as a word would silence only alerts in which it stands. To hear nothing for a while is a pause.",
        words=safe(what),
    )


def ask_day(_: Translator, words: str) -> str:
    """Ask whether a day is a time or a part of a name."""
    return _("🔇 “{words}”: is the last word a time, or a part of the name?", words=safe(words))


def label_until(_: Translator, what: str, day: str, *, until: bool) -> str:
    """Label the button that takes the day for a time. Plain text."""
    if until:
        return _("🔇 {what}, until {day}", what=what, day=day)
    return _("🔇 {what}, for: {day}", what=what, day=day.lower())


def of_story(_: Translator, headline: str) -> str:
    """Ask what of a story to mute."""
    return _("🔇 What shall I mute of “{headline}”?", headline=safe(headline, 200))


def unmuted(_: Translator, *, had: bool) -> str:
    """Confirm the end of a mute."""
    return _("🔔 It is told again.") if had else _("That was not muted here. /mute shows what is.")


def all_unmuted(_: Translator, many: int) -> str:
    """Confirm the end of all mutes."""
    return (
        _.ngettext("🔔 {number} mute is over.", "🔔 {number} mutes are over.", many) if many else unmuted(_, had=False)
    )


def too_many(_: Translator, most: int) -> str:
    """Refuse one mute too many."""
    return _.ngettext(
        "A chat may have {number} mute. /mute shows them, with buttons to end some.",
        "A chat may have {number} mutes. /mute shows them, with buttons to end some.",
        most,
    )


def no_story(_: Translator) -> str:
    """Say that there is no such story."""
    return _("I have no story with this link on record. /latest shows the latest stories, with buttons.")


def too_long(_: Translator) -> str:
    """Refuse a text that is no word."""
    return _("That is too long to mute: a word or a short phrase will do.")


def lengths(_: Translator) -> tuple[tuple[str, str], ...]:
    """Return the usual lengths: as /mute takes them, and as buttons show them."""
    return (
        ("1h", _("1 hour")),
        ("today", _("today")),
        ("day", _("a day")),
        ("week", _("a week")),
        ("forever", _("forever")),
    )


def label_word(_: Translator, word: str) -> str:
    """Label the button that mutes a word. Plain text."""
    return _("🔇 Word: {word}", word=word)


def label_list(_: Translator, title: str) -> str:
    """Label the button that mutes a watchlist. Plain text."""
    return _("🔇 Watchlist: {title}", title=title)


def label_source(_: Translator, name: str) -> str:
    """Label the button that mutes a source. Plain text."""
    return _("🔇 Source: {name}", name=name)


def label_end(_: Translator, name: str) -> str:
    """Label the button that ends a mute. Plain text."""
    return _("🔔 Unmute {name}", name=name)
