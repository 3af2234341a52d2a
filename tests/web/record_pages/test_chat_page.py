"""The page Chats: who asks, what is held and fails, letting in and putting out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.model import Chat, Config, Watchlist
from tests.plugins.pages import NOW, SOURCES, Pages, PagesMaker
from tests.plugins.record import ASKING, FORUM, GROUP, READER, SILENT, fill_record


async def chats(pages: Pages, query: str = "") -> list[dict[str, Any]]:
    """Return the chats of a page."""
    found: list[dict[str, Any]] = json.loads((await pages.get(f"/chats.json?{query}")).text)["chats"]
    return found


@pytest.fixture
async def filled(open_pages: PagesMaker) -> Pages:
    """Give the pages of a record with chats of every kind, let in."""
    lists = (Watchlist("kremlin", "Kremlin", ("Kremlin",), deliver_to=(Chat(-100777), Chat(GROUP))),)
    pages = await open_pages.open(config=Config(SOURCES, lists))
    await fill_record(pages.store, NOW)
    await pages.enter(500)
    return pages


async def test_chats_come_with_what_they_are_told_and_what_is_held(filled: Pages) -> None:
    """Who asks first, then who cannot be told; also those that only watchlists.yaml names."""
    found = await chats(filled)
    assert [one["id"] for one in found] == [ASKING, SILENT, FORUM, GROUP, READER, -100777]
    asking, silent, forum, group, reader, fixed = found
    assert (asking["state"], asking["name"]) == ("asking", "Weather club")
    assert (silent["state"], silent["reason"]) == ("suspended", "Forbidden: bot was blocked by the user")
    assert silent["waiting"] == 1
    assert silent["probe_at"] == "2026-11-23T12:31:00+00:00"
    assert (forum["failed"], forum["lost_topics"][0]["topic"]) == (1, 8)
    assert (group["watchlists"], group["fixed"]) == (["Kremlin"], ["Kremlin"])
    assert (reader["name"], reader["held"]) == ("private chat 22", {"quiet": 1})
    assert (fixed["state"], fixed["fixed"]) == ("open", ["Kremlin"])


async def test_an_owner_lets_chats_in_and_puts_them_out(filled: Pages) -> None:
    """By buttons that are forms; afterwards the page shows it."""
    answer = await filled.post("/chats/admit", {"chat": str(ASKING)})
    assert (answer.status, answer.headers["Location"]) == (303, "/chats")
    assert await filled.store.chats.is_admitted(ASKING)
    assert next(one for one in await chats(filled) if one["id"] == ASKING)["state"] == "admitted"
    await filled.post("/chats/revoke", {"chat": str(READER)})
    assert await filled.store.chats.is_revoked(READER)
    assert next(one for one in await chats(filled) if one["id"] == READER)["state"] == "revoked"


@pytest.mark.parametrize("chat", ["", "me", "99999999999999999999", "0"])
async def test_a_button_without_a_chat_changes_nothing(filled: Pages, chat: str) -> None:
    """A plain page that says what to press."""
    answer = await filled.post("/chats/revoke", {"chat": chat})
    assert answer.status == 400
    assert "No chat was named" in answer.text


async def test_another_site_changes_nothing(filled: Pages) -> None:
    """A form of elsewhere is refused, whatever cookie comes with it."""
    answer = await filled.post("/chats/revoke", {"chat": str(READER)}, Sec_Fetch_Site="cross-site")
    assert answer.status == 403
    assert not await filled.store.chats.is_revoked(READER)


async def test_many_chats_come_by_pages(filled: Pages) -> None:
    """Fifty a page; beyond the last there is none, and what is no page is the first."""
    for chat in range(1000, 1060):
        await filled.store.chats.admit_chat(chat, 500, NOW)
    assert len(await chats(filled)) == 51  # with the one that only the file names
    assert len(await chats(filled, "page=2")) == 15
    assert await chats(filled, "page=9") == []
    assert len(await chats(filled, "page=x")) == 51
