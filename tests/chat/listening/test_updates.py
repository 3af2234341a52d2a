"""Telegram's updates as JSON, and what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.listening.updates import CHANNEL_ANONYMOUS, GROUP_ANONYMOUS, TELEGRAM, names_other_bot, parse_update
from bot.chat.messages import Command, Membership, Migration
from bot.model import Chat

NAME = "newswatch_bot"
PRIVATE = {"id": 22, "type": "private", "first_name": "Ann"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Newsroom", "is_forum": True}
CHANNEL = GROUP | {"type": "channel"}
MUTED = {"status": "restricted", "is_member": True, "can_send_messages": False}
ANN = {"id": 22, "is_bot": False, "first_name": "Ann", "last_name": "Lee"}


def message(text: str = "/lists", sender: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return an update with a message."""
    said = {"message_id": 1, "date": 1, "chat": PRIVATE, "from": sender or ANN, "text": text} | more
    return {"update_id": 1, "message": said}


def command(update: dict[str, Any]) -> Command:
    """Read an update that must be a command."""
    found = parse_update(update, NAME)
    assert isinstance(found, Command)
    return found


def test_a_command_is_a_verb_and_words() -> None:
    """Verb in lower case, words as written, and who said it where."""
    found = command(message("/Subscribe  kremlin oil "))
    assert (found.verb, found.words, found.user, found.chat) == ("subscribe", "kremlin oil", 22, Chat(22))
    assert (found.name, found.kind, found.addressed) == ("Ann Lee", "private", True)


def test_text_of_chats_is_scrubbed_at_the_door() -> None:
    """Halves of pairs, escape sequences, bidi signs: in commands, names, titles, forwards and pressed buttons."""
    ill = "\ud800\x1b[31m\u202e\ufdd0\x00"
    found = command(message(f"/unsubscribe{ill} krem{ill}lin", ANN | {"first_name": f"A{ill}nn"}))
    assert (found.verb, found.words, found.name) == ("unsubscribe", "kremlin", "Ann Lee")
    assert command(message(f"/li{ill}sts", chat=GROUP | {"title": f"New{ill}s"})).title == "News"
    pressed = {"id": f"1{ill}", "from": ANN, "data": f"b1{ill}", "message": message()["message"]}
    press = command({"update_id": 1, "callback_query": pressed}).press
    assert press is not None
    assert (press.id, press.data) == ("1", "b1")


def test_a_command_may_answer_a_message() -> None:
    """The message is known by its number; what made a topic is answered by every message in it, and by none."""
    assert command(message()).answers is None
    assert command(message(reply_to_message={"message_id": 7})).answers == 7
    assert command(message(reply_to_message={"message_id": 7, "forum_topic_created": {}})).answers is None


def answering(sender: dict[str, Any] | None, number: int = 7, **more: Any) -> dict[str, Any]:
    """Return what a message in a group has when it answers one of this sender."""
    answered = {"message_id": number, "date": 1, "chat": GROUP} | ({"from": sender} if sender else {})
    return {"chat": GROUP, "reply_to_message": answered} | more


@pytest.mark.parametrize(
    ("more", "other"),
    [
        ({"chat": GROUP}, False),
        (answering({"id": 1, "is_bot": True, "username": "Newswatch_Bot"}), False),
        (answering({"id": 2, "is_bot": True, "username": "other_bot"}), True),
        (answering({"id": 2, "is_bot": True}), True),
        (answering(ANN), True),
        (answering({"id": 22, "is_bot": False, "username": NAME}), True),
        (answering(None), True),
        (answering({"id": TELEGRAM, "is_bot": False}), True),
        ({"chat": GROUP, "external_reply": {"origin": {"type": "user"}}}, True),
        (answering(ANN, 5, message_thread_id=5, is_topic_message=True), False),
        (answering(ANN, 7, message_thread_id=5, is_topic_message=True), True),
    ],
)
def test_whom_a_command_answers(more: dict[str, Any], *, other: bool) -> None:
    """Us, or a person or another bot; every message of a topic answers the one that made it, which is nobody."""
    assert command(message("/pause", **more)).answers_other is other


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("/mute @spammer 2h", True),
        ("/mute 2h @spammer", True),
        ("/mute 123456789 2h", True),
        ("/mute oil 2h", False),
        ("/mute a@b.example", False),
        ("/mute story 12345 2h", False),
        ("/pause", False),
    ],
)
def test_whether_a_command_names_a_person(text: str, *, person: bool) -> None:
    """By name or id, wherever it stands."""
    assert command(message(text, chat=GROUP)).names_person is person
    named = [{"type": "text_mention", "offset": 6, "length": 3, "user": ANN}]
    assert command(message("/mute Ann", chat=GROUP, entities=named)).names_person


def test_a_name_that_is_not_ours_may_be_our_new_one() -> None:
    """Of a command, or of the bot that it answers; nothing else is a reason to ask."""
    assert names_other_bot(message("/lists@new_bot", chat=GROUP), NAME)
    assert names_other_bot(message("/pause", **answering({"id": 1, "is_bot": True, "username": "new_bot"})), NAME)
    assert not names_other_bot(
        message("/pause", **answering({"id": 1, "is_bot": True, "username": NAME.upper()})), NAME
    )
    assert not names_other_bot(message("/lists@Newswatch_Bot", chat=GROUP), NAME)
    assert not names_other_bot(message("hello @new_bot", chat=GROUP), NAME)
    assert not names_other_bot({"update_id": 1, "message": 5}, NAME)


def test_general_is_no_topic() -> None:
    """Where a server names it, too: nothing can be sent to its number."""
    assert command(message(chat=GROUP, message_thread_id=1, is_topic_message=True)).chat == Chat(-1001)


@pytest.mark.parametrize(
    ("text", "verb", "addressed"),
    [("/lists", "lists", False), ("/lists@Newswatch_Bot x", "lists", True), ("/lists@other_bot", None, False)],
)
def test_in_groups_commands_are_for_us_or_for_everybody_or_for_another(
    text: str, verb: str | None, *, addressed: bool
) -> None:
    """A command for another bot is not ours, whatever its verb; one with our name is addressed to us."""
    found = parse_update(message(text, chat=GROUP), NAME)
    assert (found.verb if isinstance(found, Command) else None) == verb
    assert not isinstance(found, Command) or found.addressed is addressed


@pytest.mark.parametrize("text", ["hello", "see /lists", "//lists", "/", "/списки", "/lists/x"])
def test_plain_words_are_answered_in_private_only(text: str) -> None:
    """What is no command has no verb in a private chat, and is nobody's business in a group."""
    assert command(message(text)).verb == ""
    assert parse_update(message(text, chat=GROUP), NAME) is None


def test_a_topic_is_named_only_by_messages_of_a_topic() -> None:
    """The topic counts when Telegram says so; General and threads of replies have ids that nothing can be sent to."""
    topic = message(chat=GROUP, message_thread_id=7, is_topic_message=True)
    thread = message(chat=GROUP, message_thread_id=7)
    assert command(topic).chat == Chat(-1001, 7)
    assert command(thread).chat == Chat(-1001)


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "edited_message": message()["message"]},
        {"update_id": 1, "channel_post": message()["message"]},
        {"update_id": 1, "message_reaction": {"chat": GROUP}},
        {"update_id": 1, "something_of_2027": {"deep": [1, {"x": None}]}},
        {"update_id": 1},
        message(chat=GROUP, forward_origin={"type": "user"}),
        {"update_id": 1, "message": message(forward_origin={"type": "user"})["message"] | {"text": ""}},
        message(via_bot={"id": 5}),
        message(chat={"id": -1002, "type": "channel", "title": "x"}),
        message(sender={"id": 9, "is_bot": True, "first_name": "Other"}),
        {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": PRIVATE, "from": ANN, "photo": []}},
        {"update_id": 1, "callback_query": {"id": "1", "from": ANN, "inline_message_id": "x", "data": "y"}},
    ],
)
def test_case_31_what_is_not_for_us_is_ignored(update: dict[str, Any]) -> None:
    """Case 31: edits, forwards in groups, channel posts, other bots, and all unheard of mean and raise nothing."""
    assert parse_update(update, NAME) is None


def test_case_31_unknown_fields_change_nothing() -> None:
    """Case 31: a message with fields of a later Bot API is read as before."""
    later = message(new_field={"a": 1}, chat=PRIVATE | {"aura": 3}, sender=ANN | {"level": 9})
    assert command(later) == command(message())


def test_case_106_who_hides_is_not_somebody() -> None:
    """Case 106: an anonymous administrator, somebody who writes as a channel, and Telegram itself are masked."""
    hidden = {"id": GROUP_ANONYMOUS, "is_bot": True, "first_name": "Group"}
    assert command(message(chat=GROUP, sender_chat={"id": -1001}, sender=hidden)).mask == "group"
    posing = {"id": CHANNEL_ANONYMOUS, "is_bot": True, "first_name": "Channel"}
    assert command(message(chat=GROUP, sender_chat={"id": -1009}, sender=posing)).mask == "channel"
    telegram = {"id": TELEGRAM, "is_bot": False, "first_name": "Telegram"}
    assert command(message(chat=GROUP, sender=telegram)).mask == "channel"
    assert command(message(chat=GROUP)).mask == ""


def press(**more: Any) -> dict[str, Any]:
    """Return an update with a pressed button."""
    shown = {"message_id": 5, "date": 1, "chat": GROUP, "message_thread_id": 7, "is_topic_message": True}
    query = {"id": "q", "from": ANN, "message": shown, "data": "mAAA.1"}
    return {"update_id": 1, "callback_query": query | more}


def test_a_press_is_a_command_by_who_pressed_where_the_button_is() -> None:
    """The chat and topic are those of the message, the user is who pressed; the button itself says nothing."""
    found = command(press())
    assert (found.verb, found.words, found.user, found.chat) == ("?", "", 22, Chat(-1001, 7))
    assert found.press is not None
    assert (found.press.message, found.press.data) == (5, "mAAA.1")


@pytest.mark.parametrize("data", ["", "|||||", "x" * 64, "subscribe", "\x00|\x00"])
def test_case_107_forged_data_is_a_command_like_any_other(data: str) -> None:
    """Case 107: whatever a client sends as a press is read without an error, and never without a verb."""
    found = command(press(data=data))
    assert found.verb
    assert found.press is not None


def test_case_107_a_message_that_telegram_no_longer_shows_cannot_be_edited() -> None:
    """Case 107: an inaccessible message has no date, and so nothing to show again and no known topic."""
    found = command(press(message={"message_id": 5, "date": 0, "chat": GROUP}))
    assert found.press is not None
    assert found.press.message is None


@pytest.mark.parametrize(
    ("chat", "old", "new", "present", "entered"),
    [
        (PRIVATE, {"status": "member"}, {"status": "kicked"}, False, False),
        (PRIVATE, {"status": "kicked"}, {"status": "member"}, True, True),
        (GROUP, {"status": "left"}, {"status": "member"}, True, True),
        (GROUP, {"status": "member"}, {"status": "administrator"}, True, False),
        (GROUP, {"status": "member"}, {"status": "left"}, False, False),
        (GROUP, {"status": "member"}, MUTED, False, False),
        (GROUP, {"status": "member"}, MUTED | {"can_send_messages": True}, True, False),
        (CHANNEL, {"status": "left"}, {"status": "administrator", "can_post_messages": True}, True, True),
        (CHANNEL, {"status": "left"}, {"status": "administrator"}, False, False),
    ],
)  # fmt: skip
def test_our_place_in_a_chat_is_told_with_the_reason(
    chat: dict[str, Any], old: dict[str, Any], new: dict[str, Any], *, present: bool, entered: bool
) -> None:
    """Blocked, removed, muted or without rights: nothing can be told, and the reason is in words."""
    change = {"chat": chat, "from": ANN, "date": 1, "old_chat_member": old, "new_chat_member": new}
    found = parse_update({"update_id": 1, "my_chat_member": change}, NAME)
    assert isinstance(found, Membership)
    assert (found.present, found.entered, bool(found.reason)) == (present, entered, not present)


def test_both_messages_of_a_migration_say_the_same() -> None:
    """The old group names the new id, the new group the old one."""
    old = message(chat={"id": -5, "type": "group"}, migrate_to_chat_id=-1005)
    new = message(chat={"id": -1005, "type": "supergroup"}, migrate_from_chat_id=-5)
    assert parse_update(old, NAME) == parse_update(new, NAME) == Migration(-5, -1005)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["chat", "from", "id", "text", "type", "message", "data", "date", "sender_chat", "new_chat_member", "status"]
    ), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(st.sampled_from(["message", "callback_query", "my_chat_member"]), _JSON)
@settings(deadline=None, max_examples=300)
def test_case_31_malformed_updates_raise_only_what_the_caller_expects(kind: str, content: Any) -> None:
    """Case 31: any JSON at all is read, ignored, or refused with one of four errors."""
    try:
        parse_update({"update_id": 1, kind: content}, NAME)
    except (KeyError, TypeError, ValueError, AttributeError):
        return
