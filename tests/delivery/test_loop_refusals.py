"""Refusals, failures and outages of Telegram: the delivery loop, over real HTTP and a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery.loop import DrainResult
from bot.model import (
    Chat,
    Subscription,
)
from tests.delivery.newsroom import BLOCKED, GROUP, START, SUPERGROUP, Room, both, texts

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer


pytestmark = pytest.mark.integration


@both
async def test_case_1_a_429_stops_one_chat_only(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """It waits at least as long as it was told, also under a new sender; the others flow."""
    telegram_server.plan(fault(429, "Too Many Requests: retry after 30", {"retry_after": 30}), chat=1)
    await room.tell_many([1, 2, 3])
    early = await room.drain(seconds=5)
    assert early.left == 1
    assert [one.chat for one in telegram_server.sent()] == [2, 3]
    await room.drain()
    assert telegram_server.sent(1)[0].at >= START + timedelta(seconds=30)
    assert len(telegram_server.asked("sendMessage")) == 4


@both
async def test_case_2_a_429_of_the_bot_stops_everything(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Told to one chat after the other, it is the bot's; a restart in the pause is still paused; no storm follows."""
    telegram_server.plan(fault(429, "Too Many Requests: retry after 60", {"retry_after": 60}), times=4)
    await room.tell_many([1, 2, 3, 4, 5, 6])
    assert (await room.drain(seconds=20)).left == 6
    assert len(telegram_server.asked("sendMessage")) == 4
    assert (await room.drain(seconds=20)).left == 6
    assert len(telegram_server.asked("sendMessage")) == 4
    await room.drain()
    sent = telegram_server.sent()
    assert {one.chat for one in sent} == {1, 2, 3, 4, 5, 6}
    assert min(one.at for one in sent) >= START + timedelta(seconds=60)


@pytest.mark.parametrize(
    "refusal",
    [
        (403, BLOCKED),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: the group chat was deleted"),
    ],
)
async def test_case_6_a_closed_chat_is_suspended(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], refusal: tuple[int, str]
) -> None:
    """After one attempt, whatever waits for it; the owner hears it once; the subscriptions stay; others flow."""
    await suspended_once(room, telegram_server, fault(*refusal))


async def test_case_8_a_chat_that_telegram_does_not_know_is_suspended(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """It is tried once, not for ever, and what `doctor` and `/status` show holds it."""
    await suspended_once(room, telegram_server, fault(400, "Bad Request: chat not found"))


async def test_case_12_a_chat_without_the_right_to_post_is_suspended_until_it_is_back(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """It is tried once; with the right back it is told what was held, and what is new."""
    await suspended_once(
        room, telegram_server, fault(400, "Bad Request: need administrator rights in the channel chat")
    )
    telegram_server.forgive()
    await room.store.chats.revive_chat(1, room.time)
    await room.tell(1)
    await room.drain()
    assert texts(telegram_server.sent(1)) == [f"Headline {number}" for number in range(1, 6)]
    assert (await room.store.chats.read_status(room.time)).suspended == ()


async def suspended_once(room: Room, telegram_server: TelegramServer, fault: Fault) -> None:
    """Refuse every message to chat 1 like this, and see that it is suspended after one, and nobody else is."""
    await room.store.chats.subscribe(Subscription(Chat(1), "k"), START)
    telegram_server.plan(fault, times=99, chat=1)
    await room.tell_many([1, 2], 3)
    await room.drain()
    await room.tell(1, 2)
    await room.drain()
    assert [params["chat_id"] for params in telegram_server.asked("sendMessage")].count(1) == 1
    assert len(telegram_server.sent(2)) == 4
    assert len(room.notices) == 1
    assert "chat 1 " in room.notices[0]
    status = await room.store.chats.read_status(room.time)
    assert [(one.chat, one.reason) for one in status.suspended] == [(1, fault.description)]
    assert await room.store.chats.find_subscriptions(Chat(1)) == ("k",)


@both
async def test_case_9_a_migrated_group_is_followed(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Its new id is on record everywhere, and each alert arrives once, there."""
    await room.store.chats.subscribe(Subscription(Chat(GROUP), "k"), START)
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    telegram_server.plan(fault(400, text, {"migrate_to_chat_id": SUPERGROUP}), times=99, chat=GROUP)
    await room.tell_many([GROUP], 3)
    assert await room.drain() == DrainResult(sent=3, dead=0, left=0)
    assert texts(telegram_server.sent(SUPERGROUP)) == ["Headline 1", "Headline 2", "Headline 3"]
    assert [params["chat_id"] for params in telegram_server.asked("sendMessage")].count(GROUP) == 1
    assert await room.store.chats.find_subscriptions(Chat(SUPERGROUP)) == ("k",)
    assert await room.store.chats.find_subscriptions(Chat(GROUP)) == ()


@pytest.mark.parametrize("text", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_case_11_a_lost_topic_falls_back_to_general(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], text: str
) -> None:
    """Once: the topic is not tried again, not even for later alerts; the owner hears it once."""
    telegram_server.plan(fault(400, f"Bad Request: {text}"))
    await room.tell_many([Chat(SUPERGROUP, 7)], 2)  # type: ignore[list-item]  # a topic
    await room.drain()
    await room.tell(Chat(SUPERGROUP, 7))
    await room.drain()
    sent = telegram_server.sent(SUPERGROUP)
    assert texts(sent) == ["Headline 1", "Headline 2", "Headline 3"]
    assert all("message_thread_id" not in one.params for one in sent)
    assert len(telegram_server.asked("sendMessage")) == 4
    assert len(room.notices) == 1


async def test_case_11_general_closed_as_well(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """Ends as a closed chat, without a loop."""
    telegram_server.plan(fault(400, "Bad Request: TOPIC_CLOSED"), times=99)
    await room.tell(Chat(SUPERGROUP, 7))
    assert (await room.drain()).left == 0
    assert len(telegram_server.asked("sendMessage")) == 2


async def test_case_13_refused_markup_is_sent_plain(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Once, at once, with the link in words."""
    telegram_server.plan(fault(400, "Bad Request: can't parse entities: ENTITY_BOUNDS_INVALID"))
    await room.tell(1)
    assert (await room.drain()).sent == 1
    (sent,) = telegram_server.sent()
    assert not sent.params.get("entities")
    assert sent.text.endswith("https://courier.example/1".replace("courier", "Courier").lower())


async def test_case_14_a_poison_message_lets_others_pass(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Refused for no known reason: three more attempts over an hour, then dead with the reason; never in the way."""
    telegram_server.plan(fault(400, "Bad Request: POISON"), times=99, chat=1)
    await room.tell(1)
    await room.tell(2)
    await room.drain(seconds=2 * 3600)
    assert telegram_server.sent(2)[0].at < START + timedelta(seconds=5)
    attempts = [when for when, _, params in telegram_server.requests if params.get("chat_id") == 1]
    assert len(attempts) == 4
    assert timedelta(minutes=55) < attempts[-1] - attempts[0] < timedelta(minutes=80)
    assert await room.dead() == {"Bad Request: POISON": 1}


async def test_an_alert_too_long_is_shrunk_once(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Without extras; refused again, it is dead."""
    telegram_server.plan(fault(400, "Bad Request: message is too long"))
    telegram_server.plan(fault(400, "Bad Request: message is too long"), times=9, chat=2)
    await room.tell(1)
    await room.tell(2)
    assert await room.drain() == DrainResult(sent=1, dead=1, left=0)
    assert len(telegram_server.asked("sendMessage")) == 4


@both
async def test_case_18_accepted_and_never_answered(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Sent once more after ten seconds: at least once, one duplicate at most."""
    telegram_server.plan(fault(accept=True, drop=True))
    await room.tell(1)
    assert (await room.drain()).sent == 1
    first, second = telegram_server.sent(1)
    assert timedelta(seconds=10) <= second.at - first.at <= timedelta(seconds=12)


async def test_case_19_no_connection_for_a_day(room: Room, telegram_server: TelegramServer) -> None:
    """Nothing dies and no attempt is counted; when Telegram is back, everything arrives, as one list."""
    port = int(telegram_server.url.rpartition(":")[2])
    await telegram_server.stop()
    await room.tell_many([1], 3)
    assert await room.drain(seconds=900) == DrainResult(sent=0, dead=0, left=3)
    room.time += timedelta(hours=23)
    sender = room.sender()
    await sender.drain(room.time + timedelta(minutes=5))
    (claimed, *_) = await _claim(room)
    assert claimed.attempts == 0
    await telegram_server.start(port)
    assert (await room.drain()).sent == 3
    shown = telegram_server.told[-1].text
    assert [line[2:12] for line in shown.split("\n")[1:]] == ["Headline 1", "Headline 2", "Headline 3"]


async def _claim(room: Room) -> tuple[Any, ...]:
    """Look at what is due, and put it back."""
    epoch = await room.store.outbox.take_role("sender", room.time, timedelta(seconds=20))
    assert epoch is not None
    room.time += timedelta(minutes=2)
    claimed = await room.store.outbox.claim(epoch, room.time, limit=9, ttl=timedelta(seconds=1))
    await room.store.outbox.release(claimed, epoch)
    await room.store.outbox.release_role("sender", epoch)
    return claimed


async def test_case_20_a_page_of_the_edge(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """A 502 in HTML is ambiguous: again after ten seconds."""
    telegram_server.plan(fault(502, raw="<html>Bad Gateway</html>"))
    await room.tell(1)
    await room.drain()
    (sent,) = telegram_server.sent()
    assert sent.at >= START + timedelta(seconds=10)


async def test_an_outage_of_the_edge_is_no_storm(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """When everything ends ambiguously, the loop slows down for everybody, and nothing dies in hours."""
    telegram_server.plan(fault(502, raw="<html>Bad Gateway</html>"), times=100_000)
    await room.tell_many(list(range(1, 11)))
    result = await room.drain(seconds=3600)
    assert (result.sent, result.dead, result.left) == (0, 0, 10)
    assert len(telegram_server.requests) < 10 * 10 + 10  # ten by the waits of each alert


async def test_case_23_a_revoked_token(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """Tried every ten minutes, said once and without the token, and over as soon as it is accepted."""
    telegram_server.plan(fault(401, "Unauthorized"), times=100_000)
    await room.tell_many([1, 2, 3])
    sender = room.sender()
    result = await sender.drain(room.time + timedelta(minutes=45))
    assert len(telegram_server.requests) <= 2 + 5
    assert (result.sent, result.left, result.refused) == (0, 3, "Unauthorized")
    assert len(room.notices) == len(room.problems) == 1
    assert "canary" not in room.notices[0]
    telegram_server._plans.clear()
    again = await sender.drain(room.time + timedelta(hours=2))
    assert (again.sent, again.refused) == (3, None)
    assert room.problems[-1] is None


async def test_a_stray_401_costs_seconds(room: Room, telegram_server: TelegramServer, fault: type[Fault]) -> None:
    """One answer of a proxy is not believed."""
    telegram_server.plan(fault(401, "Unauthorized"))
    await room.tell(1)
    assert (await room.drain(seconds=30)).sent == 1
    assert room.notices == []
