"""What the bot says about who may use it: refusals, with what to do next, and the words to owners about chats.

In come ids, titles and names from anywhere, out goes HTML like that of `bot.chat.texts.basics`. Nothing is decided
here.
"""

from __future__ import annotations

from bot.chat.texts.basics import safe
from bot.i18n import Translator


def in_general(_: Translator) -> str:
    """Head an answer that a topic did not take."""
    return _("⚠️ The topic takes no messages from me: I write here, in General, until it does.")


def closed(_: Translator, chat: int, *, asked: bool) -> str:
    """Refuse a chat that nobody has admitted."""
    private = _("This bot is private, and this chat is not admitted.")
    next_step = _("I have asked the owner to admit it.") if asked else _("Ask its owner to admit it.")
    how = _("The chat's id is <code>{chat}</code>: an owner can also write /admit {chat} to me.", chat=chat)
    return f"{private} {next_step} {how}"


def ownerless(_: Translator, chat: int, user: int | None) -> str:
    """Refuse everybody while there is no owner; what to do is for whoever runs it."""
    return _(
        "This bot is private and has no owner yet. If you run it: set <code>NEWSWATCH_OWNERS={user}</code> (that is "
        "your user id) and start it again, or set <code>NEWSWATCH_ACCESS=open</code> to let everybody subscribe. "
        "This chat's id is <code>{chat}</code>.",
        user=user or "YOUR_USER_ID",
        chat=chat,
    )


def by_owner(_: Translator, chat: int) -> str:
    """Say how something is chosen for a channel, in which nobody can be asked."""
    return _("In a channel I cannot ask back: an owner can write /for {chat} mute WORD to me.", chat=chat)


def administrators(_: Translator) -> str:
    """Refuse a member of a group."""
    return _(
        "Only administrators of this group can change what it is told. Ask one of them, or use me in a private chat."
    )


def unsure(_: Translator) -> str:
    """Refuse because the look at the administrators failed."""
    return _(
        "I could not find out whether you are an administrator here, so nothing was changed. Try again in a minute."
    )


def hidden(_: Translator) -> str:
    """Refuse because Telegram does not say who administers the group, and will not in a minute either."""
    return _(
        "Telegram does not show me who administers this group, so nothing was changed. Make me an administrator of it "
        "(no rights are needed), then try again."
    )


def as_group(_: Translator) -> str:
    """Refuse an administrator who writes as the group."""
    return _(
        "You write as the group, so I cannot see who you are, and nothing was changed. Press a button (presses are "
        "not anonymous), or turn off “Remain anonymous” in your administrator rights."
    )


def as_channel(_: Translator) -> str:
    """Refuse somebody who writes as a channel."""
    return _("You write as a channel, so I cannot see who you are, and nothing was changed. Write as yourself.")


def owners_only(_: Translator) -> str:
    """Refuse what only owners do."""
    return _("Only the owners of this bot can do that. They stand in its setting NEWSWATCH_OWNERS.")


def too_fast(_: Translator) -> str:
    """Say once that commands come too fast."""
    return _("That was a bit fast: I am ignoring your commands for a moment. Try again in half a minute.")


def busy(_: Translator, *, yours: bool) -> str:
    """Refuse a question that takes long, while this person's last one or those of others are being looked at."""
    if yours:
        return _("I am still looking at your last question. Ask again when it is answered.")
    return _("Others are asking, and I look at two questions at a time. Ask again in a few seconds.")


def looking(_: Translator) -> str:
    """Say that a forecast follows."""
    return _("I am looking at what it would have sent lately.")


def trouble(_: Translator) -> str:
    """Say that nothing was done for a reason that only the operator can see."""
    return _(
        "Something is wrong on my side, so this was not done. Try again in a minute; the log of the bot says more."
    )


def too_old(_: Translator) -> str:
    """Answer a button that says nothing any more. Plain text."""
    return _("This message is too old for its buttons. Send /lists for a new one.")


# ---------------------------------------------------------------------------------------------- owners


def access_request(_: Translator, chat: int, title: str, kind: str, name: str, user: int | None) -> str:
    """Tell an owner that a chat wants in."""
    who = f"<b>{safe(name)}</b>" + (f" (<code>{user}</code>)" if user else "")
    asks = {
        "private": _("🚪 {who} wants to use me in a private chat, <code>{chat}</code>.", who=who, chat=chat),
        "group": _(
            "🚪 {who} wants to use me in the group <b>{title}</b>, <code>{chat}</code>.",
            who=who,
            title=safe(title),
            chat=chat,
        ),
        "channel": _(
            "🚪 {who} wants to use me in the channel <b>{title}</b>, <code>{chat}</code>.",
            who=who,
            title=safe(title),
            chat=chat,
        ),
    }
    return " ".join((asks[kind], _("It is not admitted; ignore this message to leave it so.")))


def admitted(_: Translator, chat: int, *, new: bool) -> str:
    """Confirm to the owner."""
    if new:
        return _("✅ The chat <code>{chat}</code> is admitted. /revoke {chat} takes that back.", chat=chat)
    return _("✅ The chat <code>{chat}</code> was admitted already. /revoke {chat} takes that back.", chat=chat)


def revoked(_: Translator, chat: int, *, had: bool) -> str:
    """Confirm to the owner."""
    if had:
        return _("🔕 The chat <code>{chat}</code> is told nothing more. /admit {chat} takes that back.", chat=chat)
    return _(
        "🔕 The chat <code>{chat}</code> is told nothing more; it was not admitted before, either. /admit {chat} "
        "takes that back.",
        chat=chat,
    )


def which_chat(_: Translator, verb: str) -> str:
    """Ask for the chat's id."""
    return _(
        "Write /{verb} and the chat's id, a whole number such as -1001234567890. A refused chat is shown its id.",
        verb=verb,
    )


def access_is_open(_: Translator) -> str:
    """Add to the confirmation while everybody may subscribe."""
    return _("Access is open (NEWSWATCH_ACCESS): chats need no admitting.")


# ---------------------------------------------------------------------------------------------- buttons


def show_lists(_: Translator) -> str:
    """Label the button that shows the watchlists."""
    return _("Show the watchlists")
