"""What the rules of the known sites share: an address taken apart, and what a rule answers.

A rule is a function of a `PastedAddress`: it returns a `SiteAddress`, None where the address is not its site's or is
read as it stands, and raises ParseError where the site gives no news without a login or the address is no place that
brings news. Pure; nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.model import Kind

_PREFIXES = ("www.", "m.", "mobile.")


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where the news of a pasted address is."""

    url: str
    kind: Kind = "feed"
    note: str = ""  # what whoever adds it has to know, in a sentence


@dataclass(frozen=True, slots=True)
class PastedAddress:
    """A web address taken apart: the host without www and m, the parts of its path, its query."""

    url: str
    host: str
    parts: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, url: str) -> Self | None:
        """Return the address, or None for what is none."""
        try:
            split = urlsplit(url.strip())
            host = (split.hostname or "").strip(".").lower()
        except ValueError:
            return None
        if split.scheme not in {"http", "https"} or not host:
            return None
        for prefix in _PREFIXES:
            if host.startswith(prefix) and host.count(".") > 1:
                host = host.removeprefix(prefix)
                break
        parts = tuple(unquote(part) for part in split.path.split("/") if part)
        return cls(url.strip(), host, parts, dict(parse_qsl(split.query, keep_blank_values=True)))

    @property
    def first(self) -> str:
        """Return the first part of the path, in lower case; "" for the front page."""
        return self.parts[0].lower() if self.parts else ""

    def part(self, position: int) -> str:
        """Return a part of the path, "" where there are fewer."""
        return self.parts[position] if position < len(self.parts) else ""
