"""Plain words and deep links in a private chat: answered as the command that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.messages import Answer
from bot.model import Chat

READER = 22


def said(answer: Answer) -> str:
    """Return the text of the one reply."""
    return answer.replies[0].text


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def test_plain_words_are_understood(open_desk: Any) -> None:
    """Help lists the commands, stop asks and names the lists, why and a link answer as /why does."""
    await open_desk.ask("/subscribe kremlin")
    await open_desk.ask("/watch my topic")
    assert "What I understand" in said(await open_desk.ask("/ help"))
    stop = await open_desk.ask("/ stop")
    assert "Kremlin and summits" in said(stop)
    assert "1 query of your own" in said(stop)
    assert stop.replies[0].buttons[0].data == "pause||"
    assert "No item on record has this link" in said(await open_desk.ask("/ https://one.example/x"))
    assert "/why" in said(await open_desk.ask("/ why?"))


async def test_a_deep_link_offers_its_watchlist(open_desk: Any) -> None:
    """`?start=kremlin` offers it by a button; an unknown one names those that there are."""
    offer = await open_desk.ask("/start kremlin")
    assert "Kremlin and summits" in said(offer)
    await open_desk.press(offer.replies[0].buttons[0].data)
    assert await open_desk.store.chats.find_subscriptions(Chat(READER)) == ("kremlin",)
    assert "<code>oil</code>" in said(await open_desk.ask("/start nonsense"))
