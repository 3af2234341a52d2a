"""Parsers of single settings: text in, typed value out, or ValueError with what is wrong and what to do.

The message of a secret never repeats it. A value that is no text is a default or was given in code, and passes.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from bot.proxies.proxy_address import parse_proxy

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

TELEGRAM: Final = "https://api.telegram.org"
_MOST_OWNERS_DIGITS: Final = 15  # Telegram promises that ids fit 52 bits
# As an owner, each of these would let strangers command the bot (case 106).
_NOBODYS: Final = {
    777000: "Telegram's own service account",
    1087968824: "GroupAnonymousBot, which every anonymous administrator of any group speaks as",
    136817688: "Channel_Bot, which every channel speaks as",
}
_LAST_PORT: Final = 65_535
_LONGEST_SPACING: Final = 3600
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


# What a token is pasted with: a header, the address of a call, the word before it in that.
_AROUND = re.compile(
    r"(?:authorization\s*:\s*)?(?:(?:bearer|token|bot)[\s:=]+)?(?:https?://[^/\s]+/(?:file/)?)?"
    r"(?:bot\s*)?([0-9]+:[A-Za-z0-9_-]+)(?:/\w*)?",
    re.IGNORECASE,
)


def bare_token(text: str) -> str:
    """Return a bot's token without what it was pasted with; a text that holds none as it is."""
    found = _AROUND.fullmatch(text)
    return found[1] if found else text


def token(value: object) -> object:
    """Let what looks like a bot's token pass: digits, a colon, letters; how long it is, Telegram's server knows."""
    if isinstance(value, str) and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", value):
        raise ValueError(
            "this does not look like a bot's token (digits, a colon, about 35 letters and digits); "
            "copy the whole token that @BotFather gave you, or ask it for one with /newbot"
        )
    return value


def api_url(value: object) -> object:
    """Return the address of a Bot API server without a slash at its end."""
    if not isinstance(value, str):
        return value
    hint = f"write {TELEGRAM}, or http://host:port of your own Bot API server"
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        parts, good = urlsplit(""), False
    if not good or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", value):
        raise ValueError(f"not an http or https address; {hint}")
    if re.search(r"/(?:file/)?bot[^/]*/*$", parts.path):
        raise ValueError(f"the address goes without /bot and without the token; {hint}")
    return value.rstrip("/")


def database(value: object) -> object:
    """Let sqlite:///… and PostgreSQL's own addresses pass."""
    if not isinstance(value, str):
        return value
    hint = "write sqlite:///data/newswatch.db, or postgresql://user:password@host/database"
    scheme, sign, rest = value.partition("://")
    if not sign or scheme not in {"sqlite", "postgresql", "postgres"}:
        raise ValueError(f"neither sqlite:/// nor postgresql://; {hint}")
    if scheme == "sqlite" and not re.fullmatch(r"/[^?#\x00]*[^/?#\x00]", rest):
        raise ValueError(f"sqlite:/// takes the path of a file, an absolute one after four slashes; {hint}")
    return value


def proxy(value: object) -> object:
    """Let the address of a proxy pass, and `none`."""
    if isinstance(value, str):
        parse_proxy(value)
    return value


def owners(value: object) -> object:
    """Return user ids."""
    return tuple(dict.fromkeys(map(_owner, _parts(value)))) if isinstance(value, str) else value


def _owner(text: str) -> int:
    hint = "write your own user id; /start in a private chat with the bot shows it"
    if re.fullmatch(rf"-[0-9]{{1,{_MOST_OWNERS_DIGITS}}}", text):
        raise ValueError(f"{text} is a group or channel, and an owner is a person; {hint}")
    if not re.fullmatch(rf"[0-9]{{1,{_MOST_OWNERS_DIGITS}}}", text) or not int(text):
        raise ValueError(f"{text[:60]!r} is no user id (a number, no @name); {hint}")
    if int(text) in _NOBODYS:
        raise ValueError(f"{text} is {_NOBODYS[int(text)]}: anybody could command the bot; {hint}")
    return int(text)


def networks(value: object) -> object:
    """Return networks in CIDR notation; a bare address is a network of one."""
    if not isinstance(value, str):
        return value
    found: list[Network] = []
    for text in _parts(value):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError as error:
            reason = "it has host bits set" if "host bits" in str(error) else "it cannot be read"
            raise ValueError(f"{text[:60]!r} is no network: {reason}; write 10.0.0.0/8, or fd00::/8") from None
    return tuple(dict.fromkeys(found))


def ports(value: object) -> object:
    """Return port numbers; a range is `8000-8100`."""
    if not isinstance(value, str):
        return value
    found: set[int] = set()
    for text in _parts(value):
        first, sign, last = text.partition("-")
        if not (_is_port(first.strip()) and (_is_port(last.strip()) if sign else not last)):
            raise ValueError(f"{text[:60]!r} is no port; write numbers from 1 to 65535, or ranges: 80,443,8000-8100")
        low, high = int(first), int(last or first)
        if low > high:
            raise ValueError(f"{text[:60]!r} runs backwards; write {high}-{low}")
        found.update(range(low, high + 1))
    return frozenset(found)


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", text)) and 1 <= int(text) <= _LAST_PORT


def seconds(value: object) -> object:
    """Return seconds from 0 to an hour."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", value) or float(value) > _LONGEST_SPACING:
        raise ValueError(f"{value[:60]!r} is no number of seconds; write 1, 0.5, or 0 for no spacing (at most an hour)")
    return float(value)


def span(value: object) -> object:
    """Return a length of time, a second at least."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", value.lower())
    if not found or not int(found[1]):
        raise ValueError(f"{value[:60]!r} is no length of time; write 30m, 12h, 1d or 2w (a second at least)")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def count(value: object) -> object:
    """Return a number from 1."""
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,5}", value) or not int(value):
        raise ValueError(f"{value[:60]!r} is no number from 1")
    return int(value)


def listen(value: str | tuple[str, int] | None) -> tuple[str, int] | None:
    """Return host and port, or None for off."""
    if not isinstance(value, str):
        return value
    if value.lower() == "off":
        return None
    host, _, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    good = re.fullmatch(r"[0-9A-Za-z._-]+", bare) if bare == host else re.fullmatch(r"[0-9A-Fa-f:.]+(?:%\w+)?", bare)
    if not good or not (port == "0" or _is_port(port)):
        raise ValueError(f"{value[:60]!r} is not host:port; write 127.0.0.1:8080, [::1]:8080, or off")
    return bare, int(port)


def web_url(value: object) -> object:
    """Return the address of the pages without a slash at its end: http or https, a host, maybe a port, no path."""
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        parts, good = urlsplit(""), False
    if not good or parts.path.strip("/") or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", value):
        raise ValueError("not the address of a site; write https://news.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def metrics_token(value: object) -> object:
    """Let a word of ASCII pass that is long enough not to be guessed."""
    if isinstance(value, str) and not re.fullmatch(r"[!-~]{16,200}", value):
        raise ValueError("a token for /metrics has 16 to 200 ASCII characters and no spaces: write a random one")
    return value


def ping_url(value: object) -> object:
    """Let an http or https address pass; it is as good as a secret, and never repeated."""
    if not isinstance(value, str):
        return value
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or not re.fullmatch(r"[!-~]+", value):
        raise ValueError("not an http or https address; write the one that your monitoring gave you")
    return value


def model_url(value: object) -> object:
    """Return the address of an OpenAI-compatible API without what follows it in requests; /v1 where it has no path."""
    if not isinstance(value, str):
        return value
    hint = "write http://localhost:11434/v1 for Ollama, or the base address that your provider gives"
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        parts, good = urlsplit(""), False
    if not good or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", value):
        raise ValueError(f"not an http or https address; {hint}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address goes without a name or password; put the key into NEWSWATCH_MODEL_KEY")
    bare = value.rstrip("/").removesuffix("/chat/completions").removesuffix("/completions")
    return bare if urlsplit(bare).path.strip("/") else f"{bare}/v1"


def model_key(value: object) -> object:
    """Let a key of a provider pass: one word of ASCII."""
    if isinstance(value, str) and not re.fullmatch(r"[!-~]{1,1000}", value):
        raise ValueError("not a key: one word without spaces, as your provider shows it")
    return value


def tokens_per_day(value: object) -> object:
    """Return a number of tokens from 1; thousands may be parted by underscores or commas."""
    if not isinstance(value, str):
        return value
    plain = re.sub(r"(?<=\d)[_,](?=\d{3})", "", value)
    if not re.fullmatch(r"[0-9]{1,12}", plain) or not int(plain):
        raise ValueError(f"{value[:60]!r} is no number of tokens from 1; write 200000")
    return int(plain)


def path(value: object) -> object:
    """Return a path; `~` is the home directory."""
    if not isinstance(value, str):
        return value
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError(f"the home directory of {value[:60]!r} is not known; write the path in full") from None


def user_agent(value: object) -> object:
    """Let one line of ASCII pass."""
    if isinstance(value, str) and not re.fullmatch(r"[ -~]{1,300}", value):
        raise ValueError(
            "a User-Agent is one line of at most 300 ASCII characters; write who runs the bot and where to ask"
        )
    return value


def lower(value: object) -> object:
    """Return a word in small letters."""
    return value.lower() if isinstance(value, str) else value


def upper(value: object) -> object:
    """Return a word in capitals."""
    return value.upper() if isinstance(value, str) else value


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
