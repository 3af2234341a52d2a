"""Hubs, from a feed that names one to the alert, with the real client, store, parser and web server; and bad ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bot.polling.hubs.subscriber import HubSubscriber
from bot.ports.hub_store import HubSubscription
from bot.web import hub_callback
from bot.web.hub_callback import AT_ONCE, HubCallback, add_hub_callback

if TYPE_CHECKING:
    from tests.plugins.hub import Hub
    from tests.plugins.rig import Rig

HOUR = timedelta(hours=1)


@dataclass
class Installation:
    """A rig whose source names a hub, and the web server that the hub reaches."""

    rig: Rig
    hub: Hub
    subscriber: HubSubscriber
    hurried: list[None] = field(default_factory=list)

    async def subscribe(self) -> None:
        """Poll the feed, ask the hub, and let it confirm."""
        await self.rig.poll()
        await self.subscriber.ask_due()
        for task in tuple(self.hub.tasks):
            await task

    async def subscription(self) -> HubSubscription:
        """Return what is on record."""
        (one,) = await self.rig.parts[0].hubs.read_subscriptions()
        return one

    async def due_in(self) -> timedelta:
        """Return when the source is asked next."""
        due = await self.rig.parts[0].polls.find_next_due()
        assert due is not None
        return due - self.rig.now


@pytest.fixture
async def place(rig: Rig, hub: Hub) -> AsyncIterator[Installation]:
    """Give an installation with one source, asked every ten minutes."""
    rig.ports.add(hub.port)
    store = await rig.set_up(
        f"sources: [{{name: One, url: '{hub.url()}', every: 10m, full_text: never}}]\n"
        "watchlists: {k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}}\n",
        NEWSWATCH_WEB_URL="http://127.0.0.1:1",
    )
    app, hurried = web.Application(), list[None]()
    callback = HubCallback(store.hubs, lambda: rig.now, {"One": 6 * HOUR / 36}.get, lambda: hurried.append(None))
    add_hub_callback(app, callback)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/websub/"
    _, turns, current, _ = rig.parts
    subscriber = HubSubscriber(
        store.hubs,
        turns.fetch.post_form,  # type: ignore[attr-defined]  # the real client
        address,
        lambda: current.setup().sources,
        lambda: rig.now,
    )
    yield Installation(rig, hub, subscriber, hurried)
    await runner.cleanup()


async def test_a_feed_that_names_a_hub_is_subscribed(place: Installation) -> None:
    """The topic is the feed's own name for itself; the address cannot be guessed; the challenge comes back whole."""
    await place.subscribe()
    (asked,) = place.hub.asked
    assert asked["hub.topic"] == place.hub.url()
    assert len(asked["hub.callback"].rpartition("/")[2]) >= 40
    assert len(asked["hub.secret"]) >= 40
    assert place.hub.answers == [(200, "abc<123>")]
    one = await place.subscription()
    assert one.held_until == place.rig.now + HOUR
    assert one.next_ask == place.rig.now + HOUR * 2 / 3


async def test_a_hub_that_only_the_header_names_is_found(place: Installation) -> None:
    """As the specification allows."""
    place.hub.in_header = True
    await place.subscribe()
    assert len(place.hub.confirmed) == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_what_a_hub_sends_is_told_and_the_feed_is_not_asked(place: Installation, method: str) -> None:
    """A content with the new item alone: told once, also after the poll that finds it in the feed, too."""
    await place.subscribe()
    polls = place.hub.polls
    await place.hub.publish("new", "The Kremlin opens a garden", method=method)
    assert place.hurried
    assert (await place.rig.poll()).queued == 1
    assert place.hub.polls == polls
    assert await place.rig.headlines() == ["The Kremlin opens a garden"]
    assert (await place.rig.later(hours=1)).queued == 0
    assert place.hub.polls == polls + 1


async def test_the_poll_stays_due_as_it_was_and_becomes_rare_while_the_hub_keeps_its_word(place: Installation) -> None:
    """Contents put no poll off: the next poll is the safety net. After it, an hour passes instead of ten minutes."""
    await place.subscribe()
    due = await place.due_in()
    assert due <= timedelta(minutes=11)
    for number in range(3):
        await place.hub.publish(f"n{number}", f"Gardener number {number} plants a tree")
        await place.rig.poll()
    assert await place.due_in() == due
    place.rig.now += due
    await place.rig.poll()
    assert timedelta(minutes=90) >= await place.due_in() >= timedelta(minutes=50)


async def test_a_silent_hub_costs_no_news_and_the_feed_is_asked_as_ever(place: Installation) -> None:
    """What it did not send is found by the next poll, which is the last rare one."""
    await place.subscribe()
    await place.hub.publish("new", "Gardener plants a tree")
    await place.rig.poll()
    place.rig.now += timedelta(minutes=11)
    await place.rig.poll()
    assert await place.due_in() >= timedelta(minutes=50)
    place.hub.silent = True
    await place.hub.publish("late", "The Kremlin shuts its garden")
    place.rig.now += await place.due_in()
    assert (await place.rig.poll()).queued == 1
    assert await place.due_in() <= timedelta(minutes=11)


async def test_a_hub_that_never_confirms_is_asked_again_and_the_feed_polled_as_ever(place: Installation) -> None:
    """No lease, no rare polls; the second attempt comes a minute later."""
    place.hub.silent = True
    await place.subscribe()
    one = await place.subscription()
    assert (one.held_until, one.failures) == (None, 1)
    assert await place.due_in() <= timedelta(minutes=11)
    assert await place.subscriber.ask_due() == 0
    place.rig.now += timedelta(minutes=1)
    assert await place.subscriber.ask_due() == 1


async def test_a_hub_that_refuses_says_why(place: Installation) -> None:
    """In words, where `doctor` finds them."""
    place.hub.status = 403
    await place.subscribe()
    assert "403" in ((await place.subscription()).reason or "")


async def test_a_short_lease_is_renewed_before_it_ends(place: Installation) -> None:
    """A minute: asked again after forty seconds."""
    place.hub.lease = 60
    await place.subscribe()
    place.rig.now += timedelta(seconds=39)
    assert await place.subscriber.ask_due() == 0
    place.rig.now += timedelta(seconds=2)
    assert await place.subscriber.ask_due() == 1
    for task in tuple(place.hub.tasks):
        await task
    assert (await place.subscription()).held_until == place.rig.now + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"topic": "http://127.0.0.1/another"}, 404),
        ({"mode": "unsubscribe"}, 404),
        ({"mode": "denied", "reason": "no such feed"}, 200),
    ],
)
async def test_what_was_not_asked_for_is_not_confirmed(
    place: Installation, changes: dict[str, str], status: int
) -> None:
    """Another topic, an end of the subscription; a denial is noted."""
    place.hub.silent = True
    await place.subscribe()
    assert await place.hub.verify(place.hub.asked[0], **changes) == status
    assert (await place.subscription()).held_until is None
    assert not place.hub.confirmed


async def test_a_forged_content_is_ignored_and_counted(place: Installation) -> None:
    """Whoever found out the address still lacks the secret: nothing is told, nothing polled."""
    await place.subscribe()
    polls, one = place.hub.polls, place.hub.the_subscriber()
    forged = place.hub.feed(("x", "The Kremlin falls"))
    for secret in ("", "guessed"):
        assert await place.hub.send(one, forged, secret=secret) == 202
    assert (await place.rig.poll()).polled == 0
    assert place.hub.polls == polls
    found = await place.subscription()
    assert found.ignored == 2
    assert "signature" in (found.reason or "")


async def test_a_content_without_signature_only_hastens_a_poll(place: Installation) -> None:
    """It may be true: the feed itself is asked, once, and no sooner than its pace allows."""
    await place.subscribe()
    one, polls = place.hub.the_subscriber(), place.hub.polls
    for _ in range(5):
        assert await place.hub.send(one, place.hub.feed(("x", "The Kremlin falls")), method="") == 202
    assert await place.due_in() == timedelta(minutes=10) / 3
    place.rig.now += timedelta(minutes=10) / 3
    assert (await place.rig.poll()).queued == 0
    assert place.hub.polls == polls + 1


async def test_the_same_content_again_costs_nothing(place: Installation) -> None:
    """A hub that repeats itself, or who replays what it sent."""
    await place.subscribe()
    one, body = place.hub.the_subscriber(), place.hub.feed(("new", "The Kremlin opens a garden"))
    for _ in range(3):
        await place.hub.send(one, body)
    assert (await place.rig.poll()).queued == 1
    assert (await place.rig.poll()).polled == 0
    assert (await place.subscription()).ignored == 2


@pytest.mark.parametrize("body", [b"", b"<html><title>Log in</title>", b"{}", b"\x00\xff" * 100])
async def test_a_content_that_is_no_feed_is_ignored_and_the_feed_is_asked(place: Installation, body: bytes) -> None:
    """Signed or not: what cannot be read is said, and the poll finds what there is."""
    await place.subscribe()
    polls = place.hub.polls
    place.hub.entries.insert(0, ("new", "The Kremlin opens a garden"))
    await place.hub.send(place.hub.the_subscriber(), body)
    assert (await place.rig.poll()).queued == 1
    assert place.hub.polls == polls + 1
    assert "not taken" in ((await place.subscription()).reason or "")


async def test_a_huge_content_is_not_taken_in(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit nothing is kept, said or not said in advance."""
    monkeypatch.setattr(hub_callback, "LARGEST", 50_000)
    await place.subscribe()
    one = place.hub.the_subscriber()
    assert await place.hub.send(one, b"x" * 60_000) == 413

    async def pour() -> AsyncIterator[bytes]:
        for _ in range(60):
            yield b"x" * 1_000

    async with aiohttp.ClientSession() as session, session.post(one.callback, data=pour()) as answer:
        assert answer.status == 413
    assert (await place.subscription()).ignored == 2


async def test_a_source_whose_hub_dawdles_leaves_room_for_the_others(place: Installation) -> None:
    """One content of each source is read at a time; more of the same source are to come again."""
    await place.subscribe()
    address, go_on = place.hub.the_subscriber().callback, asyncio.Event()

    async def dawdle() -> AsyncIterator[bytes]:
        yield b"x"
        await go_on.wait()

    async with aiohttp.ClientSession() as session:

        async def send() -> int:
            async with session.post(address, data=dawdle()) as answer:
                return answer.status

        sent = asyncio.as_completed([asyncio.create_task(send()) for _ in range(AT_ONCE)], timeout=5)
        assert [await next(sent) for _ in range(AT_ONCE - 1)] == [503] * (AT_ONCE - 1)
        go_on.set()
        assert await next(sent) == 202
    assert await place.hub.send(place.hub.the_subscriber(), place.hub.feed()) == 202


async def test_a_hub_that_denies_later_is_trusted_no_more(place: Installation) -> None:
    """It has confirmed before: the lease ends with its denial, and the feed is asked as ever."""
    await place.subscribe()
    assert (await place.subscription()).held_until is not None
    assert await place.hub.verify(place.hub.asked[0], mode="denied", reason="no") == 200
    assert (await place.subscription()).held_until is None


async def test_many_contents_at_once_end_in_a_poll_that_finds_all(place: Installation) -> None:
    """A hub that floods fills nothing: what is beyond a few is read from the feed itself."""
    await place.subscribe()
    for number in range(25):
        await place.hub.publish(f"n{number}", f"The Kremlin's gardener number {number} plants tree {number * 7}")
    told = 0
    for _ in range(25):
        told += (await place.rig.poll()).new
    assert told == 25


@pytest.mark.parametrize("path", ["", "x" * 43, "../healthz", "a" * 500])
async def test_nobody_is_heard_who_knows_no_address(place: Installation, path: str) -> None:
    """404, whatever is asked."""
    async with aiohttp.ClientSession() as session:
        for call in (session.get, session.post):
            async with call(place.subscriber.callback + path) as answer:
                assert answer.status in {404, 405}


async def test_a_feed_that_names_another_hub_is_subscribed_anew(place: Installation) -> None:
    """The old address is dead: what the old hub sends is not heard."""
    await place.subscribe()
    old = place.hub.the_subscriber()
    place.hub.entries.insert(0, ("a", "Gardener plants a tree"))
    place.hub.host = "localhost"  # another name of its own, and of its hub
    place.rig.ports.add(place.hub.port)
    await place.rig.later(minutes=10)
    assert (await place.subscription()).link.hub.startswith("http://localhost")
    assert await place.hub.send(old, place.hub.feed()) == 404


async def test_a_feed_that_names_none_any_more_is_only_polled(place: Installation) -> None:
    """Nothing is left of the subscription."""
    await place.subscribe()
    place.hub.entries.insert(0, ("a", "Gardener plants a tree"))
    place.hub.plain = True
    await place.rig.later(minutes=10)
    assert await place.rig.parts[0].hubs.read_subscriptions() == ()
