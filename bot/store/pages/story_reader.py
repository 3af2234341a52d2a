"""Stories and chats for the pages over one database. Fulfils `bot.ports.story_readings.RecordReader`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.ports.story_readings import ChatList, ChatOverview, StoryFilter, StoryList, StoryRecord
from bot.store.chats import chat_overview
from bot.store.database.transactions import Database
from bot.store.pages import story_list, story_record


@dataclass(frozen=True, slots=True)
class StoryReader:
    """The part of the store that reads stories and chats for owners."""

    database: Database

    async def list_stories(self, wanted: StoryFilter, *, most: int, after: int | None = None) -> StoryList:
        return await story_list.list_stories(self.database, wanted, most=most, after=after)

    async def read_story(self, number: int) -> StoryRecord | None:
        return await story_record.read_story(self.database, number)

    async def list_chats(self, *, most: int, skip: int = 0) -> ChatList:
        return await chat_overview.list_chats(self.database, most=most, skip=skip)

    async def read_chats(self, numbers: Collection[int]) -> tuple[ChatOverview, ...]:
        return await chat_overview.read_chats(self.database, numbers)
