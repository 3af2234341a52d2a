"""Addresses on the web: who publishes one, when two are the same page, what may be shown of one.

Text in, text out. Nothing here asks the network: the list of public suffixes is the one that came with its
package, read at the first question. Whether an address may be fetched is not decided here but at connect time.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from bot.wrapped_links import unwrap_link

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

LONGEST = 4096  # characters; no newsroom's link comes near, and Telegram refuses longer ones

# Most addresses are as simple as this, and are then taken apart ten times as fast.
_SIMPLE = re.compile(
    r"https?://([a-z0-9.-]+)(?::([0-9]{1,4}|[1-5][0-9]{4}))?(/[!\"$->@-~]*)?(?:\?([!\"$-~]*))?(?:#([!-~]*))?"
)
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~/=&+,;:@!$'()*?]*")  # needs no escaping and holds no escape
_RESERVED = "/=&+,;:@!$'()*?%#[]"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_VARIANTS = frozenset({"www", "www2", "www3", "m", "mobile", "amp", "touch", "wap"})
_AMP_CACHE = re.compile(r"/(?:[a-z]/)?(?:amp/)?(?:s/)?([^/]+\.[^/]+/.*)")
_TELEGRAM = frozenset({"t.me", "telegram.me"})
_CHANNEL = re.compile(r"/(?:s/)?([A-Za-z]\w{3,31})(?:/|$)", re.ASCII)
_GOOGLE = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}")
# What campaign tools, newsletters and social networks add, by their own documentation; none of them names a page.
_TRACKING = re.compile(
    r"(?:utm|mtm|matomo|piwik|hsa|vero|oly|guce|at|mc|trk|stm|soc|ns|fb|_hs|wt)[_.].+"
    r"|pk_(?:campaign|kwd|keyword|source|medium|content|cid)|_hs(?:enc|mi)|hsctatracking|fbclid|gclid|dclid|gclsrc"
    r"|[gw]braid|srsltid|_gl|_ga|usqp|yclid|ysclid|yrclid|ymclid|_openstat|frommarket|msclkid|twclid|ttclid|li_fat_id"
    r"|epik|igsh(?:id)?|s_kwcid|mkt_tok|wickedid|rb_clickid|ml_subscriber(?:_hash)?|ocid|icid|ito|smid|smtyp|xtor|cmp"
    r"|cmpid|ncid|sr_share|guccounter|ref_?(?:src|url)|cvid|__twitter_impression|amp(?:_js_v|_gsa|_r)?|outputtype|spm"
    r"|ftcamp|intcid|mbid|cndid|traffic_source|action_(?:object|type)_map"
    # of the visit, or against caches: another one in every copy of a page
    r"|phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|_|rnd|rand|no_?cache|cachebuster"
)
_SESSION = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
# Names that some sites identify an article by: dropped only with a value that says where the reader came from.
_ORIGIN_NAMES = frozenset(
    {"ref", "referrer", "referer", "from", "source", "src", "via", "output", "share", "sh", "partner", "emc"}
)
_ORIGINS = re.compile(
    r"rss|rss2|rss2\.0|feeds?|atom|twitter|tw|x|t\.co|facebook|fb|telegram|tg|vk|vkontakte|ok|whatsapp|viber|e?mail"
    r"|newsletter|social|shar(?:e|ing)|home|(?:home|main)page|main|front|index|amp|google(?:news)?|news\.google\.com"
    r"|yandex|rambler|dzen|reddit|linkedin|flipboard|smartnews|push|app|ios|android|mobile|desktop|tw-share"
)
_SECRET_NAME = re.compile(
    r"(?i)(?:^|[_.-])(?:(?:api|access|auth|private|feed|rss|user)?[_.-]?(?:keys?|token|secret|passw(?:or)?d|passwd|pwd"
    r"|auth(?:orization)?|credentials?)|pass|sig|signature|sid|sess(?:ion)?(?:id)?|jwt|bearer|login|user|hash|code|k|t)$"
)
_SECRET_VALUE = re.compile(r"(?=[^-]*\d)(?=[^-]*[A-Za-z])[A-Za-z0-9_+/=]{20,}|eyJ[\w-]{10,}\..*")
# Parts of a path that only a key looks like: long and mixed, without the dashes of a headline; or a UUID.
_SECRET_PART = re.compile(
    r"(?<=/)(?:(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_]{24,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"(?=[/.]|$)"
)
_BOT_TOKEN = re.compile(r"(?<!\d)\d{6,}+(?::|%3[Aa])[\w-]{20,}")
_CREDENTIALS = (
    re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*:)?//)[^/?#@]*:(?!\d+(?:[/?#]|$))[^?#]*@"),  # also with a bare / in them
    re.compile(r"^((?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//)?)[^/?#]*@"),
)
HIDDEN = "***"  # in the place of a secret


def publisher_of(url: str) -> str:
    """Return who publishes the address: its registrable domain; an IP address or a bare name is its own.

    A channel of Telegram is a publisher of its own, `t.me/NAME`: what channels share is only where they are read.
    """
    parts = _parts(_trim(url))
    if parts and parts.host in _TELEGRAM and (channel := _CHANNEL.match(parts.path)):
        return f"t.me/{channel[1].lower()}"
    return _publisher(parts.host) if parts else ""


def canonical_url(url: str) -> str:
    """Return the one spelling that all addresses of a page share, for comparing rather than for fetching.

    Links that wrap another, scheme, www, mobile and AMP variants, ports, tracking, order of the query, fragments and
    escapes no longer matter. What is no web address comes back as it is, trimmed. Idempotent.
    """
    text = unwrap_link(_trim(url))
    parts = _parts(text)
    while parts and (inner := _behind_cache(parts)):
        parts = _parts(inner)
    if not parts:
        return text
    labels = parts.host.split(".")
    host = parts.host
    if len(labels) > 2:  # noqa: PLR2004 - `m.tv` is a name of its own, `m.kremlin.ru` is not
        host = ".".join([label for label in labels[:-2] if label not in _VARIANTS] + labels[-2:])
    where = f"https://[{host}]" if ":" in host else f"https://{host}"
    if parts.port not in {"", "80", "443"}:
        where += f":{parts.port}"
    query = _query(parts.query) if parts.query else ""
    route = f"#{_escaped(parts.fragment)}" if parts.fragment[:1] in {"!", "/"} else ""  # a page of a one-page site
    page = f"{where}{_path(_escaped(parts.path))}{'?' if query else ''}{query}{route}"
    inner = unwrap_link(page)  # again: an AMP cache, say, may have been around it
    return page if inner == page else canonical_url(inner)


def without_tracking(url: str) -> str:
    """Return an address as people are shown it: without what only says where its reader came from, all else kept."""
    page, mark, fragment = url.partition("#")
    path, _, query = page.partition("?")
    if not query:
        return url
    kept = "&".join(pair for pair in query.split("&") if not _tracks(pair.removeprefix("amp;")))
    return f"{path}{'?' if kept else ''}{kept}{mark}{fragment}"


def is_front_page(page: str) -> bool:
    """Return whether a canonical address is that of a site's front page."""
    return page.count("/") == 3 and page.endswith("/")  # noqa: PLR2004 - https://host/


def absolute_url(base: str, link: str) -> str | None:
    """Return the link as a full http or https address, or None where it is not one that may be shown.

    Credentials in it are dropped; an address that two readers could read as two hosts is refused.
    """
    text = _trim(link)
    if not text or len(text) > LONGEST:
        return None
    if _SIMPLE.fullmatch(text) and "\\" not in text:
        return text
    try:
        joined = urljoin(base, text)
    except ValueError:
        return None
    parts = _split(joined)
    if not parts or "\\" in parts.netloc:
        return None
    try:
        _ = parts.port
    except ValueError:
        return None
    netloc = parts.netloc.rpartition("@")[2]
    path = parts.path.replace("\\", "/")  # as browsers read it
    whole = parts._replace(netloc=netloc, path=path).geturl().replace(" ", "%20")
    return whole if len(whole) <= LONGEST else None


def redact_url(url: str) -> str:
    """Return the address fit for logs and chats: credentials, keys and anything that looks like one are hidden."""
    text = _BOT_TOKEN.sub(HIDDEN, url.translate(_CONTROL))
    for credentials in _CREDENTIALS:
        text = credentials.sub(rf"\g<1>{HIDDEN}@", text, count=1)
    try:
        parts = urlsplit(text)
    except ValueError:
        return HIDDEN
    query = "&".join(_hidden(pair) for pair in parts.query.split("&")) if parts.query else ""
    fragment = _hidden(parts.fragment) if "=" in parts.fragment else parts.fragment
    path = _SECRET_PART.sub(HIDDEN, parts.path) if len(parts.path) <= LONGEST else parts.path
    shown = parts._replace(path=path, query=query, fragment=fragment).geturl()
    return shown if len(shown) <= 500 else f"{shown[:500]}…"  # noqa: PLR2004 - a line of a log


def _hidden(pair: str) -> str:
    name, sign, value = pair.partition("=")
    secret = _SECRET_NAME.search(name) or _SECRET_VALUE.fullmatch(value)
    return f"{name}={HIDDEN}" if sign and value and secret else pair


@dataclass(frozen=True, slots=True)
class _Parts:
    """An address taken apart; the host in lower case, as the network writes it."""

    host: str
    port: str
    path: str
    query: str
    fragment: str


def _trim(url: str) -> str:
    return url.strip() if url.isprintable() else url.translate(_CONTROL).strip()


def _parts(text: str) -> _Parts | None:
    if found := _SIMPLE.fullmatch(text):
        host, port, path, query, fragment = found.groups("")
        return _Parts(host.strip("."), port.lstrip("0"), path, query, fragment) if host.strip(".") else None
    split = _split(text)
    if not split:
        return None
    return _Parts(_host(split), str(_port(split) or ""), split.path, split.query, split.fragment)


def _split(url: str) -> SplitResult | None:
    try:
        split = urlsplit(_trim(url))
    except ValueError:
        return None
    return split if split.scheme in {"http", "https"} and _hostname(split) else None


def _hostname(parts: SplitResult) -> str:
    try:
        return (parts.hostname or "").strip(".")
    except ValueError:
        return ""


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    host = _hostname(parts)
    return host if host.isascii() else _ascii(host)


@lru_cache(maxsize=1024)
def _ascii(host: str) -> str:
    """Return the name as the network writes it (`xn--…`), or as it is where no such name can exist."""
    import idna

    try:
        return idna.encode(host, uts46=True).decode().strip(".")
    except UnicodeError:
        return host


@lru_cache(maxsize=4096)
def _publisher(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return str(_suffixes().privatesuffix(host) or host)


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def _behind_cache(parts: _Parts) -> str | None:
    """Return the address that an AMP cache's address carries inside, None where it is no such address."""
    host = parts.host
    if not host.endswith((".cdn.ampproject.org", ".ampproject.net")) and not (
        parts.path.startswith("/amp/") and _GOOGLE.fullmatch(host)
    ):
        return None
    inner = _AMP_CACHE.fullmatch(parts.path)
    return f"https://{inner[1]}{'?' if parts.query else ''}{parts.query}" if inner else None


def _path(path: str) -> str:
    """Return the path without the marks of an AMP page and without slashes at its end; the front page is `/`."""
    if ";" in path:
        path = _SESSION.sub("", path)
    while "//" in path:  # what a browser keeps and a careless template makes
        path = path.replace("//", "/")
    while path.startswith("/amp/"):
        path = path[4:]
    while True:
        if path.endswith("/"):
            path = path.rstrip("/")
        elif path.endswith(("/amp", ".amp")):
            path = path[:-4]
        elif path.endswith(".amp.html"):
            path = path[:-9] + ".html"
        else:
            return path or "/"


def _query(query: str) -> str:
    pairs = [pair.lstrip("?") for pair in _escaped(query).replace("&amp;", "&").split("&")]
    return "&".join(sorted(pair for pair in pairs if pair and not _tracks(pair)))


def _tracks(pair: str) -> bool:
    name, _, value = pair.lower().partition("=")
    return bool(_TRACKING.fullmatch(name) or (name in _ORIGIN_NAMES and _ORIGINS.fullmatch(value)))


def _escaped(text: str) -> str:
    """Return the text with every character escaped that must be, none that need not be, in capitals."""
    if _PLAIN.fullmatch(text):
        return text
    return _ESCAPE.sub(_escape, quote(text, safe=_RESERVED, errors="replace"))


def _escape(escape: re.Match[str]) -> str:
    if not escape[1]:
        return "%25"
    code = int(escape[1], 16)
    return chr(code) if code in _UNRESERVED else escape[0].upper()
