"""A watchlist that is unusually busy says so once a rush, in the language and the hours of each reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model import Chat, DisplayPreferences, Item, Match, Report, Source, Subscription, Validators, Watchlist
from bot.operations.spike_notices import SpikeNotices
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.preferences import Preferences, Window
from bot.store.repository import open_store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.repository import Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KREMLIN = Watchlist("kremlin", "Kremlin", ("Kremlin",), deliver_to=(Chat(77),), spike=True)
GARDEN = Watchlist("kremlin_garden", "Garden", ("garden",), deliver_to=(Chat(78),), spike=False)


class Desk:
    """A record on which reports are put, and the clock."""

    def __init__(self, store: Store) -> None:
        """Begin without any."""
        self.store, self.now, self.number = store, NOW, 0
        self.notices = SpikeNotices(
            store.spikes,
            lambda: (KREMLIN, GARDEN),
            store.preferences.read_display,
            lambda: DisplayPreferences(language="en"),
            lambda: self.now,
        )

    async def report(self, *times: datetime, watchlist: str = "kremlin", story: int | None = None) -> None:
        """Put a report of each of these times on record, of a story of its own or of this one."""
        await self.store.polls.sync_sources([Source("s", "https://s.example/", "s")], self.now)
        (leased,) = await self.store.polls.lease_sources(
            self.now, limit=1, ttl=HOUR, forced_since=self.now + timedelta(days=999)
        )
        items = []
        for at in times:
            self.number += 1
            headline = f"Story {story or self.number}"
            report = Report("s", "s", headline, None, at, watchlists=(watchlist,))
            item = Item((self.number,), None, headline)
            items.append(Recorded(item, at, (Match(watchlist, "q", ()),), story or 1000 + self.number, report))
        outcome = Outcome(leased, self.now, self.now, Validators(), parsed=True)
        async with self.store.polls.open_recording(leased) as recording:
            await recording.write_poll(Turn(outcome, tuple(items)))

    async def history(self, days: int, an_hour: int) -> None:
        """Report so many an hour, evenly, up to an hour ago."""
        ago = [hour * HOUR + HOUR * part / an_hour for hour in range(1, 24 * days) for part in range(an_hour)]
        await self.report(*(self.now - each for each in ago))

    async def rush(self, number: int, story: int | None = None) -> None:
        """Report so many within the last minutes."""
        await self.report(*(self.now - timedelta(seconds=part) for part in range(number)), story=story)

    async def messages(self) -> list[tuple[int, str, str]]:
        """Return what a sender would send now: chat, headline and lead."""
        epoch = await self.store.outbox.take_role("sender", self.now, HOUR)
        assert epoch is not None
        claimed = await self.store.outbox.claim(epoch, self.now, limit=99, ttl=timedelta(minutes=1))
        return [(one.alert.chat.id, one.alert.headline, one.alert.lead) for one in claimed]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Give a fresh record."""
    async with await open_store(f"sqlite:///{tmp_path}/n.db", migrate=True) as store:
        yield Desk(store)


async def test_a_rush_is_told_once_with_its_top_stories(desk: Desk) -> None:
    """Twenty where one is usual: one message to each reader, the busiest story first, and none while it goes on."""
    await desk.history(14, 1)
    await desk.rush(12)
    await desk.rush(8, story=5)
    assert await desk.notices.tell_spikes() == 1
    ((chat, headline, lead),) = await desk.messages()
    assert chat == 77
    assert headline == "📈 Unusually busy: 20 reports in the last hour (usual: 1)"
    assert lead.startswith("• Story 5\n• ")
    for _ in range(5):
        desk.now += HOUR / 2
        await desk.rush(20)
        assert await desk.notices.tell_spikes() == 0


async def test_the_next_rush_is_told_again_after_a_rest(desk: Desk) -> None:
    """The day after is another rush."""
    await desk.history(14, 1)
    await desk.rush(20)
    assert await desk.notices.tell_spikes() == 1
    desk.now += 23 * HOUR
    await desk.rush(30)
    assert await desk.notices.tell_spikes() == 1


@pytest.mark.parametrize(("days", "an_hour", "now"), [(14, 10, 11), (14, 1, 4), (3, 1, 50), (14, 30, 58)])
async def test_what_is_usual_or_unknown_is_not_told(desk: Desk, days: int, an_hour: int, now: int) -> None:
    """A busy watchlist that is busy, a quiet one with a few, one of which too little is on record."""
    await desk.history(days, an_hour)
    await desk.rush(now)
    assert await desk.notices.tell_spikes() == 0


async def test_only_watchlists_that_ask_for_it_tell_theirs(desk: Desk) -> None:
    """Off by default; a watchlist whose id holds another's is not counted with it."""
    await desk.history(14, 1)
    await desk.report(*(desk.now - timedelta(seconds=part) for part in range(50)), watchlist="kremlin_garden")
    assert await desk.notices.tell_spikes() == 0


async def test_quiet_hours_hold_it_like_an_alert(desk: Desk) -> None:
    """It comes when they end."""
    await desk.store.preferences.write_preferences(Chat(77), Preferences(quiet=(Window(11 * 60, 14 * 60),)))
    await desk.history(14, 1)
    await desk.rush(20)
    assert await desk.notices.tell_spikes() == 1
    assert await desk.messages() == []
    desk.now += 3 * HOUR
    assert len(await desk.messages()) == 1


async def test_a_subscriber_reads_it_in_its_own_language(desk: Desk) -> None:
    """As every other word of the bot."""
    await desk.store.chats.subscribe(Subscription(Chat(90), "kremlin"), desk.now)
    await desk.store.preferences.write_display(90, DisplayPreferences(language="de"))
    await desk.history(14, 1)
    await desk.rush(20)
    assert await desk.notices.tell_spikes() == 2
    told = {chat: headline for chat, headline, _ in await desk.messages()}
    assert told[90] != told[77]
    assert "20" in told[90]
