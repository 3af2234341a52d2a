"""Reddit: a subreddit, a user or a search becomes its feed.

https://www.reddit.com/r/NAME[/new] → https://www.reddit.com/r/NAME/new.rss
https://old.reddit.com/r/A+B/top?t=day → https://www.reddit.com/r/A+B/top.rss?t=day
https://www.reddit.com/user/NAME → https://www.reddit.com/user/NAME.rss
https://www.reddit.com/r/NAME/search?q=X, /search?q=X → …/search.rss?q=X&sort=new

Since June 2026 Reddit answers anonymous readers of more than a few feeds with 429; with the key of one's own account
(old.reddit.com/prefs/feeds) it does not. The key belongs into the environment:
`feed=${REDDIT_FEED}&user=${REDDIT_USER}`.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from bot.errors import ParseError
from bot.sources.sites.site_address import PastedAddress, SiteAddress

KEY = "feed=${REDDIT_FEED}&user=${REDDIT_USER}"
_HOSTS = frozenset({"reddit.com", "old.reddit.com", "new.reddit.com", "np.reddit.com", "i.reddit.com"})
_NAMES = re.compile(r"[A-Za-z0-9_+-]{2,200}")
_SORTS = frozenset({"new", "hot", "top", "rising", "controversial"})
_NOTE = (
    "Reddit soon refuses readers without a key: put that of your own feeds (old.reddit.com/prefs/feeds) into the "
    f"environment, and {KEY} behind the address"
)


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of a subreddit, user or search. ParseError for a single post behind a short link."""
    if address.host == "redd.it":
        raise ParseError("this is one post of Reddit; paste the address of its subreddit")
    if address.host not in _HOSTS or any(part.endswith((".rss", ".json")) for part in address.parts):
        return None
    query = {name: address.query[name] for name in ("feed", "user") if name in address.query}
    path = _path(address)
    if path is None:
        return None
    if path.endswith("search"):
        query = {"q": address.query.get("q", ""), "sort": "new"} | query
        if address.first == "r":
            query = {"restrict_sr": "on"} | query
    elif "t" in address.query:
        query = {"t": address.query["t"]} | query
    return SiteAddress(
        f"https://www.reddit.com/{path}.rss" + (f"?{urlencode(query, safe='${}')}" if query else ""),
        note="" if "feed" in query else _NOTE,
    )


def _path(address: PastedAddress) -> str | None:
    name, what, searched = address.part(1), address.part(2).lower(), bool(address.query.get("q"))
    if address.first == "search" and searched:
        return "search"
    if address.first in {"u", "user"} and _NAMES.fullmatch(name):
        return f"user/{name}"
    if address.first != "r" or not _NAMES.fullmatch(name):
        return None
    if what == "comments" and address.part(3).isalnum():
        return f"r/{name}/comments/{address.part(3)}"
    return f"r/{name}/{'search' if what == 'search' and searched else what if what in _SORTS else 'new'}"
