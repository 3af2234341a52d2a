"""Commands with a real store: who may, what is said, what changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.chat.access import access_rules
from bot.chat.listening.updates import MASKS
from bot.chat.messages import Answer, Command, Membership
from bot.model import Chat, Config, Subscription, Watchlist

OWNER, READER, ADMINISTRATOR, GROUP = 11, 22, 33, -1005550001
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def said(answer: Answer) -> str:
    """Return the text of the one reply, or the toast."""
    return answer.replies[0].text if answer.replies else answer.toast


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


# ---------------------------------------------------------------------------------------------- a conversation


@pytest.mark.parametrize(
    ("chat", "topic", "user"),
    [(READER, None, READER), (GROUP, None, ADMINISTRATOR), (GROUP, 7, ADMINISTRATOR)],
    ids=["private", "group", "topic"],
)
async def test_a_first_conversation(open_desk: Any, chat: int, topic: int | None, user: int) -> None:
    """A newcomer finds the way from /start to a subscription and back, in a private chat, a group and a topic."""
    who = {"chat": chat, "topic": topic, "user": user}
    here = Chat(chat, topic)
    ask = open_desk.ask
    assert "/lists" in said(await ask("/start", **who))
    assert "/subscribe ID" in said(await ask("/help", **who))
    lists = (await ask("/lists", **who)).replies[0]
    assert "▫️ <b>Kremlin and summits</b> · <code>kremlin</code>" in lists.text
    assert lists.chat == here
    assert [button.data for button in lists.buttons] == ["subscribe|kremlin|lists 1", "subscribe|oil|lists 1"]
    assert "Subscribed to <b>Kremlin and summits</b>" in said(await ask("/subscribe kremlin", **who))
    assert await open_desk.store.chats.find_subscriptions(here) == ("kremlin",)
    assert "already" in said(await ask("/subscribe KREMLIN", **who))
    assert "✅ <b>Kremlin and summits</b>" in said(await ask("/lists", **who))
    assert "kremlin" in said(await ask("/mine", **who))
    assert "1 subscription." in said(await ask("/status", **who))
    assert "Unsubscribed" in said(await ask("/unsubscribe kremlin", **who))
    assert await open_desk.store.chats.find_subscriptions(here) == ()
    assert "Not subscribed to anything" in said(await ask("/mine", **who))


async def test_a_topic_and_its_group_have_their_own_subscriptions(open_desk: Any) -> None:
    """What is subscribed in a topic belongs to the topic, not to General or to another."""
    await open_desk.ask("/subscribe oil", chat=GROUP, topic=7, user=ADMINISTRATOR)
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP, 7)) == ("oil",)
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()


async def test_a_button_subscribes_and_shows_the_list_anew(open_desk: Any) -> None:
    """A press changes the subscription, edits the message it stands in, and says so to who pressed."""
    answer = await open_desk.press("subscribe|kremlin|lists 1")
    assert answer.replies[0].edit == 5
    assert "✅ <b>Kremlin and summits</b>" in answer.replies[0].text
    assert answer.replies[0].buttons[0].data == "unsubscribe|kremlin|lists 1"
    assert answer.toast.startswith("✅ Subscribed to Kremlin and summits")
    answer = await open_desk.press("unsubscribe|kremlin|mine")
    assert "Not subscribed to anything" in answer.replies[0].text


async def test_many_watchlists_come_in_pages(open_desk: Any) -> None:
    """More than a page has buttons to turn it; a page too far shows the last; everything fits one message."""
    lists = tuple(Watchlist(f"w{number}", "title " * 20, ("keyword " * 30,) * 40) for number in range(30))
    open_desk.config = Config((), lists)
    first = (await open_desk.ask("/lists")).replies[0]
    assert first.buttons[-1].data == "lists|2|turn"
    assert len(first.text.encode("utf-16-le")) // 2 <= 4096
    last = (await open_desk.press("lists|999|turn")).replies[0]
    assert [button.data.split("|")[0] for button in last.buttons[-2:]] == ["subscribe", "lists"]
    assert last.edit == 5


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("/subscribe kremlim", "Did you mean <code>kremlin</code>?"),
        ("/subscribe Summits", "Did you mean <code>kremlin</code>?"),
        ("/subscribe zzz", "/lists"),
        ("/unsubscribe kremlim", "Did you mean <code>kremlin</code>?"),
        ("/subscribe", "Which one?"),
        ("/subscribe Kremlin and Summits", "Subscribed"),
        ("/subcribe kremlin", "/subscribe"),
        ("/nonsense", "/help"),
        ("hello there", "/lists"),
    ],
)
async def test_a_wrong_word_is_answered_with_the_right_one(open_desk: Any, text: str, hint: str) -> None:
    """Misspelled ids and commands are met with the nearest; no id is met with buttons; a title will do."""
    if text.startswith("/"):
        answer = await open_desk.ask(text)
    else:
        plain = Command(Chat(READER), "private", READER, "Reader", "Reader", "", text, addressed=True)
        answer = await open_desk.commands.answer(plain)
    assert hint in said(answer)


async def test_in_groups_unknown_commands_are_answered_only_when_addressed(open_desk: Any) -> None:
    """`/weather` in a group is for another bot; `/weather@us` is for us and gets an answer."""
    who = {"chat": GROUP, "user": READER}
    assert await open_desk.ask("/weather", **who) == Answer()
    assert "I do not know /weather" in said(await open_desk.ask("/weather", **who, addressed=True))


async def test_several_ids_are_subscribed_at_once(open_desk: Any) -> None:
    """Ids may be separated by spaces or commas; each is answered."""
    text = said(await open_desk.ask("/subscribe kremlin, oil nothing"))
    assert await open_desk.store.chats.find_subscriptions(Chat(READER)) == ("kremlin", "oil")
    assert "no watchlist “nothing”" in text


async def test_what_the_configuration_sends_is_shown_and_stays(open_desk: Any) -> None:
    """Readers in deliver_to see it under /mine, and learn that a command cannot change it."""
    open_desk.administrators.add((-100777, READER))
    who = {"chat": -100777, "user": READER}
    assert "📌 Oil &amp; gas" in said(await open_desk.ask("/mine", **who))
    assert "deliver_to" in said(await open_desk.ask("/unsubscribe oil", **who))


async def test_a_watchlist_that_left_the_configuration_can_be_left(open_desk: Any) -> None:
    """A subscription whose watchlist is gone is shown as such, and ends like any other."""
    await open_desk.store.chats.subscribe(Subscription(Chat(READER), "gone"), NOW)
    assert "not in the configuration any more" in said(await open_desk.ask("/mine"))
    assert "Unsubscribed" in said(await open_desk.ask("/unsubscribe gone"))


async def test_case_28_start_and_lists_are_right_after_a_long_silence(open_desk: Any) -> None:
    """Case 28: nothing depends on earlier messages: a suspended chat that writes /start is told things again."""
    await open_desk.store.chats.suspend_chat(READER, "the bot was blocked by the user", NOW)
    await open_desk.ask("/start")
    status = await open_desk.store.chats.read_status(NOW)
    assert status.suspended == ()


# ---------------------------------------------------------------------------------------------- access


async def test_case_104_a_stranger_is_refused_with_reason_and_chat_id(desk: Any) -> None:
    """Case 104: closed access refuses everything with the chat's id, and asks every owner once, with a button."""
    answer = await desk.ask("/subscribe kremlin")
    refusal, knock = answer.replies
    assert "not admitted" in refusal.text
    assert f"/admit {READER}" in refusal.text
    assert (knock.chat, knock.notice) == (Chat(OWNER), True)
    assert knock.buttons[0].data == f"admit|{READER}|"
    assert await desk.store.chats.find_subscriptions(Chat(READER)) == ()
    for verb in ("/start", "/help", "/lists", "/mine", "/status"):
        again = await desk.ask(verb)
        assert len(again.replies) == 1
        assert "not admitted" in said(again)


async def test_the_owners_button_admits_and_the_chat_is_told(desk: Any) -> None:
    """The press of an owner admits the chat, which is welcomed; from then on it may subscribe."""
    await desk.ask("/start")
    answer = await desk.press(f"admit|{READER}|", user=OWNER)
    assert answer.replies[0].edit == 5
    assert answer.replies[1].chat == Chat(READER)
    assert "Subscribed" in said(await desk.ask("/subscribe kremlin"))
    assert "told nothing more" in said(await desk.ask(f"/revoke {READER}", user=OWNER))
    assert "not admitted" in said(await desk.ask("/lists"))


@pytest.mark.parametrize("user", [READER, ADMINISTRATOR])
async def test_case_107_nobody_else_can_press_the_owners_button(desk: Any, user: int) -> None:
    """Case 107: a forged or forwarded admit button does nothing for anybody but an owner."""
    answer = await desk.press(f"admit|{user}|", user=user)
    assert not [reply for reply in answer.replies if reply.edit]
    assert not await desk.store.chats.is_admitted(user)


async def test_case_107_an_admitted_chat_cannot_admit_others(open_desk: Any) -> None:
    """Case 107: rights of an owner are checked at the press, even where everybody may subscribe."""
    answer = await open_desk.press(f"admit|{GROUP}|")
    assert "Only the owners" in answer.toast
    assert not await open_desk.store.chats.is_admitted(GROUP)


async def test_case_107_a_button_too_old_changes_nothing(open_desk: Any) -> None:
    """Case 107: a message that Telegram no longer shows has no known topic: the press is answered, and that is all."""
    answer = await open_desk.press("subscribe|kremlin|lists 1", message=None)
    assert "too old" in answer.toast
    assert await open_desk.store.chats.find_subscriptions(Chat(READER)) == ()


async def test_case_107_unknown_button_data_is_answered(open_desk: Any) -> None:
    """Case 107: data that no button of ours has is met with a toast."""
    assert "too old" in (await open_desk.press("explode|everything|")).toast


async def test_case_105_members_read_and_administrators_change(open_desk: Any) -> None:
    """Case 105: a member may look, and is refused when changing, by command or by an administrator's button."""
    who = {"chat": GROUP, "user": READER}
    assert "Watchlists" in said(await open_desk.ask("/lists", **who))
    assert "Only administrators" in said(await open_desk.ask("/subscribe kremlin", **who))
    pressed = await open_desk.press("subscribe|kremlin|lists 1", **who)
    assert "Only administrators" in pressed.toast
    assert pressed.replies == ()
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()


async def test_case_106_an_anonymous_administrator_is_shown_the_way(open_desk: Any) -> None:
    """Case 106: who hides is refused and handed a button, whose press shows who it is."""
    answer = await open_desk.ask("/subscribe kremlin", chat=GROUP, user=1087968824, mask="group")
    assert "anonymous" in said(answer)
    button = answer.replies[0].buttons[0]
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()
    assert "Subscribed" in said(await open_desk.press(button.data, chat=GROUP, user=ADMINISTRATOR))
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ("kremlin",)


async def test_case_106_who_writes_as_a_channel_is_refused(open_desk: Any) -> None:
    """Case 106: a member behind a channel has no id to check."""
    answer = await open_desk.ask("/subscribe kremlin", chat=GROUP, user=136817688, mask="channel")
    assert "as a channel" in said(answer)


@pytest.mark.parametrize("shared", sorted(MASKS))
async def test_case_106_ids_that_many_share_are_never_owners(desk: Any, shared: int) -> None:
    """Case 106: even when the settings name such an id, nobody becomes an owner by it, and nobody is asked by it."""
    desk.owners = frozenset({OWNER, shared})
    answer = await desk.ask(f"/admit {READER}", chat=GROUP, user=shared, mask="group")
    assert not await desk.store.chats.is_admitted(READER)
    assert [reply.chat.id for reply in answer.replies] == [GROUP, OWNER]


async def test_case_108_a_look_at_the_administrators_holds_for_less_than_a_minute(open_desk: Any, clock: Any) -> None:
    """Case 108: an administrator demoted 61 s ago is refused; within half a minute nobody is asked twice."""
    who = {"chat": GROUP, "user": ADMINISTRATOR}
    await open_desk.ask("/subscribe kremlin", **who)
    await open_desk.ask("/unsubscribe kremlin", **who)
    assert open_desk.looks == 1
    open_desk.administrators.clear()
    clock.now += 61
    assert "Only administrators" in said(await open_desk.ask("/subscribe kremlin", **who))


async def test_case_108_a_change_of_our_place_is_looked_at_anew(open_desk: Any) -> None:
    """Case 108: my_chat_member for a group forgets what was known about its administrators."""
    who = {"chat": GROUP, "user": ADMINISTRATOR}
    await open_desk.ask("/subscribe kremlin", **who)
    open_desk.administrators.clear()
    open_desk.commands.administrators.forget(GROUP)
    assert "Only administrators" in said(await open_desk.ask("/unsubscribe kremlin", **who))


async def test_a_look_that_fails_is_no_yes(open_desk: Any) -> None:
    """When Telegram cannot be asked, nothing is changed, and the refusal says so."""
    open_desk.unreachable = True
    assert "could not find out" in said(await open_desk.ask("/subscribe kremlin", chat=GROUP, user=ADMINISTRATOR))
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()


@pytest.mark.parametrize("text", ["/pause", "/subscribe kremlin", "/mute oil", "/watch oil", "/reload"])
async def test_what_answers_another_is_for_another_bot(open_desk: Any, text: str) -> None:
    """In a group a change that answers a person or another bot needs our name; so does one about a person."""
    verb, _, words = text[1:].partition(" ")
    said_it = Command(Chat(GROUP), "group", ADMINISTRATOR, "Ann", "Newsroom", verb, words)
    assert await open_desk.commands.answer(replace(said_it, answers_other=True)) == Answer()
    assert (await open_desk.commands.answer(replace(said_it, answers_other=True, addressed=True))).replies
    assert (await open_desk.commands.answer(said_it)).replies


async def test_a_person_is_muted_by_another_bot(open_desk: Any) -> None:
    """But a query may hold any name, and what only reads answers whom it likes."""
    said_it = Command(Chat(GROUP), "group", ADMINISTRATOR, "Ann", "Newsroom", "mute", "@spammer 2h", names_person=True)
    assert await open_desk.commands.answer(said_it) == Answer()
    assert (await open_desk.commands.answer(replace(said_it, verb="watch", words="@POTUS"))).replies
    assert (await open_desk.commands.answer(replace(said_it, verb="lists", words="", answers_other=True))).replies


async def test_where_telegram_shows_no_administrators_the_refusal_says_what_to_do(open_desk: Any) -> None:
    """Another try in a minute would not help: the bot has to be an administrator itself."""
    open_desk.hidden = True
    assert "Make me an administrator" in said(await open_desk.ask("/subscribe kremlin", chat=GROUP, user=ADMINISTRATOR))
    assert await open_desk.store.chats.find_subscriptions(Chat(GROUP)) == ()


async def test_an_owner_commands_anywhere_and_what_they_subscribe_is_admitted(desk: Any) -> None:
    """An owner needs no administrator's rights; the group they subscribe is admitted with it."""
    assert "Subscribed" in said(await desk.ask("/subscribe kremlin", chat=GROUP, user=OWNER))
    assert await desk.store.chats.is_admitted(GROUP)
    assert desk.looks == 0


async def test_twenty_made_up_groups_of_one_user_leave_honest_requests_their_notice(desk: Any, clock: Any) -> None:
    """Somebody who adds the bot to group after group gets few notices through; the next honest chat gets its own."""
    noticed = 0
    for number in range(20):
        clock.now += 30  # slow enough for the limit of commands
        entered = Membership(GROUP - number, "group", "Made up", present=True, entered=True, user=66, name="Mallory")
        noticed += len(await desk.commands.answer_membership(entered)) - 1
    assert noticed == access_rules.NOTICES_OF_ONE_USER
    _refusal, request = (await desk.ask("/start")).replies
    assert (request.chat, request.buttons[0].data) == (Chat(OWNER), f"admit|{READER}|")


async def test_without_owners_the_bot_says_how_to_become_one(desk: Any) -> None:
    """A fresh installation tells whoever writes first their user id and the setting."""
    desk.owners = frozenset()
    assert f"NEWSWATCH_OWNERS={READER}" in said(await desk.ask("/start"))


@pytest.mark.parametrize("text", ["/admit", "/admit @name", "/admit 0", "/admit 1 2", "/admit 99999999999999999999"])
async def test_a_chat_to_admit_is_an_id(desk: Any, text: str) -> None:
    """Anything but a whole number that an id can be is met with how to write it."""
    assert "a whole number" in said(await desk.ask(text, user=OWNER))


async def test_entering_a_group_that_is_not_admitted_asks_the_owners(desk: Any) -> None:
    """Case 104: a stranger who adds the bot to a group gets its id, the owner the buttons; of a channel they hear."""
    entered = Membership(GROUP, "group", "Newsroom", present=True, entered=True, user=READER, name="Ann")
    refusal, knock = await desk.commands.answer_membership(entered)
    assert str(GROUP) in refusal.text
    assert "Newsroom" in knock.text
    assert [button.data for button in knock.buttons] == [f"admit|{GROUP}|", f"decline|{GROUP}|"]
    (told,) = await desk.commands.answer_membership(Membership(-1009, "channel", "x", present=True, entered=True))
    assert told.chat == Chat(OWNER)
    assert "deliver_to: [-1009]" in told.text


# ---------------------------------------------------------------------------------------------- the rest


async def test_case_29_a_flood_gets_one_notice(open_desk: Any, clock: Any) -> None:
    """Case 29: of a thousand commands the first ten are answered, one notice follows, then silence; others go on."""
    answers = [await open_desk.ask("/help") for _ in range(1000)]
    assert sum(bool(answer.replies) for answer in answers) == access_rules.RATE_BURST + 1
    assert "a bit fast" in said(answers[access_rules.RATE_BURST])
    assert (await open_desk.ask("/help", user=READER + 1)).replies
    clock.now += access_rules.RATE_REFILL * access_rules.RATE_BURST
    assert "What you are told" in said(await open_desk.ask("/help"))


@pytest.mark.parametrize("chat", [READER, GROUP])
async def test_case_110_names_and_titles_are_inert(desk: Any, chat: int) -> None:
    """Case 110: markup in names, titles, ids and words comes out escaped in every reply."""
    evil = "</b><a href='tg://user?id=1'>x</a>\u202e<script>"
    desk.config = Config((), (Watchlist("a", evil, (evil,) * 3),))
    desk.administrators.add((GROUP, OWNER))
    names: dict[str, Any] = {"chat": chat, "name": evil, "title": evil, "addressed": True}
    answers = [await desk.ask("/lists", **names)]
    written = ("/lists", "/subscribe a", "/mine", f"/subscribe {evil}", f"/admit {evil}", f"/{evil}", "/unsubscribe a")
    for text in written:
        answers += [await desk.ask(text, user=OWNER, **names)]
    for reply in (reply for answer in answers for reply in answer.replies):
        for tag in ("<a ", "<script", "</a>", "\u202e", "tg://"):
            assert tag not in reply.text


async def test_only_an_owner_in_private_sees_how_it_is_going(desk: Any) -> None:
    """The report is for owners in their private chat; in a group even an owner gets the short answer."""
    assert "Outbox" in said(await desk.ask("/status", user=OWNER))
    short = said(await desk.ask("/status", user=OWNER, chat=GROUP))
    assert "Outbox" not in short
    assert "private chat" in short


async def test_an_edited_configuration_counts_at_once(open_desk: Any) -> None:
    """The configuration is asked for at each command, so a swapped one is what the next command sees."""
    assert "kremlin" in said(await open_desk.ask("/lists"))
    open_desk.config = Config((), ())
    assert "no watchlists yet" in said(await open_desk.ask("/lists"))
