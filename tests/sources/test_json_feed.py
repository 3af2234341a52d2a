"""JSON Feed as items."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import process_time

import pytest

from bot.errors import ParseError
from bot.model import Fetched, Item
from bot.sources.parse import Parser

Answer = Callable[..., Fetched]
Read = Callable[[Fetched], Awaitable[tuple[Item, ...]]]


def feed(*items: object, **more: object) -> str:
    """Return a JSON Feed."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items, **more})


async def test_a_json_feed_comes_out_as_items(read: Read, answer: Answer) -> None:
    """Every field finds its place."""
    (item,) = await read(
        answer(
            feed(
                {
                    "id": 7,
                    "url": "/a",
                    "title": "Kremlin <summit>",
                    "summary": "Short",
                    "content_html": "<p>Long &amp; true</p>",
                    "date_published": "2026-11-23T13:00:00+03:00",
                },
                language="ru-RU",
            )
        )
    )
    assert (item.title, item.url) == ("Kremlin <summit>", "https://courier.example/a")
    assert (item.lead, item.body, item.language) == ("Short", "Long & true", "ru")
    assert item.published == datetime(2026, 11, 23, 10, tzinfo=UTC)


async def test_odd_fields_do_no_harm(read: Read, answer: Answer) -> None:
    """Fields of wrong types, missing fields and items that are none are passed over."""
    items = await read(answer(feed({"id": None, "url": ["x"], "title": {"a": 1}, "date_published": 5}, "text", 3, {})))
    assert [item.title for item in items] == ["", ""]


async def test_a_comment_behind_it_changes_nothing(read: Read, answer: Answer) -> None:
    """What follows the JSON is not looked at."""
    assert len(await read(answer(feed({"id": "1", "title": "One"}) + "\n<!-- late -->"))) == 1


@pytest.mark.parametrize("escaped", [False, True])
async def test_case_56_a_large_or_marked_up_feed_is_read_by_a_child(
    answer: Answer, now: datetime, *, escaped: bool
) -> None:
    """Case 56: no thread of ours is busy with what would take long; the child has a deadline."""
    markup = "<b>" * 100_000
    hostile = feed(*({"id": str(number), "content_html": markup} for number in range(20)))
    if escaped:
        hostile = hostile.replace("<", "\\u003c")
    async with Parser(children=1, deadline=0.5) as parser:
        began = process_time()
        with pytest.raises(ParseError, match="longer"):
            await parser.scan(answer(hostile), now)
        assert process_time() - began < 0.5
        assert len((await parser.scan(answer(feed({"id": "1", "title": "One"})), now)).identities) == 1


async def test_a_large_honest_feed_comes_out_of_a_child_alike(read: Read, answer: Answer) -> None:
    """What a child reads is what a thread would have read."""
    items = [{"id": str(number), "title": f"One {number}", "content_text": "word " * 400} for number in range(400)]
    few = await read(answer(feed(*items[:50])))
    assert (await read(answer(feed(*items))))[:50] == few


@pytest.mark.parametrize("body", ['{"version": 1}', '{"items": []}', "[]", "[" * 100_000, '{"a":', "{}"])
async def test_case_58_other_json_is_no_feed(read: Read, answer: Answer, body: str) -> None:
    """Case 58: JSON of another kind is named as such, however deep."""
    with pytest.raises(ParseError, match="JSON"):
        await read(answer(body))


async def test_of_a_long_feed_the_newest_items_are_read(read: Read, answer: Answer) -> None:
    """The oldest may come first."""
    items = [
        {"id": n, "title": f"T{n}", "date_published": f"2026-11-{1 + n // 24:02}T{n % 24:02}:00:00Z"}
        for n in range(600)
    ]
    titles = [item.title for item in await read(answer(feed(*items)))]
    assert titles == [f"T{n}" for n in range(100, 600)]
