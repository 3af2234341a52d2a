"""Pauses of sources: an owner lets nobody ask one, until it is resumed. Whoever asks it at this moment may end that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text, update

from bot.store.polling.source_sync import FORGOTTEN_MS
from bot.store.tables import ENABLED, sources

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def set_source_pause(connection: AsyncConnection, name: str, now: int) -> bool:
    """Pause a source; False where none is called so, or it is paused already. `now` in milliseconds."""
    named = update(sources).where(sources.c.name == bindparam("its_name"), text(ENABLED), sources.c.paused_at.is_(None))
    return (await connection.execute(named.values(paused_at=now), {"its_name": name})).rowcount > 0


async def end_source_pause(connection: AsyncConnection, name: str, now: int) -> bool:
    """Resume a source, due at once; False where none is called so, or it is not paused."""
    its = (sources.c.name == bindparam("its_name"), text(ENABLED), sources.c.paused_at.is_not(None))
    since = await connection.scalar(select(sources.c.paused_at).where(*its).with_for_update(), {"its_name": name})
    if since is None:
        return False
    changes: dict[str, object] = {"paused_at": None, "next_due": now, "failures": 0, "quiet": 0, "error": None}
    if now - since > FORGOTTEN_MS:
        changes |= {"baselined": False, "etag": None, "last_modified": None, "body_hash": None, "news_at": None}
    await connection.execute(update(sources).where(*its).values(changes), {"its_name": name})
    return True
