"""Rows that cannot be read: each fails by itself, visibly, and everybody else is served, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.model import Chat, DisplayPreferences, PriorityRaise, Subscription
from bot.ports.outbox_store import Sent, Unreadable
from bot.preferences import NONE, Mute, Preferences, Window
from bot.store.repository import Store

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

MINUTE = timedelta(minutes=1)
ESCAPED = r"Kremlin: how \u0000 broke JSON parsers"
FAR = 9 * 10**18  # milliseconds: no calendar has that day


async def spoil(store: Store, statement: str) -> None:
    """Write something into the database that the bot would not."""
    async with store.database.write() as connection:
        await connection.execute(text(statement))


async def claim(play: Play, store: Store) -> tuple[list[tuple[int, int]], list[Unreadable]]:
    """Claim as a sender does; return (chat, story) of each, and what could not be read."""
    epoch, spoilt = await play.sender(store), list[Unreadable]()
    found = await store.outbox.claim(epoch, play.now, limit=50, ttl=MINUTE, unreadable=spoilt.append)
    return sorted((one.alert.chat.id, one.alert.story) for one in found), spoilt


async def test_a_headline_with_an_escaped_nul_stops_nobody(play: Play, store: Store) -> None:
    """The six characters of an escaped NUL stay as they are, a NUL itself goes, wherever they stand."""
    told = play.alert(1, 1, headline=ESCAPED, lead=ESCAPED + "\x00", watchlists=(("k", ESCAPED),))
    await play.queue(store, told, play.alert(2, 2))
    await store.preferences.add_mute(Chat(3), Mute("word", ESCAPED, None, ((ESCAPED,),)), play.now, most=9)
    epoch = await play.sender(store)
    one, two = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert (one.alert.headline, one.alert.lead, one.alert.watchlists) == (ESCAPED, ESCAPED, (("k", ESCAPED),))
    assert two.alert.chat == Chat(2)
    assert (await store.preferences.read_preferences(Chat(3))).mutes[0].forms == ((ESCAPED,),)


@pytest.mark.parametrize("payload", ["{", "[]", "null", '{"headline": 5}', '{"watchlists": [1]}'])
async def test_an_alert_that_cannot_be_read_ends_as_dead(play: Play, store: Store, payload: str) -> None:
    """With its reason, for /status and for whoever listens; the others go at once, and it is heard of once."""
    await play.queue(store, *(play.alert(1, chat) for chat in (1, 2, 3)))
    await spoil(store, f"UPDATE outbox SET payload = '{payload}' WHERE chat = 2")  # noqa: S608 - a value of the test
    due, (spoilt,) = await claim(play, store)
    assert due == [(1, 1), (3, 1)]
    assert (spoilt.what, spoilt.chat) == ("alert", 2)
    ((reason, many),) = (await store.chats.read_status(play.now)).dead
    assert (reason, many) == (spoilt.reason, 1)
    assert reason.startswith("it cannot be read: ")
    play.after(minutes=5)
    assert (await claim(play, store))[1] == []


async def test_an_edit_that_cannot_be_read_leaves_the_message(play: Play, store: Store) -> None:
    """The reader has the message: only the edit is given up."""
    (first, second) = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 1), alerts=(play.alert(1, 1), play.alert(1, 2)))
    epoch = await play.sender(store)
    for one in await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE):
        await store.outbox.settle([one], epoch, Sent(one.id), play.now)
    await spoil(store, "UPDATE outbox SET payload = '{' WHERE chat = 1")
    await play.record(store, second, play.told(1, 2, source="s1"), joined=(1,))
    due, (spoilt,) = await claim(play, store)
    assert (due, spoilt.chat) == ([(2, 1)], 1)
    status = await store.chats.read_status(play.now)
    assert (status.sent, status.dead, status.waiting) == (2, (), 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chat_preferences SET settings = '{' WHERE chat = 1",
        "UPDATE chat_preferences SET settings = '[7]' WHERE chat = 1",
        """UPDATE chat_preferences SET settings = '{"quiet": [["noon", 5, []]]}' WHERE chat = 1""",
        """UPDATE chat_preferences SET settings = '{"digest": ["hour", 0, 0, 9000000000000000000]}' WHERE chat = 1""",
        "UPDATE chats SET settings = '{' WHERE id = 1",
        "UPDATE mutes SET forms = '{' WHERE chat = 1",
        f"UPDATE mutes SET until = {FAR} WHERE chat = 1",  # noqa: S608 - a value of the test
    ],
)
async def test_a_setting_or_mute_that_cannot_be_read_is_passed_over(play: Play, store: Store, statement: str) -> None:
    """No alert is lost for it, neither its chat's nor another's; whoever listens hears of it."""
    await store.preferences.write_preferences(Chat(1), NONE)
    await store.preferences.write_display(1, DisplayPreferences("Europe/Kyiv"))
    await store.preferences.add_mute(Chat(1), Mute("word", "nothing"), play.now, most=9)
    await store.preferences.write_preferences(Chat(2), NONE)
    await spoil(store, statement)
    await play.queue(store, *(play.alert(1, chat) for chat in (1, 2, 3)))
    due, (spoilt,) = await claim(play, store)
    assert due == [(1, 1), (2, 1), (3, 1)]
    assert (spoilt.what, spoilt.chat) == ("setting", 1)
    await store.preferences.read_preferences(Chat(1))
    await store.preferences.find_watchers(play.now)


async def test_other_quiet_hours_hold_beside_a_setting_that_cannot_be_read(play: Play, store: Store) -> None:
    """What others wish is heeded."""
    await store.preferences.write_preferences(Chat(1), NONE)
    noon = Window(12 * 60, 13 * 60)
    await store.preferences.write_preferences(Chat(2), Preferences(quiet=(noon,)))
    await spoil(store, "UPDATE chat_preferences SET settings = '{' WHERE chat = 1")
    await play.queue(store, play.alert(1, 1), play.alert(1, 2))
    assert (await claim(play, store))[0] == [(1, 1)]


async def test_a_report_that_cannot_be_read_is_left_out(play: Play, store: Store) -> None:
    """Its story is told by the others, and is found by what joins it."""
    first, second = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 1, index=(5,)), play.told(1, 2, index=(5,)), alerts=(play.alert(1),))
    await spoil(store, "UPDATE reports SET watchlists = '{' WHERE id = (SELECT min(id) FROM reports)")
    epoch = await play.sender(store)
    (one,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert len(one.reports) == 1
    async with store.polls.open_recording(second) as recording:
        assert len((await recording.find_stories([1]))[1].reports) == 1
    assert len(await store.preferences.find_latest(Chat(1), ["k"], play.now - MINUTE, most=5)) == 1
    assert await store.preferences.find_story(Chat(1), 1)
    assert list(await store.polls.find_reports("s0", [1, 2], play.now - MINUTE)) == [2]


async def test_a_subscription_that_cannot_be_read_still_tells(play: Play, store: Store) -> None:
    """It is as loud as its watchlist says."""
    for chat in (1, 2):
        await store.chats.subscribe(Subscription(Chat(chat), "k"), play.now)
    await spoil(store, "UPDATE subscriptions SET settings = '{' WHERE chat = 1")
    (leased,) = await play.leased(store)
    async with store.polls.open_recording(leased) as recording:
        assert [one.chat.id for one in await recording.find_subscribers(["k"])] == [1, 2]
    assert await store.chats.find_priorities(Chat(1)) == {}


async def test_an_alert_that_cannot_be_read_does_not_stop_what_becomes_urgent(play: Play, store: Store) -> None:
    """The others of its story become urgent."""
    first, second = await play.leased(store, 2)
    await play.record(store, first, play.told(1, 1), alerts=(play.alert(1, 1), play.alert(1, 2)))
    await spoil(store, "UPDATE outbox SET payload = '{' WHERE chat = 1")
    rise = PriorityRaise(1, frozenset((Chat(1), Chat(2))))
    await play.record(store, second, play.told(1, 2, source="s1"), rises=(rise,))
    epoch = await play.sender(store)
    (one,) = await store.outbox.claim(epoch, play.now, limit=9, ttl=MINUTE)
    assert (one.alert.chat, one.alert.priority) == (Chat(2), "urgent")


@pytest.mark.parametrize("column", ["polled_at", "watched_since", "news_at", "lull"])
async def test_a_source_whose_record_cannot_be_read_is_polled_like_the_others(
    play: Play, store: Store, column: str
) -> None:
    """What was learned of it is learned anew."""
    await play.leased(store, 2)
    await spoil(store, f"UPDATE sources SET {column} = {FAR} WHERE name = 's0'")  # noqa: S608 - a value of the test
    play.after(minutes=5)
    assert sorted(one.name for one in await store.polls.lease_sources(play.now, limit=9, ttl=MINUTE)) == ["s0", "s1"]
    await store.chats.read_status(play.now)
