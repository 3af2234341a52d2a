"""The page Now: whether it watches, what fails, and the last day; the same in JSON."""

from __future__ import annotations

import json

import pytest

from bot.model import Config, DisplayPreferences, Source
from tests.plugins.pages import HOSTILE, SOURCES, Pages, PagesMaker


async def test_an_empty_record_says_what_to_do(open_pages: PagesMaker) -> None:
    """No source, no poll, no alert: words, no empty frames."""
    pages = await open_pages.open(config=Config((), ()))
    await pages.enter(500)
    page = await pages.get("/")
    assert page.status == 200
    assert "watchlists.yaml names no source" in page.text
    assert "newswatch sources add" in page.text


async def test_the_page_and_its_json_hold_the_same(pages: Pages) -> None:
    """Each source of the file is in both, with its state in words."""
    await pages.enter(500)
    page, data = await pages.get("/"), json.loads((await pages.get("/now.json")).text)
    assert [one["name"] for one in data["sources"]] == [one.name for one in SOURCES]
    assert data["watching"] is False
    assert all(one.name in page.text for one in SOURCES)
    assert "not read yet" in page.text


async def test_names_are_inert(open_pages: PagesMaker) -> None:
    """A source may be called anything."""
    pages = await open_pages.open(config=Config((Source(HOSTILE, "https://s.example/feed", "s.example"),), ()))
    await pages.enter(500)
    page = await pages.get("/")
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("pl, ru;q=0.5", "ru"),
        ("pl", "en"),
        ("*;q=x,,fr", "fr"),
        ("en;q=0.1, uk", "uk"),
    ],
)
async def test_a_page_speaks_the_language_of_who_reads_it(pages: Pages, accepted: str, language: str) -> None:
    """That of the browser, where it is one of ours and the owner has chosen none."""
    await pages.enter()
    assert f'<html lang="{language}">' in (await pages.get("/", Accept_Language=accepted)).text


async def test_an_owner_reads_in_the_language_and_zone_of_their_chat(pages: Pages) -> None:
    """What was chosen by /language counts more than the browser."""
    await pages.store.preferences.write_display(500, DisplayPreferences(language="uk", timezone="Europe/Kyiv"))
    await pages.enter(500)
    page = await pages.get("/", Accept_Language="de")
    assert '<html lang="uk">' in page.text
    assert "Europe/Kyiv" in page.text
    assert "14:00" in page.text
    assert "<td>12:00" not in page.text
