"""The pages Sources and one source: states in words, what a source brings, trying and pausing it."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from bot.errors import FetchError
from bot.model import Config, Source
from bot.web.pages.page_services import SourceTrial
from tests.plugins.pages import HOSTILE, NOW, Pages, PagesMaker


def sources(*names: str) -> Config:
    """Return a configuration of sources with these names."""
    return Config(tuple(Source(name, "https://s.example/feed?key=secret-key", "s.example") for name in names), ())


async def test_each_source_is_listed_with_its_state(pages: Pages) -> None:
    """By name, and with a page of its own; the same in JSON."""
    await pages.enter(500)
    page, data = await pages.get("/sources"), json.loads((await pages.get("/sources.json")).text)
    assert [(one["name"], one["state"]) for one in data["sources"]] == [("Courier", "new"), ("Wire", "new")]
    assert 'href="/sources/Courier"' in page.text


async def test_many_sources_come_in_parts_and_are_found(open_pages: PagesMaker) -> None:
    """A hundred a page; numbers that are no page, names that are nobody's and long words lead somewhere."""
    pages = await open_pages.open(config=sources(*(f"Outlet {number:03}" for number in range(230))))
    await pages.enter(500)

    async def names(query: str) -> list[str]:
        answer = await pages.get(f"/sources.json?{query}")
        assert answer.status == 200
        return [one["name"] for one in json.loads(answer.text)["sources"]]

    assert len(await names("")) == 100
    assert await names("page=3") == [f"Outlet {number:03}" for number in range(200, 230)]
    assert await names("page=99999999999") == await names("page=x") == await names("")
    assert await names("q=outlet+22&page=1") == [f"Outlet {number}" for number in range(220, 230)]
    assert await names("q=" + "x" * 10_000) == []
    assert "No source is called so" in (await pages.get("/sources?q=nobody")).text
    assert await names("state=<b>") == await names("")


@pytest.mark.parametrize("name", [HOSTILE, "a/b?c#d", "Ведомости", "100 %", 'quote"s', "&amp;"])
async def test_a_source_may_be_called_anything(open_pages: PagesMaker, name: str) -> None:
    """Its page is found, its name is inert, its buttons work."""
    pages = await open_pages.open(config=sources(name))
    await pages.enter(500)
    path = f"/sources/{quote(name, safe='')}"
    assert f'href="{path}"' in (await pages.get("/sources")).text
    page = await pages.get(path)
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "secret-key" not in page.text
    assert json.loads((await pages.get(f"{path}.json")).text)["name"] == name
    assert (await pages.post(f"{path}/pause")).headers["Location"] == path


async def test_what_a_source_brings_is_shown_with_what_matched(pages: Pages) -> None:
    """On an empty record it is said that nothing is there."""
    await pages.enter(500)
    page = await pages.get("/sources/Courier")
    assert "It has brought nothing" in page.text
    assert (await pages.get("/sources/Nobody")).status == 404
    assert (await pages.post("/sources/Nobody/pause")).status == 404
    assert (await pages.post("/sources/Nobody/try")).status == 404


async def test_a_source_is_tried_without_recording_anything(open_pages: PagesMaker) -> None:
    """What it brings, or why it does not, in words."""

    async def trial(source: Source) -> SourceTrial:
        if source.name == "Wire":
            raise FetchError("it answered 503 (Service Unavailable)")
        return SourceTrial(20, ((HOSTILE, NOW),), 3)

    pages = await open_pages.open(try_source=trial)
    await pages.enter(500)
    tried, failed = await pages.post("/sources/Courier/try"), await pages.post("/sources/Wire/try")
    assert (tried.status, failed.status) == (200, 200)
    assert "It brings 20 items. 3 of them fit a watchlist." in tried.text
    assert HOSTILE not in tried.text
    assert "503 (Service Unavailable)" in failed.text


async def test_a_paused_source_is_asked_by_nobody_until_it_is_resumed(pages: Pages) -> None:
    """Its state says so, and pausing is no trouble that the page Now would name."""
    await pages.enter(500)
    for _ in range(2):
        assert (await pages.post("/sources/Courier/pause")).status == 303
    assert json.loads((await pages.get("/sources/Courier.json")).text)["state"] == "paused"
    later = NOW + timedelta(hours=1)
    assert [one.name for one in await pages.store.polls.lease_sources(later, limit=9, ttl=timedelta(minutes=1))] == [
        "Wire"
    ]
    assert "Courier" not in str(json.loads((await pages.get("/now.json")).text)["troubles"])
    assert (await pages.post("/sources/Courier/resume")).status == 303
    assert json.loads((await pages.get("/sources/Courier.json")).text)["state"] == "new"
