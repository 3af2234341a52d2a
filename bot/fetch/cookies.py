"""The cookies of one chain of redirects: kept until it ends, each for the site that set it, and then forgotten.

Consent pages and guards against robots set a cookie and send a reader back to where it came from. What comes in are the
addresses asked and the Set-Cookie headers of their redirects; what goes out is the Cookie header for the next address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.urls import publisher_of

if TYPE_CHECKING:
    from aiohttp import CookieJar
    from yarl import URL

LONGEST = 4096  # characters of one cookie, as in browsers; `Framing` lets 32 of an answer through, the jar sends 8 KB


@dataclass(slots=True)
class Cookies:
    """A jar for each site of a chain, so that no cookie can be set for another."""

    _jars: dict[str, CookieJar] = field(default_factory=dict)

    def learn(self, url: URL, lines: Sequence[str]) -> None:
        """Keep what this address has set. A jar must be made while the loop runs."""
        import aiohttp

        kept = [line for line in lines if len(line) <= LONGEST and line.isascii() and line.isprintable()]
        if kept:
            jar = self._jars.setdefault(publisher_of(str(url)), aiohttp.CookieJar(unsafe=True, quote_cookie=False))
            jar.update_cookies_from_headers(kept, url)

    def header(self, url: URL) -> str:
        """Return the Cookie header for this address; empty for none."""
        jar = self._jars.get(publisher_of(str(url))) if self._jars else None
        if jar is None:
            return ""
        return "; ".join(f"{one.key}={one.value}" for one in jar.filter_cookies(url).values())
