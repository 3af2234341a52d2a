"""What chats wish, on record and at work in the outbox, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from bot.model import Chat, DisplayPreferences, Evidence, Follow, Subscription
from bot.ports.outbox_store import Folded, Later, Sent
from bot.preferences import NONE, Digest, Mute, Window
from bot.store.chats.admissions import GONE_DAYS
from bot.store.repository import Store
from bot.store.tables import chats as chat_table
from bot.store.tables import metadata, reports, stories

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HERE, TOPIC, OTHER = Chat(-5), Chat(-5, 7), Chat(2)
NOON = Window(12 * 60, 13 * 60)  # it is noon when these tests begin
WORD = Mute("word", "headline", None, (("headline", "headlines"),))


async def due(play: Play, store: Store) -> list[Any]:
    """Claim as a sender does."""
    epoch = await play.sender(store)
    return list(await store.outbox.claim(epoch, play.now, limit=100, ttl=MINUTE, per_chat=8))


async def told(play: Play, store: Store) -> list[tuple[int, str | None]]:
    """Claim and settle as sent; return each story, and why it came late."""
    epoch = await play.sender(store)
    found = await due(play, store)
    for one in found:
        await store.outbox.settle([one], epoch, Sent(one.id), play.now)
    return [(one.alert.story, one.held) for one in found]


async def test_wishes_and_looks_are_kept(store: Store) -> None:
    """Hours belong to a place, the zone and the look to the whole chat."""
    wished = replace(NONE, quiet=(NOON, Window(0, 60, (5, 6))), digest=Digest("day", 480, 2, None, (1110,)), still=540)
    await store.preferences.write_preferences(TOPIC, wished)
    await store.preferences.write_display(-5, DisplayPreferences("Europe/Kyiv", "uk", "full", "hold"))
    assert await store.preferences.read_preferences(TOPIC) == replace(wished, zone="Europe/Kyiv")
    assert await store.preferences.read_preferences(HERE) == replace(NONE, zone="Europe/Kyiv")
    assert await store.preferences.read_display(-5) == DisplayPreferences("Europe/Kyiv", "uk", "full", "hold")
    assert await store.preferences.read_display(2) == DisplayPreferences()
    await store.preferences.write_preferences(TOPIC, NONE)
    assert await store.preferences.read_preferences(TOPIC) == replace(NONE, zone="Europe/Kyiv")


async def test_what_quiet_hours_hold_comes_when_they_end(play: Play, store: Store) -> None:
    """It is no work left meanwhile, other places are told at once, urgent ones too; a restart changes nothing."""
    await store.preferences.write_preferences(HERE, replace(NONE, quiet=(NOON,)))
    await play.queue(store, *(play.alert(story, HERE) for story in range(1, 20)), play.alert(20, HERE, "urgent"))
    await play.queue(store, play.alert(1, TOPIC), play.alert(1, OTHER))
    found = [one for _ in range(4) for one in await told(play, store)]  # a few of a chat at each look
    assert sorted(found) == [(1, None), (1, None), (20, None)]
    assert await store.outbox.count_waiting(play.now) == (0, play.now + HOUR)
    assert await store.preferences.count_held(HERE) == 19
    play.after(minutes=59)
    assert await told(play, store) == []
    play.after(minutes=1)
    again = await play.worker()
    await store.outbox.release_role("sender", await play.sender(store))
    assert await told(play, again) == [(story, "quiet") for story in range(1, 20)], "all at once, past a chat's share"
    assert await told(play, again) == []


async def test_hours_that_are_changed_let_go_of_what_they_held(play: Play, store: Store) -> None:
    """Nobody waits for the end of a window that is no more, or is elsewhere in another zone."""
    await store.preferences.write_preferences(HERE, replace(NONE, quiet=(NOON,)))
    await play.queue(store, play.alert(1, HERE))
    assert await told(play, store) == []
    await store.preferences.write_display(-5, DisplayPreferences("Europe/Berlin"))
    assert await told(play, store) == [(1, "quiet")]


async def test_a_digest_comes_at_its_time_and_once(play: Play, store: Store) -> None:
    """Case 87: a clock that is set back to before a digest sends none for that time again."""
    await store.preferences.write_preferences(HERE, replace(NONE, digest=Digest("hour")))
    await play.queue(store, play.alert(1, HERE), play.alert(2, HERE))
    assert await told(play, store) == []
    play.after(hours=1)
    assert await told(play, store) == [(1, "digest"), (2, "digest")]
    play.after(minutes=-30)
    await play.queue(store, play.alert(3, HERE))
    assert await told(play, store) == []
    play.after(minutes=35)
    assert await told(play, store) == []
    play.after(minutes=55)
    assert await told(play, store) == [(3, "digest")]


async def test_a_pause_ends_with_all_the_last_or_none(play: Play, store: Store) -> None:
    """What is passed over is visible as that, and counts for no failure."""
    await store.preferences.write_preferences(HERE, replace(NONE, paused=play.now))
    await play.queue(store, play.alert(1, HERE, "urgent"))
    await told(play, store)
    play.after(hours=2)
    await play.queue(store, play.alert(2, HERE))
    await told(play, store)
    assert await store.preferences.count_held(HERE) == 2
    assert await store.preferences.skip_held(HERE, play.now - HOUR) == 1
    await store.preferences.write_preferences(HERE, NONE)
    assert await told(play, store) == [(2, "pause")]
    assert (await store.chats.read_status(play.now)).dead == ()


async def test_mutes_end_alerts_with_their_reason_and_stop_edits(play: Play, store: Store) -> None:
    """A muted word ends what comes, a muted story what would change; taken back, the message is edited again."""
    assert await store.preferences.add_mute(HERE, WORD, play.now, most=2)
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7, HERE), play.alert(7, OTHER)))
    assert await told(play, store) == [(7, None)]
    assert (await store.preferences.find_story(HERE, 7)).state == "mute"  # type: ignore[union-attr]  # it is on record
    assert await store.preferences.add_mute(OTHER, Mute("story", "7", None, label="Headline"), play.now, most=2)
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 2, source="s2"), joined=(7,))
    assert await told(play, store) == []
    assert await store.preferences.remove_mutes(OTHER, "story", "7") == 1
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 3, source="s3"), joined=(7,))
    assert await told(play, store) == [(7, None)]
    assert (await store.chats.read_status(play.now)).dead == ()


async def test_a_story_of_a_muted_source_is_told_once_another_has_it(play: Play, store: Store) -> None:
    """It waits, and a report of another source wakes it, as a normal alert."""
    assert await store.preferences.add_mute(HERE, Mute("source", "s0"), play.now, most=2)
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7, HERE),))
    assert await told(play, store) == []
    assert await store.preferences.count_held(HERE) == 0, "/resume does not speak of it"
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(7, 2, source="s1"), joined=(7,))
    assert await told(play, store) == [(7, None)]


async def test_mutes_are_counted_and_run_out(play: Play, store: Store) -> None:
    """A quota for the chat, over all topics; what is over makes room, and the same again is no second."""
    assert await store.preferences.add_mute(HERE, replace(WORD, until=play.now + HOUR), play.now, most=2)
    assert await store.preferences.add_mute(HERE, replace(WORD, until=play.now + 2 * HOUR), play.now, most=2)
    assert await store.preferences.add_mute(TOPIC, Mute("watchlist", "k"), play.now, most=2)
    assert not await store.preferences.add_mute(HERE, Mute("source", "s0"), play.now, most=2)
    assert [one.until for one in (await store.preferences.read_preferences(HERE)).mutes] == [play.now + 2 * HOUR]
    play.after(hours=3)
    assert await store.preferences.add_mute(HERE, Mute("source", "s0"), play.now, most=2)
    assert await store.preferences.remove_mutes(HERE, None) == 1
    assert await store.preferences.remove_mutes(HERE, "source", "s0") == 0


async def test_case_10_wishes_follow_a_chat_that_moves(play: Play, store: Store) -> None:
    """Case 10: a group's new id has its hours and mutes; what the new one has already stays."""
    await store.preferences.write_preferences(HERE, replace(NONE, still=5))
    await store.preferences.write_preferences(TOPIC, replace(NONE, still=7))
    await store.preferences.add_mute(TOPIC, WORD, play.now, most=9)
    await store.preferences.write_preferences(Chat(-1005), replace(NONE, still=9))
    for _ in range(2):
        await store.chats.migrate_chat(-5, -1005)
    assert (await store.preferences.read_preferences(Chat(-1005))).still == 9
    moved = await store.preferences.read_preferences(Chat(-1005, 7))
    assert (moved.still, moved.mutes) == (7, (WORD,))
    await store.outbox.close_topic(Chat(-1005, 7), "TOPIC_CLOSED", play.now)
    assert (await store.preferences.read_preferences(Chat(-1005, 7))).mutes == (WORD,)


async def test_the_latest_stories_are_those_of_ones_watchlists(play: Play, store: Store) -> None:
    """The newest first, each with its sources and what became of it here; elsewhere it is another state."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1), alerts=(play.alert(7, HERE),))
    (one,) = await store.polls.lease_sources(play.after(minutes=10), limit=1, ttl=MINUTE)
    await play.record(store, one, play.told(8, 2), play.told(7, 3, source="s1"), joined=(7,))
    found = await store.preferences.find_latest(HERE, ["k"], play.now - HOUR, most=5)
    assert [(one.story, one.sources, one.state) for one in found] == [
        (8, ("s0",), "none"),
        (7, ("s0", "s1"), "waiting"),
    ]
    assert await store.preferences.find_latest(HERE, ["other"], play.now - HOUR, most=5) == ()
    assert len(await store.preferences.find_latest(OTHER, ["k"], play.now - HOUR, most=1)) == 1
    assert (await store.preferences.find_alert(HERE, 7)) == play.alert(7, HERE)
    assert await store.preferences.find_alert(HERE, 8) is None


async def test_the_latest_of_a_rare_watchlist_stand_behind_thousands_of_others(play: Play, store: Store) -> None:
    """A story of yesterday is found, whatever a busy list brought since; what is older than asked is not."""
    (one,) = await play.leased(store)
    await play.record(store, one, play.told(7, 1))
    began = play.now
    play.after(hours=24)
    async with store.database.write() as connection:
        busy = {"source": "s", "publisher": "p", "headline": "Busy", "at": int(play.now.timestamp() * 1000)}
        rows = [busy | {"story": n, "watchlists": '["busy"]', "sketch": b""} for n in range(100, 4_500)]
        await connection.execute(
            stories.insert(), [{"id": row["story"], "created_at": row["at"], "headline": "Busy"} for row in rows]
        )
        await connection.execute(reports.insert(), rows)
    (found,) = await store.preferences.find_latest(HERE, ["k"], play.now - 48 * HOUR, most=5)
    assert (found.story, found.sources) == (7, ("s0",))
    assert len(await store.preferences.find_latest(HERE, ["k", "busy"], play.now - 48 * HOUR, most=5)) == 5
    assert await store.preferences.find_latest(HERE, ["k"], began + HOUR, most=5) == ()


async def test_a_group_that_asks_keeps_its_name_and_its_request_when_it_is_upgraded(play: Play, store: Store) -> None:
    """Its new id has its title and has waited for an answer since the group first asked; the old id asks no more."""
    await store.admissions.request_access(-5, "group", "Newsroom", play.now)
    began = play.now
    play.after(hours=1)
    await store.admissions.request_access(-1005, "supergroup", None, play.now)
    for _ in range(2):
        await store.chats.migrate_chat(-5, -1005)
    (guest,) = await store.admissions.find_chats()
    assert (guest.id, guest.title, guest.kind, guest.requested_at) == (-1005, "Newsroom", "supergroup", began)
    assert await store.admissions.find_ignored_groups(play.after(days=1)) == (-1005,)


async def test_a_group_that_was_let_in_asks_no_more_when_it_is_upgraded(play: Play, store: Store) -> None:
    """An answer to one id answers the request of the other."""
    await store.admissions.request_access(-5, "group", "Newsroom", play.now)
    await store.chats.admit_chat(-1005, 11, play.now)
    await store.chats.migrate_chat(-5, -1005)
    (guest,) = await store.admissions.find_chats()
    assert (guest.title, guest.admitted, guest.requested_at) == ("Newsroom", True, None)


async def test_every_column_of_a_chat_goes_over_when_it_moves(store: Store) -> None:
    """What is known of a group stands under its new id alone, but for what Telegram refused of the old one."""
    known = {
        "admitted_by": 3, "admitted_at": 4, "revoked": True, "settings": '{"language": "ru"}', "title": "Newsroom",
        "kind": "group", "requested_at": 5, "suspended": "why", "suspended_at": 6, "blocked_until": 7,
        "closure": "gone", "probe_at": 8, "muted_until": 9, "announced_at": 10,
    }  # fmt: skip
    assert known.keys() == {column.name for column in chat_table.columns} - {"id", "moved_to"}
    async with store.database.write() as connection:
        await connection.execute(chat_table.insert(), known | {"id": -5})
    await store.chats.migrate_chat(-5, -1005)
    async with store.database.read() as connection:
        rows = {row.id: row for row in await connection.execute(select(chat_table))}
    left = dict.fromkeys(
        (
            "suspended",
            "suspended_at",
            "blocked_until",
            "requested_at",
            "closure",
            "probe_at",
            "muted_until",
            "announced_at",
        )
    )  # it was let in: it asks no more
    assert {name: getattr(rows[-1005], name) for name in known} == known | left
    empty = dict.fromkeys(known) | {"revoked": False, "settings": "{}"}
    assert {name: getattr(rows[-5], name) for name in known} == empty
    assert rows[-5].moved_to == -1005


async def test_case_122_a_forgotten_chat_leaves_no_row(play: Play, store: Store) -> None:
    """Case 122: no table knows the chat any more, whatever there was; what others have stays."""
    for chat in (HERE, TOPIC, OTHER):
        await store.chats.subscribe(Subscription(chat, "k"), play.now)
        await store.queries.add_query(chat, "summit", play.now, most=9)
        await store.preferences.write_preferences(chat, replace(NONE, quiet=(NOON,)))
        await store.preferences.add_mute(chat, WORD, play.now, most=9)
        await play.queue(store, play.alert(1, chat))
    await store.chats.admit_chat(-5, 11, play.now)
    await store.chats.migrate_chat(-4, -5)
    await store.outbox.close_topic(Chat(-5, 9), "TOPIC_CLOSED", play.now)
    queries = await store.queries.read_revision()
    await store.admissions.forget_chat(-5)
    assert await store.queries.read_revision() > queries
    assert [one.chat for one in await store.queries.find_all_queries()] == [OTHER]
    async with store.database.read() as connection:
        for table in metadata.sorted_tables:
            column = table.c.get("chat") if table.name != "chat" else table.c.id
            if column is not None:
                left = await connection.scalar(select(func.count()).select_from(table).where(column.in_((-5, -4))))
                assert not left, table.name
    assert await store.chats.find_subscriptions(OTHER) == ("k", "~3")


async def test_a_chat_that_was_put_out_stays_out_when_it_is_forgotten(play: Play, store: Store) -> None:
    """Forgetting is no way back in; and what Telegram asked to wait for is still waited for."""
    await store.chats.revoke_chat(2)
    await store.outbox.block_chat(3, play.now + HOUR)
    for chat in (2, 3):
        await store.admissions.forget_chat(chat)
    assert await store.chats.is_revoked(2)
    await play.queue(store, play.alert(1, 3))
    assert await told(play, store) == []


async def test_case_122_chats_that_cannot_be_told_are_forgotten_in_time(play: Play, store: Store) -> None:
    """Case 122: after three months, with all they had."""
    await store.chats.subscribe(Subscription(OTHER, "k"), play.now)
    await store.chats.suspend_chat(2, "the bot was blocked by the user", play.now)
    assert await store.admissions.forget_gone_chats(play.after(days=GONE_DAYS)) == 0
    assert await store.admissions.forget_gone_chats(play.after(days=1)) == 1
    assert await store.chats.find_subscriptions(OTHER) == ()


async def test_case_104_who_asks_is_on_record_until_it_is_answered(play: Play, store: Store) -> None:
    """Case 104: groups that nobody let in are known after a day; people are never named."""
    await store.admissions.request_access(-5, "group", "Newsroom", play.now)
    await store.admissions.request_access(2, "private", None, play.now)
    await store.admissions.request_access(-6, "group", "Other", play.now)
    await store.chats.admit_chat(-6, 11, play.now)
    began = play.now
    await store.admissions.request_access(-5, "group", "Newsroom", play.after(hours=2))
    known = {one.id: one for one in await store.admissions.find_chats()}
    assert (known[-5].title, known[-5].requested_at, known[-5].admitted) == ("Newsroom", began, False)
    assert known[2].title is None
    assert known[-6].admitted
    assert await store.admissions.find_ignored_groups(play.now - HOUR) == (-5,)
    await store.admissions.withdraw_request(-5)
    assert await store.admissions.find_ignored_groups(play.now) == ()


async def test_who_wishes_to_hear_daily_is_found_with_what_it_was_sent(play: Play, store: Store) -> None:
    """Each place with its own hour and number of alerts."""
    await store.preferences.write_preferences(HERE, replace(NONE, still=540))
    await store.preferences.write_preferences(OTHER, replace(NONE, quiet=(Window(0, 60),)))
    await play.queue(store, play.alert(1, HERE), play.alert(2, HERE), play.alert(1, TOPIC))
    epoch = await play.sender(store)
    found = await due(play, store)
    await store.outbox.settle(found, epoch, Folded(1), play.now)
    (one,) = await store.preferences.find_watchers(play.now - HOUR)
    assert (one.chat, one.preferences.still, one.alerts) == (HERE, 540, 2)


@pytest.mark.parametrize("follow", ["edits", "off"])
async def test_a_story_of_a_muted_source_comes_at_once_whatever_it_follows(
    play: Play, store: Store, follow: Follow
) -> None:
    """Another source tells it: what was held goes, also where later reports change nothing."""
    await store.preferences.add_mute(Chat(1), Mute("source", "s0", None, (), "s0"), play.now, most=9)
    first, second = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 11), alerts=(play.alert(1, follow=follow),))
    assert await due(play, store) == []
    play.after(minutes=10)
    await play.record(store, second, play.told(1, 21, source="s1"), joined=(1,))
    (one,) = await due(play, store)
    assert one.revision == (2 if follow == "edits" else 1)


async def test_what_a_mute_has_ended_is_told_when_another_watchlist_fires(play: Play, store: Store) -> None:
    """Once, with its buttons; a mute in force ends it again, and what a reader passed over stays passed over."""
    await store.preferences.add_mute(Chat(1), Mute("watchlist", "k"), play.now, most=9)
    await play.queue(store, play.alert(1))
    assert await due(play, store) == []
    assert await play.queue(store, play.alert(1)) == 1
    assert await due(play, store) == []
    assert await play.queue(store, play.alert(1, watchlists=(("b", "B"),))) == 1
    (one,) = await due(play, store)
    assert (one.alert.watchlists, one.message, one.revision, one.key is not None) == ((("b", "B"),), None, 1, True)
    await store.outbox.settle([one], await play.sender(store), Sent(5), play.now)
    assert await play.queue(store, play.alert(1, watchlists=(("c", "C"),))) == 0
    await store.preferences.write_preferences(Chat(2), replace(NONE, paused=play.now))
    await play.queue(store, play.alert(2, 2))
    assert await due(play, store) == []
    await store.preferences.skip_held(Chat(2), play.after(seconds=1))
    await store.preferences.write_preferences(Chat(2), NONE)
    assert await play.queue(store, play.alert(2, 2)) == 0
    assert await due(play, store) == []


async def test_an_alert_that_waits_for_a_muted_watchlist_gains_the_one_that_fires_next(
    play: Play, store: Store
) -> None:
    """Whether the second comes before the claim, or between the claim and the send; it counts as no new alert."""
    await store.preferences.add_mute(Chat(1), Mute("watchlist", "k"), play.now, most=9)
    first, second = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 11), alerts=(play.alert(1, follow="off"),))
    async with store.polls.open_recording(second) as recording:
        on_record = (await recording.find_stories([1]))[1]
    assert (on_record.alerted, on_record.waiting) == (frozenset({Chat(1)}), {Chat(1): frozenset({"k"})})
    later = replace(play.alert(1, watchlists=(("b", "B"),)), evidence=(Evidence("title", "B", 0, 1),))
    await play.record(store, second, play.told(1, 21, source="s1"), alerts=(later, later), joined=(1,))
    (one,) = await due(play, store)
    assert one.alert.watchlists == (("k", "Kremlin & Co"), ("b", "B"))
    assert (one.alert.evidence[-1], one.alert.follow) == (later.evidence[0], "edits")
    assert await play.queue(store, play.alert(2, watchlists=(("c", "C"),))) == 1
    (held,) = await due(play, store)
    await store.preferences.add_mute(Chat(1), Mute("watchlist", "c"), play.now, most=9)
    assert await play.queue(store, play.alert(2, watchlists=(("b", "B"),))) == 0
    confirmed = await store.outbox.confirm_claims([held], await play.sender(store), play.now)
    assert [one.alert.watchlists for one in confirmed] == [(("c", "C"), ("b", "B"))]


async def test_an_edit_that_a_pause_held_comes_right_after_it(play: Play, store: Store) -> None:
    """It is no work left meanwhile; a refused edit waits on, and is."""
    first, second = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 11), alerts=(play.alert(1, 1), play.alert(1, 2)))
    epoch = await play.sender(store)
    for one in await due(play, store):
        await store.outbox.settle([one], epoch, Sent(one.id), play.now)
    await store.preferences.write_preferences(Chat(1), replace(NONE, paused=play.now))
    await play.record(store, second, play.told(1, 21, source="s1"), joined=(1,))
    (other,) = await due(play, store)
    assert other.alert.chat == Chat(2)
    await store.outbox.settle([other], epoch, Later(play.now + HOUR, "refused"), play.now)
    assert (await store.outbox.count_waiting(play.now))[0] == 1
    play.after(minutes=10)
    await store.preferences.write_preferences(Chat(2), NONE)
    assert await due(play, store) == []
    await store.preferences.write_preferences(Chat(1), NONE)
    assert [one.alert.chat for one in await due(play, store)] == [Chat(1)]


async def test_a_chat_that_comes_back_still_waits_as_long_as_telegram_asks(play: Play, store: Store) -> None:
    """Whatever revives it says nothing of a 429."""
    await play.queue(store, play.alert(1, -5))
    await store.outbox.block_chat(-5, play.now + HOUR)
    await store.chats.revive_chat(-5, play.now)
    assert await due(play, store) == []
    play.after(hours=1)
    assert len(await due(play, store)) == 1
