"""The outbox as a queue: who is told next, and what an attempt leaves behind, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import StaleLeaseError
from bot.model import Chat, Delivery, DisplayPreferences, Subscription
from bot.ports.outbox_store import Dead, Folded, Later, Sent
from bot.store.leases.role_repository import RESULTS
from bot.store.outbox.delivery_results import change_of
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)
GROUP, SUPERGROUP = -5, -1005


async def claimed(play: Play, store: Store, epoch: int, **limits: Any) -> list[tuple[int, int]]:
    """Claim and return (chat, story) of each."""
    some = await store.outbox.claim(epoch, play.now, limit=limits.pop("limit", 9), ttl=MINUTE, **limits)
    return [(one.alert.chat.id, one.alert.story) for one in some]


async def test_urgent_alerts_come_first_then_the_oldest(play: Play, store: Store) -> None:
    """An urgent alert passes those that wait longer."""
    await play.queue(store, play.alert(1))
    play.after(seconds=1)
    await play.queue(store, play.alert(2, 2, "low"))
    play.after(seconds=1)
    await play.queue(store, play.alert(3, 3, "urgent"))
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch) == [(3, 3), (1, 1), (2, 2)]
    assert await claimed(play, store, epoch) == []


async def test_case_5_a_chat_with_a_backlog_crowds_out_nobody(play: Play, store: Store) -> None:
    """A share for each chat, and chats left out for now: the others come, however long the backlog is."""
    await play.queue(store, *(play.alert(story, 1) for story in range(1, 30)))
    await play.queue(store, play.alert(1, 2), play.alert(1, 3))
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch, per_chat=2, limit=4) == [(1, 1), (1, 2), (2, 1), (3, 1)]
    assert await claimed(play, store, epoch, without=[1]) == []
    assert len(await claimed(play, store, epoch, limit=5)) == 5


async def test_attempts_end_as_sent_later_or_dead(play: Play, store: Store) -> None:
    """Later counts an attempt when the request left; dead is visible with its reason; sent is done."""
    await play.queue(store, *(play.alert(story, story) for story in (1, 2, 3)))
    epoch = await play.sender(store)
    one, two, three = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    await store.outbox.settle([one], epoch, Sent(55), play.now)
    await store.outbox.settle([two], epoch, Later(play.now + MINUTE, "timed out"), play.now)
    await store.outbox.settle([three], epoch, Dead("message text is empty"), play.now)
    assert await store.outbox.count_waiting(play.now) == (1, play.now + MINUTE)
    assert await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE) == ()
    (again,) = await store.outbox.claim(epoch, play.after(minutes=1), limit=9, ttl=MINUTE)
    assert (again.id, again.attempts) == (two.id, 1)
    await store.outbox.settle([again], epoch, Later(play.now, "429", counts="nothing"), play.now)
    (again,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert again.attempts == 1
    await store.outbox.settle([again], epoch, Later(play.now, "no answer", counts="doubt"), play.now)
    (again,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert (again.attempts, again.doubts) == (1, 1), "what may have been accepted is counted apart"
    status = await store.chats.read_status(play.now)
    assert (status.waiting, status.sent, status.dead) == (1, 1, (("message text is empty", 1),))


async def test_an_edit_that_came_meanwhile_stays_due(play: Play, store: Store) -> None:
    """A report that joins while the message is being sent is shown by the next edit, and that edit is the last."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),))
    epoch = await play.sender(store)
    (sending,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 2), joined=(7,))
    await store.outbox.settle([sending], epoch, Sent(55), play.now)
    (edit,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert (edit.message, edit.revision, len(edit.reports)) == (55, 2, 2)
    await store.outbox.settle([edit], epoch, Sent(55), play.now)
    assert await store.outbox.count_waiting(play.now) == (0, None)


async def test_what_joined_since_the_claim_is_shown_at_once(play: Play, store: Store) -> None:
    """An alert that waited for its turn shows the reports of the moment it is sent, and needs no edit for them."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),))
    epoch = await play.sender(store)
    claimed = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 2), joined=(7,))
    (sending,) = await store.outbox.confirm_claims(claimed, epoch, play.now)
    assert (sending.revision, len(sending.reports), sending.form) == (claimed[0].revision + 1, 2, "rich")
    await store.outbox.settle([sending], epoch, Sent(55), play.now)
    assert await store.outbox.count_waiting(play.now) == (0, None)


async def test_an_edit_that_cannot_be_made_is_told_anew_once(play: Play, store: Store) -> None:
    """The message is gone: what was to be shown in it is due as a new one, and when that is gone too, as nothing."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7),))
    epoch = await play.sender(store)
    (sending,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    await store.outbox.settle([sending], epoch, Sent(55), play.now)
    for keys in (2, 3, 4):
        (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
        await play.record(store, one, play.told(7, keys), joined=(7,))
        for edit in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE):
            assert (keys, edit.message) in {(2, 55), (3, 56)}
            await store.outbox.settle([edit], epoch, Dead("message to edit not found", gone=True), play.now)
        for anew in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE):
            assert (keys, anew.message) == (2, None)
            await store.outbox.settle([anew], epoch, Sent(56), play.now)
    status = await store.chats.read_status(play.now)
    assert (status.sent, status.dead, status.waiting) == (1, (), 0)


async def test_what_a_sender_left_behind_is_claimed_anew(play: Play, store: Store) -> None:
    """A new epoch finds at once what the old one held; within an epoch the lease has to end."""
    await play.queue(store, play.alert(1))
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch) == [(1, 1)]
    assert await claimed(play, store, epoch) == []
    assert await store.outbox.count_waiting(play.now) == (1, play.now + MINUTE)
    other = await play.worker()
    await store.outbox.release_role("sender", epoch)
    newer = await play.sender(other)
    assert await claimed(play, other, newer) == [(1, 1)]
    assert await claimed(play, other, newer) == []
    play.after(minutes=2)
    assert await claimed(play, other, newer) == [(1, 1)]


async def test_case_77_a_sender_that_was_frozen_with_the_database_writes_down_what_it_sent(
    play: Play, store: Store
) -> None:
    """Whoever takes over leaves its claims alone for some seconds, and nothing is sent twice; other alerts go on."""
    await play.queue(store, play.alert(1), play.alert(2, 2))
    old = await play.sender(store)
    one, two = await store.outbox.claim(old, play.now, limit=9, ttl=10 * MINUTE)
    await play.queue(store, play.alert(3, 3))
    other = await play.worker()
    play.after(seconds=61)
    new = await play.sender(other)
    assert await claimed(play, other, new) == [(3, 3)]
    assert await other.outbox.count_waiting(play.now) == (3, play.now + RESULTS)
    with pytest.raises(StaleLeaseError):
        await store.outbox.settle([one], old, Sent(51), play.now)
    play.after(seconds=RESULTS.total_seconds())
    assert await claimed(play, other, new) == [(2, 2)]
    assert two.id


async def test_case_78_a_sender_that_is_not_one_any_more_is_told_so(play: Play, store: Store) -> None:
    """After a hand-over the old sender claims nothing; what was accepted is kept unless the row was claimed anew."""
    await play.queue(store, play.alert(1), play.alert(2, 2), play.alert(3, 3))
    old = await play.sender(store)
    one, two, three = await store.outbox.claim(old, play.now, limit=9, ttl=MINUTE)
    other = await play.worker()
    assert await other.outbox.take_role("sender", play.now, MINUTE) is None
    play.after(seconds=61)
    new = await play.sender(other)
    with pytest.raises(StaleLeaseError):
        await store.outbox.claim(old, play.now, limit=9, ttl=MINUTE)
    with pytest.raises(StaleLeaseError):
        await store.outbox.settle([one], old, Sent(51), play.now)
    play.after(seconds=RESULTS.total_seconds())
    claimed_anew = await other.outbox.claim(new, play.now, limit=9, ttl=MINUTE)
    assert [again.id for again in claimed_anew] == [two.id, three.id]
    with pytest.raises(StaleLeaseError):
        await store.outbox.settle([two], old, Dead("late"), play.now)
    await store.outbox.release([three], old)
    assert (await other.chats.read_status(play.now)).dead == ()
    assert await claimed(play, other, new) == []
    await other.outbox.settle([claimed_anew[0]], new, Sent(52), play.now)
    status = await other.chats.read_status(play.now)
    assert (status.sent, status.dead, status.waiting) == (2, (), 1)


async def test_case_2_pauses_survive_a_restart_and_are_never_shortened(play: Play, store: Store) -> None:
    """A chat that must wait waits alone; when everybody must, nothing is claimed; another instance knows both."""
    await play.queue(store, play.alert(1, 1), play.alert(1, 2))
    await store.outbox.block_chat(1, play.now + 3 * MINUTE)
    await store.outbox.block_chat(1, play.now + MINUTE)
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch) == [(2, 1)]
    await store.outbox.block_chat(None, play.now + 2 * MINUTE)
    await store.outbox.release_role("sender", epoch)
    other = await play.worker()
    epoch = await play.sender(other)
    assert await claimed(play, other, epoch) == []
    assert await other.outbox.count_waiting(play.now) == (2, play.now + 2 * MINUTE)
    play.after(minutes=2)
    assert await claimed(play, other, epoch) == [(2, 1)]
    play.after(minutes=1)
    assert await claimed(play, other, epoch, without=[2]) == [(1, 1)]


async def test_case_6_the_alerts_of_a_suspended_chat_are_held(play: Play, store: Store) -> None:
    """What waits and what comes later is no work left, until a probe is due; what was accepted meanwhile is sent."""
    await store.chats.subscribe(Subscription(Chat(1), "k"), play.now)
    await play.queue(store, play.alert(1), play.alert(2), play.alert(1, 2))
    epoch = await play.sender(store)
    sending = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    await store.outbox.suspend_chat(1, "bot was kicked from the group chat", play.now)
    await store.outbox.settle([sending[0]], epoch, Sent(1), play.now)
    await store.outbox.settle([sending[1]], epoch, Later(play.now, "kicked"), play.now)
    assert await play.queue(store, play.alert(3)) == 1
    status = await store.chats.read_status(play.now)
    assert [(one.chat, one.reason) for one in status.suspended] == [(1, "bot was kicked from the group chat")]
    assert (status.sent, status.dead, status.waiting) == (1, (), 1)
    play.after(minutes=1)
    probes = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert [(one.alert.chat.id, one.is_probe) for one in probes] == [(1, True), (2, False), (1, True)]
    assert await store.chats.find_subscriptions(Chat(1)) == ("k",)
    await store.chats.revive_chat(1, play.now)
    assert await play.queue(store, play.alert(4)) == 1
    assert (await store.chats.read_status(play.now)).suspended == ()


async def test_case_9_a_group_that_became_a_supergroup_takes_everything_along(play: Play, store: Store) -> None:
    """Subscriptions, rights, waiting and sent alerts move; what is being sent is settled under the new id."""
    await store.chats.subscribe(Subscription(Chat(GROUP), "k"), play.now)
    await store.chats.admit_chat(GROUP, 42, play.now)
    await play.queue(store, play.alert(1, GROUP), play.alert(2, GROUP))
    epoch = await play.sender(store)
    one, two = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    await store.outbox.settle([one], epoch, Sent(5), play.now)
    await store.outbox.migrate_chat(GROUP, SUPERGROUP)
    await store.outbox.settle([two], epoch, Later(play.now, "migrated", counts="nothing"), play.now)
    assert await claimed(play, store, epoch) == [(SUPERGROUP, 2)]
    assert await store.chats.find_subscriptions(Chat(SUPERGROUP)) == ("k",)
    assert await store.chats.find_subscriptions(Chat(GROUP)) == ()
    assert (await store.chats.is_admitted(GROUP), await store.chats.is_admitted(SUPERGROUP)) == (False, True)


async def test_case_9_the_old_id_in_the_configuration_still_means_the_group(play: Play, store: Store) -> None:
    """watchlists.yaml may go on naming the old id: its alerts go to the new one, once."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7, GROUP),))
    await store.outbox.migrate_chat(GROUP, SUPERGROUP)
    assert await play.queue(store, play.alert(7, GROUP), play.alert(8, GROUP)) == 1
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch) == [(SUPERGROUP, 7), (SUPERGROUP, 8)]
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    async with store.polls.open_recording(one) as recording:
        assert (await recording.find_stories([7]))[7].alerted == {Chat(GROUP), Chat(SUPERGROUP)}


async def test_case_10_a_migration_told_twice_merges(play: Play, store: Store) -> None:
    """The new id is known already, and the news comes from both sides: ties are merged, a story is told once."""
    for chat in (GROUP, SUPERGROUP):
        await store.chats.subscribe(Subscription(Chat(chat), "k"), play.now)
        await store.chats.subscribe(Subscription(Chat(chat), f"only{chat}"), play.now)
        await play.queue(store, play.alert(1, chat))
    await play.queue(store, play.alert(2, GROUP))
    for _ in range(2):
        await store.outbox.migrate_chat(GROUP, SUPERGROUP)
        await store.chats.migrate_chat(GROUP, SUPERGROUP)
    await store.outbox.migrate_chat(SUPERGROUP, SUPERGROUP)
    assert await store.chats.find_subscriptions(Chat(SUPERGROUP)) == ("k", "only-1005", "only-5")
    epoch = await play.sender(store)
    assert await claimed(play, store, epoch) == [(SUPERGROUP, 1), (SUPERGROUP, 2)]
    status = await store.chats.read_status(play.now)
    assert [many for _, many in status.dead] == [1]


async def test_a_revoked_group_stays_revoked_under_its_new_id(play: Play, store: Store) -> None:
    """A group cannot shake off an owner's word by becoming a supergroup."""
    await store.chats.admit_chat(GROUP, 42, play.now)
    await store.chats.revoke_chat(GROUP)
    await store.outbox.migrate_chat(GROUP, SUPERGROUP)
    assert await play.queue(store, play.alert(1, SUPERGROUP)) == 0


async def test_case_11_a_lost_topic_falls_back_to_general(play: Play, store: Store) -> None:
    """Waiting and later alerts of the topic go to General, but for stories it has; nothing comes twice."""
    topic, general = Chat(GROUP, 7), Chat(GROUP)
    await store.chats.subscribe(Subscription(topic, "k"), play.now)
    (one,) = await play.leased(store)
    alerts = (play.alert(1, topic), play.alert(2, topic), play.alert(2, general))
    await play.record(store, one, play.told(1, 1), play.told(2, 2), alerts=alerts)
    for _ in range(2):
        await store.outbox.close_topic(topic, "TOPIC_CLOSED", play.now)
    assert await store.chats.find_subscriptions(general) == ("k",)
    assert await play.queue(store, play.alert(1, topic), play.alert(3, topic)) == 1
    epoch = await play.sender(store)
    some = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert {(one.alert.chat, one.alert.story) for one in some} == {(topic, 1), (general, 2), (topic, 3)}
    assert {one.alert.story for one in some if one.to_general} == {1, 3}
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    async with store.polls.open_recording(one) as recording:
        stories = await recording.find_stories([1, 2])
    assert topic in stories[1].alerted
    assert stories[2].alerted == {topic, general}
    assert await store.chats.find_subscriptions(topic) == ("k",)
    assert await store.chats.unsubscribe(Subscription(general, "k"))
    assert await store.chats.find_subscriptions(topic) == ()


async def test_messages_of_the_last_hour_are_counted(play: Play, store: Store) -> None:
    """First messages count, a rolling message counts once, edits and what waits do not."""
    await play.queue(store, *(play.alert(story, 1) for story in range(1, 6)), play.alert(1, 2))
    epoch = await play.sender(store)
    rows = [one for one in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE) if one.alert.chat.id == 1]
    results: tuple[Sent | Folded, ...] = (Sent(1), Sent(2), Folded(9), Folded(9))
    for one, result in zip(rows, results, strict=False):
        await store.outbox.settle([one], epoch, result, play.now)
    assert await store.outbox.count_recent([1, 2, 3], play.now - MINUTE) == {1: 3, 2: 0, 3: 0}
    assert await store.outbox.count_recent([1], play.after(seconds=1)) == {1: 0}


async def test_a_rolling_message_knows_its_lines(play: Play, store: Store) -> None:
    """The newest rolling message of the chat lists its alerts in order, until it is too old."""
    topic = Chat(1, 4)
    await play.queue(store, *(play.alert(story, topic) for story in range(1, 5)), play.alert(9, 1))
    epoch = await play.sender(store)
    begun = play.now
    assert await store.outbox.find_rolling(topic, begun) == ()
    rows = [one for one in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE) if one.alert.chat == topic]
    for one, message in zip(rows, (8, 9, 9), strict=False):
        await store.outbox.settle([one], epoch, Folded(message), play.after(seconds=1))
    listed = await store.outbox.find_rolling(topic, begun)
    assert [(one.alert.story, one.message) for one in listed] == [(2, 9), (3, 9)]
    assert await store.outbox.find_rolling(topic, play.now) == ()
    assert await store.outbox.find_rolling(Chat(1), begun) == ()


async def test_a_delivery_knows_how_its_chat_wants_it(play: Play, store: Store) -> None:
    """A chat without settings of its own is told as the installation does."""
    await play.queue(store, play.alert(1))
    epoch = await play.sender(store)
    (one,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert one.look == DisplayPreferences()


async def test_case_75_the_lines_of_one_message_are_settled_all_or_none(
    play: Play, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken off in the middle, none is on record as sent: a half-written message would list the others twice."""
    await play.queue(store, *(play.alert(story, 1) for story in (1, 2, 3)))
    epoch = await play.sender(store)
    lines = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)

    def broken(delivery: Delivery, *rest: Any) -> Any:
        kind, values = change_of(delivery, *rest)
        return ("nothing known" if delivery == lines[1] else kind), values

    with monkeypatch.context() as patch:
        patch.setattr("bot.store.outbox.delivery_results.change_of", broken)
        with pytest.raises(KeyError):
            await store.outbox.settle(lines, epoch, Folded(7), play.now)
    assert (await store.chats.read_status(play.now)).sent == 0
    await store.outbox.settle(lines, epoch, Folded(7), play.now)
    assert len(await store.outbox.find_rolling(Chat(1), play.now)) == 3
