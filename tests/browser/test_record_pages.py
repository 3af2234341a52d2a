"""The pages over the record as people use them: found, tried, told why, let in; also where something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from bot.model import Config, Watchlist
from tests.plugins.pages import NOW, SOURCES
from tests.plugins.record import ASKING, READER, SUMMIT, fill_record

if TYPE_CHECKING:
    from tests.plugins.browser import Library
    from tests.plugins.pages import Pages

    ServePages = Callable[..., Awaitable[Pages]]

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What the pages show when they were asked for something; `test_every_page` has them without.
ASKED = (
    "/stories?q=Geneva",
    "/stories?q=https://wire.example/4",
    "/stories?day=garbage",
    f"/stories/{SUMMIT}?chat={READER}",
    "/stories/77",
    "/query?q=Kremlin",
    "/query?q=Geneva+AND+Paris",
    "/query?q=Putin+or+Trump",
    "/query?q=(Kremlin",
)


async def serve_record(serve_pages: ServePages) -> Pages:
    """Serve a record with stories and chats of every kind, and two watchlists."""
    lists = (Watchlist("kremlin", "Kremlin", ("Kremlin",)), Watchlist("oil", "Oil & gas", ("oil",)))
    pages = await serve_pages(config=Config(SOURCES, lists))
    await fill_record(pages.store, NOW)
    await pages.services.record.compiled().engine()
    return pages


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1280, "dark")])
async def test_what_was_asked_for_fits_and_is_accessible(
    library: Library, serve_pages: ServePages, width: int, scheme: str
) -> None:
    """Hits, marked words, mistakes and what is not there: nothing beyond the edge, and axe finds nothing."""
    owner = await library.owner(await serve_record(serve_pages), width, bypass_csp=True, color_scheme=scheme)
    for path in ASKED:
        await owner.visit(path)
        owner.errors[:] = [one for one in owner.errors if "the server responded with a status of 40" not in one]
        await owner.require_quiet()
        await owner.require_accessible()


async def test_why_did_i_not_get_this(library: Library, serve_pages: ServePages) -> None:
    """Somebody asks; the owner finds the story by a word, asks for their chat, and reads why."""
    owner = await library.owner(await serve_record(serve_pages))
    page = owner.page
    await owner.visit("/stories")
    await page.get_by_label("Words or a link").fill("summits")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Kremlin confirms summit in Geneva").click()
    await page.get_by_label("Why did this chat get it, or not?").fill(str(READER))
    await owner.press("Say why")
    assert await page.get_by_role("status").inner_text() == "private chat 22: held for its quiet hours, 13:30."


async def test_why_did_no_keyword_find_it(library: Library, serve_pages: ServePages) -> None:
    """The link of an article that nobody was told of: it was read, and the page Query shows what nearly finds it."""
    owner = await library.owner(await serve_record(serve_pages))
    page = owner.page
    await owner.visit("/stories")
    await page.get_by_label("Words or a link").fill("https://wire.example/4")
    await page.keyboard.press("Enter")
    await page.get_by_text("no watchlist brought it").wait_for()
    await page.get_by_role("link", name="Query", exact=True).click()
    await page.get_by_label("What would it find?").fill("Direct")
    await owner.press("Try it")
    near = page.get_by_role("region", name="What it nearly finds")
    await near.get_by_text("'direct' stands only inside 'director'").wait_for()
    await page.get_by_label("What would it find?").fill("Direct*")
    await page.keyboard.press("Enter")
    mark = page.get_by_role("region", name="What it finds").locator("mark")
    await mark.wait_for()
    assert await mark.inner_text() == "Director"


@pytest.mark.parametrize("scripts", [True, False])
async def test_an_owner_lets_a_chat_in(library: Library, serve_pages: ServePages, scripts: bool) -> None:
    """With a button that is a form, so that it works without JavaScript, too."""
    pages = await serve_record(serve_pages)
    owner = await library.owner(pages, scripts=scripts)
    await owner.visit("/chats")
    await owner.page.get_by_role("button", name="Let in: Weather club").click()
    await owner.page.get_by_text("asks to be let in").wait_for(state="detached")
    assert await pages.store.chats.is_admitted(ASKING)


async def test_the_same_tasks_succeed_without_javascript(library: Library, serve_pages: ServePages) -> None:
    """Searching, a story, a query with its numbers as a table, and the way to a watchlist."""
    owner = await library.owner(await serve_record(serve_pages), scripts=False)
    page = owner.page
    await owner.visit("/stories?q=Geneva")
    await page.get_by_role("link", name="Kremlin confirms summit in Geneva").click()
    await page.get_by_role("heading", name="2 reports").wait_for()
    await owner.visit("/query?q=Kremlin")
    await page.get_by_text("As numbers").click()
    await page.get_by_role("row", name="23 Nov 3").wait_for()
    await page.get_by_label("Save it into a watchlist").select_option("oil")
    await owner.press("Go on")
    await page.wait_for_url("**/watchlists/oil?keyword=Kremlin")
