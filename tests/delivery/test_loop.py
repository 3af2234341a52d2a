"""The loop that delivers: a real SQLite file on one side, a strict Bot API over real HTTP on the other.

Time is simulated where minutes matter: whenever the loop rests, its clock is set to when it wanted to wake.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from bot.delivery import claimed_alerts, in_flight, loop
from bot.delivery.loop import DeliveryLoop, DrainResult
from bot.errors import StoreError
from bot.i18n import words
from bot.model import (
    TERMINAL,
    Alert,
    Chat,
    Delivery,
    DisplayPreferences,
    Item,
    Match,
    Priority,
    Report,
    Signature,
    Source,
    Subscription,
    Validators,
)
from bot.notify.telegram.send import TelegramNotifier
from bot.ports.outbox_store import Sent
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.preferences import Digest, Mute, Preferences, Window
from bot.process import supervise
from bot.process.clock import wall
from bot.store.leases.process_identity import this_process
from bot.store.outbox.outbox_repository import OutboxRepository
from bot.store.repository import Store, open_store

if TYPE_CHECKING:
    from tests.plugins.telegram import Fault, TelegramServer, Told

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
GROUP, SUPERGROUP = -77, -1007
BLOCKED = "Forbidden: bot was blocked by the user"


@dataclass(slots=True)
class Room:
    """A newsroom in a temporary file, its sender, and a clock that moves only when the sender rests."""

    url: str
    store: Store
    notifier: TelegramNotifier
    time: datetime = START
    notices: list[str] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def now(self) -> datetime:
        """Read the clock."""
        return self.time

    async def pause(self, seconds: float) -> None:
        """Rest: the clock is set ahead."""
        await asyncio.sleep(0)
        self.time += timedelta(seconds=seconds)

    def sender(self, store: Store | None = None, most: int = 0, **changes: Any) -> DeliveryLoop:
        """Return a sender, as after a restart."""
        return DeliveryLoop(
            (store or self.store).outbox,
            self.notifier,
            max_per_hour=lambda: most,
            notice=lambda say: self.notices.append(say(words("en"))),
            report_problem=self.problems.append,
            now=self.now,
            **{"wall": self.now, "pause": self.pause, "chance": lambda: 0.5, **changes},
        )

    async def drain(self, seconds: float = 3600, most: int = 0) -> DrainResult:
        """Deliver what there is, within so many simulated seconds."""
        return await self.sender(most=most).drain(self.time + timedelta(seconds=seconds))

    async def tell(self, *chats: Chat | int, priority: Priority = "normal", story: int | None = None) -> int:
        """Let a story break, or another outlet join it, that is due to these chats; return the story."""
        number, report = next(self.numbers), story or 0
        story = story or number
        await self.store.polls.sync_sources(
            [
                Source("Courier", "https://courier.example/feed", "courier"),
                Source("Reuters", "https://r.example/f", "r"),
            ],
            self.time,
        )
        (leased,) = await self.store.polls.lease_sources(
            self.time, limit=1, ttl=timedelta(minutes=1), forced_since=self.time + timedelta(seconds=number)
        )
        name = "Reuters" if report else "Courier"
        told = Report(name, name, f"Headline {story}", f"https://{name}.example/{number}", self.time, None, ("k",))
        alerts = tuple(
            Alert(_chat(chat), story, (("k", "Kremlin"),), told.headline, told.url, "The lead.", (), priority)
            for chat in chats
        )
        item = Item((number,), told.url, told.headline)
        recorded = Recorded(item, self.time, (Match("k", "x", ()),), story, told, Signature((number,), b""))
        async with self.store.polls.open_recording(leased) as recording:
            outcome = Outcome(leased, self.time, self.time, Validators(), parsed=True)
            await recording.write_poll(Turn(outcome, (recorded,), alerts, (story,) if report else ()))
        return story

    async def tell_many(self, chats: list[int], times: int = 1) -> None:
        """Let as many stories break, each due to all these chats."""
        for _ in range(times):
            await self.tell(*chats)

    async def dead(self) -> dict[str, int]:
        """Return how many alerts were given up, by reason."""
        return dict((await self.store.chats.read_status(self.time)).dead)


def _chat(chat: Chat | int) -> Chat:
    return chat if isinstance(chat, Chat) else Chat(chat)


both = pytest.mark.parametrize("room", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
async def room(
    request: pytest.FixtureRequest, tmp_path: Path, telegram_server: TelegramServer, bot_token: str
) -> AsyncIterator[Room]:
    """Open a newsroom, on SQLite unless the test asks for both; the stand-in notes its simulated times."""
    url = f"sqlite:///{tmp_path}/newswatch.db"
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres_url")
    async with (
        await open_store(url, migrate=True) as store,
        TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier,
    ):
        made = Room(url, store, notifier)
        telegram_server.now = made.now
        yield made


def texts(told: list[Told]) -> list[str]:
    """Return the headlines of messages."""
    return [one.text.split("\n")[1] for one in told]


def most_within(told: list[Told], seconds: float) -> int:
    """Return the most messages within any window."""
    span = timedelta(seconds=seconds)
    return max(sum(first.at <= one.at < first.at + span for one in told) for first in told)


@both
async def test_an_alert_is_delivered_once(room: Room, telegram_server: TelegramServer) -> None:
    """Sent, settled, and not sent again by the next sender."""
    await room.tell(1, 2)
    assert await room.drain() == DrainResult(sent=2, dead=0, left=0)
    assert await room.drain() == DrainResult(sent=0, dead=0, left=0)
    assert [one.chat for one in telegram_server.sent()] == [1, 2]


async def test_what_was_for_the_terminal_is_given_up_silently(room: Room, telegram_server: TelegramServer) -> None:
    """Queued, or printed, before there was a token: Telegram is not asked about it, and no owner hears of it."""
    printed = await room.tell(TERMINAL)
    epoch = await room.store.outbox.take_role("sender", room.time, timedelta(seconds=20))
    assert epoch is not None
    lines = await room.store.outbox.claim(epoch, room.time, limit=9, ttl=timedelta(minutes=1))
    await room.store.outbox.settle(lines, epoch, Sent(1), room.time)
    await room.tell(story=printed)
    await room.tell_many([TERMINAL.id, 2], 5)
    assert await room.drain(most=3) == DrainResult(sent=5, dead=5, left=0)
    assert {params["chat_id"] for _, _, params in telegram_server.requests} == {2}
    assert room.notices == []
    assert (await room.store.chats.read_status(room.time)).suspended == ()
    assert await room.dead() == {"it was for the terminal, as there was no token then": 5}


@both
async def test_a_later_report_edits_the_message(room: Room, telegram_server: TelegramServer) -> None:
    """A story that another outlet joins is one message, edited; the edit does not count as sent."""
    story = await room.tell(1)
    await room.drain()
    await room.tell(story=story)
    assert await room.drain() == DrainResult(sent=0, dead=0, left=0)
    (sent,) = telegram_server.sent()
    assert "also Reuters 14:00" in telegram_server.shown(1, sent.message)


async def test_urgent_goes_first_and_edits_last(room: Room, telegram_server: TelegramServer) -> None:
    """What is urgent overtakes; an edit waits for the messages that make a sound."""
    story = await room.tell(1)
    await room.drain()
    await room.tell(story=story)
    await room.tell(2)
    await room.tell(3, priority="urgent")
    await room.drain()
    assert [one.chat for one in telegram_server.told] == [1, 3, 2, 1]


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


async def test_case_4_a_burst_to_a_group(room: Room, telegram_server: TelegramServer) -> None:
    """Never more than 18 a minute, in order, nothing lost; a private chat beside it is not kept waiting."""
    telegram_server.per_minute = 20
    await room.tell_many([GROUP], 60)
    await room.tell(5)
    result = await room.drain()
    assert result == DrainResult(sent=61, dead=0, left=0)
    group = telegram_server.sent(GROUP)
    assert most_within(group, 60) <= 18
    assert texts(group) == [f"Headline {number}" for number in range(1, 61)]
    assert telegram_server.sent(5)[0].at < START + timedelta(seconds=3)


async def test_case_5_many_chats_one_hot_story(room: Room, telegram_server: TelegramServer) -> None:
    """Served at 25 a second overall, one a second each after a short burst, and each chat gets its share."""
    telegram_server.per_second = 30
    chats = list(range(1, 121))
    await room.tell_many(chats, 2)
    assert (await room.drain()).sent == 240
    sent = telegram_server.sent()
    assert most_within(sent, 1) <= 29
    assert sent[-1].at - START < timedelta(seconds=240 / 24)
    assert {one.chat for one in sent[:120]} == set(chats), "everybody has the first before anybody waits for a second"


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


@both
async def test_what_exceeds_an_hour_is_folded(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three messages, then one rolling message with every other headline; an hour later, messages again."""
    settled, settle = list[int](), OutboxRepository.settle

    async def noted(store: OutboxRepository, deliveries: Sequence[Delivery], *rest: Any) -> None:
        settled.append(len(deliveries))
        await settle(store, deliveries, *rest)

    monkeypatch.setattr(OutboxRepository, "settle", noted)
    await room.tell_many([1], 30)
    result = await room.drain(most=3)
    assert result == DrainResult(sent=30, dead=0, left=0)
    assert settled[:3] == [1, 1, 1]
    assert max(settled) > 1, "what one message lists is written down at once"
    sent = telegram_server.sent(1)
    assert texts(sent[:3]) == ["Headline 1", "Headline 2", "Headline 3"]
    assert len(sent) == 4
    assert sent[3].params["disable_notification"] is True
    shown = telegram_server.shown(1, sent[3].message)
    assert shown.split("\n")[1:] == [f"• Headline {number} · Courier" for number in range(4, 31)]
    links = [one["url"] for one in telegram_server.told[-1].params["entities"]]
    assert len(links) == 27
    room.time += timedelta(hours=2)
    await room.tell_many([1])
    await room.drain(most=3)
    assert texts(telegram_server.sent(1)[-1:]) == ["Headline 31"]


async def test_case_21_old_news_comes_as_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """What waited through an outage of hours is one silent message, oldest first; fresh news is told as ever."""
    await room.tell_many([1], 20)
    await room.tell(2)
    room.time += timedelta(hours=6)
    await room.tell(1)
    assert await room.drain(most=30) == DrainResult(sent=22, dead=0, left=0)
    rolling, fresh = sorted(telegram_server.sent(1), key=lambda one: one.text.startswith("🔔"))
    shown = telegram_server.shown(1, rolling.message)
    assert shown.split("\n")[1:] == [f"• Headline {number} · Courier" for number in range(1, 21)]
    assert rolling.params["disable_notification"] is True
    assert texts([fresh]) == ["Headline 22"]
    assert texts(telegram_server.sent(2)) == ["Headline 21"], "a single old one is told as it is"


async def test_case_94_an_outbox_that_nobody_empties_ends_as_a_few_digests(
    room: Room, telegram_server: TelegramServer
) -> None:
    """A row waits for each story and chat, for weeks; then what is old comes as digests, oldest first, none lost."""
    for _ in range(30):
        await room.tell_many([1, 2], 5)
        room.time += timedelta(days=1)
        await room.store.tidy(room.time)
    assert await room.drain(most=30) == DrainResult(sent=300, dead=0, left=0)
    for chat in (1, 2):
        sent = telegram_server.sent(chat)
        assert listed(telegram_server, chat, sent) == [f"Headline {number}" for number in range(1, 151)]
        assert len(sent) <= 6


@both
@pytest.mark.parametrize(
    ("chats", "stories"), [(70, 4), pytest.param(400, 50, marks=pytest.mark.soak)], ids=["280", "20000"]
)
async def test_case_21_after_an_outage_every_chat_gets_one_digest(
    room: Room, telegram_server: TelegramServer, chats: int, stories: int
) -> None:
    """However many alerts and chats: few of them are in memory at a time, and each chat's come as one, oldest first."""
    await room.tell_many(list(range(1, chats + 1)), stories)
    room.time += timedelta(hours=6)
    most = 0

    async def look(seconds: float) -> None:
        nonlocal most
        most = max(most, len(sender._claimed))
        await room.pause(seconds)

    sender = room.sender(most=30, pause=look)
    result = await sender.drain(room.time + timedelta(hours=1))
    assert result == DrainResult(sent=chats * stories, dead=0, left=0)
    for chat in range(1, chats + 1):
        told = listed(telegram_server, chat, telegram_server.sent(chat))
        assert told == [f"Headline {number}" for number in range(1, stories + 1)]
    assert len(telegram_server.sent()) <= chats * 1.1
    assert most <= claimed_alerts.HELD


async def test_a_flood_takes_several_rolling_messages(room: Room, telegram_server: TelegramServer) -> None:
    """Nothing is dropped and nothing is listed twice; one full message is followed by another."""
    await room.tell_many([1], 150)
    await room.drain(most=2)
    shown = [telegram_server.shown(1, one.message) for one in telegram_server.sent(1)]
    listed = [line.split(" · ")[0].removeprefix("• ") for text in shown[2:] for line in text.split("\n")[1:]]
    assert listed == [f"Headline {number}" for number in range(3, 151)]
    assert 2 <= len(shown[2:]) <= 4


@dataclass(slots=True)
class Counting:
    """A medium that notes how many sends are under way at most."""

    medium: TelegramNotifier
    aloft: int = 0
    most: int = 0

    async def send(self, delivery: Delivery) -> int:
        """Count it in and out."""
        self.aloft += 1
        self.most = max(self.most, self.aloft)
        try:
            return await self.medium.send(delivery)
        finally:
            self.aloft -= 1

    async def fold(self, deliveries: Sequence[Delivery], message: int | None) -> int:
        """Pass it on."""
        return await self.medium.fold(deliveries, message)


@both
async def test_case_89_a_deadline_holds_while_a_send_hangs(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A scheduler kills what overruns: the send is left to its claim, the rest given back, and all is told later."""
    telegram_server.plan(fault(hang=asyncio.Event()), times=3)
    await room.tell_many([1, 2, 3])
    start = datetime.now(UTC)
    result = await DeliveryLoop(room.store.outbox, room.notifier, now=wall).drain(start + timedelta(seconds=0.3))
    assert datetime.now(UTC) - start < timedelta(seconds=2.5), "by the clock on the wall"
    assert (result.sent, result.left, result.standby) == (0, 3, False)
    telegram_server.forgive()
    room.time = datetime.now(UTC)
    assert (await room.drain()).sent == 3


@both
async def test_case_76_leaving_is_finished_even_when_it_is_cancelled(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever loses patience with a hanging send still gets the role back, and the alerts that were not tried."""
    assert loop.GRACE + 3 * loop.STEP < supervise.GRACE < 10
    monkeypatch.setattr(loop, "PATIENCE", 0.01)
    telegram_server.plan(fault(hang=asyncio.Event()))
    await room.tell_many([1, 2, 3])
    stop, leaving = asyncio.Event(), asyncio.Event()
    sender = room.sender()
    leave = sender._stop_sending

    async def noted(seconds: float) -> None:
        leaving.set()
        await leave(seconds)

    monkeypatch.setattr(sender, "_stop_sending", noted)
    task = asyncio.create_task(sender.run(stop, asyncio.Event()))
    await until(lambda: telegram_server.requests)
    stop.set()
    await leaving.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not sender._in_flight
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        epoch = await other.outbox.take_role("sender", room.time, timedelta(seconds=20))
        assert epoch is not None, "the role was given back"
        async with other.database.read() as connection:
            leased = await connection.execute(text("SELECT chat FROM outbox WHERE lease_until IS NOT NULL"))
            assert [row.chat for row in leased] == [1], "only what may have been accepted stays claimed"


async def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true, a few seconds at most."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@both
async def test_case_76_a_stop_in_the_middle(room: Room, telegram_server: TelegramServer) -> None:
    """What is under way is finished, the rest given back at once: the next sender finds it; nothing twice."""
    await room.tell_many(list(range(1, 41)))
    stop, wake, beats = asyncio.Event(), asyncio.Event(), list[int]()
    sender = room.sender()
    task = asyncio.create_task(sender.run(stop, wake, lambda: beats.append(1)))
    await until(lambda: len(telegram_server.sent()) >= 5)
    stop.set()
    async with asyncio.timeout(5):
        await task
    before = len(telegram_server.sent())
    assert before < 40
    result = await room.drain()
    assert before + result.sent == 40
    assert sorted(one.chat for one in telegram_server.sent()) == list(range(1, 41))
    assert len(beats) >= 2


async def test_a_hint_wakes_the_loop(room: Room, telegram_server: TelegramServer) -> None:
    """With the clock at rest, only the hint makes the sender look again."""
    stop, wake, rest = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def forever(_: float) -> None:
        await rest.wait()

    sender = DeliveryLoop(room.store.outbox, room.notifier, now=room.now, wall=room.now, pause=forever)
    task = asyncio.create_task(sender.run(stop, wake))
    await until(lambda: sender._claimed._look_at > START)
    await room.tell(1)
    wake.set()
    await until(lambda: len(telegram_server.sent()) == 1)
    stop.set()
    await task


@both
async def test_case_78_a_second_sender_waits(room: Room, telegram_server: TelegramServer) -> None:
    """While another machine's sender lives, nothing is sent and everything is left to it; then this one takes over."""
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    await room.tell(1)
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        epoch = await other.outbox.take_role("sender", room.time, timedelta(seconds=20))
        assert epoch is not None
        assert await room.drain() == DrainResult(sent=0, dead=0, left=1, standby=True)
        room.time += timedelta(seconds=21)
        assert (await room.drain()).sent == 1
    assert len(telegram_server.sent()) == 1


async def test_a_fault_of_the_database_that_lasts_ends_the_loop(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trying again cannot help: whoever supervises the loop has to hear of it. Any other is waited out."""
    claims = list[bool]()

    async def broken(*_: object, **__: object) -> tuple[Delivery, ...]:
        claims.append(True)
        raise StoreError("the database is damaged", lasting=len(claims) > 2)

    monkeypatch.setattr(OutboxRepository, "claim", broken)
    with pytest.raises(StoreError, match="damaged"):
        await room.sender().run(asyncio.Event(), asyncio.Event())
    assert len(claims) == 3


async def test_case_75_a_rush_keeps_the_pace_when_answers_are_slow(room: Room, telegram_server: TelegramServer) -> None:
    """More than 25 chats wait, answers take a tenth of a second: as many are under way as keep the pace, no more.

    Each is for another chat, none is told twice, and when few are left it is one at a time again.
    """
    telegram_server.per_second, telegram_server.delay, telegram_server.each = 30, 0.1, 1.0
    telegram_server.now = lambda: datetime.now(UTC)
    medium = Counting(room.notifier)
    await room.tell(*range(1, 61))
    start = datetime.now(UTC)
    result = await DeliveryLoop(room.store.outbox, medium, now=wall).drain(start + timedelta(minutes=1))
    assert (result.sent, result.left) == (60, 0)
    assert 2 <= medium.most <= in_flight.MOST
    assert sorted(one.chat for one in telegram_server.sent()) == list(range(1, 61))
    medium.most = 0
    await room.tell(*range(1, 6))
    await DeliveryLoop(room.store.outbox, medium, now=wall).drain(datetime.now(UTC) + timedelta(minutes=1))
    assert medium.most == 1


async def test_chats_take_turns_and_what_is_urgent_does_not_wait_for_one(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has little to be told is told before others have had all of theirs; an urgent one before all of that."""
    monkeypatch.setattr(claimed_alerts, "HELD", 16)
    monkeypatch.setattr(claimed_alerts, "PER_CHAT", 2)
    await room.tell_many(list(range(1, 31)), 6)
    await room.tell(99)
    await room.tell(1, priority="urgent")
    await room.drain()
    order = [one.chat for one in telegram_server.sent()]
    assert len(order) == 182
    assert order.index(99) <= 30 * 2 + 2, "one turn of everybody, however much they have"
    urgent = next(place for place, one in enumerate(telegram_server.sent()) if "Headline 8" in one.text)
    assert urgent < 4


@both
async def test_case_77_a_sender_that_was_replaced_stops(
    room: Room, telegram_server: TelegramServer, fault: type[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asleep for longer than its lease, it sends nothing more of what it held; the new one sends it once."""
    monkeypatch.setattr(loop, "PATIENCE", 0.01)
    release, rests = asyncio.Event(), asyncio.Event()
    telegram_server.plan(fault(hang=release, code=500, description="Internal Server Error"), chat=1)
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")

    async def asleep(_: float) -> None:
        rests.set()
        await release.wait()

    old = room.sender()
    old._pause = asleep
    for _ in range(7):
        old._pace.record_request(0, START)  # the bot's bucket is low: after the first send it has to rest
    task = asyncio.create_task(old.drain(START + timedelta(hours=1)))
    await rests.wait()
    await until(lambda: telegram_server.requests)
    room.time += timedelta(seconds=60)
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:
        new = room.sender(other)
        assert (await new.drain(room.time + timedelta(minutes=10))).sent == 3
        release.set()
        await task
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]


async def test_case_77_a_sender_whose_database_was_slow_is_not_certain_any_more(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The role ends while alerts are claimed: what came of that is not sent, as the new sender has it."""
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    quick, first = OutboxRepository.claim, iter([True])
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:

        async def slow(self: OutboxRepository, *args: Any, **limits: Any) -> tuple[Delivery, ...]:
            claimed = await quick(self, *args, **limits)
            if next(first, False):
                room.time += timedelta(seconds=25)
                assert (await room.sender(other).drain(room.time + timedelta(minutes=1))).sent == 3
            return claimed

        monkeypatch.setattr(OutboxRepository, "claim", slow)
        assert (await room.drain()).sent == 0
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]


@both
async def test_case_77_a_database_that_hangs_makes_no_two_instances_send_the_same(
    room: Room, telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim was confirmed before the database froze for longer than the role lasts: its sender looks at its clock."""
    await room.tell_many([1, 2, 3])
    elsewhere = replace(this_process(), host="elsewhere", boot="another")
    quick, first = OutboxRepository.confirm_claims, iter([True])
    async with await open_store(room.url, migrate=False, holder=elsewhere) as other:

        async def frozen(self: OutboxRepository, *args: Any) -> tuple[Delivery, ...]:
            confirmed = await quick(self, *args)
            if next(first, False):
                room.time += timedelta(seconds=25)
                assert (await room.sender(other).drain(room.time + timedelta(minutes=1))).sent == 3
            return confirmed

        monkeypatch.setattr(OutboxRepository, "confirm_claims", frozen)
        assert (await room.drain()).sent == 0
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2, 3]


async def test_what_everybody_waits_for_waits_on_record(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """A chat that pauses while nothing can be sent is told nothing after that, though its alert was claimed before."""
    telegram_server.plan(fault(401, "Unauthorized"), chat=1)
    await room.tell_many([1, 2, 3])

    async def rest(seconds: float) -> None:
        await room.store.preferences.write_preferences(Chat(3), Preferences(paused=room.time))
        await room.pause(seconds)

    sender = DeliveryLoop(room.store.outbox, room.notifier, now=room.now, wall=room.now, pause=rest)
    assert (await sender.drain(START + timedelta(minutes=1))).sent == 2
    assert sorted(one.chat for one in telegram_server.sent()) == [1, 2]


@pytest.mark.soak
@pytest.mark.parametrize("delay", [0.0, 0.1])
async def test_case_5_a_thousand_chats_in_real_time(
    tmp_path: Path, telegram_server: TelegramServer, bot_token: str, delay: float
) -> None:
    """One hot story for 1,000 chats, by the real clock: at least 24 a second overall, no 429 earned, each told once."""
    telegram_server.per_second, telegram_server.per_minute, telegram_server.delay = 30, 20, delay
    async with (
        await open_store(f"sqlite:///{tmp_path}/newswatch.db", migrate=True) as store,
        TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier,
    ):
        room = Room("", store, notifier, datetime.now(UTC))
        await room.tell(*range(1, 901), *(-number for number in range(1, 101)))
        start = datetime.now(UTC)
        result = await DeliveryLoop(store.outbox, notifier, now=wall).drain(start + timedelta(minutes=2))
        seconds = (datetime.now(UTC) - start).total_seconds()
    assert (result.sent, result.left) == (1000, 0)
    assert len({one.chat for one in telegram_server.sent()}) == 1000
    assert 1000 / seconds >= 24, f"{1000 / seconds:.1f} a second"


# ---------------------------------------------------------------------------------------------- what chats wish


def listed(server: TelegramServer, chat: int, told: Sequence[Told]) -> list[str]:
    """Return the headlines that messages list, as they are shown in the end."""
    shown = [server.shown(chat, one.message).split("\n")[1:] for one in told]
    return [line.split(" · ")[0].removeprefix("• ") for lines in shown for line in lines]


@both
async def test_what_quiet_hours_held_comes_as_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """At night only what is urgent; in the morning one silent list, with the sources that came meanwhile."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(quiet=(Window(13 * 60, 15 * 60),)))
    await room.tell_many([1, 2], 12)
    await room.tell(1, priority="urgent")
    result = await room.drain(60)
    assert (result.sent, result.dead, result.left) == (13, 0, 0), "what is held is no work left over"
    assert texts(telegram_server.sent(1)) == ["Headline 13"]
    assert len(telegram_server.sent(2)) == 12
    await room.tell(story=5)
    room.time += timedelta(hours=1)
    assert (await room.drain()).sent == 12
    _, morning = telegram_server.sent(1)
    assert telegram_server.shown(1, morning.message).split("\n")[0] == "🌙 While it was quiet"
    assert listed(telegram_server, 1, [morning]) == [f"Headline {number}" for number in range(1, 13)]
    assert morning.params["disable_notification"] is True
    await room.tell(story=5)
    await room.drain()
    assert len(telegram_server.sent(1)) == 2, "what is listed is shown anew, and pings nobody"
    assert telegram_server.shown(1, morning.message).split("\n")[0] == "🌙 While it was quiet"


async def test_a_long_digest_takes_several_messages_and_a_single_alert_is_itself(
    room: Room, telegram_server: TelegramServer
) -> None:
    """Every headline is listed once, whatever an hour allows; the next digest is a message of its own."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(digest=Digest("hour")))
    await room.tell_many([1], 150)
    assert (await room.drain(60, most=2)).sent == 0
    room.time += timedelta(hours=1)
    assert (await room.drain(900, most=2)).sent == 150
    first = telegram_server.sent(1)
    assert listed(telegram_server, 1, first) == [f"Headline {number}" for number in range(1, 151)]
    assert 2 <= len(first) <= 6
    await room.tell_many([1], 2)
    room.time += timedelta(hours=1)
    await room.drain(900, most=2)
    assert listed(telegram_server, 1, telegram_server.sent(1)[len(first) :]) == ["Headline 151", "Headline 152"]
    await room.tell(1)
    room.time += timedelta(hours=1)
    await room.drain(900, most=2)
    assert texts(telegram_server.sent(1)[-1:]) == ["Headline 153"]


async def test_what_is_held_outlives_the_process_and_a_kill(room: Room, telegram_server: TelegramServer) -> None:
    """Another process on the same database sends it, once."""
    await room.store.preferences.write_preferences(Chat(1), Preferences(paused=room.time))
    await room.tell_many([1], 3)
    await room.drain(60)
    async with await open_store(room.url, migrate=False) as other:
        await other.preferences.write_preferences(Chat(1), Preferences())
        await room.sender(other).drain(room.time + timedelta(minutes=10))
    await room.drain(60)
    (one,) = telegram_server.sent(1)
    assert one.text.startswith("▶️ While alerts were paused")
    assert listed(telegram_server, 1, [one]) == ["Headline 1", "Headline 2", "Headline 3"]


async def test_case_18_a_chat_may_want_nothing_twice(
    room: Room, telegram_server: TelegramServer, fault: type[Fault]
) -> None:
    """Case 18: by its own wish a message of unknown fate is not sent again, and /status shows it."""
    await room.store.preferences.write_display(1, DisplayPreferences(doubt="hold"))
    telegram_server.plan(fault(accept=True, drop=True))
    await room.tell(1)
    assert (await room.drain()).dead == 1
    assert len(telegram_server.sent(1)) == 1
    ((reason, _),) = (await room.dead()).items()
    assert "wants nothing twice" in reason


async def test_a_muted_word_is_told_nowhere_and_counts_for_no_failure(
    room: Room, telegram_server: TelegramServer
) -> None:
    """It ends with its reason; the other chat is told."""
    await room.store.preferences.add_mute(Chat(1), Mute("word", "Headline", None, (("headline",),)), room.time, most=9)
    await room.tell(1, 2)
    assert await room.drain() == DrainResult(sent=1, dead=0, left=0)
    assert telegram_server.sent(1) == []
    assert await room.dead() == {}


@pytest.mark.parametrize("days", [-3653, -1, -1 / 24, 1 / 24, 1, 3653])
async def test_case_87_a_wall_clock_that_jumps_holds_up_no_alert(
    room: Room, telegram_server: TelegramServer, days: float
) -> None:
    """A chat that was told a moment ago is told the next within seconds, whatever the wall clock shows by then."""
    shift = timedelta()
    sender = room.sender(wall=lambda: room.time + shift)
    await room.tell(1)
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    shift = timedelta(days=days)
    room.time, true = room.time + shift, room.time
    await room.tell(1)  # another process, by the same wall clock
    room.time = true
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    assert room.time - true < timedelta(seconds=10)
    shift = timedelta()
    await room.tell(1)
    assert (await sender.drain(room.time + timedelta(minutes=1))).sent == 1
    assert room.time - true < timedelta(seconds=20)
    assert len(telegram_server.sent(1)) == 3


async def test_many_notices_at_once_are_one_message(room: Room, telegram_server: TelegramServer) -> None:
    """What befalls twenty sources at once is told to their owner in one message; two are told as they are."""

    async def notify(*numbers: int) -> None:
        notices = [Alert(Chat(1), number, (), f"Source {number} fails", None, "Why.", ()) for number in numbers]
        await room.store.polls.queue_notices(notices, room.time)

    await notify(1, 2)
    await room.drain()
    assert len(telegram_server.sent(1)) == 2
    await notify(*range(10, 30))
    await room.drain()
    (*_, many) = sent = telegram_server.sent(1)
    assert len(sent) == 3
    shown = telegram_server.shown(1, many.message)
    assert all(f"Source {number} fails" in shown for number in range(10, 30))
