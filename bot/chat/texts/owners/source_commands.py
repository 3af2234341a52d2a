"""What owners are told of sources: how each does, what an address leads to, what a test brought. HTML out.

Written as `bot.chat.texts.basics` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.chat.texts.basics import fit, safe
from bot.chat.texts.owners.status import ago, until
from bot.i18n import Translator
from bot.model import LossSign
from bot.owner_notices import loss_sign
from bot.ports.chat_store import SourceStatus
from bot.ports.editing.source_finder import FoundSource

_REASON = 160  # UTF-16 units of one reason


def sources(
    _: Translator,
    page: Sequence[SourceStatus],
    number: int,
    pages: int,
    now: datetime,
    signs: Mapping[str, Sequence[LossSign]],
) -> str:
    """List sources, each with its last good answer, the next try, what is wrong, and signs of silent loss.

    Pages count from 1.
    """
    if not page:
        return _("There are no sources yet: send /sources add and an address, or name some in watchlists.yaml.")
    head = _("📡 <b>Sources</b> ({number} of {pages})", number=number, pages=pages)
    lines = [head if pages > 1 else _("📡 <b>Sources</b>")]
    for one in page:
        lines.append(_line(_, one, now))
        if one.error and one.paused_at is None:
            lines.append(f"    {safe(one.error, _REASON)}")
        lines += [f"    👁 {safe(loss_sign(_, sign), _REASON)}" for sign in signs.get(one.name, ())]
    return fit(_, [*lines, "", _("To add one: /sources add and its address, as you would paste it.")])


def _line(_: Translator, one: SourceStatus, now: datetime) -> str:
    good = _("last good {ago}", ago=ago(_, one.polled_at, now)) if one.polled_at else _("never answered well")
    if one.paused_at is not None:
        return f"⏸ <b>{safe(one.name)}</b> · " + _("paused {ago}", ago=ago(_, one.paused_at, now))
    following = _("next {until}", until=until(_, one.next_due, now))
    return f"{'⚠️' if one.error else '✅'} <b>{safe(one.name)}</b> · {good} · {following}"


def one_source(_: Translator, one: SourceStatus, now: datetime) -> str:
    """Show one source, with what is wrong with it."""
    lines = [_line(_, one, now), _.ngettext("{number} item on record", "{number} items on record", one.items)]
    if one.error:
        lines.append(f"⚠️ {safe(one.error, 300)}")
    if one.paused_at is not None:
        lines.append(_("Nobody asks it until it is resumed; what it shows after more than a day is no news then."))
    return "\n".join(lines)


def unknown(_: Translator, name: str) -> str:
    """Say that no source is called so."""
    return _("No source is called “{name}”. /sources lists them.", name=safe(name))


def looking(_: Translator, address: str) -> str:
    """Say that an address is being read."""
    return _("🔎 I am reading {address} …", address=f"<code>{safe(address, 200)}</code>")


def found(_: Translator, finds: Sequence[FoundSource], now: datetime) -> str:
    """Show what an address leads to, the best first."""
    lines = [_("🔎 <b>Found</b>. Which one shall be added to watchlists.yaml?")]
    for number, one in enumerate(finds, 1):
        lines += [
            "",
            f"{number}. <b>{safe(one.name)}</b> · <code>{safe(one.address, 200)}</code>",
            _summary(_, one, now),
        ]
        lines += [f"    • {safe(title, 120)}" for title in one.titles]
        lines += [f"    ℹ️ {safe(one.note, 300)}"] if one.note else []
    return fit(_, lines)


def tried(_: Translator, one: FoundSource, now: datetime) -> str:
    """Show what a source brings now."""
    lines = [f"✅ <b>{safe(one.name)}</b>", _summary(_, one, now), *(f"• {safe(title, 160)}" for title in one.titles)]
    return fit(_, [*lines, *([f"ℹ️ {safe(one.note, 300)}"] if one.note else [])])


def failed(_: Translator, reason: str) -> str:
    """Say why an address brings nothing."""
    return _("✖️ That brings nothing: {reason}", reason=safe(reason, 400))


def _summary(_: Translator, one: FoundSource, now: datetime) -> str:
    parts = [safe(one.kind), _.ngettext("{number} item", "{number} items", one.items)]
    if one.latest is not None:
        parts.append(_("the newest {ago}", ago=ago(_, one.latest, now)))
    if one.fires is not None:
        parts.append(_.ngettext("{number} would fire", "{number} would fire", one.fires))
    return "    " + " · ".join(parts)


def paused(_: Translator, name: str) -> str:
    """Confirm that nobody asks a source."""
    return _("⏸ <b>{name}</b> is paused: nobody asks it until it is resumed.", name=safe(name))


def resumed(_: Translator, name: str) -> str:
    """Confirm that a source is asked again."""
    return _("▶️ <b>{name}</b> is asked again, at once.", name=safe(name))
