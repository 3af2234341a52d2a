"""The site as a whole: what is answered when the record cannot be read, and that every page is JSON as well."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from bot.web.pages.site_map import ACTIONS, PAGES
from tests.plugins.pages import Pages


async def test_a_database_that_is_away_is_a_page_that_says_so(pages: Pages) -> None:
    """503 with what to do, for who was let in and who was not; nothing of the error is shown."""
    await pages.enter(500)
    async with pages.store.database.write() as connection:
        await connection.execute(text("DROP TABLE page_sessions"))
    for path in ("/", "/sources.json", "/about"):
        answer = await pages.get(path)
        assert answer.status == 503
        assert "newswatch doctor" in answer.text
        assert "page_sessions" not in answer.text


async def test_every_page_is_json_as_well(pages: Pages) -> None:
    """At its path with .json; the page Now at /now.json."""
    await pages.enter(500)
    for page in PAGES:
        if "{" not in page.path:
            answer = await pages.get("/now.json" if page.path == "/" else f"{page.path}.json")
            assert answer.status == 200, page.path
            assert isinstance(json.loads(answer.text), dict)


async def test_no_page_and_no_button_is_for_strangers(pages: Pages) -> None:
    """401 everywhere, before anything is looked up or changed."""
    for page in PAGES:
        path = page.path.replace("{name}", "Courier").replace("{id}", "1")
        assert (await pages.get(path)).status == 401, path
    for action in ACTIONS:
        path = action.path.replace("{name}", "Courier").replace("{id}", "1")
        assert (await pages.post(path, {"session": "1"})).status == 401, path


async def test_head_says_what_get_would_and_uses_nothing_up(pages: Pages) -> None:
    """Previews ask so."""
    path = await pages.link(500)
    async with pages.client.head(pages.address + path) as answer:
        assert answer.status == 200
    assert (await pages.get(path)).status == 200


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "idna", "utf-7", "utf-16", "nonsense", "utf-8x"])
async def test_a_form_in_another_charset_is_refused_unread(pages: Pages, charset: str) -> None:
    """Before anybody is known: some charsets take seconds to decode, others fail halfway. UTF-8 and ASCII are read."""
    form = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    assert (await pages.post("/enter", {"token": "x"}, **form)).status == 400
    for readable in ("UTF-8", "us-ascii"):
        form = {"Content-Type": f"application/x-www-form-urlencoded; charset={readable}"}
        assert (await pages.post("/enter", {"token": "x"}, **form)).status == 403
