"""Telegram: a public channel becomes its web preview, which needs no account.

https://t.me/NAME, https://t.me/s/NAME, https://t.me/NAME/123, https://telegram.me/NAME → https://t.me/s/NAME
https://NAME.t.me → https://t.me/s/NAME
https://t.me/+HASH, /joinchat/HASH, /c/123 → refused: these are private

The rules of a name (5 to 32 of a-z, 0-9 and _, a letter first; 4 for names sold at auction): Telegram's documentation.
"""

from __future__ import annotations

import re

from bot.errors import ParseError
from bot.sources.sites.site_address import PastedAddress, SiteAddress

_HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
_NAME = re.compile(r"[A-Za-z]\w{3,31}", re.ASCII)
_PRIVATE = frozenset({"joinchat", "c"})
_OTHER = frozenset(
    {"share", "addstickers", "addemoji", "proxy", "socks", "login", "setlanguage", "addtheme", "iv", "bg"}
)


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the preview of a channel. ParseError for one that is private, and for what is no channel."""
    if address.host.endswith(".t.me") and _NAME.fullmatch(name := address.host.removesuffix(".t.me")):
        return SiteAddress(f"https://t.me/s/{name}", "telegram")
    if address.host not in _HOSTS or not address.parts:
        return None
    first = address.first
    if first in _PRIVATE or first.startswith("+"):
        raise ParseError("this channel is private: only public ones, as t.me/NAME, can be read without an account")
    name = address.part(1) if first == "s" else address.part(0)
    if first in _OTHER or not _NAME.fullmatch(name):
        raise ParseError("this is no channel of Telegram; paste its address as t.me/NAME")
    return SiteAddress(f"https://t.me/s/{name}", "telegram")
