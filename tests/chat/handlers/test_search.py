"""`/search`: what is on record, page by page."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from bot.chat.messages import Answer

OWNER, READER, GROUP = 11, 22, -1005550001


def said(answer: Answer) -> str:
    """Return the text of the one reply."""
    return answer.replies[0].text


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


async def test_everything_on_record_is_found_and_paged(open_desk: Any, record: Any) -> None:
    """Inflected, the newest first, with the sentence that fits; buttons turn the pages, whatever the query holds."""
    await record("Weather", *(f"Summits {n}" for n in range(8)), days=1)
    await record("Old meeting", lead="Nothing. The summits were long. End.", days=20)
    first = await open_desk.ask("/search summit AND /ts|q{9}/", chat=GROUP, user=READER)
    assert "1–6, and there are more" in said(first)
    assert "Weather" not in said(first)
    more, file = first.replies[0].buttons
    second = await open_desk.press(more.data, chat=GROUP, user=READER)
    assert "7–9" in said(second)
    assert "and there are more" not in said(second)
    assert "The <b>summits</b> were long." in said(second)
    back, _ = second.replies[0].buttons
    assert said(await open_desk.press(back.data, chat=GROUP, user=READER)) == said(first)
    sent = (await open_desk.press(file.data, chat=GROUP, user=READER)).replies[0]
    assert sent.file is not None
    rows = list(csv.DictReader(io.StringIO(sent.file[1].decode("utf-8-sig"))))
    assert [row["headline"] for row in rows] == [*(f"Summits {n}" for n in reversed(range(8))), "Old meeting"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [("", "Write /search and a query"), ("x" * 10_000, "500 characters"), ("summit AND (", "Column 13")],
)
async def test_a_mistake_is_answered_with_what_to_do(open_desk: Any, words: str, hint: str) -> None:
    """Nothing is looked for."""
    assert hint in said(await open_desk.ask(f"/search {words}"))


async def test_nothing_found_points_to_watch(open_desk: Any, record: Any) -> None:
    """A query that nothing fits, and an empty record."""
    assert "/watch" in said(await open_desk.ask("/search summit"))
    await record("Weather")
    assert "fits <code>summit</code>" in said(await open_desk.ask("/search summit"))


async def test_strangers_find_nothing(desk: Any, record: Any) -> None:
    """Only who may use the bot may search; a page of another chat's query turns for nobody else."""
    await record("Summit")
    assert "Summit" not in said(await desk.ask("/search summit", user=99, chat=99))
