"""An edit that is refused for good: what it was to show comes as a message of its own, once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model import Chat, PriorityRaise
from bot.preferences import Preferences, Window
from tests.delivery.newsroom import Room
from tests.delivery.test_following import alert, begin, record, told

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration
both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)
FOR_GOOD = (
    "message to edit not found",
    "message can't be edited",
    "MESSAGE_ID_INVALID",
    "MESSAGE_EDIT_TIME_EXPIRED",
    "MESSAGE_AUTHOR_REQUIRED",
    "there is no text in the message to edit",
)


async def grow(room: Room, outlet: str) -> None:
    """Let another outlet report the story, and deliver what follows."""
    await record(room, told(room, outlet), joined=(9,))
    await room.drain()


@both
@pytest.mark.parametrize("text", FOR_GOOD[:1])
async def test_case_30_the_development_comes_as_a_silent_message_once(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], text: str
) -> None:
    """The first refusal costs one new message, which later reports are shown in; the second costs nothing."""
    await begin(room, alert(1))
    telegram_server.plan(fault(400, f"Bad Request: {text}"), method="editMessageText")
    await grow(room, "TASS")
    first, again = telegram_server.sent(1)
    assert "TASS" not in first.text
    assert "TASS" in again.text
    assert again.params["disable_notification"]
    await grow(room, "Reuters")
    assert "Reuters" in telegram_server.shown(1, again.message)
    telegram_server.plan(fault(400, f"Bad Request: {text}"), times=9, method="editMessageText")
    for outlet in ("Ansa", "Dpa", "Efe"):
        await grow(room, outlet)
    assert len(telegram_server.sent(1)) == 2
    assert len(telegram_server.asked("editMessageText")) == 3
    assert await room.dead() == {}


@pytest.mark.parametrize("text", FOR_GOOD)
async def test_whatever_the_words_of_the_refusal(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], text: str
) -> None:
    """Deleted, too old, of somebody else, no text: none of these can be edited later."""
    await begin(room, alert(1))
    telegram_server.plan(fault(400, f"Bad Request: {text}"), method="editMessageText")
    await grow(room, "TASS")
    assert len(telegram_server.sent(1)) == 2


async def test_what_became_urgent_comes_with_a_sound(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Whether its message can be edited no more is found then, or was known long before."""
    await begin(room, alert(1), alert(2))
    refused = fault(400, "Bad Request: message can't be edited")
    telegram_server.plan(refused, method="editMessageText", chat=1)
    telegram_server.plan(refused, method="editMessageText", chat=2, times=9)
    await record(room, told(room, "TASS"), joined=(9,))
    await room.drain()
    await record(room, told(room, "Ansa"), joined=(9,))
    await room.drain()
    rises = (PriorityRaise(9, frozenset({Chat(1), Chat(2)})),)
    await record(room, told(room, "Efe"), joined=(9,), rises=rises)
    await room.drain()
    assert "🚨" in telegram_server.shown(1, telegram_server.sent(1)[-1].message)
    loud = telegram_server.sent(2)[-1]
    assert "🚨" in loud.text
    assert not loud.params["disable_notification"]
    assert len(telegram_server.sent(2)) == 3


async def test_an_urgent_edit_that_is_refused_comes_with_a_sound(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """The one message that replaces the edit is as loud as the story is by then."""
    await begin(room, alert(1))
    telegram_server.plan(fault(400, "Bad Request: message to edit not found"), method="editMessageText")
    rises = (PriorityRaise(9, frozenset({Chat(1)})),)
    await record(room, told(room, "TASS"), joined=(9,), rises=rises)
    await room.drain()
    assert len(telegram_server.sent(1)) == 2
    assert not telegram_server.sent(1)[-1].params["disable_notification"]


async def test_a_rolling_message_that_is_gone_is_begun_anew_with_what_has_grown(
    room: Room, telegram_server: TelegramServer
) -> None:
    """One message for all its lines that grew, not one for each."""
    await record(room, told(room), alerts=tuple(alert(1, story=number) for number in range(1, 6)))
    await room.drain(most=1)
    before = len(telegram_server.sent(1))
    telegram_server._messages.clear()
    room.time += timedelta(minutes=5)
    await record(room, told(room, "TASS"), story=3, joined=(2, 3, 4))
    await room.drain(most=1)
    assert len(telegram_server.sent(1)) == before + 1
    assert len(telegram_server.asked("editMessageText")) <= 2 + 4


async def test_quiet_hours_hold_it_as_any_message(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """It is a message, not an edit: it waits for the morning."""
    await begin(room, alert(1))
    telegram_server.plan(fault(400, "Bad Request: message to edit not found"), method="editMessageText")
    begun = room.time.hour * 60
    await room.store.preferences.write_preferences(Chat(1), Preferences(quiet=(Window(begun, begun + 120),)))
    await record(room, told(room, "TASS"), joined=(9,))
    await room.drain(60)
    assert len(telegram_server.sent(1)) == 1
    room.time += timedelta(hours=2)
    await room.drain(60)
    assert len(telegram_server.sent(1)) == 2


async def test_a_restart_between_refusal_and_message_changes_nothing(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """What is to be told anew is on record: the process may end right after the refusal."""
    await begin(room, alert(1))
    telegram_server.plan(fault(400, "Bad Request: message to edit not found"), method="editMessageText")
    telegram_server.plan(fault(500, "Internal Server Error"), method="sendMessage")
    await record(room, told(room, "TASS"), joined=(9,))
    await room.drain(2)
    assert len(telegram_server.sent(1)) == 1
    room.time += timedelta(minutes=1)
    await room.drain()
    await room.drain()
    assert len(telegram_server.sent(1)) == 2
