"""What `/web` answers, as HTML like that of `bot.chat.texts.basics`."""

from __future__ import annotations

from bot.chat.texts.basics import safe
from bot.i18n import Translator

_LONGEST = 500  # UTF-16 units of an address


def link(_: Translator, address: str) -> str:
    """Give a link to the pages. Telegram makes no link of an address without a dot, which can be copied so."""
    shown = safe(address, _LONGEST)
    return "\n".join((_("🔑 Your link to the pages. It works once, for five minutes:"), shown, f"<code>{shown}</code>"))


def in_private(_: Translator) -> str:
    """Say where to ask for it."""
    return _("Write /web in our private chat: whoever presses the link is let in.")


def pages_are_off(_: Translator) -> str:
    """Say how to have pages."""
    return _("The pages are off: NEWSWATCH_WEB and NEWSWATCH_HTTP_LISTEN turn them on.")
