"""Article pages: read by children, kept for a while, and given up where they are too dear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import Article
from bot.polling.items import article_cache
from bot.polling.items.article_cache import ArticleCache
from bot.sources.parse import Parser

if TYPE_CHECKING:
    import pytest

    from tests.plugins.rig import Rig

LISTS = """sources: [{name: courier, url: https://courier.example/feed}]
watchlists: {k: {keywords: [Kremlin], deliver_to: [77]}}
"""
PAGE = f"<html><title>Talks</title><body><article>{'<p>The Kremlin said that talks go on in Geneva.</p>' * 9}".encode()


async def test_a_page_that_is_too_dear_is_as_one_that_cannot_be_had(rig: Rig) -> None:
    """Who cannot read it in time has no article; who can has it."""
    site = await rig.site()
    site.pages["/a"] = PAGE
    await rig.set_up(LISTS)
    turns = rig.parts[1]
    async with Parser(children=1, deadline=0.000_1) as hasty:
        assert await ArticleCache(turns.fetch, hasty).read([site.url("/a"), None], 60) == [None, None]
    (page,) = await ArticleCache(turns.fetch, turns.parse).read([site.url("/a")], 60)
    assert isinstance(page, Article)
    assert "Geneva" in page.text


async def test_few_characters_of_pages_are_kept(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is asked for once while it is kept; long pages make room for others."""
    site = await rig.site()
    site.pages |= dict.fromkeys(("/a", "/b"), PAGE)
    await rig.set_up(LISTS)
    turns = rig.parts[1]
    kept = ArticleCache(turns.fetch, turns.parse)
    for path in ("/a", "/a", "/b", "/a"):
        await kept.read([site.url(path)], 60)
    assert [path for path in site.asked if path != "/robots.txt"] == ["/a", "/b"]
    monkeypatch.setattr(article_cache, "MOST_TEXT", 100)
    for path in ("/a", "/c", "/a"):
        await kept.read([site.url(path)], 60)
    assert [path for path in site.asked if path != "/robots.txt"] == ["/a", "/b", "/c", "/a"]
