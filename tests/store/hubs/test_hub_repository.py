"""Subscriptions to hubs on record, and what hubs have sent, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.ports.hub_store import HubLink
from bot.store.hubs.hub_repository import WAITING

if TYPE_CHECKING:
    from bot.store.repository import Store
    from tests.store.conftest import Play

pytestmark = pytest.mark.integration

HUB = HubLink("https://hub.example/", "https://s0.example/feed")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def subscribed(play: Play, store: Store) -> int:
    """Poll a source whose feed names a hub; return its number."""
    (leased,) = await play.leased(store)
    await store.hubs.note_hub(leased.id, HUB, play.now)
    await store.polls.finish_polls([play.quiet(leased, next_due=play.now + HOUR)])
    return leased.id


async def test_a_hub_is_asked_by_one_instance_and_not_again_before_its_time(play: Play, store: Store) -> None:
    """Two that see it due ask once; each failure is counted until the hub confirms."""
    source, other = await subscribed(play, store), await play.worker()
    (due,) = await store.hubs.find_due_asks(play.now, 8)
    assert await store.hubs.begin_ask(due, play.now, play.now + MINUTE)
    assert not await other.hubs.begin_ask(due, play.now, play.now + MINUTE)
    assert await store.hubs.find_due_asks(play.now, 8) == ()
    (again,) = await store.hubs.find_due_asks(play.after(minutes=1), 8)
    assert (again.failures, again.held_until) == (1, None)
    await store.hubs.confirm_lease(source, play.now + HOUR, play.now + HOUR / 2)
    found = await store.hubs.find_by_token(due.token)
    assert found is not None
    assert (found.failures, found.held_until, found.name) == (0, play.now + HOUR, "s0")
    assert await store.hubs.find_by_token("guessed") is None


async def test_the_same_hub_again_changes_nothing_and_another_begins_anew(play: Play, store: Store) -> None:
    """Token and secret are the subscription's: another one has others."""
    source = await subscribed(play, store)
    (first,) = await store.hubs.read_subscriptions()
    await store.hubs.note_hub(source, HUB, play.now)
    assert await store.hubs.read_subscriptions() == (first,)
    await store.hubs.note_hub(source, HubLink("https://other.example/", HUB.topic), play.now)
    (second,) = await store.hubs.read_subscriptions()
    assert {first.token, first.secret}.isdisjoint({second.token, second.secret})
    await store.hubs.note_hub(source, None, play.now)
    assert await store.hubs.read_subscriptions() == ()


async def test_a_content_makes_its_source_due_until_it_is_read(play: Play, store: Store) -> None:
    """It stays on record over a lost lease, goes with the poll that read it, and the poll is due as it was."""
    source = await subscribed(play, store)
    due = play.now + HOUR
    assert await store.hubs.record_content(source, b"<feed/>", "application/atom+xml", play.now)
    assert not await store.hubs.record_content(source, b"<feed/>", "application/atom+xml", play.now)
    (leased,) = await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE)
    assert leased.hub is not None
    assert (leased.hub.waiting, leased.hub.poll_due) == (1, due)
    (leased,) = await store.polls.lease_sources(play.after(minutes=2), limit=9, ttl=MINUTE)
    content = await store.hubs.find_content(source)
    assert content is not None
    assert (content.body, content.content_type) == (b"<feed/>", "application/atom+xml")
    await store.polls.finish_polls([play.quiet(leased, next_due=due, read_contents=(content.id,))])
    assert await store.hubs.find_content(source) is None
    assert await store.polls.find_next_due() == due


async def test_a_content_that_comes_during_a_poll_is_read_after_it(play: Play, store: Store) -> None:
    """The end of the poll does not put it off."""
    source = await subscribed(play, store)
    play.after(hours=1)
    (leased,) = await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE)
    await store.hubs.record_content(source, b"<feed/>", "", play.now)
    await store.polls.finish_polls([play.quiet(leased, next_due=play.now + HOUR)])
    assert await store.polls.find_next_due() == play.now
    async with store.polls.open_recording((await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE))[0]) as _:
        pass


async def test_what_waits_is_bounded(play: Play, store: Store) -> None:
    """Beyond a few contents the source is due for a poll, and nothing more is kept."""
    source = await subscribed(play, store)
    for number in range(WAITING + 5):
        await store.hubs.record_content(source, b"%d" % number, "", play.now)
    (leased,) = await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE)
    assert leased.hub is not None
    assert leased.hub.waiting == WAITING


async def test_a_source_is_brought_forward_only_where_that_is_polite(play: Play, store: Store) -> None:
    """Not sooner than so long after its last poll, not later than it is due, and never while it fails."""
    source = await subscribed(play, store)
    await store.hubs.bring_forward(source, play.now, 5 * MINUTE)
    assert await store.polls.find_next_due() == play.now + 5 * MINUTE
    await store.hubs.bring_forward(source, play.after(minutes=1), HOUR)
    assert await store.polls.find_next_due() == play.now + 4 * MINUTE
    (leased,) = await store.polls.lease_sources(play.after(minutes=10), limit=9, ttl=MINUTE)
    await store.polls.finish_polls([play.quiet(leased, error="it answers 503", next_due=play.now + HOUR)])
    await store.hubs.bring_forward(source, play.now, MINUTE)
    assert await store.polls.find_next_due() == play.now + HOUR


async def test_refusals_ignored_contents_and_missed_news_are_noted(play: Play, store: Store) -> None:
    """For `doctor`, /status and the poller."""
    source = await subscribed(play, store)
    await store.hubs.note_refusal(source, "it answers 403", play.now + HOUR)
    await store.hubs.record_content(source, b"x", "", play.now)
    content = await store.hubs.find_content(source)
    assert content is not None
    await store.hubs.ignore_content(source, "no feed", content.id)
    await store.hubs.note_missed(source, play.now)
    (found,) = await store.hubs.read_subscriptions()
    assert (found.reason, found.ignored, found.next_ask) == ("no feed", 1, play.now + HOUR)
    (leased,) = await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE)
    assert leased.hub is not None
    assert (leased.hub.waiting, leased.hub.missed_at) == (0, play.now)
