"""What leased sources need of their hubs, and the end of what was read of them; within the transactions of polls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, select

from bot.ports.hub_store import HubLink, HubState
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_utc_or_none
from bot.store.tables import hub_contents, hub_subscriptions, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


@cache
def _states_statement(dialect: Dialect) -> Select[Any]:
    waiting = select(func.count()).where(hub_contents.c.source == hub_subscriptions.c.source).scalar_subquery()
    states = select(hub_subscriptions, waiting.label("waiting"))
    return states.where(dialect.among(hub_subscriptions.c.source, "ids"))


@cache
def has_content() -> ColumnElement[bool]:
    """Return "its hub has sent something that nobody has read"."""
    return exists().where(hub_contents.c.source == sources.c.id)


async def read_hub_states(
    connection: AsyncConnection, dialect: Dialect, ids: Collection[int]
) -> Mapping[int, HubState]:
    """Return the states of the hubs of these sources, of those that have one."""
    rows = await connection.execute(_states_statement(dialect), {"ids": dialect.pack(list(ids))})
    return {
        row.source: HubState(
            HubLink(row.hub, row.topic),
            to_utc_or_none(row.held_until),
            to_utc_or_none(row.heard_at),
            to_utc_or_none(row.missed_at),
            row.waiting,
            to_utc_or_none(row.poll_due),
        )
        for row in rows
    }


async def remove_contents(connection: AsyncConnection, ids: Iterable[int]) -> None:
    """Remove what was read."""
    read = tuple(ids)
    if read:
        await connection.execute(delete(hub_contents).where(hub_contents.c.id.in_(read)))
