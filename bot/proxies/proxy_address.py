"""Addresses of proxies: text in, a `Proxy` out. Pure; nothing is connected here, and no message holds a login."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

DIRECT: Final = "none"  # instead of an address: no proxy
SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 8080, "https": 443, "socks5": 1080, "socks5h": 1080}  # where none is written, as curl has them


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy. `shown` is its address without user and password; `resolves`: it alone looks names up."""

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def resolves(self) -> bool:
        """Return whether names are given to it as they are."""
        return self.scheme == "socks5h"

    @property
    def shown(self) -> str:
        """Return its address for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_proxy(text: str) -> Proxy | None:
    """Return the proxy of an address, None for `none`. ValueError for anything else; it never repeats the address."""
    if text.strip().lower() == DIRECT:
        return None
    hint = f"write {', '.join(f'{scheme}://' for scheme in SCHEMES)} and host:port, or {DIRECT}"
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"the address of the proxy cannot be read; {hint}") from None
    if parts.scheme not in SCHEMES:
        raise ValueError(f"not the address of a proxy; {hint}")
    if not host or port == 0 or parts.path.strip("/") or parts.query or not re.fullmatch(r"[!-~]+", text.strip()):
        raise ValueError(f"the address of a proxy is a host and a port; {hint}")
    user = unquote(parts.username) if parts.username is not None else None
    password = unquote(parts.password) if parts.password is not None else None
    if not (user or "").isascii() or not (password or "").isascii() or ":" in (user or ""):
        raise ValueError("the user and the password of a proxy are ASCII, and the user has no colon; give others")
    return Proxy(parts.scheme, host, port or _PORTS[parts.scheme], user, password)
