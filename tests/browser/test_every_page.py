"""Every page in a real browser: quiet, within the window, accessible, by keyboard, in the dark, without scripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from bot.model import Config, Source, Watchlist
from bot.web.pages.site_map import PAGES
from tests.plugins.pages import HOSTILE, NOW
from tests.plugins.record import SUMMIT, fill_record

if TYPE_CHECKING:
    from tests.plugins.browser import Library, Reader
    from tests.plugins.pages import Pages

    ServePages = Callable[..., Awaitable[Pages]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A path of each page that has names in its own.
EXAMPLES = {
    "/sources/{name}": "/sources/Courier",
    "/watchlists/{id}": "/watchlists/kremlin",
    "/stories/{id}": f"/stories/{SUMMIT}",
}
LONG = "Ведомости-" * 12
CONFIG = Config(
    (
        Source("Courier", "https://courier.example/feed", "courier.example", tags=("world",)),
        Source("Wire", "https://wire.example/feed", "wire.example"),
        Source(HOSTILE, "https://x.example/feed", "x.example"),
        Source(LONG, "https://long.example/" + "x" * 200, "long.example"),
    ),
    (Watchlist("kremlin", "Kremlin", ("Kremlin",)),),
)


def paths() -> list[str]:
    """Return a path of every page."""
    return [EXAMPLES.get(page.path, page.path) for page in PAGES]


async def serve_record(serve_pages: ServePages) -> Pages:
    """Serve a record with stories, alerts and chats of every kind."""
    pages = await serve_pages(config=CONFIG)
    await fill_record(pages.store, NOW)
    return pages


async def test_every_page_has_an_example() -> None:
    """A new page is visited by these tests from its first day."""
    assert [path for path in paths() if "{" in path] == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light")])
async def test_every_page_is_quiet_and_fits(library: Library, serve_pages: ServePages, width: int, scheme: str) -> None:
    """No error on the console, no request to elsewhere, nothing beyond the edge, whatever sources are called."""
    owner = await library.owner(await serve_record(serve_pages), width, color_scheme=scheme)
    for path in paths():
        await owner.visit(path)
        await owner.require_quiet()


@pytest.mark.parametrize(("scheme", "language"), [("light", "de"), ("dark", "uk")])
async def test_every_page_is_accessible(library: Library, serve_pages: ServePages, scheme: str, language: str) -> None:
    """WCAG 2.2 A and AA, as far as a program can tell, in the light and in the dark."""
    pages = await serve_record(serve_pages)
    owner = await library.owner(pages, bypass_csp=True, color_scheme=scheme, locale=language)
    for path in paths():
        await owner.visit(path)
        await owner.require_accessible()
    stranger = await library.reader(pages.address, bypass_csp=True, color_scheme=scheme)
    for path in ("/", "/nowhere", "/enter?token=x", await pages.link(500)):
        await stranger.visit(path)
        await stranger.require_accessible()


async def test_every_page_is_walked_by_keyboard(library: Library, serve_pages: ServePages) -> None:
    """Tab reaches all that can be pressed and shows where it is; the first is the way past the menu."""
    owner = await library.owner(await serve_record(serve_pages))
    for path in paths():
        await owner.visit(path)
        reached = await _walk(owner)
        there = await owner.page.evaluate(
            "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]"
            ".filter(one => one.checkVisibility()).length"
        )
        assert len(reached) == there, path
        assert reached[0] == "#content"


async def _walk(owner: Reader) -> list[str]:
    """Press Tab until it comes round; return what had the focus: a field of a date has it for each of its parts."""
    reached: list[str] = []
    while len(reached) < 500:
        await owner.page.keyboard.press("Tab")
        at = await owner.page.evaluate(
            "(() => { const one = document.activeElement, last = window.last; window.last = one;"
            " if (one === last) return ['', 'same']; if (!one || one === document.body || one.walked) return null;"
            " one.walked = true; const name = one.getAttribute('href') || one.textContent || one.name;"
            " return [name, getComputedStyle(one).outlineStyle]; })()"
        )
        if at is None:
            return reached
        assert at[1] != "none", f"nobody sees that {at[0]} has the focus"
        if at[1] != "same":
            reached.append(at[0])
    return reached


async def test_the_tasks_of_the_pages_need_no_scripts(library: Library, serve_pages: ServePages) -> None:
    """Getting in, finding a source, trying and pausing it, ending a session."""
    pages = await serve_pages(config=CONFIG)
    owner = await library.owner(pages, scripts=False)
    await owner.visit("/sources")
    await owner.page.fill("#q", "cour")
    await owner.press("Show")
    await owner.page.get_by_role("link", name="Courier").click()
    await owner.press("Pause it")
    assert "paused since" in await owner.text()
    await owner.press("Read it again")
    assert "paused" not in await owner.text()
    await owner.press("Try it now")
    assert "is not asked in this test" in await owner.text()
    await owner.visit("/about")
    await owner.page.locator(".sessions button").first.click()
    await owner.page.wait_for_load_state()
    assert "for the owners of this installation" in await owner.text()


async def test_the_page_now_follows_what_happens(library: Library, serve_pages: ServePages) -> None:
    """With scripts it renews itself, and what was opened stays open."""
    pages = await serve_pages(config=CONFIG)
    owner = await library.owner(pages)
    await owner.page.clock.install()
    await owner.visit("/")
    await owner.page.click("summary")
    await pages.store.chats.pause_source("Courier", pages.services.now())
    async with owner.page.expect_response(f"{pages.address}/"):
        await owner.page.clock.run_for(16_000)
    await owner.page.get_by_text("paused").wait_for()
    assert await owner.page.evaluate("document.querySelector('details').open")
    await owner.require_quiet()


async def test_a_page_prints_without_its_menu(library: Library, serve_pages: ServePages) -> None:
    """On paper nothing can be pressed."""
    owner = await library.owner(await serve_pages(config=CONFIG))
    await owner.page.emulate_media(media="print")
    assert not await owner.page.is_visible("nav")
    assert await owner.page.is_visible("h1")
