"""Stored waits after the clock was wrong: an hour, a day and ten years, back and ahead, with a restart in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model import Chat
from bot.ports.outbox_store import Later
from bot.ports.poll_store import Turn
from bot.process.clock import LONGEST_LEASE
from bot.store.repository import Store

if TYPE_CHECKING:
    from tests.store.conftest import Play

pytestmark = pytest.mark.integration

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TTL = timedelta(seconds=20)
WRONG = pytest.mark.parametrize("wrong", [HOUR, DAY, 3653 * DAY], ids=["hour", "day", "ten years"])
RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["", "restarted"])


async def claimed(play: Play, store: Store) -> set[int]:
    """Return the chats whose alerts the store hands to its sender now."""
    epoch = await store.outbox.take_role("sender", play.now, TTL)
    assert epoch is not None
    return {one.alert.chat.id for one in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)}


@WRONG
@RESTARTED
async def test_alerts_do_not_wait_for_a_clock_that_was_set_back(
    play: Play, store: Store, wrong: timedelta, restarted: bool
) -> None:
    """What was queued, put off or paused before is due at once, and so is a claim that was never settled."""
    epoch = await store.outbox.take_role("sender", play.now, TTL)
    assert epoch is not None
    await play.queue(store, *(play.alert(1, chat=chat) for chat in (1, 2, 3, 4)))
    first, second, *_ = await store.outbox.claim(epoch, play.now, limit=3, ttl=MINUTE)
    await store.outbox.settle([first], epoch, Later(play.now + MINUTE, "later", counts="nothing"), play.now)
    await store.outbox.block_chat(second.alert.chat.id, play.now + MINUTE)
    await store.outbox.block_chat(None, play.now + MINUTE)
    if restarted:
        await store.outbox.release_role("sender", epoch)
        store = await play.worker()
    play.after(seconds=-wrong.total_seconds())
    at_once = await claimed(play, store)
    assert at_once == {1, 2, 3, 4} if restarted else at_once >= {1, 4}
    play.after(seconds=LONGEST_LEASE.total_seconds())  # a sender that lives may still hold what it claimed
    assert at_once | await claimed(play, store) == {1, 2, 3, 4}


@WRONG
async def test_a_clock_that_was_ahead_for_a_moment_puts_nothing_off(play: Play, store: Store, wrong: timedelta) -> None:
    """What an instance elsewhere queued, paused, leased and held at that time is over when the clock is right."""
    elsewhere = await play.worker()
    right = play.now
    play.after(seconds=wrong.total_seconds())
    await play.queue(elsewhere, play.alert(1, chat=1))
    await elsewhere.outbox.block_chat(2, play.now + MINUTE)
    assert await elsewhere.outbox.take_role("sender", play.now, TTL) is not None
    await play.leased(elsewhere)
    play.now = right + MINUTE
    await play.queue(store, play.alert(2, chat=2))
    assert await claimed(play, store) == {1, 2}
    assert len(await play.leased(store)) == 1


@WRONG
async def test_ahead_and_back_and_ahead_again_tells_each_alert_once(play: Play, store: Store, wrong: timedelta) -> None:
    """However often the clock jumps, what is held is held by one claim, and comes back when that has ended."""
    for jump in (wrong, -wrong, -wrong, wrong):
        play.after(seconds=jump.total_seconds())
        await claimed(play, store)
    await play.queue(store, play.alert(1, chat=1))
    assert await claimed(play, store) == {1}
    assert await claimed(play, store) == set()


async def test_a_claim_is_not_given_twice_because_the_clock_went_back(play: Play, store: Store) -> None:
    """Set back by seconds, as time servers do, nothing that is being sent this moment is handed out again."""
    await play.queue(store, play.alert(1, chat=1))
    assert await claimed(play, store) == {1}
    play.after(seconds=-30)
    assert await claimed(play, store) == set()


async def test_what_readers_wished_is_looked_at_again(play: Play, store: Store) -> None:
    """An alert that waits for a morning of next year is decided anew when the year is right again, by its true age."""
    from bot.preferences import Digest, Preferences

    right = play.now
    await store.preferences.write_preferences(Chat(1), Preferences(digest=Digest("day", 8 * 60)))
    play.after(days=365)
    await play.queue(store, play.alert(1, chat=1))
    assert await claimed(play, store) == set()
    play.now = right
    assert await claimed(play, store) == set()
    play.after(days=1)
    assert await claimed(play, store) == {1}


@WRONG
@RESTARTED
async def test_sources_do_not_wait_for_a_clock_that_was_set_back(
    play: Play, store: Store, wrong: timedelta, restarted: bool
) -> None:
    """Each is due again after the wait that it had, counted from the clock as it is now, once."""
    (one,) = await play.leased(store)
    await store.polls.finish_polls([Turn(play.outcome(one))])
    play.after(seconds=-wrong.total_seconds())
    if restarted:
        store = await play.worker()
    assert len(await play.leased(store)) == 0
    due = await store.polls.find_next_due()
    assert due == play.now + 10 * MINUTE
    assert len(await store.polls.lease_sources(play.after(minutes=10), limit=9, ttl=MINUTE)) == 1
