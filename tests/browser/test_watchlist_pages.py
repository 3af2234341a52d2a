"""Watchlists changed in a real browser: checked as typed, saved with one button, taken back; without scripts too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from bot.config.edits.change import Change

if TYPE_CHECKING:
    from tests.plugins.browser import Library
    from tests.plugins.pages import Pages

    ServePages = Callable[..., Awaitable[Pages]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = "/watchlists/kremlin"
LONG = "/" + "many|" * 40 + "words/"


async def serve_edited(serve_pages: ServePages) -> Pages:
    """Serve a watchlist that chat and page have changed, with a long query and an excluded word."""
    pages = await serve_pages()
    editor = pages.services.edits.editor
    for origin, change in (
        ("chat", Change("add", "kremlin", "keywords", LONG)),
        ("page", Change("add", "kremlin", "exclude", "=hockey")),
        ("page", Change("add", "kremlin", "sources", "agencies")),
    ):
        await editor.save(await editor.propose([change]), origin, 500)  # type: ignore[arg-type]  # words of a test
    return pages


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1280, "dark")])
async def test_changes_and_mistakes_fit_and_are_accessible(
    library: Library, serve_pages: ServePages, width: int, scheme: str
) -> None:
    """A long line of the file, a mistake with its caret, a history: nothing beyond the edge, and axe finds nothing."""
    owner = await library.owner(await serve_edited(serve_pages), width, bypass_csp=True, color_scheme=scheme)
    for path in ("/watchlists", PAGE, f"{PAGE}?keyword=%3DPeskov", f"{PAGE}?keyword=(Kremlin"):
        await owner.visit(path)
        await owner.require_quiet()
        await owner.require_accessible()


async def test_a_keyword_is_checked_while_it_is_typed(library: Library, serve_pages: ServePages) -> None:
    """The mistake appears and goes; the lines that change are there before anybody asks for them."""
    owner = await library.owner(await serve_edited(serve_pages))
    await owner.visit(PAGE)
    await owner.page.fill("#keyword", "")
    await owner.page.type("#keyword", "(=Lavrov")
    await owner.page.wait_for_selector("#draft .mistake")
    await owner.page.type("#keyword", ")")
    await owner.page.wait_for_selector("#draft .diff")
    await owner.press("Save")
    assert "Saved." in await owner.text()
    assert "(=Lavrov)" in await owner.text()
    await owner.require_quiet()


async def test_without_scripts_it_is_saved_and_taken_back(library: Library, serve_pages: ServePages) -> None:
    """The same buttons, a page each."""
    owner = await library.owner(await serve_edited(serve_pages), scripts=False)
    await owner.visit(PAGE)
    await owner.page.fill("#keyword", "=Peskov")
    await owner.press("Look at the change")
    await owner.press("Save")
    assert "=Peskov" in await owner.text()
    await owner.page.locator("button", has_text="Take it back").first.click()
    await owner.press("Save")
    assert "(was taken back)" in await owner.text()
    await owner.visit(PAGE)
    assert await owner.page.locator(".chips code", has_text="=Peskov").count() == 0
