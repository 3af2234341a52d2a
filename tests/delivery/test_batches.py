"""What goes into one message, and what is looked at once more before it goes, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.errors import StoreError
from bot.model import Chat
from bot.preferences import Digest, Mute, Preferences
from bot.store.outbox.outbox_repository import OutboxRepository

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.plugins.telegram import TelegramServer

    Room = Any  # what the fixture gives; tests are no package, so its type cannot be imported

pytestmark = pytest.mark.integration

both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)
GROUP = -7


@both
async def test_digests_of_many_chats_come_whole(room: Room, telegram_server: TelegramServer) -> None:
    """Seventy chats with five held stories each get one message each."""
    chats = list(range(1, 71))
    for chat in chats:
        await room.store.preferences.write_preferences(Chat(chat), Preferences(digest=Digest("hour")))
    for _ in range(5):
        await room.tell_many(chats)
        assert (await room.drain(60)).sent == 0
    room.time += timedelta(hours=1)
    assert (await room.drain()).sent == 350
    assert Counter(one.chat for one in telegram_server.sent()) == dict.fromkeys(chats, 1)


async def test_a_claim_never_cuts_in_two_what_comes_as_one(room: Room) -> None:
    """The last chat that has room for its first row comes whole; the next claim begins with another."""
    chats = list(range(1, 8))
    for chat in chats:
        await room.store.preferences.write_preferences(Chat(chat), Preferences(digest=Digest("hour")))
    for _ in range(5):
        await room.tell_many(chats)
    assert (await room.drain(60)).sent == 0
    room.time += timedelta(hours=1)
    store = room.store.outbox
    epoch = await store.take_role("sender", room.time, timedelta(minutes=1))
    assert epoch is not None
    found: list[int] = []
    for _ in range(3):
        claimed = await store.claim(epoch, room.time, limit=12, ttl=timedelta(minutes=2), per_chat=8)
        assert set(Counter(one.alert.chat.id for one in claimed).values()) == {5}
        found.extend(one.alert.chat.id for one in claimed)
    assert Counter(found) == dict.fromkeys(chats, 5)


async def _forget(room: Room) -> None:
    await room.store.admissions.forget_chat(GROUP)


async def _pause(room: Room) -> None:
    await room.store.preferences.write_preferences(Chat(GROUP), Preferences(paused=room.time))


async def _mute(room: Room) -> None:
    await room.store.preferences.add_mute(Chat(GROUP), Mute("watchlist", "k"), room.time, most=9)


async def _revoke(room: Room) -> None:
    await room.store.chats.revoke_chat(GROUP)


@both
@pytest.mark.parametrize("said", [_forget, _pause, _mute, _revoke])
async def test_what_people_say_reaches_what_the_sender_holds(
    room: Room, telegram_server: TelegramServer, said: Callable[[Room], Awaitable[None]]
) -> None:
    """From then on not one more message goes, though eight were claimed; another chat's go on."""
    await room.tell_many([GROUP], 8)

    async def look(seconds: float) -> None:
        if len(telegram_server.sent(GROUP)) == 3 and not told:
            told.append(True)
            await said(room)
            await room.tell_many([5], 2)
        await room.pause(seconds)

    told: list[bool] = []
    await room.sender(pause=look).drain(room.time + timedelta(minutes=10))
    assert told
    assert len(telegram_server.sent(GROUP)) == 3
    assert len(telegram_server.sent(5)) == 2
    async with room.store.database.read() as connection:
        leased = await connection.scalar(
            text("SELECT count(*) FROM outbox WHERE lease_until IS NOT NULL AND state <> 'dead'")
        )
    assert leased == 0


@pytest.mark.parametrize("step", ["count_recent", "confirm_claims"])
async def test_a_fault_after_the_claim_costs_seconds(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """What was claimed by then does not sit out its lease."""
    await room.tell(1, 2, 3)
    begun, true, faults = room.time, getattr(OutboxRepository, step), [StoreError("the server went away")]

    async def failing(*args: Any, **named: Any) -> Any:
        if faults:
            raise faults.pop()
        return await true(*args, **named)

    monkeypatch.setattr(OutboxRepository, step, failing)
    assert (await room.drain(600, most=30)).sent == 3
    assert not faults
    assert telegram_server.sent()[-1].at - begun < timedelta(seconds=10)
