"""What the bot says of why a chat was told of an item, or was not.

In comes a reason with words from anywhere, out goes HTML like that of `bot.chat.texts.basics`: all of it inert.
"""

from __future__ import annotations

from typing import cast

from bot.chat.texts import mute as mute_texts
from bot.chat.texts.basics import safe
from bot.chat.texts.queries import When
from bot.i18n import Translator
from bot.preferences import Mute, Muted
from bot.preview.delivery_reason import DeliveryReason


def verdict(found: DeliveryReason, when: When) -> str:
    """Say why a chat was told of an item, or was not."""
    _ = when.words
    at = when.moment(found.at) if found.at else _("a moment ago")
    words = safe(found.words, 200)
    waiting = (
        _("⏳ It is on its way here. Last try: {reason}", reason=words) if words else _("⏳ It is on its way here.")
    )
    said = {
        "told": _("📮 It was sent here, {moment}.", moment=at),
        "joined": _(
            "📮 It joined a story that was already sent here, {moment}: the message was edited without a notification.",
            moment=at,
        ),
        "waiting": waiting,
        "suspended": _suspended(found, when),
        "dead": _("🔕 It could not be sent here: {reason}", reason=words),
        "held": _held(_, found.words, at),
        "muted": _("🔇 It was not told, since this is muted here: {what}. /mute shows what is.", what=_muted(_, found)),
        "skipped": _("⏭ It came in a pause and was passed over at /resume. /latest lists such stories."),
        "refused": _("✨ It was not told: the model says that it is not what is wanted here ({reason}).", reason=words),
        "silent": _("🔕 No query that concerns this chat fires on it, so nobody here was told."),
        "first sight": _("🔕 It was there when its source was seen for the first time: that is no news (backlog)."),
        "later": _(
            "🔕 It was not told: nothing fired when it was seen, and what fires now is newer; or it came with a "
            "backlog after a long silence."
        ),
        "elsewhere": _("🔕 Only watchlists matched it to which this chat is not subscribed. /lists shows all."),
        "subscribed later": _("🔕 It came before anybody here asked for that: {moment}.", moment=at),
        "unconfirmed": _.ngettext(
            "⏳ It waits until {number} publisher reports it (confirm).",
            "⏳ It waits until {number} publishers report it (confirm).",
            found.number,
        ),
        "unknown": _("🔕 It was not sent here; the reason is no longer on record."),
    }
    return said[found.reason]


def _suspended(found: DeliveryReason, when: When) -> str:
    """Say why a chat takes no messages, since when, and when it is tried again."""
    _ = when.words
    since = when.moment(found.at) if found.at else ""
    due = found.until is not None and found.until > when.now
    again = when.moment(found.until) if found.until and due else _("in a moment")
    return _(
        "🔕 It is held: this chat has refused messages since {moment} ({reason}). Next try: {again}.",
        moment=since,
        reason=safe(found.words, 200),
        again=again,
    )


def _held(_: Translator, why: str, at: str) -> str:
    """Say until when an alert waits by the chat's own wish."""
    if why == "quiet":
        return _("🌙 It waits for the end of the quiet hours: {moment}.", moment=at)
    if why == "digest":
        return _("🗞 It waits for the digest: {moment}.", moment=at)
    if why == "source":
        return _("🔇 So far only sources that are muted here have reported it.")
    return _("⏸ It waits until /resume.")


def _muted(_: Translator, found: DeliveryReason) -> str:
    kind, _colon, what = found.words.partition(": ")
    return mute_texts.what(_, Mute(cast("Muted", kind), what))
