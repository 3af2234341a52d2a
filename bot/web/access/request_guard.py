"""Which requests the pages answer at all, and the headers of every answer.

A page on the web can make a browser ask 127.0.0.1, by a name of its own that leads there (DNS rebinding) or by a form.
So `Host` must be a name of ours, and what changes something must come from one of our own pages: the browser says so
itself (`Sec-Fetch-Site`, else `Origin`). Who is no browser may do without both.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What is asked by machines, at whatever address they know us: probes, metrics, feeds, hubs.
OPEN_PATHS: Final = ("/healthz", "/livez", "/readyz", "/metrics")
OPEN_FOLDERS: Final = ("/feeds/", "/websub/")
_OURS: Final = frozenset({"same-origin", "none"})
_NONCE_BYTES: Final = 16


def is_open(path: str) -> bool:
    """Return whether a path is no page, and not guarded here."""
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def is_known_host(host: str | None, listen: str, web_url: str | None, local: str | None = None) -> bool:
    """Return whether a request names us: the address we listen on, this machine, or that of the pages.

    `host` is the header as it came, `local` the address that the connection came in on. Ports may differ, as behind a
    container's.
    """
    name = _name(f"//{host}") if host else None
    if name is None:
        return False
    if name in {listen.lower(), "localhost", local, _name(web_url or "")}:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def is_own_request(headers: Mapping[str, str], host: str | None, web_url: str | None) -> bool:
    """Return whether what wants to change something comes from a page of ours, or from no browser."""
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site.strip().lower() in _OURS
    origin = headers.get("Origin")
    if origin is None:
        return True
    return origin == web_url or (bool(host) and origin.lower().partition("://")[2] == (host or "").lower())


def new_nonce() -> str:
    """Return a word that only this answer's own scripts and styles know."""
    return secrets.token_urlsafe(_NONCE_BYTES)


def page_headers(nonce: str) -> dict[str, str]:
    """Return the headers of a page: nothing from elsewhere, nothing inline, not in a frame, kept by nobody."""
    policy = (
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


def _name(address: str) -> str | None:
    """Return the host of an address in small letters, None where there is none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".") or None
    except ValueError:
        return None
