"""Texts of the general commands, and what makes foreign text inert in all texts of the conversation.

In come names, titles and reasons from anywhere, out go HTML texts for Telegram in which all of them are inert:
`safe` strips what could disguise, command or link and escapes the rest, and nothing else puts foreign text into a
message. No text decides anything; commands do.

How a text is written: a function takes the language of the reader (`request.translator`) as its first parameter, `_`,
and calls it with whole English sentences: `_("No watchlist “{name}”.", name=safe(name))`; a text with a number is
`_.ngettext("{number} alert", "{number} alerts", many)`. The English text is a literal (no f-string, nothing joined
inside a sentence: other languages need another order and other endings, so "this chat" or "the group" never fills a
place), commands and tags stand in it as they are. A plain text that is used once stands in its handler. Then
`make words`: it renews the catalogues, and a test says what they still lack. Labels and the menu are texts like others.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from bot.chat.messages import CommandHelp, Section
from bot.i18n import Translator
from bot.model import Watchlist
from bot.notify import sanitize

LIMIT = 4000  # UTF-16 units of HTML in one message; Telegram allows 4096 after parsing, which is never more
_KEYWORDS_SHOWN = 12
_SHOWN = 80  # UTF-16 units of one title, keyword or name
_HEADLINE = 200  # UTF-16 units
_TOAST = 200  # characters, Telegram's limit for answerCallbackQuery


def safe(value: str, limit: int = _SHOWN) -> str:
    """Return foreign text as inert HTML: one line, at most `limit` UTF-16 units."""
    return html.escape(label(value, limit), quote=True)


def label(value: str, limit: int = _SHOWN) -> str:
    """Return foreign text as plain text for a button or a toast: one line, at most `limit` UTF-16 units."""
    return sanitize.cut(sanitize.plain(value), limit)


def linked(headline: str, url: str | None, limit: int = _HEADLINE) -> str:
    """Return a foreign headline as inert HTML, a link where `url` is one."""
    shown, link = safe(headline, limit) or "—", sanitize.link(url)
    return f'<a href="{html.escape(link, quote=True)}">{shown}</a>' if link else shown


def bare(text: str) -> str:
    """Return one of our texts without its markup, short enough for the line that answers a pressed button."""
    return sanitize.cut(html.unescape(re.sub(r"<[^>]*>", "", text)), _TOAST)


def fit(_: Translator, lines: Iterable[str], limit: int = LIMIT) -> str:
    """Return the lines as one message; what does not fit is counted instead of shown."""
    shown: list[str] = []
    rest = limit - 40  # room for the last line
    given = list(lines)
    for line in given:
        rest -= sanitize.units(line) + 1
        if rest < 0:
            more = _.ngettext("… and {number} more line", "… and {number} more lines", len(given) - len(shown))
            return "\n".join([*shown, more])
        shown.append(line)
    return "\n".join(shown)


# ---------------------------------------------------------------------------------------------- greetings


def start(_: Translator, lists: int, *, group: bool, owner: bool) -> str:
    """Say what the bot is for and what to do next."""
    lines = [
        _("🔔 <b>I watch the news for keywords</b> and send this chat one alert per event."),
        "",
        _.ngettext(
            "There is {number} watchlist: /lists shows it, and one press subscribes.",
            "There are {number} watchlists: /lists shows them, and one press subscribes.",
            lists,
        ),
        _("/mine shows what this chat is told, /help everything else."),
    ]
    if group:
        lines += [
            _("In a group, its administrators choose."),
            _("I read only what begins with / or answers me; what else is said here does not reach me."),
        ]
    if owner:
        lines += ["", _("You are an owner of this bot: /status shows how it is doing.")]
    return "\n".join(lines)


def guide(_: Translator, commands: Sequence[CommandHelp], *, group: bool) -> str:
    """List the commands under headings, each with an example; without those of owners it is for somebody else."""
    headings: tuple[tuple[Section, str, str], ...] = (
        ("follow", _("<b>What you are told</b>"), "/watch Kremlin AND summit"),
        ("when", _("<b>When and how</b>"), "/quiet 23:00-07:00"),
        ("ask", _("<b>Ask me</b>"), "/search Kremlin"),
        ("own", _("<b>For owners</b>"), ""),
    )
    lines: list[str] = []
    for section, heading, example in headings:
        rows = [_row(one) for one in commands if one.section == section]
        if rows:
            lines += [*([""] if lines else []), heading, *rows]
            lines += [_("For example: <code>{example}</code>", example=example)] if example else []
    if any(one.section == "own" for one in commands):
        lines += [
            _("/status says more in our private chat: sources, errors, the outbox."),
            _("Channels: add me as an administrator and name the channel in watchlists.yaml, deliver_to."),
        ]
    if group:
        lines += [
            "",
            _("In groups only administrators change things; in a forum each topic has its own subscriptions."),
            _(
                "Other bots here? A change that answers a person or another bot, or names a person, is for me only "
                "with my @name behind the command."
            ),
        ]
    else:
        lines += ["", _("Here plain words do, too: a word to watch for, a link, or a message that you forward.")]
    return fit(_, lines)


def _row(command: CommandHelp) -> str:
    """Return a line of /help. Commands in a purpose are ours and stay what can be pressed."""
    parts = (f"/{command.name}", command.argument, "–", command.purpose)
    return html.escape(" ".join(part for part in parts if part))


def unknown(_: Translator, verb: str, nearest: str | None) -> str:
    """Say that there is no such command."""
    sorry = _("I do not know /{verb}.", verb=safe(verb))
    hint = _("Did you mean /{nearest}?", nearest=nearest) if nearest else ""
    return " ".join(part for part in (sorry, hint, _("/help lists what I know.")) if part)


def stop(_: Translator, lists: Sequence[str], *, own: int) -> str:
    """Ask what is to stop, and name what this chat is told."""
    named = [f"• <b>{safe(title)}</b>" for title in lists]
    if own:
        named.append(_.ngettext("• {number} query of your own", "• {number} queries of your own", own))
    head = _("✋ What shall stop? This chat is told about:") if named else _("✋ This chat is told about nothing.")
    return fit(_, [head, *named])


def offer(_: Translator, watchlist: Watchlist) -> str:
    """Offer a watchlist that a link has named."""
    head = _("🔔 <b>{title}</b>: subscribe to it here?", title=safe(watchlist.title))
    return f"{head}\n{_keywords(_, watchlist)}"


def chatter(_: Translator) -> str:
    """Answer plain words in a private chat."""
    return _("I did not understand that. /lists shows what you can subscribe to, /help lists everything.")


# ---------------------------------------------------------------------------------------------- watchlists


def lists(_: Translator, page: Sequence[tuple[Watchlist, bool]], number: int, pages: int) -> str:
    """Show one page of the watchlists, each with whether this chat or topic has it. Pages count from 1."""
    head = _("<b>Watchlists</b> ({number} of {pages})", number=number, pages=pages)
    lines = [head if pages > 1 else _("<b>Watchlists</b>")]
    for watchlist, subscribed in page:
        mark = "✅" if subscribed else "▫️"
        lines += ["", f"{mark} <b>{safe(watchlist.title)}</b> · <code>{safe(watchlist.id)}</code>"]
        lines.append(_keywords(_, watchlist))
    return fit(_, [*lines, "", _("✅ = subscribed here. Press a button to change that.")])


def shared(_: Translator, page: Sequence[Watchlist], bot: str) -> str:
    """Show links that offer each of these watchlists to whoever opens them, in private or in a group."""
    lines = [_("🔗 <b>Links to share</b>: they offer a watchlist, in private or in a group")]
    for watchlist in page:
        links = [f"https://t.me/{bot}?{where}={watchlist.id}" for where in ("start", "startgroup")]
        lines += ["", f"<b>{safe(watchlist.title)}</b>", *(html.escape(link) for link in links)]
    return fit(_, lines)


def _keywords(_: Translator, watchlist: Watchlist) -> str:
    shown = ", ".join(safe(keyword, 60) for keyword in watchlist.keywords[:_KEYWORDS_SHOWN])
    more = len(watchlist.keywords) - _KEYWORDS_SHOWN
    return f"🔎 {shown}" + (_.ngettext(" and {number} more", " and {number} more", more) if more > 0 else "")


def mine(
    _: Translator, titles: Sequence[tuple[str, str | None]], fixed: Sequence[str], own: Sequence[tuple[int, str]] = ()
) -> str:
    """Show what a chat is told: (id, title) of each subscription, title None = gone; titles of what is configured.

    `own` are the numbers and texts of its personal queries.
    """
    if not titles and not fixed and not own:
        return _("Not subscribed to anything here. /lists shows what there is, /watch takes a query of your own.")
    lines = [_("<b>Subscribed here</b>")] if titles else []
    for key, title in titles:
        name = f"<b>{safe(title)}</b>" if title else _("not in the configuration any more")
        lines.append(f"✅ {name} · <code>{safe(key)}</code>")
    if own:
        lines += [*([""] if lines else []), _("<b>Own queries</b>")]
        lines += [f"🔎 {number} · <code>{safe(text)}</code>" for number, text in own]
    if fixed:
        lines += [*([""] if lines else []), _("<b>Set by the configuration</b>"), *(f"📌 {safe(one)}" for one in fixed)]
    return fit(_, lines)


def subscribed(_: Translator, title: str, *, new: bool) -> str:
    """Confirm a subscription."""
    if new:
        return _("✅ Subscribed to <b>{title}</b>. I will write here when something happens.", title=safe(title))
    return _("✅ Subscribed to <b>{title}</b> already.", title=safe(title))


def unsubscribed(_: Translator, title: str, *, had: bool) -> str:
    """Confirm the end of a subscription."""
    if had:
        return _("Unsubscribed from <b>{title}</b>.", title=safe(title))
    return _("Not subscribed to <b>{title}</b> here. /mine shows what this chat gets.", title=safe(title))


def fixed(_: Translator, title: str) -> str:
    """Say that a reader who stands in the configuration stays one."""
    return _(
        "<b>{title}</b> is sent here by the configuration (deliver_to): whoever runs this bot can change that.",
        title=safe(title),
    )


def no_list(_: Translator, words: str, nearest: str | None, known: Sequence[str]) -> str:
    """Say that there is no such watchlist, and name those that there are, the nearest first."""
    sorry = _("There is no watchlist “{name}”.", name=safe(words))
    if not known:
        none = _("There are no watchlists yet. Whoever runs this bot adds them to watchlists.yaml.")
        return f"{sorry} {none}"
    lists = ", ".join(f"<code>{safe(one)}</code>" for one in known)
    hint = _("Did you mean <code>{nearest}</code>?", nearest=safe(nearest)) if nearest else ""
    parts = (sorry, hint, _("There are: {lists}.", lists=lists), _("/lists shows them all."))
    return " ".join(part for part in parts if part)


def which(_: Translator, verb: str) -> str:
    """Ask for the watchlist."""
    return _("Which one? Press a button, or write /{verb} and its id.", verb=verb)


# ---------------------------------------------------------------------------------------------- buttons


def back(_: Translator) -> str:
    """Label the button that turns a page back."""
    return _("◀️ Back")


def more(_: Translator) -> str:
    """Label the button that turns a page."""
    return _("More ▶️")


def label_lists(_: Translator) -> str:
    """Label the button that shows the watchlists."""
    return _("🔔 Watchlists")


def label_help(_: Translator) -> str:
    """Label the button that shows all commands."""
    return _("❔ Help")
