"""What /latest says. HTML out; nothing is decided here. Written as `bot.chat.texts.basics` says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.chat.texts.basics import fit, linked, safe
from bot.i18n import Translator
from bot.ports.preference_store import State, StorySummary

_HEADLINE, _OUTLETS = 160, 3


def latest(
    _: Translator, stories: Sequence[StorySummary], now: datetime, zone: ZoneInfo, *, counted: bool = True
) -> str:
    """List stories, the newest first; `counted`: by the numbers that /story takes."""
    lines = [_("🕘 <b>Latest stories</b>")]
    for number, one in enumerate(stories, start=1):
        sources = ", ".join(safe(name, 40) for name in one.sources[:_OUTLETS])
        more = len(one.sources) - _OUTLETS
        when = _.moment(one.at.astimezone(zone), now.astimezone(zone))
        parts = [f"{sources} +{more}" if more > 0 else sources, when, state(_, one.state)]
        headline = linked(one.headline, one.url, _HEADLINE)
        lines.append(f"{place(number, counted=counted)}. {headline}\n{' · '.join(part for part in parts if part)}")
    return fit(_, lines)


def place(number: int, *, counted: bool) -> str:
    """Return the place of a story in a list: a number that /story takes, or a letter where the list is of few."""
    return str(number) if counted else chr(ord("a") + number - 1)


def state(_: Translator, what: State) -> str:
    """Return what became of a story here; nothing where it was told."""
    states = {
        "told": "",
        "waiting": _("⏳ on its way"),
        "quiet": _("🌙 held by quiet hours"),
        "digest": _("🗞 in the next digest"),
        "pause": _("⏸ held by the pause"),
        "source": _("🔇 muted source"),
        "mute": _("🔇 muted"),
        "skip": _("⏭ passed over"),
        "model": _("✨ not what is wanted here"),
        "dead": _("✖️ could not be delivered"),
        "none": _("not sent here"),
    }
    return states[what]


def nothing(_: Translator) -> str:
    """Say that there is nothing to list."""
    return _("No story yet: nothing that this chat watches for was reported in the last two weeks. /lists, /watch")


def label_mute(_: Translator, number: str) -> str:
    """Label the button that mutes the story of this number."""
    return _("🔇 {number}", number=number)


def label_why(_: Translator, number: str) -> str:
    """Label the button that says why of the story of this number."""
    return _("❓ {number}", number=number)
