"""What the pages read, on both databases: the numbers are those of the record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.store.conftest import Play


async def test_an_empty_record_is_read(play: Play) -> None:
    """Zeros and nothing, no error."""
    store = await play.worker()
    overview = await store.readings.read_overview(play.now)
    assert (overview.items, sum(overview.alerts), overview.delays, overview.last_alert) == ({}, 0, (), None)
    assert len(overview.hours) == len(overview.alerts) == 24
    assert await store.readings.read_source("nobody", play.now) is None
    installation = await store.readings.read_installation(play.now)
    assert installation.database in {"sqlite", "postgresql"}
    assert (installation.instances, installation.last_backup) == ((), None)


async def test_items_stand_in_the_hour_and_day_in_which_they_were_seen(play: Play) -> None:
    """Of each source by itself; what is older than a day is in no bar of an hour."""
    store = await play.worker()
    first, _ = await play.leased(store, 2)
    old = play.now
    await play.record(store, first, play.told(1, 11), alerts=(play.alert(1),))
    new = play.after(hours=30)
    first, _ = sorted(await play.leased(store, 2), key=lambda one: one.name)
    await play.record(store, first, play.told(2, 12), alerts=(play.alert(2),))
    overview = await store.readings.read_overview(new)
    assert overview.items == {"s0": (*[0] * 23, 1)}
    assert await store.readings.count_items_by_hour(new) == overview.items
    record = await store.readings.read_source("s0", new)
    assert record
    assert (sum(record.items_by_day), record.items_by_day[-1]) == (2, 1)
    assert [one.seen_at for one in record.latest] == [new, old]
    assert [(one.at, one.new) for one in record.polls] == [(new, 1), (old, 1)]
    assert [one.story for one in record.latest] == [2, 1]
    assert record.latest[0].watchlists == ("k",)
    assert (await store.readings.read_source("s1", new)).latest == ()  # type: ignore[union-attr]  # it is there


async def test_who_works_on_the_record_is_named_with_its_roles(play: Play) -> None:
    """A poller by its configuration, a sender by its lease, and neither when it is over."""
    store = await play.worker()
    await store.polls.register_configuration("abc", play.now)
    await store.outbox.take_role("sender", play.now, timedelta(minutes=1))
    (one,) = (await store.readings.read_installation(play.now)).instances
    assert (one.host, one.polls, one.roles) == ("host0", "abc", ("sender",))
    assert (await store.readings.read_installation(play.after(hours=2))).instances == ()
