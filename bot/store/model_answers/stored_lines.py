"""The lines of a language model that there are, for whoever sends alerts. A function over an open connection."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.model import StoryLine
from bot.store.database.dialect import Dialect
from bot.store.tables import story_lines

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


async def read_lines(
    connection: AsyncConnection, dialect: Dialect, stories: Iterable[int]
) -> dict[int, tuple[StoryLine, ...]]:
    """Return the lines of these stories, of those that have any."""
    wanted = tuple(set(stories))
    if not wanted:
        return {}
    found: dict[int, tuple[StoryLine, ...]] = {}
    statement = select(story_lines).where(dialect.among(story_lines.c.story, "stories"), story_lines.c.line != "")
    for row in await connection.execute(statement, {"stories": dialect.pack(wanted)}):
        found[row.story] = (*found.get(row.story, ()), StoryLine(row.kind, row.language, row.line))
    return found
