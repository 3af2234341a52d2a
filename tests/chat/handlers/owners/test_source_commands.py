"""Owners add, pause, test and remove sources from the chat; anybody admitted watches a whole one."""

from __future__ import annotations

import pytest

from bot.chat.messages import Answer, Reply
from bot.model import Config, Source
from bot.ports.editing.source_finder import FoundSource
from tests.chat.conftest import FILE, GROUP, NOW, OWNER, READER, Desk

FOUND = FoundSource(
    "Courier <b>",
    "https://courier.example/feed",
    "feed",
    12,
    NOW,
    ("A <i>headline</i>",),
    3,
    "moved for good",
    {"name": "Courier <b>", "url": "https://courier.example/feed?key=secret"},
)


def only(answer: Answer) -> Reply:
    """Return the one message of an answer."""
    (reply,) = answer.replies
    return reply


def meaning(answer: Answer, label: str) -> str:
    """Return what the button whose label has this in it means."""
    return next(one.data for one in only(answer).buttons if label in one.label)


def content(desk: Desk) -> str:
    """Return what the file says."""
    return desk.file.read_text(encoding="utf-8")


@pytest.fixture
async def polled(desk: Desk) -> Desk:
    """Give a desk with two sources on record."""
    sources = (Source("One", "https://one.example/feed", "one.example"), Source("Two", "https://two.example", "two"))
    desk.config = Config(sources, desk.config.watchlists)
    await desk.store.polls.sync_sources(sources, NOW)
    return desk


async def test_an_address_shows_what_it_leads_to_and_a_button_inserts_it(desk: Desk) -> None:
    """It is on the history, and can be taken back; headlines are inert, the address is shown without its key."""
    desk.finder.found["courier.example"] = (FOUND,)
    found = await desk.ask("/sources add courier.example", user=OWNER)
    text = only(found).text
    assert "Courier &lt;b&gt;" in text
    assert "A &lt;i&gt;headline&lt;/i&gt;" in text
    assert "12 items" in text
    assert "3 would fire" in text
    assert "secret" not in text
    saved = await desk.press(meaning(found, "➕"), user=OWNER)
    assert "Written to watchlists.yaml" in only(saved).text
    assert "name: Courier <b>" in content(desk)
    undo = await desk.press(meaning(saved, "Undo"), user=OWNER)
    await desk.press(meaning(undo, "Save"), user=OWNER)
    assert content(desk) == FILE
    missing = await desk.ask("/sources add nowhere.example", user=OWNER)
    assert "That brings nothing: the server answered 404" in only(missing).text


async def test_what_is_there_already_or_cannot_be_written_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `check` says it, or with the lines to write by hand."""
    one = FoundSource("One", "", "feed", 1, None, (), None, "", {"name": "One", "url": "https://one.example/feed"})
    desk.finder.found["one.example"] = (one,)
    found = await desk.ask("/sources add one.example", user=OWNER)
    double = await desk.press(meaning(found, "➕"), user=OWNER)
    assert "Nothing was changed" in only(double).text
    desk.finder.found["courier.example"] = (FOUND,)
    found = await desk.ask("/sources add courier.example", user=OWNER)
    monkeypatch.setattr("bot.config.edits.editor.why_unwritable", lambda _: "Read-only file system")
    refused = await desk.press(meaning(found, "➕"), user=OWNER)
    assert "cannot be written here (Read-only file system)" in only(refused).text
    assert content(desk) == FILE


async def test_a_source_is_paused_resumed_tested_and_removed_by_buttons(polled: Desk) -> None:
    """The list leads to one source; a pause is told in the list and in /status."""
    listed = await polled.ask("/sources", user=OWNER)
    panel = await polled.press(meaning(listed, "One"), user=OWNER)
    paused = await polled.press(meaning(panel, "Pause"), user=OWNER)
    assert "is paused" in only(paused).text
    assert "⏸ <b>One</b> · paused" in only(await polled.ask("/sources", user=OWNER)).text
    assert "1 source is paused: One" in only(await polled.ask("/status", user=OWNER)).text
    resumed = await polled.press(meaning(paused, "Resume"), user=OWNER)
    assert "is asked again" in only(resumed).text
    assert "paused" not in only(await polled.ask("/status", user=OWNER)).text
    polled.finder.found["One"] = (FOUND,)
    looking = await polled.press(meaning(panel, "Test"), user=OWNER)
    assert looking.later is not None
    assert "12 items" in only(await looking.later()).text
    asked = await polled.press(meaning(panel, "Remove"), user=OWNER)
    assert "This changes watchlists.yaml" in only(asked).text
    removed = await polled.press(meaning(asked, "Save"), user=OWNER)
    assert "Written" in only(removed).text
    assert content(polled) == FILE.replace("[{name: One, url: 'https://one.example/feed'}]", "[]")


async def test_what_is_not_there_is_said_and_groups_see_the_list_alone(polled: Desk) -> None:
    """A source of another name, a file that changed after the look, a group."""
    assert "No source is called" in only(await polled.ask("/sources pause Three", user=OWNER)).text
    assert "no source is called &#x27;Three&#x27;" in only(
        await polled.ask("/sources remove Three", user=OWNER)
    ).text.replace("'", "&#x27;")
    asked = await polled.ask("/sources remove One", user=OWNER)
    polled.file.write_text(FILE + "# by hand\n", encoding="utf-8")
    late = await polled.press(meaning(asked, "Save"), user=OWNER)
    assert "Somebody else has changed" in only(late).text
    await polled.press(meaning(late, "Save"), user=OWNER)
    assert content(polled).startswith("sources: []")
    assert content(polled).endswith("# by hand\n")
    group = await polled.ask("/sources", user=OWNER, chat=GROUP)
    assert only(group).buttons == ()
    assert "in our private chat" in only(await polled.ask("/sources pause One", user=OWNER, chat=GROUP)).text


async def test_anybody_admitted_watches_a_whole_source_by_a_button(polled: Desk) -> None:
    """As a query of the chat, which /mine ends."""
    polled.access = "open"
    asked = await polled.ask("/watch")
    sources = await polled.press(meaning(asked, "Everything of one source"))
    await polled.press(meaning(sources, "Two"))
    (query,) = await polled.store.queries.find_all_queries()
    assert (query.text, query.chat.id) == ('source:"Two"', READER)
