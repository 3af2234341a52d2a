"""Make the sources of watchlists.yaml the sources that are polled, keeping the record of each.

`assign_records` decides, pure; `sync_sources` writes, in one transaction. Nothing is deleted here: a source that is
gone from the file keeps what it has seen, so that its return is no flood.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from bot.model import Source
from bot.store.codecs import clean
from bot.store.database.timestamps import DAY_MS
from bot.store.polling.source_stats_codec import NO_REDIRECT, NO_STATS
from bot.store.tables import sources
from bot.urls import publisher_of

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

HERD = 50  # so many sources that are due at once are put into an order of their own
SPREAD_MS = 60_000
FORGOTTEN_MS = DAY_MS  # away for longer, a source starts with a baseline again: its backlog is nobody's news


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source on record."""

    id: int
    name: str
    url: str
    disabled_at: int | None
    site: str = ""
    read_as: str | None = None  # None: on record from before this was noted


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which record belongs to which source of the file."""

    kept: tuple[tuple[StoredSource, Source], ...]
    new: tuple[Source, ...]
    gone: tuple[StoredSource, ...]


def assign_records(records: Sequence[StoredSource], sources: Sequence[Source]) -> Assignment:
    """Give every source the record of its url and name, else of its url, else of its name; those in use come first."""
    records = sorted(records, key=lambda kept: (kept.disabled_at is not None, -(kept.disabled_at or 0), kept.id))
    kept: dict[int, Source] = {}  # by position in records
    left = list(sources)
    for of_record, of_source in (
        (lambda record: (record.url, record.name), lambda one: (one.url, one.name)),
        (lambda record: record.url, lambda one: one.url),
        (lambda record: record.name, lambda one: one.name),
    ):  # type: tuple[Callable[[Kept], object], Callable[[Source], object]]
        free: dict[object, list[int]] = {}
        for position, record in enumerate(records):
            if position not in kept:
                free.setdefault(of_record(record), []).append(position)
        still = []
        for one in left:
            positions = free.get(of_source(one))
            if positions:
                kept[positions.pop(0)] = one
            else:
                still.append(one)
        left = still
    return Assignment(
        kept=tuple((records[position], one) for position, one in kept.items()),
        new=tuple(left),
        gone=tuple(record for position, record in enumerate(records) if position not in kept),
    )


async def sync_sources(connection: AsyncConnection, configured: Sequence[Source], now: int) -> None:
    """Write the assignment; `now` in milliseconds. An unchanged file changes nothing."""
    rows = await connection.execute(
        select(sources.c.id, sources.c.name, sources.c.url, sources.c.disabled_at, sources.c.site, sources.c.read_as)
    )
    found = assign_records([StoredSource(*row) for row in rows], configured)
    if found.new:
        spread = _spread if len(found.new) > HERD else _at_once
        await connection.execute(insert(sources), [_new(one, now - spread(one)) for one in found.new])
    # What is in flight for a source that is gone, or had another address, is void: its fence is raised.
    void = {"lease_until": None, "holder": None, "fence": sources.c.fence + 1}
    await _each(connection, {"disabled_at": now, **void}, (kept.id for kept in found.gone if kept.disabled_at is None))
    for kept, one in found.kept:
        changes: dict[str, object] = {}
        if kept.name != one.name:
            changes["name"] = one.name
        if kept.site != (site := publisher_of(one.url)):
            changes["site"] = site
        if kept.url != one.url:
            changes |= {"url": one.url, "etag": None, "last_modified": None, "body_hash": None, "next_due": now, **void}
            changes |= {"found": None, **NO_REDIRECT}
            if publisher_of(kept.url) != site:  # another feed under an old name: its first sight
                changes |= {"baselined": False, **NO_STATS}
        if kept.read_as != (read_as := _read_as(one)):
            changes["read_as"] = read_as
            if kept.read_as is not None:  # it shows other items now, which stood there all along: a first sight
                unread = {"etag": None, "last_modified": None, "body_hash": None, "found": None}
                changes |= {"baselined": False, "next_due": now, **unread, **void}
        if kept.disabled_at is not None:
            changes |= {"disabled_at": None, "next_due": now, "failures": 0, "quiet": 0, "error": None}
            if now - kept.disabled_at > FORGOTTEN_MS:
                changes |= {"baselined": False, "etag": None, "last_modified": None, "body_hash": None, "news_at": None}
        if changes:
            await _each(connection, changes, (kept.id,))


def _new(one: Source, next_due: int) -> dict[str, object]:
    counters = {"known": 0, "failures": 0, "quiet": 0, "fence": 0}
    known = {
        "name": one.name,
        "url": one.url,
        "site": publisher_of(one.url),
        "baselined": False,
        "read_as": _read_as(one),
    }
    return known | {"next_due": next_due, **counters}


def _read_as(one: Source) -> str:
    """Return what decides which items of an answer are taken."""
    return clean(f"{one.kind} {one.select or ''}".rstrip())


def _spread(one: Source) -> int:
    """Return a shuffle that is the same at every start: all are due at once, but not one host after the other."""
    return zlib.crc32(one.name.encode("utf-8", "replace")) % SPREAD_MS


def _at_once(_one: Source) -> int:
    return 0


async def _each(connection: AsyncConnection, changes: dict[str, object], ids: Iterable[int]) -> None:
    parameters = [{"its_id": one} for one in ids]
    if parameters:
        await connection.execute(update(sources).where(sources.c.id == bindparam("its_id")).values(changes), parameters)
