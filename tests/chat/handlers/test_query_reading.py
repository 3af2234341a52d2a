"""How a query is read: what may mean two things is kept only when a button says which; the rest is said in words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.messages import Answer
from bot.model import Chat

READER = 22
HERE = Chat(READER)


def said(answer: Answer) -> str:
    """Return the text of the one reply."""
    return answer.replies[0].text


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def watched(desk: Any) -> list[str]:
    """Return what the reader watches for."""
    return [one.text for one in await desk.store.queries.find_queries(HERE)]


@pytest.mark.parametrize(
    "query", ["Kremlin or Putin", "Kremlin, Putin", "Путин ИЛИ Трамп", "Kremlin\nPutin", "a y/o b"]
)
async def test_nothing_is_kept_before_a_button_has_said_which(open_desk: Any, query: str) -> None:
    """Two readings are shown in words, each with its button; the button keeps that one."""
    answer = await open_desk.ask(f"/watch {query}")
    assert await watched(open_desk) == []
    labels = [button.label for button in answer.replies[0].buttons]
    assert labels[0].startswith("Any of: ")
    assert labels[1].startswith("All of: ")
    assert "any of: " in said(answer)
    text = said(await open_desk.press(answer.replies[0].buttons[0].data))
    assert "I watch for" in text
    assert "Read as: any of: " in text
    (kept,) = await watched(open_desk)
    assert " OR " in kept


async def test_a_query_that_is_clear_is_said_in_words(open_desk: Any) -> None:
    """Whoever watches sees how it was read."""
    assert "Read as: all of: Kremlin, Putin." in said(await open_desk.ask("/watch Kremlin Putin"))


async def test_a_trial_asks_as_well(open_desk: Any) -> None:
    """/test shows what a reading would have found, never that of a sentence nobody meant."""
    answer = await open_desk.ask("/test Kremlin or Putin")
    assert answer.replies[0].buttons[0].data == "test|Kremlin OR Putin|"
    assert "Read as: any of: Kremlin, Putin." in said(await open_desk.press(answer.replies[0].buttons[0].data))


async def test_the_same_query_in_other_letters_is_the_same(open_desk: Any) -> None:
    """`kremlin` beside `Kremlin` is no second query; `=Apple` counts its case."""
    for query in ("Kremlin", "kremlin", "KREMLIN", "=Apple", "=apple"):
        await open_desk.ask(f"/watch {query}")
    assert await watched(open_desk) == ["Kremlin", "=Apple", "=apple"]


async def test_a_bar_within_a_query_survives_a_button(open_desk: Any) -> None:
    """What a button means may hold any sign."""
    answer = await open_desk.ask("/watch /a|b/, Putin")
    await open_desk.press(answer.replies[0].buttons[0].data)
    assert await watched(open_desk) == ["/a|b/ OR Putin"]
