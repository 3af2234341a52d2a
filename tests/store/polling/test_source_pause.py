"""A source that an owner has paused is asked by nobody until it is resumed."""

from __future__ import annotations

from tests.store.conftest import MINUTE, Play


async def test_a_paused_source_is_leased_by_nobody_and_shown_as_paused(play: Play) -> None:
    """Neither a poller nor one tick of `once` takes it; the next wake-up is that of another source."""
    store = await play.worker()
    await store.polls.sync_sources(play.sources(2), play.now)
    assert await store.chats.pause_source("s0", play.now)
    assert not await store.chats.pause_source("s0", play.now)
    assert not await store.chats.pause_source("nobody", play.now)
    leased = await store.polls.lease_sources(play.now, limit=5, ttl=MINUTE)
    assert [one.name for one in leased] == ["s1"]
    status = {one.name: one.paused_at for one in (await store.chats.read_status(play.now)).sources}
    assert status == {"s0": play.now, "s1": None}
    await store.polls.sync_sources(play.sources(2), play.after(minutes=5))
    assert await store.chats.resume_source("s0", play.now)
    assert not await store.chats.resume_source("s0", play.now)
    leased = await store.polls.lease_sources(play.now, limit=5, ttl=MINUTE)
    assert "s0" in [one.name for one in leased]


async def test_what_a_source_showed_during_a_long_pause_is_no_news(play: Play) -> None:
    """After more than a day it begins with a baseline, so that no backlog is told; after minutes it goes on."""
    store = await play.worker()
    for days, baselined in ((0, True), (2, False)):
        (leased,) = await play.leased(store)
        await play.record(store, leased)
        await store.chats.pause_source("s0", play.now)
        await store.chats.resume_source("s0", play.after(days=days, minutes=1))
        (leased,) = await play.leased(store)
        assert leased.baselined is baselined
        await play.record(store, leased)
        play.after(hours=1)
