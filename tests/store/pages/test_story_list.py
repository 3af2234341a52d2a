"""The list of stories that owners see: filtered, paged, and without what chats watch for by themselves; on both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.ports.story_readings import StoryFilter
from bot.store.pages.story_list import list_stories
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

OWN = (("~5", "my own secret"),)


async def tell(play: Play, store: Store, story: int, *, lists: tuple[str, ...] = ("k",), alerts: Any = ()) -> None:
    """Put a story on record, with a report of these watchlists, and let 20 minutes pass."""
    (leased,) = await play.leased(store)
    told = play.told(story, story * 10)
    told = replace(told, report=replace(told.report, watchlists=lists, headline=f"Story {story}"))
    await play.record(store, leased, told, alerts=alerts)
    play.after(minutes=20)


async def ids(store: Store, **wanted: Any) -> list[int]:
    """Return the numbers of the stories that a filter finds."""
    return [one.id for one in (await list_stories(store.database, StoryFilter(**wanted), most=50)).stories]


async def test_stories_come_newest_first_some_at_a_time(play: Play, store: Store) -> None:
    """Each list says behind which story the next begins; a story that is gone counts as none."""
    for story in (1, 2, 3, 4, 5):
        await tell(play, store, story)
    first = await list_stories(store.database, StoryFilter(), most=2)
    assert [one.id for one in first.stories] == [5, 4]
    second = await list_stories(store.database, StoryFilter(), most=2, after=first.after)
    assert [one.id for one in second.stories] == [3, 2]
    last = await list_stories(store.database, StoryFilter(), most=2, after=second.after)
    assert ([one.id for one in last.stories], last.after) == ([1], None)
    assert (await list_stories(store.database, StoryFilter(), most=2, after=99)).stories == first.stories


async def test_a_rare_filter_looks_at_a_bounded_number_and_goes_on_from_there(play: Play, store: Store) -> None:
    """What lies further back comes with the next list, so that no request reads the whole record."""
    for story in (1, 2, 3, 4, 5):
        await tell(play, store, story, lists=("rare",) if story == 1 else ("k",))
    wanted = StoryFilter(watchlist="rare")
    first = await list_stories(store.database, wanted, most=2, looked=3)
    assert (first.stories, first.after) == ((), 3)
    then = await list_stories(store.database, wanted, most=2, looked=3, after=first.after)
    assert ([one.id for one in then.stories], then.after) == ([1], None)


async def test_every_filter_must_hold(play: Play, store: Store) -> None:
    """By watchlist, whose name is no pattern, by chat, by time, and by number."""
    begin = play.now
    await tell(play, store, 1, lists=("a_b", "k"), alerts=(play.alert(1, -100),))
    await tell(play, store, 2, lists=("axb",), alerts=(play.alert(2, 7), play.alert(2, -100)))
    await tell(play, store, 3, alerts=(play.alert(3, 7),))
    assert await ids(store, watchlist="a_b") == [1]
    assert await ids(store, watchlist="a") == []
    assert await ids(store, chat=7) == [3, 2]
    assert await ids(store, chat=-100, watchlist="k") == [1]
    assert await ids(store, begin=begin + timedelta(minutes=10), end=begin + timedelta(minutes=30)) == [2]
    assert await ids(store, numbers=(1, 3, 99)) == [3, 1]
    assert await ids(store, numbers=()) == []


async def test_what_chats_watch_for_by_themselves_is_not_shown(play: Play, store: Store) -> None:
    """A story that only own queries brought is left out, and an alert that a private chat got by one is not counted."""
    await tell(play, store, 1, lists=("~5",), alerts=(play.alert(1, 7, watchlists=OWN),))
    await tell(play, store, 2, lists=("~5", "k"), alerts=(play.alert(2, 7, watchlists=OWN), play.alert(2, 8)))
    (shown,) = (await list_stories(store.database, StoryFilter(), most=9)).stories
    assert (shown.id, shown.watchlists, shown.waiting) == (2, ("k",), 1)
    assert await ids(store, chat=7) == []
    assert await ids(store, watchlist="~5") == []


async def test_an_entry_says_who_reported_and_what_became_of_the_alerts(play: Play, store: Store) -> None:
    """Sources in their order, each once, and alerts sent, waiting and given up; what was muted is none of these."""
    chats = range(1, 6)
    await tell(play, store, 1, alerts=tuple(play.alert(1, chat) for chat in chats))
    (leased,) = await play.leased(store)
    await play.record(store, leased, replace(play.told(1, 11), report=play.report("s9")))
    async with store.database.write() as connection:
        await connection.execute(text("UPDATE outbox SET state = 'sent' WHERE chat < 3"))
        await connection.execute(text("UPDATE outbox SET state = 'dead' WHERE chat = 3"))
        await connection.execute(text("UPDATE outbox SET state = 'dead', hold = 'mute' WHERE chat = 4"))
    (shown,) = (await list_stories(store.database, StoryFilter(), most=9)).stories
    assert (shown.sources, shown.reports, shown.headline) == (("s0", "s9"), 2, "Story 1")
    assert (shown.told, shown.waiting, shown.failed) == (2, 1, 1)


async def test_an_empty_record_is_an_empty_list(store: Store) -> None:
    """Nothing is missing, there is just nothing yet."""
    assert (await list_stories(store.database, StoryFilter(chat=1, watchlist="k"), most=9)).stories == ()


@pytest.mark.parametrize("name", ['"', "%", "\\", "x' OR 1=1 --"])
async def test_a_name_from_outside_is_a_value(play: Play, store: Store, name: str) -> None:
    """Whatever stands in the address finds nothing and breaks nothing."""
    await tell(play, store, 1)
    assert await ids(store, watchlist=name) == []
