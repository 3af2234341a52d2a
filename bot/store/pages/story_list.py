"""Stories on record for the pages: the newest first, by watchlist, chat, time or number, some at a time.

In come filters, out go values with all that a list shows of each story. Two statements choose the stories, two more
read their reports and alerts, however many there are. What only chats' own queries brought is left out, and so are
alerts that a private chat got by a query of its own: that is its business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, bindparam, exists, func, not_, select, text, tuple_

from bot.ports.history_store import PERSONAL
from bot.ports.story_readings import StoryEntry, StoryFilter, StoryList
from bot.store.codecs import Row
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms, to_utc
from bot.store.database.transactions import Database
from bot.store.tables import outbox, reports, stories

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

LOOKED = 20_000  # stories looked at for one list: a rarer filter goes on from there
_PLACE = tuple_(stories.c.created_at, stories.c.id)
_NEWEST = (stories.c.created_at.desc(), stories.c.id.desc())
# How the payload of an alert begins that only a chat's own queries brought: those of watchlists.yaml come first.
_OWN_QUERY = f'{{"watchlists": [["{PERSONAL}%'


async def list_stories(
    database: Database, wanted: StoryFilter, *, most: int, after: int | None = None, looked: int = LOOKED
) -> StoryList:
    """See RecordReader; at most `looked` stories are looked at."""
    dialect = database.dialect
    async with database.read() as connection:
        bounds, values = await _read_bounds(connection, wanted, after)
        last = (await connection.execute(_last_looked(bounds), values | {"looked": looked - 1})).one_or_none()
        if last is not None:
            bounds.append(tuple_(_number("last_at"), _number("last_id")) <= _PLACE)
            values |= {"last_at": last.created_at, "last_id": last.id}
        fulfilled, given = _conditions(dialect, wanted)
        chosen = select(*(stories.c[name] for name in ("id", "created_at", "headline", "url")))
        chosen = chosen.where(*bounds, *fulfilled).order_by(*_NEWEST).limit(bindparam("most"))
        rows = (await connection.execute(chosen, values | given | {"most": most + 1})).all()
        shown = rows[:most]
        packed = {"ids": dialect.pack([row.id for row in shown])}
        told = (await connection.execute(_reports_statement(dialect), packed)).all()
        alerts = (await connection.execute(_alerts_statement(dialect), packed)).all()
    more = shown[-1].id if len(rows) > most else None if last is None else last.id
    return StoryList(tuple(_entries(shown, told, alerts)), more)


def without_own_queries(watchlists: Iterable[str]) -> tuple[str, ...]:
    """Return the watchlists of watchlists.yaml among these, each once."""
    return tuple(dict.fromkeys(one for one in watchlists if not one.startswith(PERSONAL)))


def is_shown() -> ColumnElement[bool]:
    """Return "this alert may be shown to owners": it is not one that a private chat got by its own query alone."""
    return not_((outbox.c.chat > 0) & outbox.c.payload.like(_OWN_QUERY))


async def _read_bounds(
    connection: AsyncConnection, wanted: StoryFilter, after: int | None
) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """Return where in the order of time to look, with the values of the parameters."""
    found: list[ColumnElement[bool]] = []
    values: dict[str, Any] = {}
    if wanted.begin is not None:
        found.append(stories.c.created_at >= bindparam("begin"))
        values["begin"] = to_ms(wanted.begin)
    if wanted.end is not None:
        found.append(stories.c.created_at < bindparam("end"))
        values["end"] = to_ms(wanted.end)
    if after is not None:
        its = select(stories.c.created_at).where(stories.c.id == bindparam("its_id"))
        if (begun := await connection.scalar(its, {"its_id": after})) is not None:
            found.append(tuple_(_number("after_at"), _number("after_id")) > _PLACE)
            values |= {"after_at": begun, "after_id": after}
    return found, values


def _number(name: str) -> Any:
    return bindparam(name, type_=BigInteger)


def _last_looked(bounds: list[ColumnElement[bool]]) -> Select[Any]:
    """Return the select of the last story to look at, where there are more behind it: looked."""
    newest = select(stories.c.created_at, stories.c.id).where(*bounds)
    return newest.order_by(*_NEWEST).offset(bindparam("looked")).limit(1)


def _conditions(dialect: Dialect, wanted: StoryFilter) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """Return what a story must fulfil, with the values of the parameters."""
    its_reports = select(reports.c.id).where(reports.c.story == stories.c.id)
    values: dict[str, Any] = {}
    found: list[ColumnElement[bool]]
    if wanted.watchlist is None:
        found = [exists(its_reports.where(_has_shared_watchlist()))]
    else:
        found = [exists(its_reports.where(reports.c.watchlists.like(bindparam("named", type_=Text), escape="\\")))]
        named = _escaped(json.dumps(wanted.watchlist, ensure_ascii=False))
        values["named"] = "" if wanted.watchlist.startswith(PERSONAL) else f"%{named}%"  # nothing is like ""
    if wanted.chat is not None:
        its = (outbox.c.story == stories.c.id, outbox.c.chat == _number("its_chat"), text("outbox.part = 0"))
        found.append(exists(select(outbox.c.id).where(*its, is_shown())))
        values["its_chat"] = wanted.chat
    if wanted.numbers is not None:
        found.append(dialect.among(stories.c.id, "numbers"))
        values["numbers"] = dialect.pack(wanted.numbers)
    return found, values


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _has_shared_watchlist() -> ColumnElement[bool]:
    """Return "not all of its watchlists are chats' own": a list has two quotes a name, and one `"~` an own query."""
    length, names = func.length, reports.c.watchlists
    quotes = length(names) - length(func.replace(names, '"', ""))
    own = length(names) - length(func.replace(names, f'"{PERSONAL}', PERSONAL))
    return quotes > 2 * own


@cache
def _reports_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of the reports of stories, oldest first: ids."""
    its = select(reports.c.story, reports.c.source, reports.c.watchlists).where(dialect.among(reports.c.story, "ids"))
    return its.order_by(reports.c.at, reports.c.id)


@cache
def _alerts_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of how many alerts of stories are in which state: ids."""
    ended = func.coalesce(outbox.c.hold, "").label("ended")
    columns = (outbox.c.story, outbox.c.state, ended)
    its = select(*columns, func.count().label("many")).where(dialect.among(outbox.c.story, "ids"))
    return its.where(text("outbox.part = 0"), is_shown()).group_by(*columns)


def _entries(shown: Iterable[Row], told: Iterable[Row], alerts: Iterable[Row]) -> Iterable[StoryEntry]:
    sources: dict[int, list[str]] = {}
    watchlists: dict[int, dict[str, None]] = {}
    for row in told:
        sources.setdefault(row.story, []).append(row.source)
        watchlists.setdefault(row.story, {}).update(dict.fromkeys(json.loads(row.watchlists)))
    many: dict[tuple[int, str], int] = {}
    for row in alerts:
        state = "skipped" if row.state == "dead" and row.ended in {"mute", "skip", "model"} else row.state
        many[row.story, state] = many.get((row.story, state), 0) + row.many
    for row in shown:
        yield StoryEntry(
            id=row.id,
            headline=row.headline,
            url=row.url,
            begun_at=to_utc(row.created_at),
            sources=tuple(dict.fromkeys(sources.get(row.id, ()))),
            reports=len(sources.get(row.id, ())),
            watchlists=without_own_queries(watchlists.get(row.id, ())),
            told=many.get((row.id, "sent"), 0),
            waiting=many.get((row.id, "pending"), 0),
            failed=many.get((row.id, "dead"), 0),
        )
