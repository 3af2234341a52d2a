"""Make the sources of watchlists.yaml the sources that are polled, keeping the record of each.

`assign_records` and `plan_sync` decide, pure; `sync_sources` writes, in one transaction. Nothing is deleted here: a
source that is gone from the file keeps what it has seen, so that its return is no flood.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, insert, select, update

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
# A first sight reads a whole document, most others are answered with nothing new. So many are begun at once, and of
# more a hundred a second: 100,000 new sources are seen within a quarter of an hour, beside the polls of the others.
FIRST_SIGHTS, FIRST_SIGHT_MS = 3_000, 10
PAGE = 1_000  # rows of a statement
FORGOTTEN_MS = DAY_MS  # away for longer, a source starts with a baseline again: its backlog is nobody's news


# What is in flight for a source that is gone, or had another address, is void: its fence is raised.
VOID: Mapping[str, Any] = {"lease_until": None, "holder": None, "fence": sources.c.fence + 1}


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


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What has to be written: rows of new sources, ids of those that are gone, and what changes of which others."""

    new: tuple[dict[str, object], ...]
    gone: tuple[int, ...]
    changed: tuple[tuple[int, dict[str, object]], ...]


async def sync_sources(connection: AsyncConnection, configured: Sequence[Source], now: int) -> None:
    """Write the assignment; `now` in milliseconds. An unchanged file changes nothing.

    However many sources there are, the event loop is held up for the rows of a page at a time: what is to be done is
    decided in a thread.
    """
    records: list[StoredSource] = []
    page = _page_statement()
    while rows := (await connection.execute(page, {"after": records[-1].id if records else 0})).all():
        records += [StoredSource(*row) for row in rows]
    plan = await asyncio.to_thread(plan_sync, records, configured, now)
    for begin in range(0, len(plan.new), PAGE):
        await connection.execute(insert(sources), list(plan.new[begin : begin + PAGE]))
    await _each(connection, {"disabled_at": now, **VOID}, plan.gone)
    for its_id, changes in plan.changed:
        await _each(connection, changes, (its_id,))


def plan_sync(records: Sequence[StoredSource], configured: Sequence[Source], now: int) -> SyncPlan:
    """Return what has to be written so that these are the sources that are polled."""
    found = assign_records(records, configured)
    spread = _spread_over(len(found.new))
    return SyncPlan(
        new=tuple(_new(one, now + spread(one)) for one in found.new),
        gone=tuple(kept.id for kept in found.gone if kept.disabled_at is None),
        changed=tuple(
            (kept.id, changes) for kept, one in found.kept if (changes := _changes(kept, one, one.site, now))
        ),
    )


def _changes(kept: StoredSource, one: Source, site: str, now: int) -> dict[str, object]:
    """Return what changes on record of a source that the file names as `one`, of this site (empty: not known)."""
    changes: dict[str, object] = {}
    site = site or publisher_of(one.url)
    if kept.name != one.name:
        changes["name"] = one.name
    if kept.site != site:
        changes["site"] = site
    if kept.url != one.url:
        changes |= {"url": one.url, "etag": None, "last_modified": None, "body_hash": None, "next_due": now, **VOID}
        changes |= {"found": None, **NO_REDIRECT}
        if publisher_of(kept.url) != site:  # another feed under an old name: its first sight
            changes |= {"baselined": False, **NO_STATS}
    if kept.read_as != (read_as := _read_as(one)):
        changes["read_as"] = read_as
        if kept.read_as is not None:  # it shows other items now, which stood there all along: a first sight
            unread = {"etag": None, "last_modified": None, "body_hash": None, "found": None}
            changes |= {"baselined": False, "next_due": now, **unread, **VOID}
    if kept.disabled_at is not None:
        changes |= {"disabled_at": None, "next_due": now, "failures": 0, "quiet": 0, "error": None}
        if now - kept.disabled_at > FORGOTTEN_MS:
            changes |= {"baselined": False, "etag": None, "last_modified": None, "body_hash": None, "news_at": None}
    return changes


@cache
def _page_statement() -> Select[Any]:
    """Return the select of a page of sources on record, in the order of their ids: after."""
    columns = (sources.c[name] for name in ("id", "name", "url", "disabled_at", "site", "read_as"))
    return select(*columns).where(sources.c.id > bindparam("after")).order_by(sources.c.id).limit(PAGE)


def _new(one: Source, next_due: int) -> dict[str, object]:
    counters = {"known": 0, "failures": 0, "quiet": 0, "fence": 0}
    known = {
        "name": one.name,
        "url": one.url,
        "site": one.site or publisher_of(one.url),
        "baselined": False,
        "read_as": _read_as(one),
    }
    return known | {"next_due": next_due, **counters}


def _read_as(one: Source) -> str:
    """Return what decides which items of an answer are taken."""
    return clean(f"{one.kind} {one.select or ''}".rstrip())


def _spread_over(number: int) -> Callable[[Source], int]:
    """Return when so many new sources are due, in milliseconds from now: a shuffle that is the same at every start.

    A herd is due at once, but not one host after the other; more than FIRST_SIGHTS are spread over time.
    """
    if number <= HERD:
        return lambda _one: 0
    window = SPREAD_MS + max(0, number - FIRST_SIGHTS) * FIRST_SIGHT_MS
    return lambda one: zlib.crc32(one.name.encode("utf-8", "replace")) % window - SPREAD_MS


async def _each(connection: AsyncConnection, changes: dict[str, object], ids: Iterable[int]) -> None:
    parameters = [{"its_id": one} for one in ids]
    if parameters:
        await connection.execute(update(sources).where(sources.c.id == bindparam("its_id")).values(changes), parameters)
