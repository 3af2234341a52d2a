"""The record of items, streamed and asked about, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.model import Chat
from bot.ports.history_store import SuspensionRecord
from bot.ports.outbox_store import Sent
from bot.ports.poll_store import Recorded
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)


async def seen(play: Play, store: Store, *keys: int, **changes: Any) -> None:
    """Poll the one source again and see these items."""
    (leased,) = await play.leased(store)
    items = tuple(Recorded(play.item(key, **changes), play.now) for key in keys)
    await play.record(store, leased, *items)
    play.after(minutes=20)


@pytest.mark.parametrize("most", [1, 3, 7, 500])
async def test_items_come_once_each_the_newest_first(play: Play, store: Store, most: int) -> None:
    """Whatever the size of a batch, every item since then comes once, with its source and texts, and no older one."""
    await seen(play, store, 100, 101)
    since = play.now
    await seen(play, store, *range(1, 8), lead="Lead", body="Body", language="en")
    batches = [batch async for batch in store.items.stream_items(since, most=most)]
    assert all(0 < len(batch) <= most for batch in batches)
    found = [one for batch in batches for one in batch]
    assert [one.item.title for one in found] == [f"Title {key}" for key in range(7, 0, -1)]
    assert {(one.source, one.seen_at, one.story) for one in found} == {("s0", since, None)}
    assert {(one.item.lead, one.item.body, one.item.language, one.item.keys) for one in found} == {
        ("Lead", "Body", "en", ())
    }


async def test_an_empty_record_gives_nothing(play: Play, store: Store) -> None:
    """Neither a new database nor one whose items are older gives a batch."""
    assert [batch async for batch in store.items.stream_items(play.now)] == []
    await seen(play, store, 1)
    assert [batch async for batch in store.items.stream_items(play.now)] == []


async def test_a_stream_lets_others_write(play: Play, store: Store) -> None:
    """Between two batches nothing is held; what comes meanwhile is not in the stream, and disturbs it not."""
    await seen(play, store, *range(1, 5))
    titles = []
    async for batch in store.items.stream_items(play.after(days=-1), most=2):
        titles += [one.item.title for one in batch]
        play.after(days=1)
        await seen(play, store, 50 + len(titles))
        play.after(days=-1)
    assert titles == ["Title 4", "Title 3", "Title 2", "Title 1"]


@pytest.mark.parametrize(
    "link",
    [
        "https://s.example/2026/Summit-Talks-77",
        "http://www.s.example/2026/Summit-Talks-77?utm_source=telegram#top",
        "https://m.s.example/2026/Summit-Talks-77?fbclid=x",
    ],
)
async def test_an_item_is_found_by_any_spelling_of_its_link(play: Play, store: Store, link: str) -> None:
    """Tracking, scheme and mobile hosts do not matter; another page whose address is longer is another page."""
    await seen(play, store, 1, url="https://s.example/2026/Summit-Talks-77?utm_medium=rss")
    await seen(play, store, 2, url="https://s.example/2026/Summit-Talks-77/comments")
    (trace,) = await store.items.trace_item(link, Chat(1))
    assert trace.found.item.title == "Title 1"
    assert trace.first_sight


@pytest.mark.parametrize("link", ["", "no link", "https://s.example/", "https://s.example/%25%5f", "https://[::1/x"])
async def test_what_is_no_known_link_finds_nothing(play: Play, store: Store, link: str) -> None:
    """No text raises, and wildcards of the database mean nothing."""
    await seen(play, store, 1)
    assert await store.items.trace_item(link, Chat(1)) == ()


async def test_a_link_is_found_among_many_like_it(play: Play, store: Store) -> None:
    """Numbers in a path or a query tell pages apart, however many the site has, and so do words of other scripts."""
    links = [f"https://s.example/news.php?section=a&id={number}" for number in range(300)]
    links += ["https://s.example/новости/саммит", "https://s.example/новости/погода", "https://s.example/?p=7"]
    (leased,) = await play.leased(store)
    await play.record(
        store, leased, *(Recorded(play.item(key, url=link), play.now) for key, link in enumerate(links, start=1))
    )
    for key, link in ((6, "http://www.s.example/news.php?id=5&section=a"), (301, links[300]), (303, links[302])):
        (trace,) = await store.items.trace_item(link, Chat(1))
        assert trace.found.item.title == f"Title {key}"


async def test_the_first_sight_of_a_source_is_known_while_it_is_on_record(play: Play, store: Store) -> None:
    """Items of the first poll are told from later ones; when old items are forgotten, nothing is taken for first."""
    await seen(play, store, 1, 2)
    await seen(play, store, 3)
    first = [(await store.items.trace_item(f"https://s.example/{key}", Chat(1)))[0].first_sight for key in (1, 2, 3)]
    assert first == [True, True, False]
    play.after(days=29)
    await seen(play, store, 4)
    await store.prune(play.after(days=2))
    (trace,) = await store.items.trace_item("https://s.example/4", Chat(1))
    assert not trace.first_sight


async def test_a_trace_says_what_became_of_the_story_for_a_chat(play: Play, store: Store) -> None:
    """Waiting, held with the reason of a suspension, or sent, by who asks, at its new id too; a stranger has none."""
    (leased,) = await play.leased(store)
    alerts = tuple(play.alert(7, chat) for chat in (1, 2, -500))
    await play.record(store, leased, play.told(7, 1), alerts=alerts)

    async def telling(chat: int) -> Any:
        (trace,) = await store.items.trace_item("https://s.example/1", Chat(chat))
        assert [report.source for report in trace.reports] == ["s0"]
        return trace.delivery

    assert (await telling(1)).state == "pending"
    assert await telling(9) is None
    epoch = await play.sender(store)
    one, *_ = await store.outbox.claim(epoch, play.now, limit=1, ttl=MINUTE)
    await store.outbox.settle([one], epoch, Sent(5), play.after(minutes=1))
    told = await telling(one.alert.chat.id)
    assert (told.state, told.sent_at) == ("sent", play.now)
    await store.chats.suspend_chat(2, "the bot was blocked by the user", play.now)
    assert (await telling(2)).state == "pending"
    (trace,) = await store.items.trace_item("https://s.example/1", Chat(2))
    assert trace.suspension == SuspensionRecord("the bot was blocked by the user", play.now, play.now + MINUTE)
    await store.chats.migrate_chat(-500, -100500)
    assert (await telling(-100500)).queued_at == (await telling(-500)).queued_at
