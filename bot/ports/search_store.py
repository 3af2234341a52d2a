"""What a search over the record needs from the store: an index that knows candidates, and the items themselves.

Small protocols and the words they speak. A condition is necessary and not sufficient: what fails it cannot fit, what
fulfils it may. Every time is an aware UTC datetime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.ports.history_store import ItemOnRecord


@dataclass(frozen=True, slots=True)
class Term:
    """An item has this term, or with `prefix` one that begins so."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; there is one at least."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part or more holds; where there is none, nothing does."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Term | AllOf | AnyOf


class SearchStore(Protocol):
    """The index over the items on record."""

    async def index_some(self, *, most: int = 200) -> int | None:
        """Put items that are not in the index into it, the oldest first; return how many, None without an index."""
        ...

    async def count_unindexed(self) -> int:
        """Return about how many items are not in the index yet."""
        ...

    async def name_sources(self) -> dict[int, str]:
        """Return the names of all sources on record, by row number."""
        ...

    async def find_candidates(self, condition: Condition, since: datetime) -> Sequence[int]:
        """Return the row numbers of items seen since then that fulfil a condition, the newest published first."""
        ...

    async def find_newest(self, condition: Condition, first: int, *, most: int) -> Sequence[int]:
        """Return the row numbers from `first` on of items that fulfil a condition, those seen last first."""
        ...

    async def count_between(self, condition: Condition, begins: Sequence[int]) -> tuple[int, ...]:
        """Return how many items fulfil a condition from each of these row numbers to the next; the last has no end."""
        ...

    async def find_begins(self, begins: Sequence[datetime]) -> tuple[int | None, ...]:
        """Return the row number of the first item seen at each of these times or later; None where there is none yet.

        Row numbers grow with the time that items are seen, so that they tell when an item was.
        """
        ...

    async def read_items(self, numbers: Sequence[int]) -> tuple[ItemOnRecord, ...]:
        """Return these items, in this order; those that are gone are left out."""
        ...
