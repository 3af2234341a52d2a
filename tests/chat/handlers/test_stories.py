"""`/story`: every report of one story, with its link and why it joined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.chat.texts.stories import joined, story
from bot.i18n import words
from bot.model import Alert, Chat, Evidence, Item, Report, Validators
from bot.ports.outbox_store import Folded, Sent
from bot.ports.poll_store import Outcome, Recorded, Turn
from bot.ports.preference_store import StorySummary

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
READER = 22


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a bot that everybody may use."""
    desk.access = "open"
    return desk


def report(number: int, *, reason: str = "") -> Report:
    """Return an outlet's report; its headline is hostile."""
    url = f"http://news.example/{number}/kremlin"
    return Report(f"Outlet {number}", f"o{number}", f"Kremlin <b>{number}</b>", url, NOW, None, ("kremlin",), reason)


async def broke(desk: Any, story: int, *reports: Report, message: int | None, folded: bool = False) -> None:
    """Put a story on record of which the reader was told by this message."""
    polls = desk.store.polls
    await polls.sync_sources(desk.config.sources, NOW)
    (leased,) = await polls.lease_sources(NOW, limit=1, ttl=MINUTE, forced_since=NOW + story * MINUTE)
    items = tuple(
        Recorded(Item((story * 100 + place,), one.url, one.headline), NOW, (), story, one)
        for place, one in enumerate(reports)
    )
    first = reports[0]
    alert = Alert(Chat(READER), story, (("kremlin", "K"),), first.headline, first.url, "The lead.", ())
    async with polls.open_recording(leased) as recording:
        await recording.write_poll(Turn(Outcome(leased, NOW, NOW, Validators(), parsed=True), items, (alert,)))
    deliveries = desk.store.outbox
    epoch = await deliveries.take_role("sender", NOW, MINUTE)
    claimed = await deliveries.claim(epoch, NOW, limit=9, ttl=MINUTE)
    if message is not None:
        result = Folded(message) if folded else Sent(message)
        await deliveries.settle(claimed, epoch, result, NOW + story * MINUTE)


def said(answer: Any) -> str:
    """Return the text of the one reply."""
    (reply,) = answer.replies
    return str(reply.text)


async def test_the_latest_story_without_a_word(open_desk: Any) -> None:
    """Every report with outlet, time, own link, headline, and why it joined; a number counts back."""
    await broke(open_desk, 1, report(1), message=5)
    await broke(open_desk, 2, report(2), report(3, reason="a copy of one text: o2"), message=6)
    text = said(await open_desk.ask("/story"))
    assert "The lead." in text
    assert '• Outlet 2, 12:00: <a href="http://news.example/2/kremlin">Kremlin &lt;b&gt;2&lt;/b&gt;</a>\n' in text
    assert '<a href="http://news.example/3/kremlin">' in text
    assert text.count("it joined because") == 1
    assert "a copy of one text: o2" in text
    assert "Outlet 1," in said(await open_desk.ask("/story 2"))
    assert "no such story" in said(await open_desk.ask("/story 3"))


def test_a_corrected_headline_heads_the_story() -> None:
    """The story is shown under what its publisher calls it now, as its message is; no dateline makes the lead news."""
    told = replace(report(1), headline="Seven hurt")
    seen = Evidence("body", "lead", 21, 25, "OSLO, Nov 23 (AP) — The lead tells it in one sentence.")
    alert = Alert(
        Chat(READER), 1, (("kremlin", "K"),), "Five hurt", told.url, "The lead tells it in one sentence.", (seen,)
    )
    one = StorySummary(1, "Seven hurt", told.url, NOW, ("Outlet 1",), "told", (told,))
    shown = story(words("en"), one, alert, NOW, ZoneInfo("UTC"), begin=0, end=10)
    assert ">Seven hurt</a></b>" in shown
    assert "Five" not in shown
    assert shown.count("The lead tells") == 1


async def test_the_story_of_the_message_that_is_answered(open_desk: Any) -> None:
    """A command that answers an alert means its story; of a message that tells of several it is asked which."""
    await broke(open_desk, 1, report(1), message=5)
    await broke(open_desk, 2, report(2), message=6, folded=True)
    await broke(open_desk, 3, report(3), message=6, folded=True)
    assert "Outlet 1," in said(await open_desk.ask("/story", answers=5))
    (asked,) = (await open_desk.ask("/story", answers=6)).replies
    assert "several stories" in asked.text
    assert [one.label for one in asked.buttons] == ["1", "2"]
    for button, outlet in zip(asked.buttons, ("Outlet 2,", "Outlet 3,"), strict=True):
        assert outlet in said(await open_desk.press(button.data))
    assert "have not told" in said(await open_desk.ask("/story", answers=99))
    assert "have not told" in said(await open_desk.ask("/story", user=99, answers=5))


async def test_many_reports_are_paged(open_desk: Any) -> None:
    """Ten a page, with buttons; the lead stands on the first."""
    await broke(open_desk, 1, *(report(number) for number in range(1, 24)), message=5)
    (first,) = (await open_desk.ask("/story")).replies
    assert "23 reports" in first.text
    assert "Outlet 10," in first.text
    assert "Outlet 11," not in first.text
    (more,) = first.buttons
    (second,) = (await open_desk.press(more.data)).replies
    assert "Outlet 11," in second.text
    assert "The lead." not in second.text
    assert second.edit == 5
    (last,) = (await open_desk.press(second.buttons[-1].data)).replies
    assert "Outlet 23," in last.text
    assert [button.label for button in last.buttons] == ["◀️ Back"]


async def test_why_and_mute_mean_the_message_that_they_answer(open_desk: Any) -> None:
    """Nobody has to copy a link: an answer to an alert is about it, and of a list it is asked which story is meant."""
    await broke(open_desk, 1, report(1), message=5)
    await broke(open_desk, 2, report(2), message=6, folded=True)
    await broke(open_desk, 3, report(3), message=6, folded=True)
    assert "news.example/1/" in said(await open_desk.ask("/why", answers=5))
    assert "news.example/3/" in said(await open_desk.ask("/why"))
    assert "What shall I mute" in said(await open_desk.ask("/mute", answers=5))
    assert "until 13:00" in said(await open_desk.ask("/mute 1h", answers=5))
    (mute,) = (await open_desk.store.preferences.read_preferences(Chat(READER))).mutes
    assert (mute.kind, mute.what, mute.until) == ("story", "1", NOW + timedelta(hours=1))
    for verb in ("why", "mute"):
        (which,) = (await open_desk.ask(f"/{verb}", answers=6)).replies
        assert [button.data for button in which.buttons] == [f"{verb}|#2|new", f"{verb}|#3|new"]
    assert "news.example/2/" in said(await open_desk.press("why|#2|new"))


@pytest.mark.parametrize(
    "number", ["9999999999999999999", "-9223372036854775809", "99999999999999999999", "٣", "0", "-1"]
)
async def test_case_110_numbers_that_no_story_has(open_desk: Any, number: str) -> None:
    """Case 110: however great, they are answered like any other story that is not there."""
    assert "no such story" in said(await open_desk.ask(f"/story #{number}"))
    assert "Write /why" in said(await open_desk.ask(f"/why #{number}"))
    assert "no story" in said(await open_desk.ask(f"/mute #{number}"))
    assert "no story" in said(await open_desk.ask(f"/mute story {number}"))


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("the same page: o1, “Kremlin: no (2%)”", "та же страница: o1, “Kremlin: no (2%)”"),
        ("the same item, retouched: o1, “K”", "та же новость с правкой: o1"),
        ("a copy of one text (87% of its wording): o1, “K”", "копия одного текста (87"),
        ("the same event in another language (61%): o1, “K”", "то же событие на другом языке (61"),
        ("the same names, numbers and words (61%): o1, “<b>K</b>”", "&lt;b&gt;K"),
        ("what nobody says any more: <b>o1</b>", "what nobody says any more: &lt;b&gt;o1"),
        ("", ""),
    ],
)
def test_why_a_report_joined_is_said_in_the_chats_language(reason: str, shown: str) -> None:
    """The record has it in English; what is none of ours is shown as it is."""
    assert shown in joined(words("ru"), reason)


async def test_why_says_why_a_report_joined(open_desk: Any) -> None:
    """`/story` and `/why` of a later report name what it is like; of the first there is nothing to say."""
    source = open_desk.config.sources[0].name
    later = replace(report(2, reason="the same names, numbers and words (61%): o1"), source=source)
    await broke(open_desk, 1, replace(report(1), source=source), later, message=5)
    assert "(61%)" in said(await open_desk.ask("/story http://news.example/2/kremlin"))
    assert "it joined because: the same names" in said(await open_desk.ask("/why http://news.example/2/kremlin"))
    assert "it joined because" not in said(await open_desk.ask("/why http://news.example/1/kremlin"))


async def test_a_story_has_one_title_number_and_time_everywhere(open_desk: Any) -> None:
    """What the alert tells heads /latest, /story and /mute, in the order and with the numbers of /latest."""
    begun = replace(report(1), published=NOW - timedelta(minutes=50))
    later = replace(report(2), published=NOW - timedelta(minutes=20))
    await broke(open_desk, 1, begun, later, message=5)
    await broke(open_desk, 2, replace(report(3), published=NOW - timedelta(minutes=30)), message=6)
    await open_desk.ask("/subscribe kremlin")
    listed = said(await open_desk.ask("/latest"))
    assert listed.index("news.example/3/") < listed.index("news.example/1/")
    shown = said(await open_desk.ask("/story 2"))
    assert shown.startswith('<b><a href="http://news.example/1/kremlin">')
    assert "11:10" in shown
    assert "11:10" in listed
    assert "11:40" not in listed
