"""The buttons under alerts: sent over real HTTP, pressed by whoever, checked like commands."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.delivery.loop import DeliveryLoop
from bot.model import Alert, Chat, DisplayPreferences, Evidence, Item, Match, Report, Signature, Source, Validators
from bot.notify.telegram.send import TelegramNotifier
from bot.ports.poll_store import Outcome, Recorded, Turn

if TYPE_CHECKING:
    from tests.chat.conftest import Desk
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.integration

LABELS = ("Mute story", "Mute word ▾", "Why?", "More")
STORY = 4_000_000_000_000_000_001
READER, ADMINISTRATOR, MEMBER, GROUP = 22, 33, 44, -1005550001
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LEAD = "The Kremlin said on Friday that it could not say when they would meet."
SENTENCE = "A summit of both leaders is <unlikely> this year."


async def alerted(desk: Desk, telegram_server: TelegramServer, token: str, *chats: int) -> dict[int, int]:
    """Let a story break for these chats and be delivered; return the message of each."""
    polls, url = desk.store.polls, "https://courier.example/1"
    await polls.sync_sources([Source("Courier", "https://courier.example/feed", "courier")], NOW)
    (leased,) = await polls.lease_sources(NOW, limit=1, ttl=timedelta(minutes=1))
    told = Report("Courier", "courier", "Kremlin & summits", url, NOW, None, ("kremlin",))
    evidence = (Evidence("title", "Kremlin", 0, 7), Evidence("body", "summit", 2, 8, SENTENCE))
    alerts = tuple(
        Alert(Chat(chat), STORY, (("kremlin", "Kremlin"),), told.headline, url, LEAD, evidence) for chat in chats
    )
    item = Item((1,), url, told.headline, LEAD)
    recorded = Recorded(item, NOW, (Match("kremlin", "Kremlin", ()),), STORY, told, Signature((1,), b""))
    async with polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(Outcome(leased, NOW, NOW, Validators(), parsed=True), (recorded,), alerts))
    async with TelegramNotifier(token, home=DisplayPreferences, api_url=telegram_server.url) as notifier:
        sender = DeliveryLoop(desk.store.outbox, notifier, now=lambda: desk.now, wall=lambda: desk.now)
        await sender.drain(desk.now + timedelta(seconds=30))
    return {one.chat: one.message for one in telegram_server.sent()}


@pytest.fixture
def open_desk(desk: Desk) -> Desk:
    """Give the commands where anybody may use them."""
    desk.access = "open"
    return desk


async def test_an_alert_has_four_buttons_that_mean_nothing_by_themselves(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Their ids are short, differ by chat, and hold neither the story nor a verb; notices have no buttons."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER, GROUP)
    reader, group = (telegram_server.keys(chat, messages[chat]) for chat in (READER, GROUP))
    assert tuple(reader) == LABELS
    ids = [*reader.values(), *group.values()]
    assert len(set(ids)) == 8
    assert all(len(said.encode()) <= 64 and str(STORY) not in said for said in ids)
    notice = Alert(Chat(READER), 7, (), "A source is silent", None, "", ())
    await open_desk.store.polls.queue_notices((notice,), NOW)
    async with TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier:
        await DeliveryLoop(open_desk.store.outbox, notifier, now=lambda: NOW, wall=lambda: NOW).drain(
            NOW + timedelta(seconds=30)
        )
    assert telegram_server.keys(READER, telegram_server.sent(READER)[-1].message) == {}


async def test_mute_story_mutes_and_offers_to_take_it_back(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """The alert stays; a new message says what was done, and has a button that undoes it."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER)
    keys = telegram_server.keys(READER, messages[READER])
    (reply,) = (await open_desk.tap(keys["Mute story"])).replies
    assert reply.edit is None
    wishes = await open_desk.store.preferences.read_preferences(Chat(READER))
    assert [(one.kind, one.what) for one in wishes.mutes] == [("story", str(STORY))]
    undo = next(one for one in reply.buttons if one.label.startswith("🔔"))
    (said,) = await open_desk.store.buttons.save_buttons(READER, [undo.data], NOW)
    await open_desk.tap(said)
    assert (await open_desk.store.preferences.read_preferences(Chat(READER))).mutes == ()


async def test_mute_word_opens_a_menu_of_words_and_times(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """First which word, then for how long: an hour, a day; then it is muted."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER)
    keys = telegram_server.keys(READER, messages[READER])
    (menu,) = (await open_desk.tap(keys["Mute word ▾"])).replies
    word = next(one for one in menu.buttons if "summit" in one.label)
    (said,) = await open_desk.store.buttons.save_buttons(READER, [word.data], NOW)
    (times,) = (await open_desk.tap(said, message=9)).replies
    assert times.edit == 9
    hour = next(one for one in times.buttons if one.label == "1 hour")
    (said,) = await open_desk.store.buttons.save_buttons(READER, [hour.data], NOW)
    await open_desk.tap(said, message=9)
    (mute,) = (await open_desk.store.preferences.read_preferences(Chat(READER))).mutes
    assert (mute.kind, mute.what, mute.until) == ("word", "summit", NOW + timedelta(hours=1))


async def test_why_and_more_answer_below_the_alert(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Why? says what fired; More shows the lead, the sentence with the word, and every report; all of it inert."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER)
    keys = telegram_server.keys(READER, messages[READER])
    (why,) = (await open_desk.tap(keys["Why?"])).replies
    assert "<b>Kremlin</b>" in why.text or "Kremlin" in why.text
    assert why.edit is None
    (more,) = (await open_desk.tap(keys["More"])).replies
    assert LEAD in more.text
    assert "… A summit of both leaders is &lt;unlikely&gt; this year." in more.text
    assert "1 report" in more.text
    assert "• Courier" in more.text
    assert more.edit is None
    (written_out,) = (await open_desk.ask("/story https://courier.example/1")).replies
    assert LEAD in written_out.text


async def test_another_chats_story_is_not_told(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """By number or by link: what this chat was not told of is unknown to it."""
    await alerted(open_desk, telegram_server, bot_token, READER)
    for words in (f"#{STORY}", "https://courier.example/1", "#1", "nonsense"):
        (reply,) = (await open_desk.ask(f"/story {words}", user=99)).replies
        assert LEAD not in reply.text
        assert "no such story" in reply.text
    (reply,) = (await open_desk.ask("/story", user=99)).replies
    assert "/story" in reply.text


async def test_case_105_a_member_presses_an_alerts_button(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Case 105: who does not administer the group may ask why, and is refused what changes it, seen by them alone."""
    messages = await alerted(open_desk, telegram_server, bot_token, GROUP)
    keys = telegram_server.keys(GROUP, messages[GROUP])
    member = {"chat": GROUP, "user": MEMBER}
    refused = await open_desk.tap(keys["Mute story"], **member)
    assert refused.replies == ()
    assert "administrators" in refused.toast
    assert (await open_desk.store.preferences.read_preferences(Chat(GROUP))).mutes == ()
    assert (await open_desk.tap(keys["Why?"], **member)).replies
    await open_desk.tap(keys["Mute story"], chat=GROUP, user=ADMINISTRATOR)
    assert len((await open_desk.store.preferences.read_preferences(Chat(GROUP))).mutes) == 1


async def test_case_105_in_a_channel_only_administrators_press(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Case 105: an answer would be a post that every reader sees: who pressed is told, alone."""
    messages = await alerted(open_desk, telegram_server, bot_token, GROUP)
    keys = telegram_server.keys(GROUP, messages[GROUP])
    refused = await open_desk.tap(keys["More"], chat=GROUP, user=MEMBER, kind="channel")
    assert refused.replies == ()
    assert "administrators of this channel" in refused.toast
    who: dict[str, Any] = {"chat": GROUP, "user": ADMINISTRATOR, "kind": "channel"}
    for label, toast in (
        ("More", LEAD),
        ("Why?", "“Kremlin” (title)"),
        ("Mute word ▾", "/for"),
        ("Mute story", "Muted"),
    ):
        answer = await open_desk.tap(keys[label], **who)
        assert answer.replies == (), label
        assert toast in answer.toast
    assert len((await open_desk.store.preferences.read_preferences(Chat(GROUP))).mutes) == 1


async def test_case_108_a_press_is_checked_anew(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Case 108: who administered the group a minute ago, and does no more, is refused."""
    messages = await alerted(open_desk, telegram_server, bot_token, GROUP)
    keys = telegram_server.keys(GROUP, messages[GROUP])
    chief = {"chat": GROUP, "user": ADMINISTRATOR}
    assert (await open_desk.tap(keys["Mute word ▾"], **chief)).replies
    open_desk.administrators.clear()
    open_desk.clock.now += 61
    assert "administrators" in (await open_desk.tap(keys["Mute word ▾"], **chief)).toast


async def test_case_107_an_alerts_button_works_in_its_chat_only_and_for_a_month(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """Case 107: of another chat, with another key, of another row, or too old: refused, and answered."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER)
    said = telegram_server.keys(READER, messages[READER])["Mute story"]
    row, key, action = said[1:].split(".")
    forged = (
        f"a{row}.{int(key) ^ 1}.{action}",
        f"a{int(row) + 1}.{key}.{action}",
        f"a{row}.{key}.4",
        f"a{row}.{2**63}.0",
    )
    for one in forged:
        answer = await open_desk.tap(one)
        assert (answer.replies, "too old" in answer.toast) == ((), True)
    assert "too old" in (await open_desk.tap(said, user=99)).toast
    assert "too old" in (await open_desk.tap(said, message=None)).toast
    open_desk.now = NOW + timedelta(days=31)
    assert "too old" in (await open_desk.tap(said)).toast
    assert (await open_desk.store.preferences.read_preferences(Chat(READER))).mutes == ()


async def test_case_30_an_edit_keeps_the_buttons(
    open_desk: Desk, telegram_server: TelegramServer, bot_token: str
) -> None:
    """What an edit does not repeat would be gone: the same buttons are there after another outlet has joined."""
    messages = await alerted(open_desk, telegram_server, bot_token, READER)
    before = telegram_server.keys(READER, messages[READER])
    polls = open_desk.store.polls
    await polls.sync_sources([Source("Reuters", "https://reuters.example/feed", "reuters")], NOW)
    (leased,) = await polls.lease_sources(NOW, limit=1, ttl=timedelta(minutes=1))
    told = Report("Reuters", "reuters", "Kremlin, summits", "https://reuters.example/1", NOW, None, ("kremlin",))
    item = Item((2,), told.url, told.headline)
    recorded = Recorded(item, NOW, (Match("kremlin", "Kremlin", ()),), STORY, told, Signature((2,), b""))
    async with polls.open_recording(leased) as recording:
        await recording.write_poll(
            Turn(Outcome(leased, NOW, NOW, Validators(), parsed=True), (recorded,), (), (STORY,))
        )
    open_desk.now += timedelta(seconds=5)
    async with TelegramNotifier(bot_token, home=DisplayPreferences, api_url=telegram_server.url) as notifier:
        sender = DeliveryLoop(open_desk.store.outbox, notifier, now=lambda: open_desk.now, wall=lambda: open_desk.now)
        await sender.drain(open_desk.now + timedelta(seconds=30))
    assert "Reuters" in telegram_server.shown(READER, messages[READER])
    assert telegram_server.keys(READER, messages[READER]) == before


async def test_a_group_that_moved_keeps_its_menus_buttons(open_desk: Desk) -> None:
    """A button kept for the old id works under the new one, and is forgotten with the chat."""
    (said,) = await open_desk.store.buttons.save_buttons(-5, [json.dumps("x")], NOW)
    key = said[1:].partition(".")[0]
    await open_desk.store.chats.migrate_chat(-5, GROUP)
    assert await open_desk.store.buttons.find_meaning(GROUP, key, 0, NOW) == '"x"'
    assert await open_desk.store.buttons.find_meaning(GROUP, key, 1, NOW) is None
    await open_desk.store.admissions.forget_chat(GROUP)
    assert await open_desk.store.buttons.find_meaning(GROUP, key, 0, NOW) is None
