"""`/web`: a link for an owner, in private alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

OWNER, READER, GROUP = 11, 22, -100


async def test_an_owner_gets_a_link_that_works(desk: Any) -> None:
    """It names the owner, and is on record before it is said."""
    answer = await desk.ask("/web", user=OWNER, chat=OWNER)
    (token,) = set(re.findall(r"/enter\?token=([\w-]+)", answer.replies[0].text.replace("\u2060", "")))
    assert await desk.store.sessions.open_session(token, desk.now, "", "")
    assert [one.owner for one in await desk.store.sessions.list_sessions(desk.now)] == [OWNER]


@pytest.mark.parametrize("said", [{"user": READER}, {"user": OWNER, "chat": GROUP, "kind": "group"}])
async def test_nobody_else_and_no_group_gets_one(desk: Any, said: dict[str, Any]) -> None:
    """Whoever presses the link is let in, so it is shown where one owner alone reads it."""
    await desk.store.chats.admit_chat(READER, OWNER, desk.now)
    answer = await desk.ask("/web", **said)
    assert "token=" not in "".join(one.text for one in answer.replies)


async def test_no_link_is_made_for_another_chat(desk: Any) -> None:
    """`/for` acts for chats, and this is no chat's."""
    answer = await desk.ask("/for -100777 web", user=OWNER)
    assert "token=" not in "".join(one.text for one in answer.replies)


async def test_a_button_gives_the_address_of_a_feed(desk: Any) -> None:
    """Under a key that opens it; each press makes another one."""
    answer = await desk.ask("/web", user=OWNER, chat=OWNER)
    button = next(one for one in answer.replies[0].buttons if one.label.startswith("📡 Feed"))
    assert button.data.startswith("web|feed ")
    watchlist = button.data.split("|")[1].removeprefix("feed ")
    answer = await desk.ask(f"/web feed {watchlist}", user=OWNER, chat=OWNER)
    (key,) = re.findall(rf"/feeds/{watchlist}\.xml\?key=([\w-]+)", answer.replies[0].text.replace("\u2060", ""))
    assert await desk.store.feeds.has_key(watchlist, key, {OWNER})
    answer = await desk.ask("/web feed nothing", user=OWNER, chat=OWNER)
    assert "There is no watchlist nothing" in answer.replies[0].text.replace("\u2060", "")
