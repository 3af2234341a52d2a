"""Hacker News: a list, a discussion, a person or a query becomes its feed at hnrss.org, which is made for it.

https://hn.algolia.com/?q=kremlin → https://hnrss.org/newest?q=kremlin
https://news.ycombinator.com → https://hnrss.org/frontpage; /newest, /ask, /show, /jobs, /best likewise
https://news.ycombinator.com/item?id=1 → https://hnrss.org/item?id=1; /user?id=NAME → /user?id=NAME
"""

from __future__ import annotations

from urllib.parse import urlencode

from bot.sources.sites.site_address import PastedAddress, SiteAddress

_FEEDS = "https://hnrss.org"
_LISTS = {
    "": "frontpage",
    "news": "frontpage",
    "front": "frontpage",
    "newest": "newest",
    "newcomments": "newcomments",
    "ask": "ask",
    "show": "show",
    "shownew": "show",
    "jobs": "jobs",
    "best": "best",
    "active": "active",
}
_OF_ONE = {"item": "item", "user": "user", "submitted": "submitted", "threads": "threads"}


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of a list, query, discussion or person."""
    if address.host == "hn.algolia.com":
        words = (address.query.get("q") or address.query.get("query") or "").strip()
        return SiteAddress(f"{_FEEDS}/newest?{urlencode({'q': words})}") if words else None
    if address.host != "news.ycombinator.com":
        return None
    if address.first == "rss":
        return None
    if address.first in _OF_ONE and address.query.get("id"):
        return SiteAddress(f"{_FEEDS}/{_OF_ONE[address.first]}?{urlencode({'id': address.query['id']})}")
    listed = _LISTS.get(address.first)
    return SiteAddress(f"{_FEEDS}/{listed}") if listed else None
