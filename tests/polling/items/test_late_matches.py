"""First match is first alert: items that match only as they are now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.plugins.rig import Rig

    Rss = Callable[..., bytes]

LIST = "k: {keywords: [Kremlin], languages: [en], deliver_to: [77]}"


def watching(url: str, watchlists: str = LIST) -> str:
    """Return a watchlists.yaml with one source."""
    source = f"{{name: One, publisher: one, url: '{url}', every: 1m, full_text: never}}"
    return f"sources:\n  - {source}\nwatchlists:\n  {watchlists}\n"


@pytest.mark.parametrize(
    "after",
    [
        ("1", "Kremlin confirms it", "x"),
        ("1", "Developing story, more follows", "The Kremlin confirms it, says an aide."),
    ],
)
async def test_an_item_that_matches_only_now_is_told_once(rig: Rig, rss: Rss, after: tuple[str, str, str]) -> None:
    """Its headline or its text was updated: it is told then, and not again, whatever changes later."""
    site = await rig.site()
    other = ("0", "The harbour is quiet", "Nothing happens.")
    site.pages["/feed"] = rss(("1", "Developing story, more follows", "x"), other)
    await rig.set_up(watching(site.url("/feed")))
    assert (await rig.poll()).queued == 0
    site.pages["/feed"] = rss(after, other)
    assert (await rig.later(minutes=5)).queued == 1
    assert await rig.headlines() == [after[1]]
    site.pages["/feed"] = rss(after, other, ("2", "Another day", "x"))
    assert (await rig.later(minutes=5)).queued == 0
    site.pages["/feed"] = rss((*after[:2], f"{after[2]} The Kremlin says more."), other)
    assert (await rig.later(days=1)).queued == 0


async def test_an_edited_watchlist_tells_nothing_that_stood_there(rig: Rig, rss: Rss) -> None:
    """What would have matched as it was does not become news by an edit of its text."""
    site = await rig.site()
    site.pages["/feed"] = rss(("1", "Harbour workers strike", "x"))
    await rig.set_up(watching(site.url("/feed")))
    await rig.poll()
    await rig.set_up(watching(site.url("/feed"), LIST.replace("Kremlin", "harbour")))
    site.pages["/feed"] = rss(("1", "Harbour workers strike again", "Corrected."))
    assert (await rig.later(minutes=5)).queued == 0


async def test_a_rewritten_site_tells_nothing(rig: Rig, rss: Rss) -> None:
    """When many known items match at once, a template changed, and not the news."""
    site = await rig.site()
    names = [(str(n), f"Report {'x' * n} of the day", "x") for n in range(15)]
    site.pages["/feed"] = rss(*names)
    await rig.set_up(watching(site.url("/feed")))
    await rig.poll()
    site.pages["/feed"] = rss(*((path, title, "Read more about the Kremlin here.") for path, title, _ in names))
    rig.now += timedelta(minutes=5)
    assert (await rig.poll(force=True)).queued == 0
