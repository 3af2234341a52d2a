"""Outputs as queues, on both databases: what is due, what a result changes, and who may write it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from bot.alerts.watchlist_alert import FoundWord, WatchlistAlert
from bot.errors import StaleLeaseError
from bot.ports.output_store import GivenUp, OutputDelivery, OutputState, Postponed, Taken
from bot.ports.poll_store import Correction
from bot.store.copies.restored_record import mark_restored
from bot.store.repository import Store
from bot.store.retention import STORY_DAYS
from bot.store.tables import output_alerts, watchlist_alerts
from tests.store.conftest import MINUTE, Play

WORDS = (FoundWord("Kremlin", "title", "Kremlin"),)
ALERT = WatchlistAlert(7, "k", "Kremlin & Co", "Headline", "https://x.example", "Lead", WORDS, "en", outputs=("desk",))


async def tell(play: Play, store: Store, *alerts: WatchlistAlert, **parts: object) -> None:
    """Record a poll that found one item a story, and tells this."""
    (leased,) = await play.leased(store)
    items = [play.told(one.story, one.story * 10 + round(play.now.timestamp())) for one in alerts]
    await play.record(store, leased, *items, announced=alerts, **parts)
    play.after(minutes=11)


async def epoch_of(play: Play, store: Store) -> int:
    """Take the role."""
    epoch = await store.outputs.take_role("outputs", play.now, MINUTE)
    assert epoch is not None
    return epoch


async def claim(play: Play, store: Store, output: str = "desk", limit: int = 10) -> tuple[OutputDelivery, ...]:
    """Claim what is due."""
    return await store.outputs.claim(await epoch_of(play, store), output, play.now, limit=limit, ttl=MINUTE)


async def test_what_a_watchlist_tells_is_claimed_as_it_was_told(play: Play, store: Store) -> None:
    """Words with their queries, the story's reports, the first revision; nothing for another output."""
    await tell(play, store, ALERT)
    assert await claim(play, store, "another") == ()
    (found,) = await claim(play, store)
    assert found.alert == replace(ALERT, outputs=())
    assert [one.source for one in found.reports] == ["s0"]
    assert (found.revision, found.shown, found.attempts, found.is_correction) == (1, 0, 0, False)
    assert await claim(play, store) == (), "it is leased"


async def test_an_output_gets_a_story_once_whichever_watchlists_tell_it(play: Play, store: Store) -> None:
    """The first of them counts, today and later; each watchlist's feed has it, and the louder priority counts."""
    other = replace(ALERT, watchlist="other", priority="urgent")
    await tell(play, store, ALERT, other)
    await tell(play, store, replace(ALERT, headline="Later", priority="urgent"))
    (found,) = await claim(play, store)
    assert (found.alert.watchlist, found.alert.headline, found.alert.priority) == ("k", "Headline", "urgent")
    async with store.database.read() as connection:
        kept = (await connection.execute(select(watchlist_alerts.c.watchlist, watchlist_alerts.c.rank))).all()
    assert sorted(map(tuple, kept)) == [("k", 0), ("other", 0)]


async def test_a_report_that_joins_raises_the_revision_and_a_correction_says_so(play: Play, store: Store) -> None:
    """What was taken is due again; the same is not sent twice."""
    await tell(play, store, ALERT)
    epoch = await epoch_of(play, store)
    (found,) = await claim(play, store)
    await store.outputs.settle([(found, Taken())], epoch, play.now)
    assert await claim(play, store) == ()
    await tell(play, store, ALERT, joined=(7,))
    (found,) = await claim(play, store)
    assert (found.revision, found.shown, found.is_correction, len(found.reports)) == (2, 1, False, 2)
    await store.outputs.settle([(found, Taken())], epoch, play.now)
    (leased,) = await play.leased(store)
    await play.record(store, leased, corrections=(Correction(1, 7, "Corrected"),))
    (found,) = await claim(play, store)
    assert (found.revision, found.shown, found.is_correction, found.answers) == (3, 2, True, 1)


async def test_a_correction_that_comes_while_one_is_sent_is_still_told(play: Play, store: Store) -> None:
    """What was taken was the revision before it."""
    await tell(play, store, ALERT)
    epoch = await epoch_of(play, store)
    (found,) = await claim(play, store)
    play.after(minutes=11)
    (leased,) = await play.leased(store)
    await play.record(store, leased, corrections=(Correction(1, 7, "Corrected"),))
    await store.outputs.settle([(found, Taken())], epoch, play.now)
    (found,) = await claim(play, store)
    assert (found.revision, found.is_correction) == (2, True)


async def test_what_failed_waits_and_counts_since_when(play: Play, store: Store) -> None:
    """The first failure's time stays; to wait by plan is no failure."""
    await tell(play, store, ALERT)
    epoch = await epoch_of(play, store)
    first = play.now
    for attempts in (1, 2):
        (found,) = await claim(play, store)
        await store.outputs.settle([(found, Postponed(play.now + MINUTE, "down"))], epoch, play.now)
        assert await claim(play, store) == ()
        assert await store.outputs.find_next_due(epoch, "desk") == play.now + MINUTE
        play.after(minutes=1)
        assert attempts in (1, 2)
    (found,) = await claim(play, store)
    assert (found.attempts, found.failing_since) == (2, first)
    await store.outputs.settle([(found, Postponed(play.now, "", failed=False))], epoch, play.now)
    (found,) = await claim(play, store)
    assert found.attempts == 2
    await store.outputs.settle([(found, Taken())], epoch, play.now)
    assert (await store.outputs.count_outputs())[0].sent == 1


async def test_what_is_given_up_is_visible_and_an_update_that_is_leaves_what_was_sent(play: Play, store: Store) -> None:
    """Never taken: dead. Taken before: the next change is tried again."""
    await tell(play, store, ALERT, replace(ALERT, story=8))
    epoch = await epoch_of(play, store)
    first, second = await claim(play, store)
    await store.outputs.settle([(first, GivenUp("three days")), (second, Taken())], epoch, play.now)
    await tell(play, store, ALERT, joined=(7, 8))
    (grown,) = await claim(play, store)
    assert grown.alert.story == 8
    await store.outputs.settle([(grown, GivenUp("three days"))], epoch, play.now)
    assert await claim(play, store) == ()
    (counts,) = await store.outputs.count_outputs()
    assert (counts.waiting, counts.sent, counts.dead) == (0, 1, 1)
    await tell(play, store, ALERT, joined=(8,))
    assert len(await claim(play, store)) == 1


async def test_who_has_lost_the_role_cannot_write(play: Play, store: Store) -> None:
    """A late result changes nothing of a row that was claimed anew; one that nobody has claimed is kept."""
    await tell(play, store, ALERT, replace(ALERT, story=8))
    epoch = await epoch_of(play, store)
    late, later = await claim(play, store)
    play.after(minutes=2)
    other = await play.worker()
    new_epoch = await epoch_of(play, other)
    (again,) = await other.outputs.claim(new_epoch, "desk", play.now, limit=1, ttl=MINUTE)
    assert again.id == late.id
    with pytest.raises(StaleLeaseError):
        await store.outputs.settle([(late, Taken()), (later, Taken())], epoch, play.now)
    await other.outputs.settle([(again, GivenUp("gone"))], new_epoch, play.now)
    (counts,) = await store.outputs.count_outputs()
    assert (counts.sent, counts.dead, counts.waiting) == (1, 1, 0)
    with pytest.raises(StaleLeaseError):
        await store.outputs.claim(epoch, "desk", play.now, limit=1, ttl=MINUTE)


async def test_the_role_is_another_than_that_of_the_sender(play: Play, store: Store) -> None:
    """Telegram's sender and that of outputs may be two processes."""
    other = await play.worker()
    assert await store.outbox.take_role("sender", play.now, MINUTE)
    assert await other.outputs.take_role("outputs", play.now, MINUTE)
    assert await store.outputs.take_role("outputs", play.now, MINUTE) is None


async def test_a_row_that_cannot_be_read_ends_alone(play: Play, store: Store) -> None:
    """The others go."""
    await tell(play, store, ALERT, replace(ALERT, story=8))
    async with store.database.write() as connection:
        spoilt = update(watchlist_alerts).where(watchlist_alerts.c.story == 7).values(payload="{")
        await connection.execute(spoilt)
    (found,) = await claim(play, store)
    assert found.alert.story == 8
    assert [one.dead for one in await store.outputs.count_outputs()] == [1]


async def test_how_an_output_fares_is_kept(play: Play, store: Store) -> None:
    """Written again, it is the newer."""
    state = OutputState("desk", -5, play.now, "down", play.now + MINUTE, None, announced=True)
    await store.outputs.write_state(replace(state, reason="before"))
    await store.outputs.write_state(state)
    assert await store.outputs.read_states() == (state,)
    assert [(one.output, one.waiting, one.state) for one in await store.outputs.count_outputs()] == [("desk", 0, state)]


async def test_an_output_that_ended_and_one_that_is_gone_leave_nothing_waiting(play: Play, store: Store) -> None:
    """Both end with the reason; what an output of the file waits for stays."""
    await tell(play, store, ALERT, replace(ALERT, story=8, outputs=("gone",)))
    assert await store.outputs.end_strayed(["desk"], play.now - timedelta(days=3)) == 0
    assert await store.outputs.end_strayed(["desk"], play.now) == 1
    assert await store.outputs.end_waiting("desk", "410 Gone") == 1
    assert [(one.waiting, one.dead) for one in await store.outputs.count_outputs()] == [(0, 1), (0, 1)]


async def test_after_a_restore_nothing_old_is_sent(play: Play, store: Store) -> None:
    """What waited ends as restored; what was sent is not sent anew."""
    await tell(play, store, ALERT, replace(ALERT, story=8))
    epoch = await epoch_of(play, store)
    (first, _) = await claim(play, store)
    await store.outputs.settle([(first, Taken())], epoch, play.now)
    await tell(play, store, ALERT, joined=(7,))
    async with store.database.write() as connection:
        assert (await mark_restored(connection, None)).ended == 1
    assert await claim(play, store) == ()


async def test_what_is_too_old_goes(play: Play, store: Store) -> None:
    """With what it told; what waits stays."""
    await tell(play, store, ALERT, replace(ALERT, story=8))
    epoch = await epoch_of(play, store)
    first, _ = await claim(play, store)
    await store.outputs.settle([(first, Taken())], epoch, play.now)
    await store.prune(play.now + timedelta(days=STORY_DAYS + 1))
    async with store.database.read() as connection:
        left = (await connection.execute(select(output_alerts.c.state))).scalars().all()
        told = await connection.scalar(text("SELECT count(*) FROM watchlist_alerts"))
    assert (list(left), told) == (["pending"], 1)
