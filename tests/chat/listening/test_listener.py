"""The listener over loopback: the real python-telegram-bot, a strict stand-in for the Bot API, a real store."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.chat.context import QueryServices
from bot.chat.texts import access as access_texts
from bot.i18n import LANGUAGES, words
from bot.model import Chat, DisplayPreferences, Item, Source, Validators
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.store.repository import Store
from tests.chat.listening.conversation import (
    ADMINISTRATOR,
    GROUP,
    MEMBER,
    OWNER,
    READER,
    Make,
    answers,
    eventually,
    forecast_shown,
    presses_answered,
    running,
    until,
)


@pytest.mark.parametrize(
    "where", [(READER, READER, None), (GROUP, ADMINISTRATOR, None), (GROUP, ADMINISTRATOR, 7)], ids=str
)
async def test_a_first_conversation(
    make: Make, telegram_server: Any, store: Store, where: tuple[int, int, int | None]
) -> None:
    """A newcomer's way from /start to a subscription and back, over the wire, where it was asked."""
    chat, user, topic = where
    telegram_server.members[GROUP, ADMINISTRATOR] = "administrator"
    who: dict[str, Any] = {"chat": chat, "user": user, "topic": topic}
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start", **who)
        assert "/subscribe ID" in await answers(telegram_server, "/help", **who)
        assert "&lt;b&gt;and&lt;/b&gt; summits" in await answers(telegram_server, "/lists", **who)
        assert "Subscribed" in await answers(telegram_server, "/subscribe kremlin", **who)
        assert await store.chats.find_subscriptions(Chat(chat, topic)) == ("kremlin",)
        assert "kremlin" in await answers(telegram_server, "/mine", **who)
        assert "Watching 0 sources" in await answers(telegram_server, "/status", **who)
        assert "Unsubscribed" in await answers(telegram_server, "/unsubscribe kremlin", **who)
    threads = {told.params.get("message_thread_id") for told in telegram_server.sent(chat)}
    assert threads == {topic}


async def test_a_press_edits_its_message_and_is_answered(make: Make, telegram_server: Any, store: Store) -> None:
    """A pressed button subscribes, shows the list anew in its message, and stops its spinner."""
    async with running(make()):
        await answers(telegram_server, "/lists")
        shown = telegram_server.sent(READER)[0]
        label, _share = telegram_server.keys(READER, shown.message)
        telegram_server.tap(label, chat=READER, user=READER, message=shown.message)
        await until(lambda: "✅ <b>Kremlin" in telegram_server.shown(READER, shown.message))
    assert telegram_server.asked("answerCallbackQuery")[0]["text"].startswith("✅ Subscribed")
    assert await store.chats.find_subscriptions(Chat(READER)) == ("kremlin",)


async def test_queries_are_tried_watched_and_explained_over_the_wire(
    make: Make, telegram_server: Any, store: Store, library: QueryServices
) -> None:
    """Telegram takes every answer about queries, however hostile the news; what is watched is in force at once."""
    now = datetime.now(UTC)
    hostile = "Summit <b>of</b> 😀 & \u202e@all /stop tg://user?id=1 " * 9
    await store.polls.sync_sources([Source("Wire <i>", "https://one.example/feed", "one")], now)
    (leased,) = await store.polls.lease_sources(now, limit=1, ttl=timedelta(minutes=1))
    link = "https://one.example/?a=1&b=<x>\"'"
    items = [Item((number,), f"{link}{number}", hostile, hostile) for number in range(30)]
    async with store.polls.open_recording(leased) as recording:
        outcome = Outcome(leased, now, now, Validators(), parsed=True)
        await recording.write_poll(Turn(outcome, tuple(Recorded(item, now) for item in items)))
    async with running(make()):
        assert "fires on" in await answers(telegram_server, "/test summit")
        assert "nearly" in await answers(telegram_server, "/test ummit")
        assert "▸" in await answers(telegram_server, "/test <b>😀 & AND (")
        assert "No query that concerns" in await answers(telegram_server, f"/why {link}7")
        assert "I watch for" in await answers(telegram_server, "/watch summit")
        asked = telegram_server.sent(READER)[-1]
        await until(lambda: "times a day" in telegram_server.shown(READER, asked.message))
        (key,) = telegram_server.keys(READER, asked.message).values()
        telegram_server.press(key, chat=READER, user=READER, message=asked.message)
        await until(lambda: "I watch for" in telegram_server.shown(READER, asked.message))
        await until(lambda: [name for name in library.compiled().watchlists if name.startswith("~")])
        assert "<code>summit</code>" in await answers(telegram_server, "/mine")
        assert "no longer" in await answers(telegram_server, "/unwatch 1")
        await until(lambda: not [name for name in library.compiled().watchlists if name.startswith("~")])


async def test_others_are_answered_while_a_dozen_queries_are_forecast(
    make: Make, telegram_server: Any, store: Store
) -> None:
    """`/mine` is answered within two seconds while twelve other chats wait for the forecasts of their `/watch`."""
    now = datetime.now(UTC)
    await store.polls.sync_sources([Source("Wire", "https://one.example/feed", "one")], now)
    (leased,) = await store.polls.lease_sources(now, limit=1, ttl=timedelta(minutes=1))
    items = [
        Item((number,), f"https://one.example/{number}", f"Summit {number} in oil", "x " * 400) for number in range(500)
    ]
    async with store.polls.open_recording(leased) as recording:
        outcome = Outcome(leased, now, now, Validators(), parsed=True)
        await recording.write_poll(Turn(outcome, tuple(Recorded(item, now) for item in items)))

    async def seconds_of_mine() -> float:
        began = time.monotonic()
        assert "Not subscribed" in await answers(telegram_server, "/mine")
        return time.monotonic() - began

    async with running(make(patient=True)):
        alone = await seconds_of_mine()
        for chat in range(1001, 1013):
            telegram_server.say(f"/watch summit {chat} OR oil", chat=chat, user=chat)
        taken = [await seconds_of_mine() for _ in range(3)]
        for chat in range(1001, 1013):
            await until(partial(forecast_shown, telegram_server, chat), 60)
    # The best of three, and more where the machine is so busy that an answer takes long by itself.
    assert min(taken) < 2 + 10 * alone, (alone, taken)


async def test_case_104_a_stranger_is_refused_and_the_owner_can_admit(
    make: Make, telegram_server: Any, store: Store
) -> None:
    """Case 104: the stranger reads the chat's id, the owner gets a button, its press admits and welcomes."""
    async with running(make(access="closed")):
        assert str(READER) in await answers(telegram_server, "/subscribe kremlin")
        await until(lambda: telegram_server.sent(OWNER))
        knock = telegram_server.sent(OWNER)[0]
        (row,) = knock.params["reply_markup"]["inline_keyboard"]
        assert len(row[0]["callback_data"].encode()) <= 64
        telegram_server.press(row[0]["callback_data"], chat=OWNER, user=OWNER, message=knock.message)
        await until(lambda: len(telegram_server.sent(READER)) == 2)
        assert await store.chats.is_admitted(READER)
        assert "Subscribed" in await answers(telegram_server, "/subscribe kremlin")


async def test_case_104_an_owner_without_a_private_chat_costs_nothing(
    make: Make, telegram_server: Any, store: Store, fault: Any
) -> None:
    """Case 104: an owner who never wrote to the bot cannot be asked; nothing follows from that, for nobody."""
    telegram_server.plan(
        fault(403, "Forbidden: bot can't initiate conversation with a user"), method="sendMessage", chat=OWNER
    )
    async with running(make(access="closed")):
        assert "not admitted" in await answers(telegram_server, "/start")
        await until(lambda: [one for one in telegram_server.asked("sendMessage") if one["chat_id"] == OWNER])
    assert (await store.chats.read_status(datetime.now(UTC))).suspended == ()


async def test_case_105_a_member_cannot_change_a_group(make: Make, telegram_server: Any, store: Store) -> None:
    """Case 105: Telegram is asked who administers; a member is refused, by command and by button."""
    async with running(make()):
        text = await answers(telegram_server, "/subscribe kremlin", chat=GROUP, user=MEMBER)
        assert "Only administrators" in text
        await answers(telegram_server, "/lists", chat=GROUP, user=MEMBER)
        shown = telegram_server.sent(GROUP)[-1].message
        label, _share = telegram_server.keys(GROUP, shown)
        telegram_server.tap(label, chat=GROUP, user=MEMBER, message=shown)
        await until(lambda: telegram_server.asked("answerCallbackQuery"))
    assert await store.chats.find_subscriptions(Chat(GROUP)) == ()


async def test_case_29_a_flood_of_commands_gets_one_notice(make: Make, telegram_server: Any) -> None:
    """Case 29: of three hundred commands of one user ten are answered and one notice follows; others are served."""
    for _ in range(300):
        telegram_server.say("/help", chat=READER, user=READER)
    async with running(make()):
        await answers(telegram_server, "/help", chat=OWNER, user=OWNER)
        await until(lambda: not telegram_server._queue)
    assert len(telegram_server.sent(READER)) == 11


async def test_case_31_unknown_and_malformed_updates_are_passed_over(make: Make, telegram_server: Any) -> None:
    """Case 31: what nobody has heard of, and what is not shaped as promised, costs nothing but itself."""
    telegram_server.update(something_new={"a": 1})
    telegram_server.update(message={"chat": "nonsense"})
    telegram_server.update(callback_query={"id": 1, "message": {"chat": None}})
    async with running(make()):
        assert "/lists" in await answers(telegram_server, "/start")
    asked = telegram_server.asked("getUpdates")[0]
    assert asked["allowed_updates"] == ["message", "callback_query", "my_chat_member"]


async def test_case_107_a_forged_press_is_refused_and_answered(make: Make, telegram_server: Any, store: Store) -> None:
    """Case 107: made up, or an owner's, pressed in another chat, under a message that is gone: nothing changes."""
    async with running(make(access="closed")):
        await answers(telegram_server, "/start")
        await until(lambda: telegram_server.sent(OWNER))
        (admit, *_) = telegram_server.keys(OWNER, telegram_server.sent(OWNER)[0].message).values()
        for number, forged in enumerate(
            (f"admit|{READER}|", admit, "mAAAAAAAAAAAAAAAAAAAAAA.0", "a1.1.0", "", "😀"), 1
        ):
            telegram_server.press(forged, chat=READER, user=READER, message=999)
            await until(partial(presses_answered, telegram_server, number))
    assert {one["text"] for one in telegram_server.asked("answerCallbackQuery")} == {access_texts.too_old(words("en"))}
    assert not await store.chats.is_admitted(READER)


async def test_case_107_a_button_that_is_too_old_is_answered(make: Make, telegram_server: Any, store: Store) -> None:
    """Case 107: after a month nobody remembers what it was for, and the janitor forgets it."""
    then = datetime.now(UTC) - timedelta(days=31)
    (old,) = await store.buttons.save_buttons(READER, ["subscribe|kremlin|"], then)
    async with running(make()):
        telegram_server.press(old, chat=READER, user=READER, message=1)
        await until(lambda: telegram_server.asked("answerCallbackQuery"))
    assert await store.chats.find_subscriptions(Chat(READER)) == ()
    assert await store.prune(datetime.now(UTC)) == 1


async def test_our_place_in_chats_is_followed(make: Make, telegram_server: Any, store: Store) -> None:
    """Blocked: suspended with the reason; unblocked: revived; a group with a new id keeps its subscriptions."""
    telegram_server.members[GROUP, ADMINISTRATOR] = "administrator"

    def place(old: str, new: str) -> None:
        bot = {"id": 1, "is_bot": True, "first_name": "Newswatch"}
        telegram_server.update(
            my_chat_member={
                "chat": {"id": READER, "type": "private", "first_name": "R"},
                "from": {"id": READER, "is_bot": False, "first_name": "R"},
                "date": 1,
                "old_chat_member": {"status": old, "user": bot},
                "new_chat_member": {"status": new, "user": bot},
            }
        )

    async def silent() -> tuple[tuple[int, str], ...]:
        return tuple((one.chat, one.reason) for one in (await store.chats.read_status(datetime.now(UTC))).suspended)

    async with running(make()):
        await answers(telegram_server, "/subscribe kremlin", chat=GROUP, user=ADMINISTRATOR)
        place("member", "kicked")
        await eventually(silent, lambda found: found == ((READER, "the bot was blocked by the user"),))
        place("kicked", "member")
        await eventually(silent, lambda found: found == ())
        telegram_server.update(
            message={
                "message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "group"}, "migrate_to_chat_id": GROUP - 1,
            }
        )  # fmt: skip
        await eventually(lambda: store.chats.find_subscriptions(Chat(GROUP - 1)), lambda found: found == ("kremlin",))


@pytest.mark.parametrize("order", ["entered first", "entered last"])
async def test_an_upgrade_of_an_admitted_group_is_silent(
    make: Make, telegram_server: Any, store: Store, order: str
) -> None:
    """Whatever comes first: nobody let us in or put us out, so nothing is said, and the new id is admitted."""
    old, new, bot = -77, -1000000077, {"id": 1, "is_bot": True, "first_name": "Newswatch"}
    await store.chats.admit_chat(old, OWNER, datetime.now(UTC))

    def place(chat: int, kind: str, was: str, now: str) -> None:
        telegram_server.update(
            my_chat_member={
                "chat": {"id": chat, "type": kind, "title": "Newsroom"},
                "from": {"id": READER, "is_bot": False, "first_name": "R"},
                "date": 1,
                "old_chat_member": {"status": was, "user": bot},
                "new_chat_member": {"status": now, "user": bot},
            }
        )

    def migrated() -> None:
        for chat, said in ((new, {"migrate_from_chat_id": old}), (old, {"migrate_to_chat_id": new})):
            kind = "supergroup" if chat == new else "group"
            telegram_server.update(message={"message_id": 5, "date": 1, "chat": {"id": chat, "type": kind}} | said)

    async with running(make(access="closed")):
        if order == "entered last":
            migrated()
            await eventually(lambda: store.chats.is_admitted(new), lambda found: found)
        place(new, "supergroup", "left", "member")
        place(old, "group", "member", "left")
        await until(lambda: len(telegram_server.requests) > 3)
        migrated()
        await eventually(lambda: store.chats.is_admitted(new), lambda found: found)
        telegram_server.say("/lists", chat=READER, user=OWNER)
        await until(lambda: telegram_server.sent(READER))
    assert [one.chat for one in telegram_server.sent()] == [READER]
    assert (await store.chats.read_status(datetime.now(UTC))).suspended == ()


async def test_a_bot_that_is_renamed_follows(make: Make, telegram_server: Any, fault: Any) -> None:
    """The first command with its new name is answered, without a restart; one for another bot is not."""
    async with running(make()):
        await answers(telegram_server, "/lists")
        telegram_server.plan(
            fault(200, raw='{"ok":true,"result":{"id":1,"username":"renamed_bot"}}'), times=9, method="getMe"
        )
        telegram_server.say("/lists@other_bot", chat=GROUP, user=READER)
        telegram_server.say("/lists@renamed_bot", chat=GROUP, user=READER)
        await until(lambda: telegram_server.sent(GROUP))
        await answers(telegram_server, "/lists")
    assert len(telegram_server.sent(GROUP)) == 1
    assert len(telegram_server.asked("getMe")) == 2


async def test_a_group_that_moves_keeps_the_menus_of_its_language(
    make: Make, telegram_server: Any, store: Store
) -> None:
    """Telegram forgets what was set for the old id: the new one gets the menus that /language chose."""

    def shown() -> list[tuple[str, str]]:
        asked = telegram_server.asked("setMyCommands")
        ours = [one for one in asked if one["scope"].get("chat_id") == GROUP - 1]
        return [(one["scope"]["type"], one["commands"][0]["description"]) for one in ours]

    await store.preferences.write_display(GROUP, DisplayPreferences(language="ru"))
    async with running(make()):
        telegram_server.update(
            message={
                "message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "group"}, "migrate_to_chat_id": GROUP - 1,
            }
        )  # fmt: skip
        await until(lambda: len(shown()) == 2)
    assert {scope for scope, _ in shown()} == {"chat", "chat_administrators"}
    assert {purpose for _, purpose in shown()} == {"На что можно подписаться"}


async def test_menus_are_set_once_and_again_when_a_chat_chooses_its_language(
    make: Make, telegram_server: Any, store: Store
) -> None:
    """In every language at the first start, not at the next; a language that was chosen sets the chat's own menu."""
    asked = telegram_server.asked
    async with running(make()):
        await answers(telegram_server, "/start")
        await until(lambda: len(asked("setMyCommands")) == 22)
        async with asyncio.timeout(5):
            while not await store.chats.read_menu_mark():
                await asyncio.sleep(0.005)
    assert {one.get("language_code", "") for one in asked("setMyCommands")} == {"", *LANGUAGES}
    async with running(make()):
        await answers(telegram_server, "/language ru")
        await until(lambda: len(asked("setMyCommands")) == 23)
    last = asked("setMyCommands")[-1]
    assert last["scope"] == {"type": "chat", "chat_id": READER}
    assert last["commands"][0] == {"command": "lists", "description": "На что можно подписаться"}
