"""GitHub: a repository becomes the feed of its releases; tags, commits and people their own feeds.

https://github.com/OWNER/NAME, …/releases, …/issues → https://github.com/OWNER/NAME/releases.atom
https://github.com/OWNER/NAME/tags → …/tags.atom
https://github.com/OWNER/NAME/commits/BRANCH, …/tree/BRANCH → …/commits/BRANCH.atom
https://github.com/OWNER → https://github.com/OWNER.atom
"""

from __future__ import annotations

import re

from bot.sources.sites.site_address import PastedAddress, SiteAddress

_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_BRANCH = re.compile(r"[\w./@+-]{1,200}")
# First parts of paths that are the site's own.
_OURS = frozenset(
    {"about", "apps", "blog", "collections", "contact", "customer-stories", "enterprise", "events", "explore"}
    | {"features", "issues", "login", "marketplace", "new", "notifications", "orgs", "pricing", "pulls", "readme"}
    | {"search", "security", "settings", "signup", "site", "sponsors", "stars", "topics", "trending"}
)


def find(address: PastedAddress) -> SiteAddress | None:
    """Return the feed of a repository or of a person."""
    if address.host != "github.com" or address.first in _OURS or address.url.endswith(".atom"):
        return None
    owner, name = address.part(0), address.part(1).removesuffix(".git")
    if not _OWNER.fullmatch(owner) or not (_NAME.fullmatch(name) or not name):
        return None
    path = f"{owner}/{name}/{_feed_of(address)}" if name else owner
    return SiteAddress(f"https://github.com/{path}.atom")


def _feed_of(address: PastedAddress) -> str:
    """Return which feed of a repository an address means."""
    what, branch = address.part(2).lower(), "/".join(address.parts[3:])
    if what == "tags":
        return "tags"
    if what in {"commits", "tree"} and _BRANCH.fullmatch(branch):
        return f"commits/{branch}"
    return "commits" if what == "commits" else "releases"
