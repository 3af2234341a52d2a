"""Every word that the bot says in a conversation, in one place.

In come names, titles and reasons from anywhere, out go HTML texts for Telegram in which all of them are inert:
`safe` strips what could disguise, command or link and escapes the rest, and nothing else puts foreign text into a
message. No text decides anything; commands do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from bot.model import Watchlist
from bot.notify import inert

LIMIT = 4000  # UTF-16 units of HTML in one message; Telegram allows 4096 after parsing, which is never more
_KEYWORDS_SHOWN = 12
_SHOWN = 80  # UTF-16 units of one title, keyword or name
_TOAST = 200  # characters, Telegram's limit for answerCallbackQuery

WATCH = "🔔"


def safe(value: str, limit: int = _SHOWN) -> str:
    """Return foreign text as inert HTML: one line, at most `limit` UTF-16 units."""
    return html.escape(label(value, limit), quote=True)


def label(value: str, limit: int = _SHOWN) -> str:
    """Return foreign text as plain text for a button or a toast: one line, at most `limit` UTF-16 units."""
    return inert.cut(inert.plain(value), limit)


def bare(text: str) -> str:
    """Return one of our texts without its markup, short enough for the line that answers a pressed button."""
    return inert.cut(html.unescape(re.sub(r"<[^>]*>", "", text)), _TOAST)


def fit(lines: Iterable[str], limit: int = LIMIT) -> str:
    """Return the lines as one message; what does not fit is counted instead of shown."""
    shown: list[str] = []
    rest = limit - 40  # room for the last line
    given = list(lines)
    for line in given:
        rest -= inert.units(line) + 1
        if rest < 0:
            return "\n".join([*shown, f"… and {len(given) - len(shown)} more"])
        shown.append(line)
    return "\n".join(shown)


# ---------------------------------------------------------------------------------------------- greetings


def start(lists: int, *, group: bool, owner: bool) -> str:
    """Say what the bot is for and what to do next."""
    watched = "one watchlist" if lists == 1 else f"{lists} watchlists"
    who = "Its administrators choose" if group else "You choose"
    lines = [
        f"{WATCH} <b>I watch the news for keywords</b> and tell this chat when something happened, once an event.",
        "",
        f"{who} from {watched}: /lists shows them, and one press subscribes.",
        "/mine shows what this chat is told, /help everything else.",
    ]
    return "\n".join([*lines, "", "You are an owner of this bot: /status shows how it is doing."] if owner else lines)


def guide(*, group: bool, owner: bool) -> str:
    """List the commands."""
    lines = [
        "<b>What I understand</b>",
        "/lists – the watchlists, with buttons to subscribe",
        "/subscribe ID – tell this chat about a watchlist",
        "/unsubscribe ID – stop that",
        "/mine – what this chat is told",
        "/watch QUERY – a query of this chat's own, with a forecast",
        "/unwatch N – end it",
        "/test QUERY – try a query on the latest news",
        "/why LINK – why an article was told here, or was not",
        "/status – whether I am watching",
        "/help – this text",
    ]
    if group:
        lines += ["", "In groups only administrators change things; in a forum each topic has its own subscriptions."]
    if owner:
        lines += [
            "",
            "<b>For owners</b>",
            "/admit CHAT – let a chat use me",
            "/revoke CHAT – take that back",
            "/status – in our private chat: sources, errors, the outbox",
            "Channels: add me as an administrator and name the channel in watchlists.yaml, deliver_to.",
        ]
    return "\n".join(lines)


def unknown(verb: str, nearest: str | None) -> str:
    """Say that there is no such command."""
    hint = f" Did you mean /{nearest}?" if nearest else ""
    return f"I do not know /{safe(verb)}.{hint} /help lists what I know."


def chatter() -> str:
    """Answer plain words in a private chat."""
    return "I only understand commands: /lists shows what you can subscribe to, /help lists everything."


# ---------------------------------------------------------------------------------------------- watchlists


def lists(page: Sequence[tuple[Watchlist, bool]], number: int, pages: int, *, place: str) -> str:
    """Show one page of the watchlists, each with whether this chat has it. Pages count from 1."""
    head = "<b>Watchlists</b>" + (f" ({number} of {pages})" if pages > 1 else "")
    lines = [head]
    for watchlist, subscribed in page:
        mark = "✅" if subscribed else "▫️"
        lines += ["", f"{mark} <b>{safe(watchlist.title)}</b> · <code>{safe(watchlist.id)}</code>"]
        lines.append(_keywords(watchlist))
    return fit([*lines, "", f"✅ = {place} is subscribed. Press a button to change that."])


def _keywords(watchlist: Watchlist) -> str:
    shown = ", ".join(safe(keyword, 60) for keyword in watchlist.keywords[:_KEYWORDS_SHOWN])
    more = len(watchlist.keywords) - _KEYWORDS_SHOWN
    return f"🔎 {shown}" + (f" and {more} more" if more > 0 else "")


def no_lists() -> str:
    """Say that there is nothing to subscribe to."""
    return "There are no watchlists yet. Whoever runs this bot adds them to watchlists.yaml."


def mine(
    titles: Sequence[tuple[str, str | None]], fixed: Sequence[str], own: Sequence[tuple[int, str]] = (), *, place: str
) -> str:
    """Show what a chat is told: (id, title) of each subscription, title None = gone; titles of what is configured.

    `own` are the numbers and texts of its personal queries.
    """
    if not titles and not fixed and not own:
        return (
            f"{_capital(place)} is not subscribed to anything. /lists shows what there is, "
            "/watch takes a query of your own."
        )
    lines = [f"<b>{_capital(place)} is told about</b>"] if titles else []
    for key, title in titles:
        name = f"<b>{safe(title)}</b>" if title else "not in the configuration any more"
        lines.append(f"✅ {name} · <code>{safe(key)}</code>")
    if own:
        lines += [*([""] if lines else []), f"<b>Queries of {place}</b>"]
        lines += [f"🔎 {number} · <code>{safe(text)}</code>" for number, text in own]
    if fixed:
        lines += [
            *([""] if lines else []),
            "<b>Set by the configuration</b>",
            *(f"📌 {safe(title)}" for title in fixed),
        ]
    return fit(lines)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def subscribed(title: str, *, new: bool, place: str) -> str:
    """Confirm a subscription."""
    if new:
        return f"✅ Subscribed {place} to <b>{safe(title)}</b>. I will write when something happens."
    return f"✅ {_capital(place)} is subscribed to <b>{safe(title)}</b> already."


def unsubscribed(title: str, *, had: bool, place: str) -> str:
    """Confirm the end of a subscription."""
    if had:
        return f"Unsubscribed {place} from <b>{safe(title)}</b>."
    return f"{_capital(place)} is not subscribed to <b>{safe(title)}</b>. /mine shows what it is told."


def fixed(title: str) -> str:
    """Say that a reader who stands in the configuration stays one."""
    return (
        f"<b>{safe(title)}</b> is sent here by the configuration (deliver_to): whoever runs this bot can change that."
    )


def no_list(words: str, nearest: str | None) -> str:
    """Say that there is no such watchlist."""
    hint = f" Did you mean <code>{safe(nearest)}</code>?" if nearest else ""
    return f"There is no watchlist “{safe(words)}”.{hint} /lists shows them all."


def which(verb: str) -> str:
    """Ask for the watchlist."""
    return f"Which one? Press a button, or write /{verb} and its id."


# ---------------------------------------------------------------------------------------------- refusals


def closed(chat: int, *, asked: bool) -> str:
    """Refuse a chat that nobody has admitted."""
    next_step = "I have asked the owner to admit it." if asked else "Ask its owner to admit it."
    return (
        f"This bot is private, and this chat is not admitted. {next_step} "
        f"The chat's id is <code>{chat}</code>: an owner can also write /admit {chat} to me."
    )


def ownerless(chat: int, user: int | None) -> str:
    """Refuse everybody while there is no owner; what to do is for whoever runs it."""
    return (
        "This bot is private and has no owner yet. If you run it: set "
        f"<code>NEWSWATCH_OWNERS={user or 'YOUR_USER_ID'}</code> (that is your user id) and start it again, or set "
        f"<code>NEWSWATCH_ACCESS=open</code> to let everybody subscribe. This chat's id is <code>{chat}</code>."
    )


def administrators() -> str:
    """Refuse a member of a group."""
    return "Only administrators of this group can change what it is told. Ask one of them, or use me in a private chat."


def unsure() -> str:
    """Refuse because the look at the administrators failed."""
    return "I could not find out whether you are an administrator here, so nothing was changed. Try again in a minute."


def as_group() -> str:
    """Refuse an administrator who writes as the group."""
    return (
        "You write as the group, so I cannot see who you are, and nothing was changed. "
        "Press a button (presses are not anonymous), or turn off “Remain anonymous” in your administrator rights."
    )


def as_channel() -> str:
    """Refuse somebody who writes as a channel."""
    return "You write as a channel, so I cannot see who you are, and nothing was changed. Write as yourself."


def owners_only() -> str:
    """Refuse what only owners do."""
    return "Only the owners of this bot can do that. They stand in its setting NEWSWATCH_OWNERS."


def too_fast() -> str:
    """Say once that commands come too fast."""
    return "That was a bit fast: I am ignoring your commands for a moment. Try again in half a minute."


def trouble() -> str:
    """Say that nothing was done for a reason that only the operator can see."""
    return "Something is wrong on my side, so this was not done. Try again in a minute; the log of the bot says more."


def too_old() -> str:
    """Answer a button that says nothing any more. Plain text."""
    return "This message is too old for its buttons. Send /lists for a new one."


# ---------------------------------------------------------------------------------------------- owners


def knock(chat: int, title: str, kind: str, name: str, user: int | None) -> str:
    """Tell an owner that a chat wants in."""
    where = f"the {kind} <b>{safe(title)}</b>" if kind != "private" else "a private chat"
    who = f"<b>{safe(name)}</b>" + (f" (<code>{user}</code>)" if user else "")
    return (
        f"🚪 {who} wants to use me in {where}, chat <code>{chat}</code>, which is not admitted. "
        f"Ignore this message to leave it so."
    )


def admitted(chat: int, *, new: bool) -> str:
    """Confirm to the owner."""
    state = "is admitted" if new else "was admitted already"
    return f"✅ The chat <code>{chat}</code> {state}. /revoke {chat} takes that back."


def welcome() -> str:
    """Tell the chat."""
    return f"{WATCH} An owner has admitted this chat. /lists shows what you can subscribe to."


def revoked(chat: int, *, had: bool) -> str:
    """Confirm to the owner."""
    before = "" if had else " It was not admitted before, either."
    return f"🔕 The chat <code>{chat}</code> is told nothing more.{before} /admit {chat} takes that back."


def which_chat(verb: str) -> str:
    """Ask for the chat's id."""
    return f"Write /{verb} and the chat's id, a whole number such as -1001234567890. A refused chat is shown its id."


def access_is_open() -> str:
    """Add to the confirmation while everybody may subscribe."""
    return "Access is open (NEWSWATCH_ACCESS): chats need no admitting."
