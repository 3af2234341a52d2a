"""What owners are shown of a watchlist that they change: its words, a diff, mistakes, the history. HTML out.

Written as `bot.chat.texts.basics` says. Lines of the file are shown as they stand in it, what nobody sees escaped.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.chat.texts.basics import fit, safe
from bot.chat.texts.owners.status import ago
from bot.config.edits.change import Part
from bot.config.edits.proposal import Proposal
from bot.i18n import Translator
from bot.model import Watchlist
from bot.ports.editing.edit_store import FileEdit

_SHOWN = 40  # words of one list
_ROOM = 3_000  # characters of lines of the file in one message


def choose(_: Translator, number: int, pages: int) -> str:
    """Ask which watchlist is meant. Pages count from 1."""
    head = _("🔧 <b>Change a watchlist</b> ({number} of {pages})", number=number, pages=pages)
    lines = (
        head if pages > 1 else _("🔧 <b>Change a watchlist</b>"),
        _("Choose one, or write /keywords ID. /undo takes back the last change."),
    )
    return "\n".join(lines)


def panel(_: Translator, watchlist: Watchlist) -> str:
    """Show a watchlist's words, and how to change them."""
    words = _list(_, watchlist.keywords)
    without = _list(_, watchlist.exclude)
    sources = _list(_, watchlist.sources) if watchlist.sources else _("all sources")
    name = f"<code>/keywords {safe(watchlist.id)} "
    return fit(
        _,
        [
            f"🔧 <b>{safe(watchlist.title)}</b> · <code>{safe(watchlist.id)}</code>",
            "",
            _("<b>Keywords</b>: {words}", words=words),
            _("<b>But not</b>: {words}", words=without),
            _("<b>Sources</b>: {words}", words=sources),
            "",
            _("To add, write what is to be found, such as:"),
            f"{name}+ Peskov</code>",
            f"{name}exclude + hockey</code>",
            _("A minus in the place of the plus removes. You see the change before it is made."),
        ],
    )


def _list(_: Translator, items: Sequence[str]) -> str:
    shown = ", ".join(f"<code>{safe(one)}</code>" for one in items[:_SHOWN]) or "—"
    rest = len(items) - _SHOWN
    return shown if rest <= 0 else f"{shown} " + _.ngettext("and {number} more", "and {number} more", rest)


def pick(_: Translator, watchlist: Watchlist, part: Part) -> str:
    """Ask which item of a list is to go."""
    asked = {
        "keywords": _("Which keyword of <b>{title}</b> is to go?", title=safe(watchlist.title)),
        "exclude": _("Which excluded word of <b>{title}</b> is to go?", title=safe(watchlist.title)),
        "sources": _("Which source of <b>{title}</b> is to go?", title=safe(watchlist.title)),
    }
    return asked[part]


def pick_source(_: Translator, watchlist: Watchlist) -> str:
    """Ask which source or tag a watchlist is to have."""
    text = _("Which source or tag shall <b>{title}</b> read?", title=safe(watchlist.title))
    if watchlist.sources:
        return text
    return f"{text}\n" + _("It reads all sources now; with the first one that you choose it reads that one alone.")


def proposed(_: Translator, proposal: Proposal, *, undo: bool = False) -> str:
    """Show what a change would do to the file, before it is made."""
    head = _("↩️ This takes the change back in watchlists.yaml:") if undo else _("✏️ This changes watchlists.yaml:")
    lines = [head, _pre(proposal.diff)]
    lines += [f"⚠️ <code>{html.escape(one, quote=False)}</code>" for one in proposal.warnings[:3]]
    if proposal.unwritable:
        lines.append(unwritable(_, proposal.unwritable))
    return "\n".join(lines)


def unwritable(_: Translator, reason: str) -> str:
    """Say that the lines are to be written by hand."""
    return _(
        "🔒 watchlists.yaml cannot be written here ({reason}), so nothing was changed. Change these lines by hand, "
        "where the file comes from.",
        reason=safe(reason, 200),
    )


def by_hand(_: Translator, reason: str, diff: Sequence[str]) -> str:
    """Say that the file could not be written, with the lines."""
    return f"{unwritable(_, reason)}\n{_pre(diff)}"


def refused(_: Translator, problems: Sequence[str]) -> str:
    """Say why nothing was changed: the lines that `check` gives."""
    return _("✖️ Nothing was changed:") + f"\n{_pre(problems)}"


def changed_meanwhile(_: Translator) -> str:
    """Say that somebody else was faster."""
    return _("✖️ Somebody else has changed watchlists.yaml meanwhile, so nothing was written. Look at it again:")


def saved(_: Translator, proposal: Proposal, *, in_force: bool) -> str:
    """Confirm that the file was written."""
    head = _("✅ Written to watchlists.yaml. /undo takes it back.")
    if proposal.undoes is not None:
        head = _("✅ Taken back in watchlists.yaml.")
    lines = [head, _pre(proposal.diff)]
    if not in_force:
        lines.append(_("It counts within ten seconds."))
    return "\n".join(lines)


def history(_: Translator, edits: Sequence[FileEdit], now: datetime, asker: int | None) -> str:
    """List the newest changes: when, who, what."""
    if not edits:
        return _("🕘 No change of watchlists.yaml is on record yet.")
    lines = [_("🕘 <b>Changes of watchlists.yaml</b>, newest first")]
    for edit in edits:
        lines += ["", f"{ago(_, edit.at, now)} · {_author(_, edit, asker)}", *described(_, edit)]
    return fit(_, lines)


def described(_: Translator, edit: FileEdit) -> list[str]:
    """Return what an edit changed, a line for each change."""
    lines = [_change(_, one) for one in edit.changes] or [f"• {safe(one, 200)}" for one in edit.said]
    if edit.undoes is not None:
        lines.append(_("(took back an earlier change)"))
    if edit.undone:
        lines.append(_("(was taken back)"))
    return lines or [_("• the text of the file")]


def _author(_: Translator, edit: FileEdit, asker: int | None) -> str:
    if edit.origin == "file":
        return _("in the file")
    if edit.by is not None and edit.by == asker:
        return _("you, in the chat") if edit.origin == "chat" else _("you, on the page")
    who = f"<code>{edit.by}</code>" if edit.by is not None else "?"
    return _("{who}, in the chat", who=who) if edit.origin == "chat" else _("{who}, on the page", who=who)


def _change(_: Translator, change: Mapping[str, str]) -> str:
    sign = "+" if change["action"] == "add" else "−"
    if "source" in change:
        return f"{sign} " + _("source <b>{name}</b>", name=safe(change["source"]))
    place = {
        "keywords": _("keywords of {watchlist}", watchlist=safe(change["watchlist"])),
        "exclude": _("excluded in {watchlist}", watchlist=safe(change["watchlist"])),
        "sources": _("sources of {watchlist}", watchlist=safe(change["watchlist"])),
    }
    return f"{sign} <code>{safe(change['value'], 200)}</code> · {place[change['part']]}"


def _pre(lines: Iterable[str]) -> str:
    """Return lines of the file as they are, as many as there is room for."""
    shown, room = [], _ROOM
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append("…")
            break
        shown.append(line)
    return f"<pre>{html.escape(chr(10).join(shown), quote=False)}</pre>"
