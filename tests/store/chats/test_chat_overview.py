"""The chats as owners see them: who asks, what is held and fails, what each is told; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text, update

from bot.model import Chat, Subscription
from bot.store.chats.chat_overview import list_chats, read_chats
from bot.store.repository import Store
from bot.store.tables import outbox

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported


async def test_those_that_need_an_owner_come_first(play: Play, store: Store) -> None:
    """Who asks, then who cannot be told, then the others by id, and at last who was put out; some at a time."""
    for chat in (5, 3):
        await store.chats.admit_chat(chat, 1, play.now)
    await store.chats.subscribe(Subscription(Chat(4), "k"), play.now)
    await store.chats.revoke_chat(2)
    await store.chats.suspend_chat(9, "blocked", play.now)
    await store.admissions.request_access(-7, "group", "Desk", play.now)
    found = await list_chats(store.database, most=10)
    assert [one.id for one in found.chats] == [-7, 9, 3, 4, 5, 2]
    assert found.total == 6
    assert [one.id for one in (await list_chats(store.database, most=2, skip=2)).chats] == [3, 4]
    assert found.chats[0].is_asking
    assert found.chats[0].title == "Desk"


async def test_a_chat_shows_what_it_is_told_and_what_is_held(play: Play, store: Store) -> None:
    """Watchlists of all its topics, alerts that wait by what holds them, and those given up; muted ones are neither."""
    for topic, name in ((None, "k"), (7, "oil"), (7, "k")):
        await store.chats.subscribe(Subscription(Chat(-1, topic), name), play.now)
    await play.queue(store, *(play.alert(story, -1) for story in range(1, 7)))
    async with store.database.write() as connection:
        ms = int(play.now.timestamp() * 1000)
        await connection.execute(update(outbox).where(outbox.c.story == 1).values(hold="quiet"))
        await connection.execute(text("UPDATE outbox SET state = 'dead' WHERE story IN (2, 3)"))
        await connection.execute(text("UPDATE outbox SET hold = 'mute' WHERE story = 3"))
        sent = update(outbox).where(outbox.c.story == 4).values(state="sent", shown=1, sent_at=ms)
        await connection.execute(sent)
    (one,) = (await list_chats(store.database, most=9)).chats
    assert one.watchlists == ("k", "oil")
    assert (one.held, one.waiting, one.failed, one.last_sent) == ({"quiet": 1, "": 2}, 3, 1, play.now)


async def test_a_suspension_and_lost_topics_say_when_they_are_tried_again(play: Play, store: Store) -> None:
    """With the reason that Telegram gave and since when."""
    until = play.now + timedelta(hours=3)
    await store.chats.suspend_chat(-1, "not enough rights", play.now, closure="restricted", muted_until=until)
    await store.chats.close_topic(Chat(-1, 7), "TOPIC_CLOSED", play.now)
    (one,) = (await list_chats(store.database, most=9)).chats
    assert one.suspension is not None
    assert (one.suspension.reason, one.suspension.since, one.suspension.probe_at) == (
        "not enough rights",
        play.now,
        until,
    )
    assert one.muted_until == until
    (topic,) = one.lost_topics
    assert (topic.topic, topic.reason, topic.since) == (7, "TOPIC_CLOSED", play.now)
    assert topic.probe_at > play.now


async def test_a_private_chats_own_queries_and_name_are_its_business(play: Play, store: Store) -> None:
    """Neither how many it has nor what they are."""
    await store.queries.add_query(Chat(5), "my secret", play.now, most=9)
    await store.chats.admit_chat(5, 1, play.now)
    (one,) = (await list_chats(store.database, most=9)).chats
    assert one.watchlists == ()
    assert "secret" not in repr(one)


async def test_chats_can_be_asked_for_by_number(play: Play, store: Store) -> None:
    """One that watchlists.yaml names, and that nobody has written from, is there with nothing."""
    await store.chats.admit_chat(5, 1, play.now)
    known, unknown = await read_chats(store.database, (5, -6))
    assert (known.admitted, unknown.id, unknown.admitted, unknown.waiting) == (True, -6, False, 0)
