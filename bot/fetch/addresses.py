"""Addresses as the client uses them: read once, by the reader that also connects, and followed from hop to hop.

Text comes in, yarl's URL goes out; what two readers could read differently is a FetchError. Whether an address may be
connected to is not decided here but by the guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.urls import LONGEST

if TYPE_CHECKING:
    from yarl import URL


def web_address(text: str) -> URL:
    """Return the address, without its fragment; FetchError for what is none."""
    from yarl import URL

    if len(text) > LONGEST:
        raise FetchError(f"the address is longer than {LONGEST} characters")
    if not text.isprintable() or "\\" in text or " " in text:
        raise FetchError("the address holds characters that no web address has")
    try:
        url = URL(text)
        if url.raw_host and url.port and url.scheme in {"http", "https"}:
            return url.with_fragment(None)
    except ValueError:
        pass
    raise FetchError("not a web address: it must begin with http:// or https:// and a host")


def host_of(url: URL) -> str:
    """Return the name that requests are spaced by: without port, and without the dot that may end it."""
    return (url.raw_host or "").rstrip(".")


def next_hop(current: URL, location: str) -> URL:
    """Return where a redirect leads, without credentials; FetchError for a way out of the web."""
    from yarl import URL

    try:
        target = current.join(URL(location.strip().replace(" ", "%20")))
        return web_address(str(target)).with_user(None)
    except (ValueError, FetchError) as error:
        raise FetchError(f"{host_of(current)} redirects to what is no web address") from error


def same_site(first: URL, now: URL) -> bool:
    """Return whether what was meant for the first address may be told to this one: the same host, no less secure."""
    upgraded = (first.scheme, first.port, now.scheme, now.port) == ("http", 80, "https", 443)
    return first.raw_host == now.raw_host and (upgraded or (first.scheme, first.port) == (now.scheme, now.port))
