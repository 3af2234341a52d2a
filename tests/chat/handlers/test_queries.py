"""Personal queries: watched with a forecast, confirmed where they are noisy, ended, and nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.handlers.queries import NOISY
from bot.chat.messages import Answer
from bot.matching.query_limits import CHAT_QUERIES
from bot.model import Chat

OWNER, READER, ADMINISTRATOR, GROUP = 11, 22, 33, -1005550001


def said(answer: Answer) -> str:
    """Return the text of the one reply, or the toast."""
    return answer.replies[0].text if answer.replies else answer.toast


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def watched(desk: Any, chat: Chat) -> dict[int, str]:
    """Return what a place watches for."""
    return {one.number: one.text for one in await desk.store.queries.find_queries(chat)}


async def test_watching_answers_with_a_forecast(open_desk: Any, record: Any) -> None:
    """How many alerts in a week, and which word makes most of the noise; what is older than a week does not count."""
    await record("Summit in Geneva", "Summit on oil", days=8)
    await record("Summit in Geneva", "Weather", days=6)
    await record("Oil summit", "Oil price", "Kremlin", days=1)
    text = said(await open_desk.ask("/watch summit OR oil"))
    assert "I watch for <code>summit OR oil</code> here, as number 1." in text
    assert "It would have sent 3 alerts in the last 7 days. The noisiest word is “" in text
    assert "/unwatch 1" in text
    assert await watched(open_desk, Chat(READER)) == {1: "summit OR oil"}
    assert open_desk.heard == 1
    again = said(await open_desk.ask("/watch  summit   OR oil"))
    assert "I already watch for" in again
    assert await watched(open_desk, Chat(READER)) == {1: "summit OR oil"}


async def test_a_young_record_says_how_far_it_goes(open_desk: Any, record: Any) -> None:
    """Without a record there is no forecast, and a short one names its beginning."""
    assert "nothing on record yet" in said(await open_desk.ask("/watch summit"))
    await record("Summit", days=2)
    text = said(await open_desk.ask("/watch Geneva summit"))
    assert "It would have sent nothing since 21 Nov 12:00, when my record begins." in text


async def test_a_noisy_query_waits_for_somebody_to_mean_it(open_desk: Any, record: Any) -> None:
    """Above the limit nothing is watched before the button is pressed; it works once, and for who may."""
    await record(*(f"Summit {number}" for number in range(2 * NOISY)), days=1)
    answer = await open_desk.ask("/watch summit")
    assert f"about {2 * NOISY} times a day" in said(answer)
    (button,) = answer.replies[0].buttons
    assert len(button.data.encode()) <= 64
    assert await watched(open_desk, Chat(READER)) == {}
    assert open_desk.heard == 0
    text = said(await open_desk.press(button.data))
    assert "I watch for <code>summit</code>" in text
    assert await watched(open_desk, Chat(READER)) == {1: "summit"}
    assert open_desk.heard == 1
    assert "over" in said(await open_desk.press(button.data))


async def test_case_105_only_administrators_change_a_groups_queries(open_desk: Any, record: Any) -> None:
    """Case 105: a member can neither watch, nor confirm, nor end; an administrator can, and a topic has its own."""
    await record(*(f"Summit {number}" for number in range(2 * NOISY)))
    member = {"chat": GROUP, "user": READER, "topic": 7}
    chief = {"chat": GROUP, "user": ADMINISTRATOR, "topic": 7}
    assert "Only administrators" in said(await open_desk.ask("/watch oil", **member))
    (button,) = (await open_desk.ask("/watch summit", **chief)).replies[0].buttons
    assert "Only administrators" in said(await open_desk.press(button.data, **member))
    assert await watched(open_desk, Chat(GROUP, 7)) == {}
    assert "I watch for" in said(await open_desk.press(button.data, **chief))
    assert "Only administrators" in said(await open_desk.ask("/unwatch 1", **member))
    assert await watched(open_desk, Chat(GROUP, 7)) == {1: "summit"}
    assert await watched(open_desk, Chat(GROUP)) == {}


async def test_case_106_who_hides_is_handed_a_button(open_desk: Any) -> None:
    """Case 106: an anonymous administrator presses what they wrote; a query too long for a button has none."""
    hidden = {"chat": GROUP, "user": 1087968824, "mask": "group"}
    answer = await open_desk.ask("/watch summit AND Putin", **hidden)
    assert "anonymous" in said(answer)
    (button,) = answer.replies[0].buttons
    assert await watched(open_desk, Chat(GROUP)) == {}
    await open_desk.press(button.data, chat=GROUP, user=ADMINISTRATOR)
    assert await watched(open_desk, Chat(GROUP)) == {1: "summit AND Putin"}
    for text in ("/watch " + "long " * 300, "/watch"):
        assert (await open_desk.ask(text, **hidden)).replies[0].buttons == ()


async def test_case_104_a_stranger_watches_nothing(desk: Any) -> None:
    """Case 104: where access is closed only admitted chats watch; what an owner watches, an owner has admitted."""
    assert "not admitted" in said(await desk.ask("/watch summit"))
    assert await watched(desk, Chat(READER)) == {}
    await desk.ask("/watch summit", chat=GROUP, user=OWNER)
    assert await desk.store.chats.is_admitted(GROUP)
    assert await watched(desk, Chat(GROUP)) == {1: "summit"}


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("", "Write /watch and a query"),
        ("summit AND (", "Column 13"),
        ("NOT war", "would match everything"),
        ("x" * 501, "500 characters"),
        ("/(unclosed/", "Column"),
    ],
)
async def test_a_query_that_cannot_be_used_is_refused(open_desk: Any, words: str, hint: str) -> None:
    """A mistake points at its column; nothing is kept of it."""
    text = said(await open_desk.ask(f"/watch {words}"))
    assert hint in text
    assert await watched(open_desk, Chat(READER)) == {}


async def test_a_regex_may_be_watched(open_desk: Any, record: Any) -> None:
    """RE2 is linear, so anybody may write one."""
    await record("Order 66 executed")
    assert "1 alert" in said(await open_desk.ask("/watch /order [0-9]+/"))


async def test_a_chat_has_room_for_so_many(open_desk: Any, clock: Any) -> None:
    """The quota is the chat's; ending one makes room."""
    for number in range(CHAT_QUERIES):
        clock.now += 60
        assert "I watch for" in said(await open_desk.ask(f"/watch =word{number}"))
    clock.now += 60
    assert f"has {CHAT_QUERIES} queries" in said(await open_desk.ask("/watch =more"))
    assert "no longer watch" in said(await open_desk.ask("/unwatch 3"))
    assert "I watch for" in said(await open_desk.ask("/watch =more"))


async def test_queries_are_listed_and_ended(open_desk: Any) -> None:
    """/mine shows them with buttons, /unwatch ends one by number or button, and says so where there is none."""
    await open_desk.ask("/watch summit")
    await open_desk.ask("/watch =oil")
    mine = (await open_desk.ask("/mine")).replies[0]
    assert "🔎 1 · <code>summit</code>" in mine.text
    assert [button.data for button in mine.buttons] == ["unwatch|1|mine", "unwatch|2|mine", "lists||"]
    assert "2 subscriptions" in said(await open_desk.ask("/status"))
    answer = await open_desk.press("unwatch|1|mine")
    assert "no longer watch for summit" in answer.toast
    assert "🔎 2" in answer.replies[0].text
    assert "no query 1 here" in said(await open_desk.ask("/unwatch 1"))
    listed = (await open_desk.ask("/unwatch")).replies[0]
    assert [button.data for button in listed.buttons] == ["unwatch|2|mine", "lists||"]
    assert "no longer" in said(await open_desk.ask("/unwatch #2"))
    assert "Not subscribed to anything" in said(await open_desk.ask("/mine"))
    assert open_desk.heard == 4


async def test_personal_queries_are_no_watchlists_to_others(open_desk: Any) -> None:
    """They stand in no list, cannot be subscribed to, and do not end by /unsubscribe."""
    await open_desk.ask("/watch oligarchs")
    await open_desk.adopt()
    (query,) = await open_desk.store.queries.find_queries(Chat(READER))
    for text in ("/lists", "/mine", f"/subscribe {query.watchlist}"):
        assert "oligarchs" not in said(await open_desk.ask(text, user=44))
    assert await open_desk.store.chats.find_subscriptions(Chat(44)) == ()
    assert "no watchlist" in said(await open_desk.ask(f"/unsubscribe {query.watchlist}"))
    assert await open_desk.store.chats.find_subscriptions(Chat(READER)) == (query.watchlist,)


async def test_case_110_a_query_is_inert(open_desk: Any, record: Any) -> None:
    """Case 110: markup in a query comes out escaped wherever it is shown."""
    evil = "\"</code><a href='tg://user?id=1'>x</a>\u202e<script>\""
    await record(*(f"x script {evil} a href tg user id 1" for _ in range(30)))
    for text in (f"/watch {evil}", f"/watch {evil} OR =oil", f"/test {evil}", f"/watch {evil} AND (", "/mine"):
        answer = await open_desk.ask(text)
        for tag in ("<a href='", "<script", "\u202e"):
            assert tag not in said(answer), text
        assert said(answer).count("<code>") == said(answer).count("</code>")


async def test_dear_regexes_are_refused_with_what_to_do(open_desk: Any) -> None:
    """One that is too large, and those that cost too much together; words are still taken."""
    assert "too large: let it repeat less often" in said(await open_desk.ask(r"/watch /aa\p{Greek}{0,831}/ OR oil"))
    assert "too large" in said(await open_desk.ask(r"/test /(?:.{100}){10}aaz/"))
    for query in ("/a.{0,400}z/", "/b.{0,400}z/"):
        answers = [said(await open_desk.ask(f"/watch {query}")) for _ in range(3)]  # a busy machine may be slow
        assert any("I watch for" in answer for answer in answers)
    assert "cannot be taken: the regexes of this chat cost too" in said(await open_desk.ask("/watch /c.{0,400}z/"))
    assert "I watch for" in said(await open_desk.ask("/watch oil"))
    assert len(await watched(open_desk, Chat(READER))) == 3


async def test_words_that_nobody_can_see_are_refused(open_desk: Any) -> None:
    """Invisible characters would be watched for and never found."""
    assert "nothing here that can be seen" in said(await open_desk.ask("/watch \u202e\u200b"))
    assert await watched(open_desk, Chat(READER)) == {}
