"""One story as owners see it: reports with their items, corrections, deliveries; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text, update

from bot.model import Chat, FollowUp
from bot.store.pages.story_record import read_story
from bot.store.repository import Store
from bot.store.tables import outbox

if TYPE_CHECKING:
    Play = Any  # what the fixture of conftest.py gives; tests are no package, so its type cannot be imported

OWN = (("~5", "my own secret"),)


async def tell(play: Play, store: Store, *, source: str = "s0", lists: tuple[str, ...] = ("k",), **parts: Any) -> None:
    """Put a report of story 1 on record with the item that it tells of."""
    (leased,) = await play.leased(store)
    url = f"https://{source}.example/1"
    report = play.report(source, watchlists=lists, reason="the same page: Told by s0", url=url)
    item = play.item(len(url), url=url, title=report.headline, body="Peace talks begin.")
    await play.record(store, leased, replace(play.told(1, len(url)), item=item, report=report), **parts)
    play.after(minutes=20)


async def test_every_report_comes_with_its_item_and_the_reason_that_it_joined(play: Play, store: Store) -> None:
    """Oldest first; whoever's item is no longer on record keeps its headline."""
    await tell(play, store, lists=("k", "~5"))
    await tell(play, store, source="gone")
    async with store.database.write() as connection:
        await connection.execute(text("DELETE FROM items WHERE url LIKE '%gone%'"))
    found = await read_story(store.database, 1)
    assert found is not None
    assert [one.report.source for one in found.reports] == ["s0", "gone"]
    assert (found.reported, found.watchlists) == (2, ("k",))
    assert found.reports[0].report.watchlists == ("k",)
    assert found.reports[0].item is not None
    assert found.reports[0].item.item.body == "Peace talks begin."
    assert found.reports[1].item is None
    assert found.reports[1].report.reason == "the same page: Told by s0"


async def test_deliveries_say_how_it_went_those_with_trouble_first(play: Play, store: Store) -> None:
    """Given up, then what waits and for what, then what was sent; a group has its name, a suspended chat its reason."""
    chats = (1, -2, Chat(-3, 7), 4)
    await tell(play, store, alerts=tuple(play.alert(1, chat) for chat in chats))
    await store.admissions.request_access(-2, "group", "Desk <b>", play.now)
    await store.chats.suspend_chat(4, "Forbidden: bot was blocked", play.now)
    async with store.database.write() as connection:
        sent = int(play.now.timestamp() * 1000)
        await connection.execute(update(outbox).where(outbox.c.chat == 1).values(state="sent", sent_at=sent))
        await connection.execute(update(outbox).where(outbox.c.chat == -2).values(state="dead", reason="no right"))
    found = await read_story(store.database, 1)
    assert found is not None
    assert [(one.chat, one.state) for one in found.deliveries] == [
        (Chat(-2), "dead"),
        (Chat(-3, 7), "pending"),
        (Chat(4), "pending"),
        (Chat(1), "sent"),
    ]
    dead, waiting, silent, told = found.deliveries
    assert (dead.title, dead.reason, dead.watchlists) == ("Desk <b>", "no right", ("Kremlin & Co",))
    assert told.sent_at == play.now
    assert waiting.suspension is None
    assert silent.suspension is not None
    assert (silent.suspension.reason, silent.suspension.since) == ("Forbidden: bot was blocked", play.now)
    assert found.told == 4


async def test_a_private_chats_own_query_is_its_business(play: Play, store: Store) -> None:
    """Its alert is not among the deliveries; a story that only own queries brought is not there at all."""
    await tell(play, store, lists=("~5",), alerts=(play.alert(1, 7, watchlists=OWN),))
    assert await read_story(store.database, 1) is None
    await tell(play, store, source="other", lists=("k",), alerts=(play.alert(1, 8),))
    found = await read_story(store.database, 1)
    assert found is not None
    assert [one.chat.id for one in found.deliveries] == [8]
    assert "secret" not in repr(found)


async def test_corrections_are_told_once_whoever_got_them(play: Play, store: Store) -> None:
    """One for each change of a headline, with what it was; other replies are none."""
    await tell(play, store, alerts=(play.alert(1, 1), play.alert(1, 2)))
    async with store.database.write() as connection:
        await connection.execute(text("UPDATE outbox SET state = 'sent', follows = true, message = 5"))
    (leased,) = await play.leased(store)
    changed = FollowUp(1, 77, "Talks fail", "https://s0.example/1", was="Talks succeed")
    more = FollowUp(1, 78, "Something else", None)
    await play.record(store, leased, follow_ups=(changed, more))
    found = await read_story(store.database, 1)
    assert found is not None
    (only,) = found.corrections
    assert (only.was, only.headline) == ("Talks succeed", "Talks fail")
    assert play.now - only.at <= timedelta(minutes=20)


async def test_a_number_that_is_not_there_is_none(store: Store) -> None:
    """Nor is one beyond what a database counts to."""
    assert await read_story(store.database, 12345) is None
    assert await read_story(store.database, 2**63 - 1) is None
