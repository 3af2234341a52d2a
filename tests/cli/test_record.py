"""`newswatch search`, in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.plugins.home import Home
    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]

pytestmark = pytest.mark.e2e


async def test_what_was_polled_is_found_in_every_form(home: Home, rig: Rig, rss: Rss) -> None:
    """A mistake is 2, and a hit comes with its place in the text."""
    site = await rig.site()
    site.pages["/feed"] = rss(("a", "Summits in Geneva", "One."), ("b", "Garden shuts", "Two."), site=site.url(""))
    home.environ["NEWSWATCH_ALLOWED_PORTS"] = str(site.port)
    home.watch(f"sources:\n  - {{name: One, url: '{site.url('/feed')}'}}\nwatchlists:\n  k: {{keywords: [Kremlin]}}\n")
    assert (await home.run("once", "--force")).code == 0
    found = await home.run("search", "summit", "--json")
    (hit,) = json.loads(found.out)["hits"]
    assert set(hit) == {"title", "url", "source", "published", "story", "evidence"}
    assert (hit["title"], hit["source"]) == ("Summits in Geneva", "One")
    assert hit["evidence"] == [{"field": "title", "text": "Summits", "start": 0, "end": 7}]
    wrong = await home.run("search", "summit AND (")
    assert wrong.code == 2
    assert "column" in wrong.err
