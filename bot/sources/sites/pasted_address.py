"""The rules of all known sites together: where the news of a pasted address is.

An address comes in, or @NAME@SERVER and @NAME of a channel; the address that is to be asked goes out, None for one that
is asked as it stands. ParseError says why there is no news to be had there. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.sources.sites import (
    closed_sites,
    fediverse,
    github,
    hacker_news,
    news_search,
    reddit,
    telegram_channel,
    youtube,
)
from bot.sources.sites.site_address import PastedAddress, SiteAddress

_RULES: Final[tuple[Callable[[PastedAddress], SiteAddress | None], ...]] = (
    youtube.find,
    fediverse.find,
    reddit.find,
    hacker_news.find,
    github.find,
    news_search.find,
    telegram_channel.find,
    closed_sites.find,
)
_CHANNEL = re.compile(r"@([A-Za-z]\w{3,31})", re.ASCII)


def find_site_address(url: str) -> SiteAddress | None:
    """Return where the news of an address is, None where it is asked as it stands. ParseError where there is none."""
    address = PastedAddress.of(url)
    if address is None:
        return None
    found = next((found for rule in _RULES if (found := rule(address))), None)
    return found if found and (found.url != url or found.kind != "feed") else None


def expand_handle(text: str) -> str:
    """Return the address of an account as people write it, @NAME@SERVER or @CHANNEL; anything else as it is."""
    if account := fediverse.find_account(text):
        return account.url
    if channel := _CHANNEL.fullmatch(text):
        return f"https://t.me/{channel[1]}"
    return text
