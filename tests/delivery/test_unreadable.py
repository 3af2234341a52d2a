"""Alerts that cannot be read or shown: each ends by itself, the owners hear of it once, and the others go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.model import Chat
from bot.preferences import Preferences, Window

if TYPE_CHECKING:
    from tests.plugins.telegram import TelegramServer

    Room = Any  # what the fixture gives; tests are no package, so its type cannot be imported

pytestmark = pytest.mark.integration


async def spoil(room: Room, story: int, link: str) -> None:
    """Give an alert a link that is no text."""
    statement = text("UPDATE outbox SET payload = replace(payload, :good, :bad) WHERE story = :story")
    values = {"good": f'"url": "https://Courier.example/{story}"', "bad": link, "story": story}
    async with room.store.database.write() as connection:
        assert (await connection.execute(statement, values)).rowcount


async def test_an_alert_that_cannot_be_read_is_told_the_owners_once(
    room: Room, telegram_server: TelegramServer
) -> None:
    """However many end together; everybody else is told."""
    stories = [await room.tell(1, 2, 3) for _ in range(3)]
    for story in stories[:2]:
        await spoil(room, story, '"url": ')
    assert (await room.drain()).left == 0
    assert len(telegram_server.sent()) == 3
    (notice,) = room.notices
    assert notice.startswith("6 alerts were given up")
    assert sum((await room.dead()).values()) == 6


async def test_a_setting_that_cannot_be_read_is_told_the_owners_once(room: Room) -> None:
    """The chat is told its alerts meanwhile."""
    await room.store.preferences.write_preferences(Chat(1), Preferences())
    async with room.store.database.write() as connection:
        await connection.execute(text("UPDATE chat_preferences SET settings = '{'"))
    sender = room.sender()
    for _ in range(3):
        await room.tell(1)
        assert (await sender.drain(room.time + timedelta(hours=1))).sent == 1
    (notice,) = room.notices
    assert notice.startswith("what chat 1 has set is not heeded")


@pytest.mark.parametrize("bad", [0, 2, 4])
async def test_a_line_that_cannot_be_shown_costs_its_rolling_message_nothing(
    room: Room, telegram_server: TelegramServer, bad: int
) -> None:
    """Of what quiet hours held, the others come; that one ends as dead, and the owners hear of it."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(quiet=(Window(13 * 60, 15 * 60),)))
    stories = [await room.tell(1) for _ in range(5)]
    assert (await room.drain(60)).left == 0
    await spoil(room, stories[bad], '"url": 5')
    for _ in range(6):  # at least as often as what is refused is tried
        room.time += timedelta(hours=1)
        await room.drain()
    shown = "".join(one.text for one in telegram_server.sent())
    assert [story for story in stories if f"Headline {story}" in shown] == stories[:bad] + stories[bad + 1 :]
    assert await room.dead() == {"it cannot be shown; the log has the reason": 1}
    assert [one for one in room.notices if one.startswith("1 alert was given up")] == room.notices != []


async def test_a_line_that_is_there_and_cannot_be_shown_stops_no_later_one(
    room: Room, telegram_server: TelegramServer
) -> None:
    """What exceeds the hour begins another rolling message."""
    stories = [await room.tell(1) for _ in range(4)]
    await room.drain(300, most=1)
    await spoil(room, stories[-1], '"url": 5')
    await room.tell(1)
    assert (await room.drain(300, most=1)).sent == 1
    assert len(telegram_server.sent()) == 3
