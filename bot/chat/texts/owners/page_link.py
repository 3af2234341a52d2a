"""What `/web` answers, as HTML like that of `bot.chat.texts.basics`."""

from __future__ import annotations

from bot.chat.texts.basics import safe
from bot.i18n import Translator

_LABEL = 60  # characters of a title
_LONGEST = 500  # UTF-16 units of an address


def link(_: Translator, address: str) -> str:
    """Give a link to the pages. Telegram makes no link of an address without a dot, which can be copied so."""
    shown = safe(address, _LONGEST)
    return "\n".join((_("🔑 Your link to the pages. It works once, for five minutes:"), shown, f"<code>{shown}</code>"))


def label_feed(_: Translator, title: str) -> str:
    """Name the button that gives the feed of a watchlist."""
    return _("📡 Feed: {title}", title=title)[:_LABEL]


def feed(_: Translator, title: str, address: str) -> str:
    """Give the address of a feed. Telegram makes no link of an address without a dot, which can be copied so."""
    shown = safe(address, _LONGEST)
    said = _("📡 The feed of {title}, for a feed reader. Who has the address reads it:", title=safe(title, _LABEL))
    more = _("With .json instead of .xml it is JSON Feed. On the page About the key can be revoked.")
    return "\n".join((said, f"<code>{shown}</code>", more))


def no_such_feed(_: Translator, watchlist: str) -> str:
    """Say that there is no such watchlist."""
    return _("There is no watchlist {name}, so it has no feed. /lists names them.", name=safe(watchlist, _LABEL))


def in_private(_: Translator) -> str:
    """Say where to ask for it."""
    return _("Write /web in our private chat: whoever presses the link is let in.")


def pages_are_off(_: Translator) -> str:
    """Say how to have pages."""
    return _("The pages are off: NEWSWATCH_WEB and NEWSWATCH_HTTP_LISTEN turn them on.")
