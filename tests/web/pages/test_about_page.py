"""The page About: what runs here, and whose browsers are in."""

from __future__ import annotations

import json

from bot.web.pages.page_services import Backup
from tests.plugins.pages import HOSTILE, NOW, Pages, PagesMaker


async def test_it_says_what_runs_here(open_pages: PagesMaker) -> None:
    """Version, configuration, database, backups: the same in JSON."""
    pages = await open_pages.open(find_backups=lambda: (Backup(NOW, "newswatch-20261123T120000Z-r0019.db", 1_500_000),))
    await pages.enter(500)
    page, data = await pages.get("/about"), json.loads((await pages.get("/about.json")).text)
    assert data["installation"]["database"] == "sqlite"
    assert len(data["configuration"]) == 12
    assert data["configuration"] in page.text
    assert "newswatch-20261123T120000Z-r0019.db" in page.text
    assert "None is on record" in page.text


async def test_sessions_are_listed_and_ended(open_pages: PagesMaker) -> None:
    """Each with where and since when; its button ends it, even the one that is pressed in."""
    pages = await open_pages.open()
    pages.headers = {"User-Agent": HOSTILE}
    await pages.enter(500)
    pages.client.cookie_jar.clear()
    pages.headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    await pages.enter()
    page = await pages.get("/about")
    assert "Firefox, Linux" in page.text
    assert "&lt;script&gt;" in page.text
    assert HOSTILE not in page.text
    first, second = sorted(json.loads((await pages.get("/about.json")).text)["sessions"], key=lambda one: one["id"])
    assert (first["owner"], first["this"], second["owner"], second["this"]) == (500, False, None, True)
    assert (await pages.post("/sessions/end", {"session": str(first["id"])})).headers["Location"] == "/about"
    assert len(json.loads((await pages.get("/about.json")).text)["sessions"]) == 1
    for nothing in ("", "x", "-1", "9" * 40, str(first["id"])):
        assert (await pages.post("/sessions/end", {"session": nothing})).status == 303
    await pages.post("/sessions/end", {"session": str(second["id"])})
    assert (await pages.get("/about")).status == 401


async def test_sessions_of_who_is_an_owner_no_more_are_not_listed(pages: Pages) -> None:
    """They are over."""
    await pages.enter(77)
    pages.client.cookie_jar.clear()
    await pages.enter(500)
    assert [one["owner"] for one in json.loads((await pages.get("/about.json")).text)["sessions"]] == [500]


async def test_keys_of_feeds_are_listed_and_revoked(pages: Pages) -> None:
    """Each with its watchlist and owner; the key itself is nowhere."""
    key = await pages.store.feeds.create_key("kremlin", 500, NOW)
    await pages.enter(500)
    page = await pages.get("/about")
    assert "kremlin" in page.text
    assert key not in page.text
    (kept,) = json.loads((await pages.get("/about.json")).text)["feeds"]
    assert (kept["watchlist"], kept["owner"]) == ("kremlin", 500)
    for nothing in ("", "x", "9" * 40):
        assert (await pages.post("/feed-keys/revoke", {"key": nothing})).status == 303
    assert (await pages.post("/feed-keys/revoke", {"key": str(kept["id"])})).headers["Location"] == "/about"
    assert not await pages.store.feeds.has_key("kremlin", key, {500})
