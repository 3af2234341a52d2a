"""What owners are told: chats, an edited file, channels. HTML out; nothing is decided here.

Written as `bot.chat.texts.basics` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.chat.texts.basics import fit, safe
from bot.chat.texts.owners.status import ago, held
from bot.i18n import Translator
from bot.ports.preference_store import AccessRequest

_REASON = 160  # UTF-16 units of one reason


def chats(_: Translator, guests: Sequence[AccessRequest], now: datetime) -> str:
    """List the chats: who asks, who is in, who cannot be told, who is out."""
    if not guests:
        return _("No chat uses this bot yet.")
    parts = (
        (_("🚪 <b>Asking to be let in</b>"), [one for one in guests if one.requested_at and not one.revoked]),
        (_("✅ <b>Let in</b>"), [one for one in guests if one.admitted and not one.suspended]),
        (_("🔕 <b>Cannot be told</b>"), [one for one in guests if one.suspended and not one.revoked]),
        (_("⛔ <b>Put out</b>"), [one for one in guests if one.revoked]),
        (
            _("👥 <b>Others</b>"),
            [one for one in guests if not (one.admitted or one.suspended or one.revoked or one.requested_at)],
        ),
    )
    lines: list[str] = []
    for head, some in parts:
        if some:
            lines += [*([""] if lines else []), head, *(_guest(_, one, now) for one in some)]
    return fit(_, lines)


def _guest(_: Translator, one: AccessRequest, now: datetime) -> str:
    said = [*([f"<b>{safe(one.title)}</b>"] if one.title else []), f"<code>{one.id}</code>"]
    if one.subscriptions:
        said.append(_.ngettext("{number} subscription", "{number} subscriptions", one.subscriptions))
    if one.suspended:
        said.append(f"{safe(one.suspended, _REASON)}{held(_, one.held, one.probe_at, now)}")
    if one.requested_at:
        said.append(ago(_, one.requested_at, now))
    return " · ".join(said)


def reloaded(_: Translator, changes: Sequence[str]) -> str:
    """Confirm that the file was read."""
    if not changes:
        return _("✅ watchlists.yaml was read: nothing has changed.")
    return fit(_, [_("✅ watchlists.yaml was read. What has changed:"), *(f"• {safe(one, 300)}" for one in changes)])


def wrong_file(_: Translator, problems: Sequence[str]) -> str:
    """Say what is wrong with the file."""
    head = _("✖️ watchlists.yaml is wrong, so the old one stays in force:")
    return fit(_, [head, *(f"<code>{safe(one, 400)}</code>" for one in problems)])


def channel(_: Translator, chat: int, title: str, *, inside: bool) -> str:
    """Tell an owner the id of a channel, and what can be done with it."""
    head = (
        _("📣 I may post in the channel <b>{title}</b>, <code>{chat}</code>.", title=safe(title), chat=chat)
        if inside
        else _(
            "📣 That channel's id is <code>{chat}</code>. Make me an administrator there, so that I may post.",
            chat=chat,
        )
    )
    lines = (
        head,
        _("To send it alerts, write <code>/for {chat} subscribe ID</code> here,", chat=chat),
        _("or name it in watchlists.yaml: <code>deliver_to: [{chat}]</code>", chat=chat),
        _("Every command works so: <code>/for {chat} settings</code>", chat=chat),
    )
    return "\n".join(lines)


def how_for(_: Translator) -> str:
    """Explain /for."""
    return _(
        "Write /for, the chat's id and a command, such as <code>/for -1001234567890 subscribe ID</code>. To learn a "
        "channel's id, forward me one of its posts. A topic stands behind it: <code>-1001234567890/7</code>."
    )


def acting(_: Translator, chat: int) -> str:
    """Head an answer that is about another chat."""
    return _("<i>For</i> <code>{chat}</code>:", chat=chat)


def private_business(_: Translator, verbs: Sequence[str]) -> str:
    """Say what an owner may do for somebody's private chat."""
    allowed = ", ".join(f"/{verb}" for verb in verbs)
    return _(
        "What a private chat watches for, mutes and was sent is its own business. For it you may use: {commands}.",
        commands=allowed,
    )


def changed_by_owner(_: Translator, command: str) -> str:
    """Tell a chat that an owner has changed its settings."""
    return _(
        "🛠 An owner of this bot has changed something in this chat: <code>{command}</code>. /settings and /mine show "
        "how it is now.",
        command=safe(command, 200),
    )


def declined(_: Translator, chat: int) -> str:
    """Confirm that a chat stays out."""
    return _(
        "👋 The chat <code>{chat}</code> stays out; a group or channel I leave. /admit {chat} lets it in.", chat=chat
    )


def left(_: Translator, chat: int) -> str:
    """Tell an owner that a group was left."""
    return _(
        "👋 I have left <code>{chat}</code>: nobody let it in. It may add me again after /admit {chat}.", chat=chat
    )
