"""What a rolling message shows when its stories go on: every line it ever had, in few edits; over a real store."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.model import Alert, Chat, FollowUp, Report
from bot.ports.poll_store import Correction
from tests.delivery.newsroom import Room
from tests.delivery.test_following import record

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration
both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)


async def begin(room: Room, telegram_server: TelegramServer, stories: int, headline: str = "Headline") -> int:
    """Tell one story more than that to chat 1, all but the first in a rolling message; return that message."""
    for story in range(stories + 1):
        report = Report("Courier", "courier", f"{headline} {story}", f"https://courier.example/{story}", room.time)
        alert = Alert(Chat(1), story + 1, (("k", "Kremlin"),), report.headline, report.url, "", ())
        await record(room, report, story + 1, alerts=(alert,))
    await room.drain(most=1)
    (_, rolling) = telegram_server.sent(1)
    return rolling.message


async def join(room: Room, story: int, outlet: str) -> None:
    """Let another outlet report a story."""
    headline = f"Headline {story - 1}"
    report = Report(outlet, outlet, headline, f"https://{outlet.lower()}.example/{story}", room.time)
    await record(room, report, story, joined=(story,))


@both
async def test_a_line_that_was_refused_an_edit_stays_in_its_message(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Whatever is wrong with one edit, the next one shows that line all the same, as it is by then."""
    rolling = await begin(room, telegram_server, 3)
    telegram_server.plan(fault(400, "Bad Request: POISON"), times=4, method="editMessageText")
    await join(room, 2, "Reuters")
    assert (await room.drain(7200, most=1)).left == 0
    assert "Reuters" not in telegram_server.shown(1, rolling)
    await join(room, 3, "TASS")
    await room.drain(most=1)
    assert telegram_server.shown(1, rolling).split("\n")[1:] == [
        "• Headline 1 · Courier 14:00, Reuters 14:00",
        "• Headline 2 · Courier 14:00, TASS 15:03",
        "• Headline 3 · Courier",
    ]


async def test_a_rolling_message_that_is_too_long_is_edited_in_a_shorter_layout(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Once, at once, and with all its lines."""
    rolling = await begin(room, telegram_server, 4, "A headline that has as many words as a headline may well have")
    telegram_server.plan(fault(400, "Bad Request: message is too long"), method="editMessageText")
    for story in (2, 3, 4):
        await join(room, story, "Reuters")
    await room.drain(most=1)
    assert len(telegram_server.asked("editMessageText")) == 2
    assert telegram_server.shown(1, rolling).count("\n• ") == 4
    assert "+1" in telegram_server.shown(1, rolling)


async def test_a_rolling_message_whose_markup_is_refused_is_edited_without(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """With the links in words."""
    rolling = await begin(room, telegram_server, 2)
    telegram_server.plan(fault(400, "Bad Request: can't parse entities"), method="editMessageText")
    await join(room, 2, "Reuters")
    await room.drain(most=1)
    assert len(telegram_server.asked("editMessageText")) == 2
    assert "\nhttps://courier.example/1\n" in telegram_server.shown(1, rolling)


@both
async def test_a_correction_in_a_rolling_message_costs_one_edit(room: Room, telegram_server: TelegramServer) -> None:
    """It draws the corrected line and the line that says so: no edit follows that would change nothing."""
    rolling = await begin(room, telegram_server, 3)
    async with room.store.database.read() as connection:
        number = (await connection.execute(text("SELECT id FROM reports WHERE story = 2"))).scalar_one()
    corrected, url = "Headline 1, corrected", "https://courier.example/1"
    await record(
        room,
        corrections=(Correction(number, 2, corrected),),
        follow_ups=(FollowUp(2, 78, corrected, url, was="Headline 1"),),
    )
    assert (await room.drain(most=1)).left == 0
    assert len(telegram_server.asked("editMessageText")) == 1
    shown = telegram_server.shown(1, rolling)
    assert "• Headline 1, corrected · Courier" in shown
    assert "• ✏️ Headline 1 → Headline 1, corrected · Courier" in shown
    await join(room, 2, "Reuters")
    await room.drain(most=1)
    assert "• Headline 1, corrected · Courier 14:00, Reuters" in telegram_server.shown(1, rolling)


async def test_a_message_is_not_drawn_again_at_once(room: Room, telegram_server: TelegramServer) -> None:
    """Reports of one story come in bursts: what joins within seconds is shown by one edit, new alerts wait for none."""
    sender = room.sender()
    await room.tell(1, story=None)
    await sender.drain(room.time + timedelta(minutes=1))
    sent_at = room.time
    for outlet in ("Reuters", "TASS"):
        await join(room, 1, outlet)
    story = await room.tell(1)
    assert (await sender.drain(room.time + timedelta(minutes=1))).left == 0
    assert len(telegram_server.asked("editMessageText")) == 1
    (_, alert, edit) = telegram_server.told
    assert alert.text.split("\n")[1] == f"Headline {story}"
    assert alert.at - sent_at < timedelta(seconds=5)
    assert edit.at - sent_at >= timedelta(seconds=9)
