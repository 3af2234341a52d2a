"""Personal queries on record, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.model import Chat, Subscription
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

GROUP, SUPERGROUP = -500, -100500
HERE, TOPIC, ELSEWHERE = Chat(GROUP), Chat(GROUP, 7), Chat(22)


async def watch(play: Play, store: Store, chat: Chat, text: str, **more: Any) -> Any:
    """Watch for a query, of which a chat may have three."""
    return await store.queries.add_query(chat, text, play.now, most=3, **more)


async def texts(store: Store, chat: Chat) -> dict[int, str]:
    """Return what a place watches for, by number."""
    return {one.number: one.text for one in await store.queries.find_queries(chat)}


async def test_a_query_is_watched_until_it_is_ended(play: Play, store: Store) -> None:
    """Numbers count within the chat, topics have their own queries, and each is a subscription of its place."""
    first = await watch(play, store, HERE, "summit")
    second = await watch(play, store, TOPIC, "oil")
    other = await watch(play, store, ELSEWHERE, "gas")
    assert [one.number for one in (first, second, other)] == [1, 2, 1]
    assert await texts(store, HERE) == {1: "summit"}
    assert await texts(store, TOPIC) == {2: "oil"}
    assert [one.text for one in await store.queries.find_all_queries()] == ["summit", "oil", "gas"]
    assert await store.chats.find_subscriptions(TOPIC) == (second.watchlist,)
    assert await store.queries.remove_query(HERE, 2) is None  # it is the topic's
    assert await store.queries.remove_query(TOPIC, 2) == second
    assert await store.queries.remove_query(TOPIC, 2) is None
    assert await store.chats.find_subscriptions(TOPIC) == ()
    assert [one.text for one in await store.queries.find_all_queries()] == ["summit", "gas"]


async def test_the_same_query_is_there_once(play: Play, store: Store) -> None:
    """Watching again for what is watched for changes nothing; another place of the chat may watch for it too."""
    first = await watch(play, store, HERE, "summit")
    changed = await store.queries.read_revision()
    assert await watch(play, store, HERE, "summit") == first
    assert await store.queries.read_revision() == changed
    assert (await watch(play, store, TOPIC, "summit")).number == 2


async def test_a_chat_has_room_for_some(play: Play, store: Store) -> None:
    """What exceeds the quota is refused, in whichever topic; ending one makes room; others are not concerned."""
    for number in range(3):
        assert await watch(play, store, HERE, f"word{number}")
    assert await watch(play, store, TOPIC, "more") is None
    assert await watch(play, store, ELSEWHERE, "more")
    await store.queries.remove_query(HERE, 2)
    assert (await watch(play, store, HERE, "more")).number == 4


async def test_a_query_that_nobody_confirmed_is_none(play: Play, store: Store) -> None:
    """Until it is confirmed nobody is told by it; the next one that waits takes its place; confirming works once."""
    old = await watch(play, store, HERE, "the", confirmed=False)
    new = await watch(play, store, HERE, "war", confirmed=False)
    assert (old.since, new.since) == (None, None)
    assert await store.queries.find_all_queries() == ()
    assert await store.chats.find_subscriptions(HERE) == ()
    assert await store.queries.confirm_query(HERE, old.number, play.now, most=3) is None
    assert await store.queries.confirm_query(TOPIC, new.number, play.now, most=3) is None
    confirmed = await store.queries.confirm_query(HERE, new.number, play.now, most=3)
    assert confirmed is not None
    assert (confirmed.text, confirmed.since) == ("war", play.now)
    assert await store.chats.find_subscriptions(HERE) == (confirmed.watchlist,)
    assert await store.queries.confirm_query(HERE, new.number, play.now, most=3) is None


async def test_confirming_needs_room_too(play: Play, store: Store) -> None:
    """A button pressed late does not get past the quota."""
    waits = await watch(play, store, HERE, "the", confirmed=False)
    for number in range(3):
        await watch(play, store, TOPIC, f"word{number}")
    assert await store.queries.confirm_query(HERE, waits.number, play.now, most=3) is None


async def test_every_process_notices_a_change(play: Play, store: Store) -> None:
    """The counter rises with what the engine must know, and an id is never used a second time."""
    other = await play.worker()
    seen, ids = [await other.queries.read_revision()], []
    for _ in range(3):
        one = await watch(play, store, HERE, "summit")
        ids.append(one.id)
        seen.append(await other.queries.read_revision())
        await store.queries.remove_query(HERE, one.number)
        seen.append(await other.queries.read_revision())
    assert len(set(seen)) == len(seen)
    assert len(set(ids)) == 3


async def test_a_group_takes_its_queries_to_its_new_id(play: Play, store: Store) -> None:
    """They are numbered behind what the new id has, are told there, and moving twice changes nothing more."""
    there = await watch(play, store, Chat(SUPERGROUP), "gas")
    moved = await watch(play, store, TOPIC, "summit")
    for _ in range(2):
        await store.outbox.migrate_chat(GROUP, SUPERGROUP)
    assert await texts(store, Chat(SUPERGROUP)) == {1: "gas"}
    assert await texts(store, Chat(SUPERGROUP, 7)) == {2: "summit"}
    assert await store.chats.find_subscriptions(Chat(SUPERGROUP, 7)) == (moved.watchlist,)
    assert {one.watchlist for one in await store.queries.find_all_queries()} == {there.watchlist, moved.watchlist}
    assert await store.queries.remove_query(Chat(SUPERGROUP, 7), 2) is not None


async def test_a_lost_topic_keeps_its_queries(play: Play, store: Store) -> None:
    """It may be found again; General, which is told by them meanwhile, shows that it is."""
    one = await watch(play, store, TOPIC, "summit")
    await store.outbox.close_topic(TOPIC, "TOPIC_CLOSED", play.now)
    assert await texts(store, TOPIC) == {1: "summit"} == await texts(store, HERE)
    assert await store.chats.find_subscriptions(HERE) == (one.watchlist,)


async def test_who_must_not_be_told_is_no_reader_of_its_queries(play: Play, store: Store) -> None:
    """Revoked chats keep their queries and are not told by them; of a suspended one the alerts are held."""
    one = await watch(play, store, ELSEWHERE, "summit")
    (leased,) = await play.leased(store)

    async def readers() -> tuple[Subscription, ...]:
        async with store.polls.open_recording(leased) as recording:
            found: tuple[Subscription, ...] = await recording.find_subscribers([one.watchlist])
            return found

    assert await readers() == (Subscription(ELSEWHERE, one.watchlist),)
    await store.chats.suspend_chat(22, "the bot was blocked by the user", play.now)
    assert await readers() == (Subscription(ELSEWHERE, one.watchlist),)
    await watch(play, store, ELSEWHERE, "oil")
    assert (await store.chats.read_status(play.now)).suspended == ()
    assert await readers() == (Subscription(ELSEWHERE, one.watchlist),)
    await store.chats.admit_chat(22, 1, play.now)
    await store.chats.revoke_chat(22)
    assert await readers() == ()
    assert await texts(store, ELSEWHERE) == {1: "summit", 2: "oil"}


@pytest.mark.parametrize("text", ["\x00sum\ud800mit", "слово OR 字", "x" * 500])
async def test_any_text_is_kept(play: Play, store: Store, text: str) -> None:
    """What no database can hold is dropped, everything else comes back as it was."""
    await watch(play, store, HERE, text)
    assert await texts(store, HERE) == {1: text.replace("\x00", "").replace("\ud800", "")}
