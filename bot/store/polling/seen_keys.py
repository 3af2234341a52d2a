"""Seen keys: which items of a source are on record.

Look-ups go by the thousand in one statement, for many sources at once, and only what is not as usual comes back: the
keys that are unknown. What a source still shows must not age away, yet a quiet poll must not write a hundred rows: a
key's last sight is kept to the day, and refreshed together with what is written anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms
from bot.store.database.transactions import Database
from bot.store.polling import poll_statements

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

DAY = timedelta(days=1)
TOGETHER = 32  # questions that one statement answers; each may have 500 keys


@dataclass(frozen=True, slots=True)
class AgedKeys:
    """Known keys that polls in flight have met, last seen longer than a day ago. Bounded by the number of sources."""

    keys: dict[int, set[int]] = field(default_factory=dict)

    def add(self, source: int, aged: Iterable[int]) -> None:
        """Remember what a look-up met."""
        if aged := set(aged):
            self.keys.setdefault(source, set()).update(aged)

    def take(self, source: int, now: datetime) -> list[dict[str, int]]:
        """Return, once, what is to be refreshed now."""
        at = to_ms(now)
        return [{"its_source": source, "its_key": key, "now": at} for key in self.keys.pop(source, ())]


@dataclass(slots=True)
class _Question:
    source: int
    keys: Sequence[int]
    now: datetime
    answer: asyncio.Future[frozenset[int]]


@dataclass(slots=True)
class KeyLookups:
    """Look-ups of many polls in one statement: what is asked while one runs goes with the next."""

    database: Database
    aged_keys: AgedKeys
    _waiting: list[_Question] = field(default_factory=list)
    _answering: asyncio.Task[None] | None = None

    async def find_known(self, source: int, keys: Sequence[int], now: datetime) -> frozenset[int]:
        """Return those of the keys that are on record for this source."""
        if not keys:
            return frozenset()
        question = _Question(source, keys, now, asyncio.get_running_loop().create_future())
        self._waiting.append(question)
        if self._answering is None or self._answering.done():
            self._answering = asyncio.create_task(self._answer())
        return await question.answer

    async def _answer(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            asked = [one for one in asked if not one.answer.cancelled()]
            try:
                await self._look_up(asked)
            except Exception as error:  # noqa: BLE001 - it is theirs who asked
                for one in asked:
                    if not one.answer.done():
                        one.answer.set_exception(error)

    async def _look_up(self, asked: Sequence[_Question]) -> None:
        wanted: dict[int, list[int]] = {}
        for one in asked:
            wanted.setdefault(one.source, []).extend(one.keys)
        before = min((one.now for one in asked), default=None)
        if before is None:
            return
        async with self.database.read() as connection:
            unknown, aged = await look_up_keys(connection, self.database.dialect, wanted, to_ms(before - DAY))
        for source, keys in aged.items():
            self.aged_keys.add(source, keys)
        for one in asked:
            if not one.answer.done():
                one.answer.set_result(frozenset(one.keys).difference(unknown.get(one.source, ())))


async def look_up_keys(
    connection: AsyncConnection, dialect: Dialect, wanted: Mapping[int, Sequence[int]], before: int = 0
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Return, by source, the keys that are not on record, and those last seen before then (in milliseconds)."""
    unknown: dict[int, set[int]] = {}
    aged: dict[int, set[int]] = {}
    if any(wanted.values()):
        values = {**dialect.pack_pairs(wanted), "before": before}
        for source, key, last_seen in await connection.execute(poll_statements.lookup_keys_statement(dialect), values):
            (unknown if last_seen is None else aged).setdefault(source, set()).add(key)
    return unknown, aged


async def insert_keys(connection: AsyncConnection, dialect: Dialect, keys: Iterable[tuple[int, int]], now: int) -> None:
    """Put keys on record, as pairs of source and key; what is there already stays."""
    rows = [{"source": source, "key": key, "last_seen": now} for source, key in dict.fromkeys(keys)]
    if rows:
        await connection.execute(poll_statements.insert_key_statement(dialect), rows)


async def refresh_keys(connection: AsyncConnection, aged: Sequence[Mapping[str, int]]) -> None:
    """Write the last sight of what `Shown.take` gave."""
    if aged:
        await connection.execute(poll_statements.refresh_key_statement(), list(aged))
