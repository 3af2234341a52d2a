"""A source finder for tests of the conversation: what it finds is what a test says, and nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.errors import FetchError
from bot.ports.editing.source_finder import FoundSource


@dataclass
class SetFinder:
    """Finds what a test has put there, by address or name."""

    found: dict[str, tuple[FoundSource, ...]] = field(default_factory=dict)

    async def find_sources(self, address: str) -> tuple[FoundSource, ...]:
        """Return what stands under an address."""
        if address not in self.found:
            raise FetchError("the server answered 404")
        return self.found[address]

    async def try_source(self, name: str) -> FoundSource:
        """Return the first of what stands under a name."""
        return (await self.find_sources(name))[0]
