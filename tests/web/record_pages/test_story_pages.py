"""The pages Stories and one story: found by every filter, told apart from what is chats' own business, inert."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from bot.store.tables import outbox
from bot.web.pages.site_map import PAGES
from tests.plugins.pages import NOW, Pages
from tests.plugins.record import FORUM, GROUP, HOSTILE, READER, SILENT, STORM, SUMMIT, fill_record


@pytest.fixture
async def filled(pages: Pages) -> Pages:
    """Give the pages of a record with two stories, let in."""
    await fill_record(pages.store, NOW)
    await pages.services.record.compiled().engine()
    await pages.enter(500)
    return pages


async def stories(pages: Pages, query: str) -> list[int]:
    """Return the numbers of the stories that a page lists."""
    return [one["id"] for one in (await data(pages, f"/stories.json?{query}"))["stories"]]


async def data(pages: Pages, path: str) -> Any:
    """Return the JSON of a page."""
    return json.loads((await pages.get(path)).text)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [STORM, SUMMIT]),
        ("q=Geneva", [SUMMIT]),
        ("q=Genev%2A+AND+Putin", [SUMMIT]),
        ("q=https://wire.example/2?utm_source=x", [SUMMIT]),
        ("q=nothing", []),
        ("watchlist=kremlin", [STORM, SUMMIT]),
        ("watchlist=oil", []),
        ("watchlist=~5", []),
        (f"chat={GROUP}", [SUMMIT]),
        ("chat=44", []),
        ("day=2026-11-23", [STORM, SUMMIT]),
        ("day=2026-11-22", []),
        (f"q=Kremlin&chat={READER}&day=2026-11-23&watchlist=kremlin", [SUMMIT]),
        ("after=4002", [SUMMIT]),
        ("after=garbage", [STORM, SUMMIT]),
        ("after=99999999999999999999", [STORM, SUMMIT]),
    ],
)
async def test_stories_are_found_by_every_filter(filled: Pages, query: str, found: list[int]) -> None:
    """By words in any form, a link in any spelling, a watchlist, a chat, a day; what is not there is no mistake."""
    assert await stories(filled, query) == found


@pytest.mark.parametrize(
    "query", ["day=garbage", "day=2026-13-40", "day=0001-01-01", "chat=me", "q=(a", "q=" + "x" * 9000]
)
async def test_what_cannot_be_understood_is_said(filled: Pages, query: str) -> None:
    """A plain page with what to write instead, and the same in JSON."""
    page = await filled.get(f"/stories?{query}")
    assert page.status == 400
    assert 'class="mistake"' in page.text
    assert (await data(filled, f"/stories.json?{query}"))["mistakes"]


async def test_an_item_that_no_watchlist_brought_is_found_by_its_link(filled: Pages) -> None:
    """So that "why did I not get this?" has an answer: it was read, and nothing fired."""
    page = await filled.get("/stories?q=https://wire.example/4")
    assert "no watchlist brought it" in page.text
    assert "Director of the theatre resigns" in page.text


async def test_a_story_shows_reports_corrections_and_who_was_told(filled: Pages) -> None:
    """Why each report joined, the words marked, and how it went for each chat."""
    page, shown = await filled.get(f"/stories/{SUMMIT}"), await data(filled, f"/stories/{SUMMIT}.json")
    assert [one["source"] for one in shown["reports"]] == ["Courier", "Wire"]
    assert "the same names, numbers and words (71%)" in shown["reports"][1]["reason"]
    assert "<mark>Kremlin</mark> confirms summit in Geneva" in page.text
    assert "The <mark>Kremlin</mark> said on Monday" in page.text
    assert "<del>Kremlin denies summit</del>" in page.text
    states = {one["chat"]: (one["state"], one["reason"]) for one in shown["deliveries"]}
    assert states == {
        FORUM: ("failed", "no right to write"),
        READER: ("held", "quiet"),
        SILENT: ("suspended", "Forbidden: bot was blocked by the user"),
        GROUP: ("sent", None),
        500: ("sent", None),
    }
    assert "Foreign desk" in page.text
    assert "held for its quiet hours" in page.text


@pytest.mark.parametrize(
    ("chat", "said"),
    [
        (GROUP, "it was told,"),
        (READER, "held for its quiet hours"),
        (SILENT, "the chat refuses messages"),
        (-77, "subscribed to none of the watchlists"),
        (44, "subscribed to none of the watchlists"),  # its own query brought it, which is its business
        ("me", "A chat is named by its number"),
    ],
)
async def test_a_story_says_of_any_chat_why_it_was_told_or_not(filled: Pages, chat: Any, said: str) -> None:
    """The owner asks for one chat by its number."""
    assert said in (await filled.get(f"/stories/{SUMMIT}?chat={chat}")).text


@pytest.mark.parametrize("number", ["1", "garbage", "-1", "99999999999999999999", "4001x", "%00"])
async def test_a_story_that_is_not_there_is_a_plain_page(filled: Pages, number: str) -> None:
    """404, with what may have become of it; the same in JSON."""
    page = await filled.get(f"/stories/{number}")
    assert page.status == 404
    assert "There is no such story" in page.text
    assert (await filled.get(f"/stories/{number}.json")).status == 404


async def test_headlines_and_names_of_chats_are_inert_on_every_page(filled: Pages) -> None:
    """Whatever they hold; and nothing that chats watch for by themselves is anywhere."""
    paths = [one.path for one in PAGES if "{" not in one.path]
    paths += [f"/stories/{STORM}", f"/stories/{SUMMIT}", "/query?q=Kremlin", "/query?q=own"]
    for path in paths:
        page = await filled.get(path)
        assert page.status == 200, path
        assert HOSTILE not in page.text
        assert "<b>of</b>" not in page.text
        assert "secret" not in page.text
        name, _, query = path.partition("?")
        assert "secret" not in (await filled.get(f"{name if name != '/' else '/now'}.json?{query}")).text


async def test_an_empty_record_says_when_something_will_be_there(pages: Pages) -> None:
    """No empty frame on any page."""
    await pages.enter(500)
    assert "a story stands here when" in (await pages.get("/stories")).text
    assert "Nothing on record fits" in (await pages.get("/query?q=Kremlin")).text
    assert "No chat uses this bot yet" in (await pages.get("/chats")).text


async def test_nobody_reads_a_story_without_a_session(pages: Pages) -> None:
    """Neither as a page nor as JSON, and nobody changes a chat."""
    for path in ("/stories", f"/stories/{SUMMIT}", "/query?q=a", "/chats", "/chats.json"):
        assert (await pages.get(path)).status == 401
    assert (await pages.post("/chats/revoke", {"chat": "5"})).status == 401


async def test_what_a_language_model_refused_is_shown_with_its_reason(filled: Pages) -> None:
    """It is no alert that could not be sent."""
    async with filled.store.database.write() as connection:
        refused = update(outbox).where(outbox.c.chat == GROUP, outbox.c.story == SUMMIT)
        await connection.execute(refused.values(state="dead", hold="model", reason="kremlin: it is about sport."))
    shown = await data(filled, f"/stories/{SUMMIT}.json")
    (state,) = {(one["state"], one["reason"]) for one in shown["deliveries"] if one["chat"] == GROUP}
    assert state == ("refused", "kremlin: it is about sport.")
    assert "refused by the model" in (await filled.get(f"/stories/{SUMMIT}")).text
