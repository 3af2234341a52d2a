"""What commands keep on record, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.alerts.suspension import HELD_MOST, NOT_TOLD
from bot.model import Chat, Subscription
from bot.ports.chat_store import SilentChat
from bot.ports.outbox_store import Sent
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported


MINUTE = timedelta(minutes=1)


async def test_a_subscription_is_there_once(play: Play, store: Store) -> None:
    """Subscribing twice says so, ending what is not there says so, and topics are chats of their own."""
    tie, topic = Subscription(Chat(1), "k"), Subscription(Chat(1, 5), "k")
    assert await store.chats.subscribe(tie, play.now)
    assert not await store.chats.subscribe(tie, play.now)
    assert await store.chats.subscribe(topic, play.now)
    assert await store.chats.subscribe(Subscription(Chat(1), "a"), play.now)
    assert await store.chats.find_subscriptions(Chat(1)) == ("a", "k")
    assert await store.chats.unsubscribe(topic)
    assert not await store.chats.unsubscribe(topic)
    assert await store.chats.find_subscriptions(Chat(1)) == ("a", "k")


async def test_case_7_who_comes_back_is_told_from_now_on(play: Play, store: Store) -> None:
    """Unblocking the bot, or subscribing again, revives a chat, with the newest of what was held for it."""
    for first in (1, 101):
        await play.queue(store, *(play.alert(first + number) for number in range(HELD_MOST)))
        await store.chats.suspend_chat(1, "bot was blocked by the user", play.now)
        await play.queue(store, *(play.alert(first + HELD_MOST + number) for number in range(7)))
        assert await store.outbox.count_waiting(play.now) == (0, None)
        if first == 1:
            assert await store.chats.revive_chat(1, play.now)
        else:
            await store.chats.subscribe(Subscription(Chat(1), "k"), play.now)
        assert (await store.chats.read_status(play.now)).suspended == ()
        assert (await store.outbox.count_waiting(play.now))[0] == HELD_MOST
        epoch = await play.sender(store)
        for one in await store.outbox.claim(epoch, play.now, limit=99, ttl=MINUTE):
            await store.outbox.settle([one], epoch, Sent(one.id), play.now)
    assert (await store.chats.read_status(play.now)).dead == ((NOT_TOLD, 14),)


async def test_owners_admit_and_revoke(play: Play, store: Store) -> None:
    """A chat is admitted until it is revoked; then nothing is told to it, what waited is dead, and it shows why."""
    assert not await store.chats.is_admitted(1)
    assert await store.chats.admit_chat(1, 42, play.now)
    assert not await store.chats.admit_chat(1, 42, play.now)
    await play.queue(store, play.alert(1))
    assert await store.chats.revoke_chat(1)
    assert not await store.chats.revoke_chat(1)
    assert not await store.chats.is_admitted(1)
    assert await play.queue(store, play.alert(2)) == 0
    await store.chats.revive_chat(1, play.now)
    status = await store.chats.read_status(play.now)
    assert status.suspended == (SilentChat(1, "an owner has taken back this chat's access"),)
    assert status.dead == (("an owner has taken back this chat's access", 2),)
    assert await store.chats.admit_chat(1, 42, play.now)
    assert await play.queue(store, play.alert(3)) == 1


async def test_a_suspended_chat_shows_what_is_held_and_the_next_probe(play: Play, store: Store) -> None:
    """The status and the list of chats say the same of it."""
    await store.chats.admit_chat(1, 42, play.now)
    await play.queue(store, play.alert(1), play.alert(2), play.alert(3, chat=5))
    await store.chats.suspend_chat(1, "blocked", play.now)
    (silent,) = (await store.chats.read_status(play.now)).suspended
    assert silent == SilentChat(1, "blocked", 2, play.now + MINUTE)
    (listed,) = await store.admissions.find_chats()
    assert (listed.held, listed.probe_at) == (2, play.now + MINUTE)


async def test_status_shows_the_sources_of_the_file(play: Play, store: Store) -> None:
    """Sources by name, with what their last polls brought; those that are gone from the file are not shown."""
    one, two = await play.leased(store, 2)
    await play.record(store, one, play.told(7, 1), play.told(8, 2))
    await store.polls.finish_polls([play.quiet(two, error="404 not found", parsed=False)])
    first, second = (await store.chats.read_status(play.now)).sources
    assert (first.name, first.items, first.polled_at, first.error, first.failures) == ("s0", 2, play.now, None, 0)
    assert (second.name, second.items, second.polled_at, second.failures) == ("s1", 0, None, 1)
    await store.polls.sync_sources(play.sources(1), play.now)
    assert [source.name for source in (await store.chats.read_status(play.now)).sources] == ["s0"]


async def test_the_pause_of_the_bot_is_no_chat(play: Play, store: Store) -> None:
    """A pause for everybody shows nowhere as a chat."""
    await store.outbox.block_chat(None, play.now)
    assert (await store.chats.read_status(play.now)).suspended == ()
