"""Forgetting: what is too old goes, what still decides anything stays, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.ports.outbox_store import Dead, Sent
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)


async def rows(store: Store, table: str) -> int:
    """Count a table's rows."""
    async with store.database.read() as connection:
        number: int = (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - a name of ours
        return number


async def test_old_items_stories_and_alerts_go(play: Play, store: Store) -> None:
    """Items go after a month, keys sooner, stories and alerts that ended after a quarter; what waits stays."""
    (one,) = await play.leased(store)
    alerts = tuple(play.alert(7, chat) for chat in (1, 2, 3))
    await play.record(store, one, play.told(7, 1, index=(4, 5)), alerts=alerts)
    epoch = await play.sender(store)
    sent, dead, waits = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    await store.outbox.settle([sent], epoch, Sent(1), play.now)
    await store.outbox.settle([dead], epoch, Dead("poison"), play.now)
    assert await store.prune(play.after(days=13)) == 0
    counted = []
    for days in (2, 20, 60):
        await store.prune(play.after(days=days))
        counted.append([await rows(store, table) for table in ("story_keys", "items", "stories", "reports", "outbox")])
    assert counted == [[0, 1, 1, 1, 3], [0, 0, 1, 1, 3], [0, 0, 0, 0, 1]]
    (left,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert left.id == waits.id


async def test_case_64_an_item_that_left_is_known_for_a_quarter(play: Play, store: Store) -> None:
    """An entry that its source shows no more is forgotten 90 days later, and not before."""
    watcher = await play.worker()  # to ask is to show: the poller's own store would take our question for a sight
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), play.told(8, 2))
    for days, known in ((89, {1, 2}), (2, {2})):
        play.after(days=days)
        (one,) = await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE)
        await store.polls.find_seen(one.id, [2], play.now)
        await store.polls.finish_polls([play.quiet(one)])
        await store.prune(play.now)
        assert await watcher.polls.find_seen(one.id, [1, 2], play.now) == known


async def test_a_source_that_says_nothing_keeps_its_memory(play: Play, store: Store) -> None:
    """Answers of 304 for a year show no entries, so none of them grows old."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1))
    for _ in range(12):
        (one,) = await store.polls.lease_sources(play.after(days=31), limit=1, ttl=MINUTE)
        await store.polls.finish_polls([play.quiet(one, parsed=False)])
    await store.prune(play.now)
    assert await store.polls.find_seen(one.id, [1], play.now) == {1}


async def test_a_source_gone_for_a_year_is_forgotten(play: Play, store: Store) -> None:
    """With it goes what it had seen; sources in use stay."""
    one, _ = await play.leased(store, 2)
    await play.record(store, one, play.told(7, 1))
    await store.polls.sync_sources(play.sources(2)[1:], play.now)
    await store.prune(play.after(days=364))
    assert [await rows(store, table) for table in ("sources", "seen_keys")] == [2, 1]
    await store.prune(play.after(days=2))
    assert [await rows(store, table) for table in ("sources", "seen_keys")] == [1, 0]


async def test_much_is_forgotten_in_small_steps(play: Play, store: Store) -> None:
    """More than a batch of rows goes too; reports keep their keys together."""
    (one,) = await play.leased(store)
    many = [play.told(number, number, index=tuple(range(30))) for number in range(1, 101)]
    await play.record(store, one, *many)
    await store.prune(play.after(days=40))
    assert [await rows(store, table) for table in ("story_keys", "items", "reports")] == [0, 0, 100]


async def test_it_is_due_once_a_day(play: Play, store: Store) -> None:
    """Asked at every tick, it runs when something is too old, and then not for a day, in another process either."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1))
    assert not await store.tidy(play.after(days=1))
    assert await store.tidy(play.after(days=30))
    await play.record(store, (await store.polls.lease_sources(play.now, limit=1, ttl=MINUTE))[0], play.told(8, 2))
    assert not await (await play.worker()).tidy(play.after(hours=23))
    assert await store.tidy(play.after(days=31))
    assert await rows(store, "items") == 0


@pytest.mark.parametrize("days", [90, 3653])
async def test_a_clock_that_is_ahead_takes_a_share_and_no_more(play: Play, store: Store, days: int) -> None:
    """However wrong, however often asked and by whom: the newest four fifths stay, and the next run is not put off."""
    (one,) = await play.leased(store)
    await play.record(store, one, *(play.told(number, number, index=(number,)) for number in range(1, 501)))
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, *(play.told(number, number, index=(number,)) for number in range(501, 1001)))
    right = play.now
    ahead = right + timedelta(days=days)
    assert await store.tidy(ahead)
    for worker in (store, await play.worker(), await play.worker()):
        assert not await worker.tidy(ahead + timedelta(hours=5))
    left = {table: await rows(store, table) for table in ("items", "stories", "story_keys", "seen_keys")}
    assert left["items"] == left["stories"] == 800
    assert left["story_keys"] >= 500, "those of one moment go together"
    assert left["seen_keys"] == 1000
    assert not await store.tidy(right), "nothing is too old"
    assert await store.tidy(right + timedelta(days=31))


async def test_what_was_read_by_a_clock_ahead_ages_no_keys(play: Play, store: Store) -> None:
    """A source that was read once at a time to come keeps what it has seen, when the time is right again."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), play.told(8, 2))
    right = play.now
    (one,) = await store.polls.lease_sources(play.after(days=365), limit=1, ttl=MINUTE)
    await store.polls.finish_polls([play.quiet(one)])
    play.now = right
    await store.prune(right + MINUTE)
    assert await rows(store, "seen_keys") == 2
