"""The index of searches: in step with the record, and asked as each database asks its own, on both."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select

from bot.ports.poll_store import Recorded
from bot.ports.search_store import AllOf, AnyOf, Condition, Term
from bot.store.repository import Store
from bot.store.tables import item_terms, items
from bot.text.index_terms import source_term

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

DAY = timedelta(days=1)


async def seen(play: Play, store: Store, *titles: str, first: int = 1) -> None:
    """Poll the one source and see items with these titles, each a minute older than the one before."""
    (leased,) = await play.leased(store)
    made = [
        Recorded(play.item(first + n, title=title, published=play.now - n * timedelta(minutes=1)), play.now)
        for n, title in enumerate(titles)
    ]
    await play.record(store, leased, *made)
    play.after(minutes=20)


async def found(store: Store, condition: Condition, since: Any) -> list[str]:
    """Return the titles of the candidates."""
    numbers = await store.search.find_candidates(condition, since)
    return [one.item.title for one in await store.search.read_items(numbers)]


async def test_items_are_found_by_their_terms_the_newest_first(play: Play, store: Store) -> None:
    """Words with signs, prefixes, scripts without spaces and sources, joined by AND and OR."""
    since = play.now - DAY
    await seen(play, store, "Summit in Geneva", "AT&T's 50% off it's", "中俄峰会今天", "Summits of 'x' | (y) & \"z\"")
    assert await store.search.index_some(most=3) == 3
    assert await store.search.index_some(most=3) == 1
    assert await store.search.index_some() == 0
    summit = Term("summit", prefix=True)
    assert await found(store, summit, since) == ["Summit in Geneva", "Summits of 'x' | (y) & \"z\""]
    assert await found(store, AllOf((summit, AnyOf((Term("geneva"), Term("bonn"))))), since) == ["Summit in Geneva"]
    assert await found(store, AllOf((Term("峰会"), Term("今天"))), since) == ["中俄峰会今天"]
    assert await found(store, Term("at\ue026t"), since) == ["AT&T's 50% off it's"]
    assert len(await found(store, Term(source_term(1)), since)) == 4
    assert await found(store, AllOf((summit, AnyOf(()))), since) == []
    assert await found(store, summit, play.now) == []


async def test_what_is_removed_leaves_the_index(play: Play, store: Store) -> None:
    """A row number that is used anew finds the new item, and never the old one."""
    since = play.now - DAY
    await seen(play, store, "Summit", "Weather")
    await store.search.index_some()
    async with store.database.write() as connection:
        await connection.execute(delete(items))
        assert not await connection.scalar(select(func.count()).select_from(item_terms))
    await seen(play, store, "Sport", first=10)
    assert await store.search.count_unindexed() >= 1
    await store.search.index_some()
    assert await found(store, Term("summit"), since) == []
    assert await found(store, Term("sport"), since) == ["Sport"]


async def test_two_may_index_at_once(play: Play, store: Store) -> None:
    """What another process has put into the index meanwhile stays as it is."""
    await seen(play, store, "Summit")
    other = await play.worker()
    rows = await store.search._read_unindexed(None, 10)
    await other.search.index_some()
    assert len(rows) == 1
    await store.search._write(rows)
    assert await found(store, Term("summit"), play.now - DAY) == ["Summit"]


async def test_the_newest_come_first_by_when_they_were_seen(play: Play, store: Store) -> None:
    """From a row number on and some at a time; a time stands for the first item that was seen then or later."""
    began = play.now
    await seen(play, store, "Summit one", "Weather")
    await seen(play, store, "Summit two", "Summit three", first=10)
    await store.search.index_some()
    summit = Term("summit")
    newest = await store.search.find_newest(summit, 0, most=2)
    titles = [one.item.title for one in await store.search.read_items(newest)]
    assert titles == ["Summit three", "Summit two"]
    begins = await store.search.find_begins((began, began + timedelta(minutes=1), began + DAY))
    assert begins == (1, 3, None)
    assert list(await store.search.find_newest(summit, 4, most=9)) == [newest[0]]
    assert list(await store.search.find_newest(AnyOf(()), 0, most=9)) == []


async def test_a_record_without_an_index_names_no_candidates(play: Play, store: Store) -> None:
    """Before the first item was put into it there is none."""
    assert list(await store.search.find_newest(Term("summit"), 0, most=9)) == []
    assert await store.search.find_begins((play.now,)) == (None,)


async def test_items_are_counted_between_row_numbers(play: Play, store: Store) -> None:
    """From each to the next, as a page counts them by day; what is not there yet counts nothing."""
    await seen(play, store, "Summit one", "Weather", "Summit two")
    assert await store.search.count_between(Term("summit"), (1, 3)) == (0, 0)
    await store.search.index_some()
    assert await store.search.count_between(Term("summit"), (1, 2, 3, 2**63 - 1)) == (1, 0, 1, 0)
    assert await store.search.count_between(Term("summit"), (2,)) == (1,)
    assert await store.search.count_between(AnyOf(()), (1, 2)) == (0, 0)
