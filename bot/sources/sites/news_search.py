"""Searches for news: what somebody searched for becomes a feed of what is found from now on.

https://news.google.com/search?q=X&hl=… → https://news.google.com/rss/search?q=X&hl=…
https://news.google.com/topics/ID → https://news.google.com/rss/topics/ID, and the front page /rss
https://www.google.com/search?q=X&tbm=nws → https://news.google.com/rss/search?q=X
https://www.bing.com/news/search?q=X → the same with format=rss
https://www.google.com/alerts/feeds/… is a feed; the page of the alerts is behind a login, and says how to get one
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from bot.errors import ParseError
from bot.sources.sites.site_address import PastedAddress, SiteAddress

_GOOGLE = re.compile(r"google\.(?:com|co)?\.?[a-z]{2,3}")
_EDITION = ("hl", "gl", "ceid")  # language, country and edition of Google News
_SECTIONS = frozenset({"topics", "publications", "stories"})


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of a search for news. ParseError for the page of Google's alerts."""
    if address.host == "news.google.com":
        return _google_news(address)
    if address.host in {"bing.com", "cn.bing.com"}:
        words = address.query.get("q", "").strip()
        if address.first == "news" and words and address.query.get("format", "").lower() != "rss":
            return SiteAddress(f"https://www.bing.com/news/search?{urlencode({'q': words, 'format': 'rss'})}")
        return None
    if not _GOOGLE.fullmatch(address.host):
        return None
    if address.first == "alerts" and address.part(1) != "feeds":
        raise ParseError(
            "Google's alerts are behind a login: choose there to deliver an alert to an RSS feed, and paste its address"
        )
    words = address.query.get("q", "").strip()
    if address.first == "search" and words and "nws" in {address.query.get("tbm"), address.query.get("udm")}:
        return SiteAddress(f"https://news.google.com/rss/search?{urlencode({'q': words})}")
    return None


def _google_news(address: PastedAddress) -> SiteAddress | None:
    if address.first == "rss":
        return None
    edition = {name: address.query[name] for name in _EDITION if name in address.query}
    if address.first == "search" and (words := address.query.get("q", "").strip()):
        return SiteAddress(f"https://news.google.com/rss/search?{urlencode({'q': words, **edition}, safe=':')}")
    tail = f"?{urlencode(edition, safe=':')}" if edition else ""
    if address.first in _SECTIONS and address.part(1):
        return SiteAddress(f"https://news.google.com/rss/{'/'.join(address.parts)}{tail}")
    if address.first in {"", "home", "topstories"}:
        return SiteAddress(f"https://news.google.com/rss{tail}")
    return None
