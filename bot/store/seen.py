"""Seen keys: which items of a source are on record.

Look-ups go by the hundred in one statement. What a source still shows must not age away, yet a quiet poll must not
write a hundred rows: a key's last sight is kept to the day, and refreshed together with what is written anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.store import queries
from bot.store.dialect import Dialect
from bot.store.instants import DAY_MS, to_ms

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Shown:
    """Known keys that polls in flight have met, with their last sight on record. Bounded by the number of sources."""

    keys: dict[int, dict[int, int]] = field(default_factory=dict)

    def note(self, source: int, found: Mapping[int, int]) -> None:
        """Remember what a look-up found."""
        if found:
            self.keys.setdefault(source, {}).update(found)

    def stale(self, source: int, now: datetime) -> list[dict[str, int]]:
        """Return, once, the keys whose last sight is older than a day, ready for `refresh`."""
        ms = to_ms(now)
        found = self.keys.pop(source, {})
        return [{"its_source": source, "its_key": key, "now": ms} for key, last in found.items() if last < ms - DAY_MS]


async def look_up(connection: AsyncConnection, dialect: Dialect, source: int, keys: Sequence[int]) -> dict[int, int]:
    """Return the known ones of the keys, each with its last sight in milliseconds."""
    if not keys:
        return {}
    values = {"its_source": source, "keys": dialect.pack(keys)}
    rows = await connection.execute(queries.known_keys(dialect), values)
    return {row.key: row.last_seen for row in rows}


async def put_keys(connection: AsyncConnection, dialect: Dialect, source: int, keys: Iterable[int], now: int) -> None:
    """Put keys on record; what is there already stays."""
    rows = [{"source": source, "key": key, "last_seen": now} for key in dict.fromkeys(keys)]
    if rows:
        await connection.execute(queries.adding_key(dialect), rows)


async def refresh(connection: AsyncConnection, stale: Sequence[Mapping[str, int]]) -> None:
    """Write the last sight of what `Shown.stale` gave."""
    if stale:
        await connection.execute(queries.refreshing(), list(stale))
