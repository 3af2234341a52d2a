"""Links that only lead on to another page and carry its address: what search alerts and social networks link by.

An address comes in, that of the page behind it goes out; nothing is asked of the network, so a short link, which
carries nothing, stays as it is. The rules are one table: a host, a path, and the parameters that hold the target.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

LONGEST = 8192  # characters of an address that is looked into


@dataclass(frozen=True, slots=True)
class _Rule:
    """Addresses of this host and path lead to what one of the parameters holds."""

    host: re.Pattern[str]
    path: re.Pattern[str]
    names: tuple[str, ...]
    gathers: bool = False  # it points to the news of many outlets: they are the publishers, not the host


_RULES: Final = (
    _Rule(
        re.compile(r"(?:^|\.)google\.(?:com?\.)?[a-z]{2,3}$"), re.compile(r"/url|/news/url"), ("url", "q"), gathers=True
    ),
    _Rule(re.compile(r"(?:^|\.)bing\.com$"), re.compile(r"/news/apiclick\.aspx|/ck/a"), ("url", "u"), gathers=True),
    _Rule(re.compile(r"(?:^|\.)msn\.com$"), re.compile(r"/news/apiclick\.aspx"), ("url",), gathers=True),
    _Rule(re.compile(r"(?:^|\.)duckduckgo\.com$"), re.compile(r"/l/?"), ("uddg",), gathers=True),
    _Rule(re.compile(r"(?:^|\.)(?:facebook|messenger)\.com$"), re.compile(r"/l\.php|/flx/warn/?"), ("u",)),
    _Rule(re.compile(r"^l\.(?:instagram|threads)\.(?:com|net)$"), re.compile(r"/?"), ("u",)),
    _Rule(re.compile(r"(?:^|\.)(?:vk\.com|vk\.ru|vkontakte\.ru)$"), re.compile(r"/away(?:\.php)?"), ("to",)),
    _Rule(re.compile(r"(?:^|\.)ok\.ru$"), re.compile(r"/dk"), ("st.link",)),
    _Rule(re.compile(r"^t\.umblr\.com$"), re.compile(r"/redirect"), ("z",)),
    _Rule(re.compile(r"(?:^|\.)safelinks\.protection\.outlook\.com$"), re.compile(r"/.{0,40}"), ("url",)),
    _Rule(re.compile(r"(?:^|\.)linkedin\.com$"), re.compile(r"/redir/redirect|/safety/go/?"), ("url",)),
    _Rule(re.compile(r"^go\.(?:redirectingat|skimresources)\.com$"), re.compile(r"/.{0,40}"), ("url",)),
    _Rule(  # of anybody: a path that says that it only leads on, and a whole address of another site
        re.compile(r"."),
        re.compile(
            r"(?:/[\w-]{1,30}){0,2}/(?:redirect|redir|away|out|outbound|leave|exit|click|goto|go|link|l|url)(?:\.\w{2,4})?/?"
        ),
        ("url", "u", "to", "target", "dest", "destination", "redirect_url", "q", "href", "link"),
    ),
)
_CARRIES: Final = re.compile(r"=(?:https?(?::|%(?:25)?3a)|a1aHR0c)|//news\.google\.com/|/RU=http", re.IGNORECASE)
_YAHOO: Final = re.compile(r"/RU=([^/]+)/")
_NEWS_PAGE: Final = re.compile(r"/(?:rss/)?(?:__i/rss/rd/)?(?:articles|read)/([\w-]{20,2000}={0,2})")
_ADDRESS: Final = re.compile(rb"https?://[!-~]{4,2000}")


def unwrap_link(url: str) -> str:
    """Return the address of the page that a link leads on to; the link itself where it carries none."""
    while _CARRIES.search(url) and (inner := _inside(url)) is not None:  # ends: what is inside is shorter
        url = inner
    return url


def gathers_news(url: str) -> bool:
    """Return whether a link is one by which a news search points to somebody else's page, known or not."""
    parts = _split(url)
    if parts is None:
        return False
    host, path, _ = parts
    return is_opaque(url) or any(
        _inside(url) is not None and rule.gathers and rule.host.search(host) and rule.path.fullmatch(path)
        for rule in _RULES
    )


def is_opaque(url: str) -> bool:
    """Return whether a link leads on to a page of somebody else and does not say to which: a page of Google News.

    Only a browser gets there; what a program gets is a page that asks for consent.
    """
    parts = _split(url)
    return parts is not None and parts[0] == "news.google.com" and _NEWS_PAGE.match(parts[1]) is not None


def _inside(url: str) -> str | None:
    """Return the address that a link carries, None where it carries none."""
    parts = _split(url)
    if parts is None:
        return None
    host, path, query = parts
    if host == "news.google.com" and (found := _NEWS_PAGE.match(path)):
        return _encoded(found[1])
    if host.endswith("search.yahoo.com") and (found := _YAHOO.search(path)):
        return _target(unquote(found[1]), host)
    pairs = dict(reversed(parse_qsl(query, max_num_fields=100)))
    for rule in _RULES:
        if rule.host.search(host) and rule.path.fullmatch(path):
            own = host if rule is _RULES[-1] else ""
            return next((target for name in rule.names if (target := _target(pairs.get(name, ""), own))), None)
    return None


def _target(value: str, own: str) -> str | None:
    """Return a parameter as an address of another host than our own, None for anything else."""
    if value.startswith("a1aHR0c"):  # Bing's own way: "a1", then Base64
        return _encoded(value[2:])
    text = value.strip()
    if re.match(r"https?%3a", text, re.IGNORECASE):  # escaped twice
        text = unquote(text)
    parts = _split(text)
    return text if parts is not None and "." in parts[0] and parts[0] != own else None


def _encoded(text: str) -> str | None:
    """Return the first address in a Base64 text, as older links of Google News carry it."""
    try:
        raw = base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (binascii.Error, ValueError):
        return None
    found = _ADDRESS.search(raw)
    target = found[0].decode("ascii") if found else ""
    return target if _split(target) is not None else None


def _split(url: str) -> tuple[str, str, str] | None:
    """Return host, path and query of a web address, None for anything else."""
    if len(url) > LONGEST or url[:4].lower() != "http":
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").strip(".")
    except ValueError:
        return None
    return (host, parts.path, parts.query) if parts.scheme in {"http", "https"} and host else None
