"""Mastodon and Bluesky: an account or a tag becomes its feed.

@NAME@SERVER → https://SERVER/@NAME.rss
https://SERVER/@NAME, /@NAME/with_replies, /users/NAME of a known Mastodon server → https://SERVER/@NAME.rss
https://SERVER/tags/WORD of one → https://SERVER/tags/WORD.rss
https://bsky.app/profile/NAME → https://bsky.app/profile/NAME/rss

A server that is not known by its name is found through its page, which names the feed of the account.
"""

from __future__ import annotations

import re

from bot.sources.sites.site_address import PastedAddress, SiteAddress

_ACCOUNT = re.compile(r"@?([\w.-]{1,64})@([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5})", re.IGNORECASE)
_NAME = re.compile(r"[\w.-]{1,64}")
_TAG = re.compile(r"[^/?#\s]{1,100}")
_HANDLE = re.compile(r"[a-z0-9.-]{3,253}|did:[a-z]{2,10}:[\w.:%-]{1,200}", re.IGNORECASE)
# The largest servers, and the words by which servers say what they are.
_SERVERS = frozenset({"mstdn.social", "mas.to", "fosstodon.org", "hachyderm.io", "techhub.social", "chaos.social"})
_SERVER = re.compile(r"(?:^|[.-])(?:mastodon|mstdn|masto)(?:[.-]|$)")


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of an account or of a tag."""
    if address.host == "bsky.app":
        handle = address.part(1)
        if address.first == "profile" and _HANDLE.fullmatch(handle) and address.part(2) != "feed":
            return SiteAddress(f"https://bsky.app/profile/{handle}/rss")
        return None
    if address.host not in _SERVERS and not _SERVER.search(address.host):
        return None
    name = address.part(1) if address.first == "users" else address.part(0)[1:] if address.first[:1] == "@" else ""
    if _NAME.fullmatch(name) and not name.endswith(".rss") and "@" not in name:
        return SiteAddress(f"https://{address.host}/@{name}.rss")
    if address.first == "tags" and _TAG.fullmatch(address.part(1)) and not address.part(1).endswith(".rss"):
        return SiteAddress(f"https://{address.host}/tags/{address.part(1)}.rss")
    return None


def find_account(text: str) -> SiteAddress | None:
    """Return the feed of an account as people write it: @NAME@SERVER."""
    found = _ACCOUNT.fullmatch(text) if text.startswith("@") else None
    return SiteAddress(f"https://{found[2].lower()}/@{found[1]}.rss") if found else None
