"""Every word that the bot says in a conversation, in one place.

In come names, titles and reasons from anywhere, out go HTML texts for Telegram in which all of them are inert:
`_safe` strips what could disguise, command or link and escapes the rest, and nothing else puts foreign text into a
message. No text decides anything; commands do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.model import Watchlist
from bot.notify import inert
from bot.ports import SourceStatus, Status

LIMIT = 4000  # UTF-16 units of HTML in one message; Telegram allows 4096 after parsing, which is never more
_KEYWORDS_SHOWN = 12
_SHOWN = 80  # UTF-16 units of one title, keyword or name
_TOAST = 200  # characters, Telegram's limit for answerCallbackQuery
_REASON = 200  # UTF-16 units of one reason

WATCH = "🔔"


def _safe(value: str, limit: int = _SHOWN) -> str:
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
    return f"I do not know /{_safe(verb)}.{hint} /help lists what I know."


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
        lines += ["", f"{mark} <b>{_safe(watchlist.title)}</b> · <code>{_safe(watchlist.id)}</code>"]
        lines.append(_keywords(watchlist))
    return fit([*lines, "", f"✅ = {place} is subscribed. Press a button to change that."])


def _keywords(watchlist: Watchlist) -> str:
    shown = ", ".join(_safe(keyword, 60) for keyword in watchlist.keywords[:_KEYWORDS_SHOWN])
    more = len(watchlist.keywords) - _KEYWORDS_SHOWN
    return f"🔎 {shown}" + (f" and {more} more" if more > 0 else "")


def no_lists() -> str:
    """Say that there is nothing to subscribe to."""
    return "There are no watchlists yet. Whoever runs this bot adds them to watchlists.yaml."


def mine(titles: Sequence[tuple[str, str | None]], fixed: Sequence[str], *, place: str) -> str:
    """Show what a chat is told: (id, title) of each subscription, title None = gone; titles of what is configured."""
    if not titles and not fixed:
        return f"{_capital(place)} is not subscribed to anything. /lists shows what there is."
    lines = [f"<b>{_capital(place)} is told about</b>"] if titles else []
    for key, title in titles:
        name = f"<b>{_safe(title)}</b>" if title else "not in the configuration any more"
        lines.append(f"✅ {name} · <code>{_safe(key)}</code>")
    if fixed:
        lines += [
            *([""] if lines else []),
            "<b>Set by the configuration</b>",
            *(f"📌 {_safe(title)}" for title in fixed),
        ]
    return fit(lines)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def subscribed(title: str, *, new: bool, place: str) -> str:
    """Confirm a subscription."""
    if new:
        return f"✅ Subscribed {place} to <b>{_safe(title)}</b>. I will write when something happens."
    return f"✅ {_capital(place)} is subscribed to <b>{_safe(title)}</b> already."


def unsubscribed(title: str, *, had: bool, place: str) -> str:
    """Confirm the end of a subscription."""
    if had:
        return f"Unsubscribed {place} from <b>{_safe(title)}</b>."
    return f"{_capital(place)} is not subscribed to <b>{_safe(title)}</b>. /mine shows what it is told."


def fixed(title: str) -> str:
    """Say that a reader who stands in the configuration stays one."""
    return (
        f"<b>{_safe(title)}</b> is sent here by the configuration (deliver_to): whoever runs this bot can change that."
    )


def no_list(words: str, nearest: str | None) -> str:
    """Say that there is no such watchlist."""
    hint = f" Did you mean <code>{_safe(nearest)}</code>?" if nearest else ""
    return f"There is no watchlist “{_safe(words)}”.{hint} /lists shows them all."


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
    where = f"the {kind} <b>{_safe(title)}</b>" if kind != "private" else "a private chat"
    who = f"<b>{_safe(name)}</b>" + (f" (<code>{user}</code>)" if user else "")
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


# ---------------------------------------------------------------------------------------------- status


def glance(status: Status, now: datetime, subscriptions: int) -> str:
    """Say to anybody whether the bot is watching."""
    polled = [source.polled_at for source in status.sources if source.polled_at]
    last = f"the last poll was {_ago(max(polled), now)}" if polled else "nothing was polled yet"
    here = "one subscription" if subscriptions == 1 else f"{subscriptions} subscriptions"
    return f"👀 Watching {_count(len(status.sources), 'source')}; {last}. This chat has {here}."


def report(status: Status, now: datetime) -> str:
    """Say to an owner how the installation is doing."""
    failing = [source for source in status.sources if source.error]
    due = min((source.next_due for source in status.sources), default=None)
    polled = max((source.polled_at for source in status.sources if source.polled_at), default=None)
    dead = sum(count for _, count in status.dead)
    lines = [
        f"👀 <b>{_count(len(status.sources), 'source')}</b>, {len(failing)} with errors",
        f"Last poll {_ago(polled, now) if polled else 'never'}, next {_until(due, now) if due else 'never'}",
        f"📮 Outbox: {status.waiting} waiting, {status.sent} sent, {dead} given up",
        *(f"  ✖️ {count} × {_safe(reason, _REASON)}" for reason, count in status.dead),
    ]
    if failing:
        lines += ["", "<b>Sources with errors</b>", *(_failure(source, now) for source in failing)]
    if status.suspended:
        lines += ["", "<b>Chats that cannot be told</b>"]
        lines += [f"🔕 <code>{chat}</code>: {_safe(reason, _REASON)}" for chat, reason in status.suspended]
    return fit(lines)


def privately() -> str:
    """Point an owner in a group to the whole report."""
    return "Write /status in our private chat for the details."


def _failure(source: SourceStatus, now: datetime) -> str:
    times = f", {source.failures} times in a row" if source.failures > 1 else ""
    again = _until(source.next_due, now)
    return f"⚠️ <b>{_safe(source.name)}</b>: {_safe(source.error or '', _REASON)}{times}; next try {again}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _ago(then: datetime, now: datetime) -> str:
    return "just now" if (now - then).total_seconds() < 1 else f"{_span((now - then).total_seconds())} ago"


def _until(then: datetime, now: datetime) -> str:
    return "now" if (then - now).total_seconds() < 1 else f"in {_span((then - now).total_seconds())}"


def _span(seconds: float) -> str:
    for unit, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"
