"""robots.txt: which article pages its host lets robots read, and how far apart.

Asked for pages only; sources are addresses that a person has named. One file an origin, kept for a day. A host that
has none allows everything; one whose file cannot be had at present allows nothing until it can.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import FetchError
from bot.fetch.address_guard import REFUSAL
from bot.fetch.addresses import host_of

if TYPE_CHECKING:
    from protego import Protego
    from yarl import URL

LARGEST = 500 * 1024  # bytes that are read of it, as RFC 9309 has it; the rest is not heeded
KEPT = 24 * 60 * 60.0  # seconds
RETRY = 10 * 60.0  # seconds until a file that could not be had is asked for again
REMEMBERED = 1024  # origins

_TOKEN = re.compile(r"[A-Za-z_-]+")
_GROUP = re.compile(r"(?im)^([^\S\n]*user[- ]?agent\b[^\S\n]*:?)([^\n#]*)")


@dataclass(frozen=True, slots=True)
class _Known:
    """What an origin allows until a time of the loop's clock; no rules: nothing, for this reason."""

    until: float
    rules: Protego | None
    reason: str = ""


class Robots:
    """The rules of all hosts. `fetch` gets a robots.txt through a proxy, its first bytes, or raises FetchError."""

    def __init__(self, user_agent: str, fetch: Callable[[URL, str | None], Awaitable[bytes]]) -> None:
        self._token = robots_token(user_agent)
        self._fetch = fetch
        self._known: dict[URL, _Known] = {}
        self._asking: dict[URL, asyncio.Task[_Known]] = {}

    async def check(self, url: URL, proxy: str | None = None) -> float:
        """Return the seconds between two requests that the host asks for; FetchError for a page that it does not allow.

        Whoever asks first fetches the file; the others wait for it, and one who gives up takes it from nobody.
        """
        origin = url.origin()
        known = self._known.get(origin)
        if known is None or known.until <= asyncio.get_running_loop().time():
            task = self._asking.get(origin)
            if task is None:
                task = self._asking[origin] = asyncio.create_task(self._learn(origin, proxy))
                task.add_done_callback(lambda _: self._asking.pop(origin, None))
            known = await asyncio.shield(task)
        if known.rules is None:
            raise FetchError(known.reason)
        if not await asyncio.to_thread(known.rules.can_fetch, str(url), self._token):  # thirty thousand rules take long
            raise FetchError(f"{host_of(url)} does not want this page read by programs (robots.txt)")
        return float(known.rules.crawl_delay(self._token) or 0)

    async def close(self) -> None:
        """Stop asking."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _learn(self, origin: URL, proxy: str | None) -> _Known:
        clock = asyncio.get_running_loop()
        try:
            body = await self._fetch(origin.with_path("/robots.txt"), proxy)
            rules = await asyncio.to_thread(parse_rules, body, self._token)
            known = _Known(clock.time() + KEPT, rules)
        except FetchError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:  # noqa: PLR2004 - HTTP
                known = _Known(clock.time() + KEPT, parse_rules(b"", self._token))
            else:
                why = REFUSAL if str(error) == REFUSAL else f"whether its pages may be read cannot be told: {error}"
                known = _Known(clock.time() + RETRY, None, why)
        if len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[origin] = known
        return known


def robots_token(user_agent: str) -> str:
    """Return the name that rules may be meant for: the first word of the User-Agent."""
    found = _TOKEN.match(user_agent)
    return found[0] if found else "Newswatch"


def parse_rules(body: bytes, token: str) -> Protego:
    """Return the rules of a file; anything that is none allows everything.

    Groups for other robots are put together first: ten thousand of them before ten thousand rules would be a bomb.
    """
    from protego import Protego

    def keep(line: re.Match[str]) -> str:
        name = line[2].strip().lower().replace("*", "")
        return line[0] if not name or name in token.lower() else "User-agent: (another)"

    text = body[:LARGEST].decode("utf-8", "replace").removeprefix("\ufeff").replace("\r", "\n")
    return Protego.parse(_GROUP.sub(keep, text))
