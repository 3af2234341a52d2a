"""What the tests of sources share: a parser, answers, and documents to put into them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from bot.model import Fetched, Item, Validators
from bot.sources.parse import Parser

Answer = Callable[..., Fetched]
ReadAll = Callable[[Fetched], object]


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    """Return a parser with one child of each kind."""
    async with Parser(children=1) as made:
        yield made


@pytest.fixture
def now() -> datetime:
    """Return the time of all tests."""
    return datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def answer() -> Answer:
    """Return a maker of answers."""

    def make(body: bytes | str, content_type: str = "", url: str = "https://courier.example/news/feed.xml") -> Fetched:
        raw = body.encode() if isinstance(body, str) else body
        return Fetched(url, 200, raw, content_type, Validators())

    return make


@pytest.fixture
def rss() -> Callable[..., str]:
    """Return a maker of RSS documents around items."""

    def make(*items: str, head: str = "") -> str:
        inside = "".join(f"<item>{item}</item>" for item in items)
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/'
            f'content/"><channel><title>Courier</title><link>https://courier.example/</link>{head}{inside}</channel></rss>'
        )

    return make


@pytest.fixture
def read(parser: Parser, now: datetime) -> Callable[[Fetched], object]:
    """Return a reader of whole answers."""

    async def all_items(fetched: Fetched) -> tuple[Item, ...]:
        document = await parser.scan(fetched, now)
        return await parser.items(document, range(len(document.identities)))

    return all_items
