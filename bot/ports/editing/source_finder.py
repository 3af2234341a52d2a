"""What the chat needs to find sources by an address, and to try one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A place that holds items, as it was read just now. `address` may be shown; `entry` is for watchlists.yaml."""

    name: str
    address: str
    kind: str
    items: int
    latest: datetime | None
    titles: tuple[str, ...]  # of the newest items
    fires: int | None  # of the items, how many somebody watches for; None = nobody watches for anything
    note: str = ""
    entry: Mapping[str, str | list[str]] = field(default_factory=dict)


class SourceFinder(Protocol):
    """Reads addresses over the network; nothing is recorded."""

    async def find_sources(self, address: str) -> tuple[FoundSource, ...]:
        """Return what an address leads to, the best first. FetchError, ParseError, ConfigError: it is there already."""
        ...

    async def try_source(self, name: str) -> FoundSource:
        """Read a source of watchlists.yaml once. FetchError, ParseError; ConfigError where none is called so."""
        ...
