"""The page Query: its reading, hits, near misses, days and forecast; mistakes with their place; saving leads on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.plugins.pages import NOW, Pages
from tests.plugins.record import fill_record


@pytest.fixture
async def filled(pages: Pages) -> Pages:
    """Give the pages of a record with two stories, let in."""
    await fill_record(pages.store, NOW)
    await pages.enter(500)
    return pages


async def data(pages: Pages, query: str) -> Any:
    """Return the JSON of a query."""
    return json.loads((await pages.get(f"/query.json?{query}")).text)


async def test_a_query_shows_what_it_finds_and_what_it_would_have_sent(filled: Pages) -> None:
    """The page and its JSON hold the same: three items of two stories, all of today."""
    page, found = await filled.get("/query?q=Kremlin"), await data(filled, "q=Kremlin")
    assert (found["total"], found["alerts"], found["estimated"], found["complete"]) == (3, 2, False, True)
    assert sum(found["items"]) == found["items"][-1] == 3
    assert found["dates"][-1] == "2026-11-23"
    assert len(found["dates"]) == found["days"] == 30
    first = found["hits"][-1]
    assert (first["title"], first["source"], first["story"]) == ("Kremlin confirms summit in Geneva", "Courier", 4001)
    assert first["evidence"][0]["text"] == "Kremlin"
    assert "It would have sent 2 alerts in the last 7 days." in page.text
    assert "Read as: Kremlin, in any form." in page.text
    assert "<mark>Kremlin</mark> confirms" in page.text


async def test_near_misses_come_with_their_reason(filled: Pages) -> None:
    """One that has only a part of what is asked for, one that has a word inside another."""
    found = await data(filled, "q=Geneva+AND+Paris")
    assert found["hits"] == []
    assert {one["reason"] for one in found["near_misses"]} == {"only Geneva is there: Paris is missing"}
    assert "Director" in (await data(filled, "q=Dire"))["near_misses"][0]["title"]


async def test_a_loosely_written_query_names_what_may_be_meant(filled: Pages) -> None:
    """Each reading is a link to the exact query."""
    found = await data(filled, "q=Putin+or+Trump")
    assert "Putin OR Trump" in [one["query"] for one in found["readings"]]


@pytest.mark.parametrize(
    ("query", "column", "before"),
    [("(Kremlin", 1, ""), ("Kremlin AND", 12, "Kremlin AND"), ("Putin AND )", 11, "Putin AND ")],
)
async def test_a_mistake_is_shown_with_its_place(filled: Pages, query: str, column: int, before: str) -> None:
    """400, the words of the other doors, and a sign where it is."""
    found = await data(filled, f"q={quote(query)}")
    assert found["mistake"]["text"]
    page = await filled.get(f"/query?q={quote(query)}")
    assert page.status == 400
    assert "<mark>▸</mark>" in page.text
    assert (found["mistake"]["column"], found["mistake"]["before"]) == (column, before)


async def test_a_query_of_ten_thousand_signs_is_refused_in_words(filled: Pages) -> None:
    """The page stays small and says what to do."""
    page = await filled.get("/query?q=" + "x" * 10_000)
    assert page.status == 400
    assert "2,000 characters" in page.text
    assert len(page.text) < 20_000


@pytest.mark.parametrize(("days", "shown"), [("7", 7), ("0", 1), ("-3", 1), ("999", 30), ("x", 30), ("", 30)])
async def test_days_are_those_that_items_stay(filled: Pages, days: str, shown: int) -> None:
    """What is no number, or too much, is the nearest that there is."""
    assert (await data(filled, f"q=Kremlin&days={days}"))["days"] == shown


async def test_saving_leads_to_the_watchlist_with_the_keyword(filled: Pages) -> None:
    """Its page shows the change and asks; an unknown watchlist, or nothing to save, is a plain page."""
    answer = await filled.post("/query", {"watchlist": "kremlin", "keyword": 'a "b c"'})
    assert (answer.status, answer.headers["Location"]) == (303, "/watchlists/kremlin?keyword=a%20%22b%20c%22")
    assert (await filled.post("/query", {"watchlist": "nope", "keyword": "a"})).status == 404
    assert (await filled.post("/query", {"watchlist": "kremlin"})).status == 404


async def test_without_a_query_the_page_explains_itself(filled: Pages) -> None:
    """Nothing is searched, and nothing is wrong."""
    page = await filled.get("/query")
    assert page.status == 200
    assert "Nothing is saved or sent by trying" in page.text
