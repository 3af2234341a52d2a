"""What the bot does unasked: the daily sign of life, and leaving groups that nobody let in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.chat.listening.scheduled_jobs import run_scheduled
from bot.model import Chat
from bot.preferences import NONE

OWNER, READER, GROUP = 11, 22, -1005550001
MINUTE = timedelta(minutes=1)


async def test_still_watching_comes_once_a_day_at_its_hour(desk: Any) -> None:
    """Once however many rounds are made, not before its time, not when it is long over, and not in a pause."""
    services = desk.commands.services
    store = desk.store
    await store.preferences.write_preferences(Chat(READER), replace(NONE, still=9 * 60))
    for hour, minute, many in ((8, 59, 0), (9, 0, 1), (9, 1, 1), (11, 0, 1)):
        desk.now = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
        await run_scheduled(services)
        assert (await store.chats.read_status(desk.now)).waiting == many
    epoch = await store.outbox.take_role("sender", desk.now, MINUTE)
    (one,) = await store.outbox.claim(epoch, desk.now, limit=9, ttl=MINUTE)
    assert one.alert.headline == "Still watching: 0 of 0 sources, 0 alerts since yesterday"
    assert one.alert.priority == "low"
    await store.preferences.write_preferences(Chat(READER), replace(NONE, still=9 * 60, paused=desk.now))
    desk.now = datetime(2026, 11, 25, 9, 5, tzinfo=UTC)
    await run_scheduled(services)
    assert (await store.chats.read_status(desk.now)).waiting == 1, "a pause is a pause"


async def test_case_104_a_group_that_nobody_lets_in_is_left_after_a_day(desk: Any) -> None:
    """Case 104: the owners hear of it, once; a group that watchlists.yaml names stays."""
    await desk.ask("/start", chat=GROUP, user=READER)
    desk.clock.now += 60
    await desk.ask("/start", chat=-100777, user=READER)  # deliver_to names it
    assert (await run_scheduled(desk.commands.services)).leave == ()
    desk.now += timedelta(hours=25)
    left = await run_scheduled(desk.commands.services)
    assert left.leave == (GROUP,)
    assert [reply.chat for reply in left.replies] == [Chat(OWNER)]
    assert (await run_scheduled(desk.commands.services)).leave == ()
