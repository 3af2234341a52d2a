"""What later reports do to messages that are there: replies, rolling lines that grow, urgency; over a real store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.model import (
    Alert,
    Chat,
    Follow,
    FollowUp,
    Item,
    Priority,
    PriorityRaise,
    Report,
    Signature,
    Source,
    Validators,
)
from bot.ports.poll_store import Outcome, Recorded, Turn
from tests.delivery.newsroom import Room

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer

pytestmark = pytest.mark.integration
both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)
COURIER = Source("Courier", "https://courier.example/feed", "courier")
FIVE, SEVEN = "Quake kills five", "Quake kills 7"


async def record(room: Room, report: Report | None = None, story: int = 9, **parts: Any) -> None:
    """Record a turn with one report, as polling does."""
    await room.store.polls.sync_sources([COURIER], room.time)
    number = next(room.numbers)
    forced = room.time + timedelta(seconds=number)
    (leased,) = await room.store.polls.lease_sources(room.time, limit=1, ttl=timedelta(minutes=1), forced_since=forced)
    items: tuple[Recorded, ...] = ()
    if report is not None:
        item = Item((10_000 + number,), report.url, report.headline)
        items = (Recorded(item, room.time, (), story, report, Signature((), b"")),)
    async with room.store.polls.open_recording(leased) as recording:
        outcome = Outcome(leased, room.time, room.time, Validators(), parsed=True)
        await recording.write_poll(Turn(outcome, items, **parts))


def told(room: Room, name: str = "Courier", headline: str = FIVE) -> Report:
    """Return an outlet's report of now."""
    return Report(name, name, headline, f"https://{name.lower()}.example/1", room.time, None, ("k",))


def alert(chat: int, follow: Follow = "edits", priority: Priority = "normal", story: int = 9) -> Alert:
    """Return the alert of the Courier's report."""
    lists = (("k", "Quakes"),)
    return Alert(Chat(chat), story, lists, FIVE, "https://courier.example/1", "Lead.", (), priority, follow)


def answered(params: Any) -> int | None:
    """Return the message that a request answers."""
    found: int | None = params.get("reply_parameters", {}).get("message_id")
    return found


async def begin(room: Room, *alerts: Alert) -> None:
    """Tell a story."""
    await record(room, told(room), alerts=alerts)
    await room.drain()


async def develop(room: Room) -> None:
    """Let another outlet report something new."""
    new = told(room, "TASS", SEVEN)
    follow_up = FollowUp(9, 77, SEVEN, new.url, "Two more died.")
    await record(room, new, joined=(9,), follow_ups=(follow_up,))


@both
async def test_new_developments_answer_where_replies_are_wanted(room: Room, telegram_server: TelegramServer) -> None:
    """Silently, to the story's message, once; with edits the message grows, with off nothing happens."""
    await begin(room, alert(1, "edits"), alert(2, "replies"), alert(3, "off"))
    await develop(room)
    await room.drain()
    first = {one.chat: one.message for one in telegram_server.sent() if answered(one.params) is None}
    (reply,) = [one for one in telegram_server.sent() if answered(one.params) is not None]
    assert (reply.chat, answered(reply.params)) == (2, first[2])
    assert reply.params["reply_parameters"]["allow_sending_without_reply"] is True
    assert reply.params["disable_notification"] is True
    assert reply.text == f"🆕 New in this story · TASS\n{SEVEN}\nTwo more died."
    assert [f"▫️ {SEVEN} · TASS" in telegram_server.shown(chat, first[chat]) for chat in (1, 2, 3)] == [
        True,
        True,
        False,
    ]
    await develop(room)
    assert (await room.drain()).left == 0
    assert len([one for one in telegram_server.sent() if answered(one.params) is not None]) == 1


@both
async def test_a_reply_survives_a_killed_sender(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """What was claimed by a sender that is gone, or met an outage, is told by the next one, once."""
    await begin(room, alert(2, "replies"))
    await develop(room)
    epoch = await room.store.outbox.take_role("sender", room.time, timedelta(minutes=1))
    assert epoch is not None
    claimed = await room.store.outbox.claim(epoch, room.time, limit=9, ttl=timedelta(minutes=2))
    assert len(claimed) == 2
    room.time += timedelta(minutes=5)
    telegram_server.plan(fault(code=502, description="Bad Gateway"), times=2, method="sendMessage")
    await room.drain()
    assert len([one for one in telegram_server.sent() if answered(one.params) is not None]) == 1


@both
async def test_nothing_answers_what_was_never_told(room: Room, telegram_server: TelegramServer) -> None:
    """A dead alert gets no reply, nor does one that waits: its message shows all there is."""
    await record(room, told(room), alerts=(alert(1, "replies"), alert(2, "replies")))
    await room.store.outbox.suspend_chat(2, "the bot was blocked", room.time)
    await develop(room)
    await room.drain()
    (message,) = telegram_server.sent()
    assert message.chat == 1
    assert message.text.endswith(f"▫️ {SEVEN} · TASS 14:00")


@both
async def test_a_story_that_becomes_urgent(room: Room, telegram_server: TelegramServer) -> None:
    """A message that made a sound is edited; one that made none is answered aloud; off stays off; once only."""
    await begin(room, alert(1), alert(2, priority="low"), alert(3, "off", "low"))
    rise = PriorityRaise(9, frozenset(Chat(chat) for chat in (1, 2, 3)))
    for _ in range(2):
        await record(room, rises=(rise,))
        await room.drain()
    first = {one.chat: one.message for one in telegram_server.sent() if answered(one.params) is None}
    (reply,) = [one for one in telegram_server.sent() if answered(one.params) is not None]
    assert (reply.chat, answered(reply.params), reply.params["disable_notification"]) == (2, first[2], False)
    assert reply.text.startswith(f"🚨 Now urgent\n{FIVE}")
    signs = [telegram_server.shown(chat, first[chat])[:1] for chat in (1, 2, 3)]
    assert signs == ["🚨", "🚨", "🔔"]


@both
async def test_what_waits_becomes_urgent(room: Room, telegram_server: TelegramServer) -> None:
    """An alert that is not told yet goes as urgent, before the others."""
    await record(room, told(room), alerts=(alert(1), alert(2)))
    await record(room, rises=(PriorityRaise(9, frozenset({Chat(2)})),))
    await room.drain()
    assert [(one.chat, one.text[:1]) for one in telegram_server.sent()] == [(2, "🚨"), (1, "🔔")]


async def test_five_hundred_alerts_in_an_hour(room: Room, telegram_server: TelegramServer) -> None:
    """Beyond the hour's messages every headline stands in a rolling message, once and with its link."""
    reports = [
        Report("Courier", "courier", f"Headline {n}", f"https://courier.example/{n}", room.time) for n in range(500)
    ]
    items = tuple(
        Recorded(Item((n,), one.url, one.headline), room.time, (), 1000 + n, one, Signature((), b""))
        for n, one in enumerate(reports)
    )
    alerts = tuple(
        Alert(Chat(1), 1000 + n, (("k", "K"),), one.headline, one.url, "", ()) for n, one in enumerate(reports)
    )
    await room.store.polls.sync_sources([COURIER], room.time)
    (leased,) = await room.store.polls.lease_sources(room.time, limit=1, ttl=timedelta(minutes=1))
    async with room.store.polls.open_recording(leased) as recording:
        await recording.write_poll(
            Turn(Outcome(leased, room.time, room.time, Validators(), parsed=True), items, alerts)
        )
    result = await room.drain(most=30)
    assert (result.sent, result.dead, result.left) == (500, 0, 0)
    messages = telegram_server.sent(1)
    rolling = [telegram_server.shown(1, one.message) for one in messages if one.text.startswith("🗂")]
    assert len(messages) - len(rolling) == 30
    assert 5 <= len(rolling) <= 8
    listed = [line.split(" · ")[0].removeprefix("• ") for shown in rolling for line in shown.split("\n")[1:]]
    assert sorted(listed) == sorted(f"Headline {n}" for n in range(30, 500))

    late = Report("TASS", "tass", "Headline 40 again", "https://tass.example/1", room.time)
    corrected = FollowUp(1041, 78, "Headline 41, corrected", "https://courier.example/41", was="Headline 41")
    await record(room, late, 1040, joined=(1040,), follow_ups=(corrected,))
    assert (await room.drain(most=30)).left == 0
    shown = "\n".join(telegram_server.shown(1, one.message) for one in messages + telegram_server.sent(1)[-1:])
    assert "• Headline 40 · Courier 14:00, TASS 14:01" in shown
    assert "• ✏️ Headline 41 → Headline 41, corrected · Courier" in shown


async def test_what_waited_together_takes_as_many_messages_as_it_needs(
    room: Room, telegram_server: TelegramServer
) -> None:
    """Long headlines that do not fit one message are told in several; none is given up."""
    long = "word " * 36
    alerts: Sequence[Alert] = [
        Alert(Chat(1), n, (("k", "K"),), f"{n} {long}", f"https://courier.example/{n}", "", ()) for n in range(1, 51)
    ]
    await room.store.polls.queue_notices(alerts, room.time)
    async with room.store.database.write() as connection:
        await connection.execute(text("UPDATE outbox SET hold = 'digest'"))
    result = await room.drain()
    assert (result.sent, result.dead, result.left) == (50, 0, 0)
    shown = [telegram_server.shown(1, one.message) for one in telegram_server.sent(1)]
    listed = [int(line.split()[1]) for each in shown for line in each.split("\n")[1:]]
    assert sorted(listed) == list(range(1, 51))
