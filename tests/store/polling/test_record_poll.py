"""The record transaction: seen, stories and outbox together or not at all, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import StaleLeaseError
from bot.model import Alert, Chat, Evidence, Probe, Subscription
from bot.ports.outbox_store import Dead, Folded, Sent
from bot.ports.poll_store import Recorded, Turn
from bot.store.codecs import clean, to_alert, to_payload
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def probing(*keys: int, each: int = 50, most: int = 50) -> list[Probe]:
    """Return one question to the index."""
    return [Probe(keys, each, most)]


async def test_a_turn_is_one_whole(play: Play, store: Store) -> None:
    """Seen keys, items, story, report, alerts and the end of the poll are there after one write."""
    (one,) = await play.leased(store)
    assert await play.record(store, one, play.told(7, 1, 2), alerts=(play.alert(7), play.alert(7, chat=2))) == 2
    assert await store.polls.find_seen(one.id, [1, 2, 3], play.now) == {1, 2}
    (again,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    assert (again.known, again.baselined, again.quiet) == (1, True, 0)
    async with store.polls.open_recording(again) as recording:
        found = (await recording.find_stories([7, 8]))[7]
    assert found.alerted == {Chat(1), Chat(2)}
    assert [report.headline for report in found.reports] == ["Told by s0"]


async def test_an_error_leaves_nothing_behind(play: Play, store: Store) -> None:
    """When anything fails before the end, the source has seen nothing and nobody is told; the lease is still ours."""
    (one,) = await play.leased(store)
    turn = Turn(play.outcome(one), (play.told(7, 1),), (play.alert(7),))

    async def fail() -> None:
        async with store.polls.open_recording(one) as recording:
            await recording.write_poll(turn)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await store.polls.find_seen(one.id, [1], play.now) == frozenset()
    assert await store.outbox.count_waiting(play.now) == (0, None)
    assert await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),)) == 1


async def test_a_turn_recorded_twice_is_recorded_once(play: Play, store: Store) -> None:
    """The second writing finds the lease gone; under a new lease, items and alerts that are there stay as they are."""
    (one,) = await play.leased(store)
    parts = {"alerts": (play.alert(7),)}
    await play.record(store, one, play.told(7, 1), **parts)
    with pytest.raises(StaleLeaseError):
        await play.record(store, one, play.told(7, 1), **parts)
    (again,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    assert await play.record(store, again, play.told(7, 1), **parts) == 0
    (last,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    assert last.known == 1
    async with store.polls.open_recording(last) as recording:
        assert len((await recording.find_stories([7]))[7].reports) == 1


async def test_case_77_a_worker_that_slept_writes_nothing(play: Play, store: Store) -> None:
    """Its lease ended and another took the source: the sleeper's result is refused, even inside its transaction."""
    (one,) = await play.leased(store)
    other = await play.worker()
    (newer,) = await other.polls.lease_sources(play.after(minutes=2), limit=1, ttl=MINUTE)
    with pytest.raises(StaleLeaseError):
        await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),))
    assert await play.record(other, newer, play.told(7, 1), alerts=(play.alert(7),)) == 1


async def test_case_68_pollers_that_find_one_story_tell_a_chat_once(play: Play) -> None:
    """Four workers record the same story at the same moment; every chat has one row of it, whoever came first."""
    workers = [await play.worker() for _ in range(4)]
    leases = await play.leased(workers[0], 4)

    async def find(worker: Store, number: int) -> tuple[int, int]:
        async with worker.polls.open_recording(leases[number]) as recording:
            (near,) = await recording.find_candidates([probing(1, 2, 3)], play.now - DAY)
            story = near[0].story if near else 100 + number
            told = (await recording.find_stories([story])).get(story)
            chats = {Chat(1), Chat(2)} - (told.alerted if told else set())
            item = play.told(story, 1, index=(1, 2, 3), source=f"s{number}")
            alerts = tuple(play.alert(story, chat) for chat in chats)
            joined = (story,) if told else ()
            return story, await recording.write_poll(Turn(play.outcome(leases[number]), (item,), alerts, joined))

    found = await asyncio.gather(*(find(worker, number) for number, worker in enumerate(workers)))
    assert len({story for story, _ in found}) == 1
    assert sum(queued for _, queued in found) == 2
    epoch = await play.sender(workers[0])
    claimed = await workers[0].outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert [len(delivery.reports) for delivery in claimed] == [4, 4]


async def test_candidates_share_keys_within_the_window(play: Play, store: Store) -> None:
    """Reports that share most come first; what is too old, or shares nothing, does not come at all."""
    for number, index in enumerate(((1, 2), (1, 2, 3), (9,))):
        (one,) = await play.leased(store)
        await play.record(store, one, play.told(10 + number, number + 1, index=index))
        play.after(hours=1)
    (one,) = await play.leased(store)
    async with store.polls.open_recording(one) as recording:
        (found,) = await recording.find_candidates([probing(1, 2, 3, -(2**63))], play.now - DAY)
        assert [candidate.story for candidate in found] == [11, 10]
        assert found[0].sketch == b"\x00\xff\x02"
        assert found[0].report.watchlists == ("k",)
        (later,) = await recording.find_candidates([probing(1, 2, 3)], play.now - timedelta(hours=2))
        assert [candidate.story for candidate in later] == [11]
        assert await recording.find_candidates([[], probing(7)], play.now - DAY) == ((), ())
        assert await recording.find_candidates([], play.now - DAY) == ()


async def test_a_key_that_everybody_shares_does_not_make_a_decision_dear(play: Play, store: Store) -> None:
    """Of one key the newest so many are looked at, of an item so many come back; each kind of probe has its bounds."""
    (one,) = await play.leased(store)
    await play.record(store, one, *(play.told(number, number, index=(5, 6)) for number in range(1, 61)))
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    async with store.polls.open_recording(one) as recording:
        asked = [probing(5, each=9), probing(5, most=7), (*probing(5, each=3), *probing(6, each=4)), probing(8)]
        found = await recording.find_candidates(asked, play.now - DAY)
        assert [[candidate.story for candidate in each] for each in found] == [
            list(range(60, 51, -1)),
            list(range(60, 53, -1)),
            list(range(60, 56, -1)),
            [],
        ]


async def test_subscribers_are_those_who_may_be_told(play: Play, store: Store) -> None:
    """Revoked chats are left out, with all of their topics. For suspended ones alerts are made, and held."""
    chats = (Chat(1), Chat(2, 5), Chat(2), Chat(3), Chat(4, 9))
    for chat in chats:
        await store.chats.subscribe(Subscription(chat, "k"), play.now)
    await store.chats.subscribe(Subscription(Chat(1), "other"), play.now)
    await store.outbox.suspend_chat(3, "bot was blocked by the user", play.now)
    await store.chats.revoke_chat(4)
    (one,) = await play.leased(store)
    async with store.polls.open_recording(one) as recording:
        told = [one.chat for one in await recording.find_subscribers(["k"])]
        assert told == [Chat(1), Chat(2), Chat(2, 5), Chat(3)]
        assert await recording.find_subscribers(["o"]) == ()
        assert len(await recording.find_subscribers(["k", "other", "k"])) == 5


async def test_a_joining_report_makes_messages_due_for_an_edit(play: Play, store: Store) -> None:
    """Sent messages want an edit, rolling ones too, waiting ones show more; unfollowed and dead ones stay."""
    (one,) = await play.leased(store)
    alerts = [play.alert(7, chat) for chat in (1, 2, 3, 4)] + [play.alert(7, 5, follow="off")]
    await play.record(store, one, play.told(7, 1), alerts=tuple(alerts))
    epoch = await play.sender(store)
    by_chat = {one.alert.chat.id: one for one in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)}
    for chat, result in ((1, Sent(11)), (2, Folded(12)), (3, Dead("poison")), (5, Sent(15))):
        await store.outbox.settle([by_chat[chat]], epoch, result, play.now)
    await store.outbox.release([by_chat[4]], epoch)
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 2), joined=(7,))
    claimed = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    due = [(due.alert.chat.id, due.message, due.folded, len(due.reports)) for due in claimed]
    assert due == [(4, None, False, 2), (1, 11, False, 2), (2, 12, True, 2)]


async def test_an_owner_is_told_once_of_an_occasion(play: Play, store: Store) -> None:
    """A notice is queued once for each chat and occasion."""
    notices = [play.alert(99, 1, watchlists=()), play.alert(99, 2, watchlists=()), play.alert(99, 1, watchlists=())]
    assert await store.polls.queue_notices(notices, play.now) == 2
    assert await store.polls.queue_notices(notices, play.now) == 0


async def test_case_114_texts_are_only_texts(play: Play, store: Store) -> None:
    """Quotes, statements, NUL and lone surrogates in every text of a feed go in and out as what they are."""
    evil = "'; DROP TABLE sources; -- \x00 \ud800 %s :now {} \"\\"
    (one,) = await play.leased(store)
    item = play.item(1, title=evil, lead=evil, body=evil, url=evil, language=evil)
    report = play.report(headline=evil, source=evil, publisher=evil, url=evil, watchlists=("'",))
    parts = {"alerts": (play.alert(7, headline=evil, lead=evil),), "outcome": play.outcome(one, error=evil)}
    await play.record(store, one, Recorded(item, play.now, (), 7, report), **parts)
    epoch = await play.sender(store)
    (sent,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert (sent.alert.headline, sent.reports[0].headline) == (clean(evil), clean(evil))
    assert (await store.chats.read_status(play.now)).sources[0].error == clean(evil)


@settings(deadline=None, max_examples=50)
@given(headline=st.text(), lead=st.text(), url=st.none() | st.text(), quoted=st.text(st.characters(codec=None)))
def test_an_alert_comes_back_as_it_went(headline: str, lead: str, url: str | None, quoted: str) -> None:
    """What the outbox keeps of an alert is the alert, whatever is in it."""
    texts = [clean(text) for text in (headline, lead, quoted)]
    evidence = (Evidence("body", texts[2], 0, len(texts[2]), texts[1]),)
    alert = Alert(
        Chat(-100, 7), 1, (("k", texts[2]),), texts[0], url and clean(url), texts[1], evidence, "low", "replies"
    )
    assert to_alert(alert.chat, alert.story, to_payload(alert)) == alert
    assert to_alert(alert.chat, 1, to_payload(replace(alert, lead=quoted))).lead == clean(quoted)


async def test_items_are_found_by_their_pages_as_they_were_put_on_record_last(play: Play, store: Store) -> None:
    """Of all addresses at once, of this source alone; an address that is not on record has none."""
    (leased,) = await play.leased(store)
    await play.record(store, leased, play.told(7, 1), alerts=(play.alert(7),))
    page = "https://s.example/1"
    found = await store.polls.find_items(leased.id, {page, "https://s.example/never"})
    assert [(url, item.url) for url, item in found.items()] == [(page, page)]
    assert await store.polls.find_items(leased.id + 1, {page}) == {}
