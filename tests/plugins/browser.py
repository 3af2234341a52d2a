"""A real browser for tests of the pages: one Chromium for a test process, never downloaded; without it, a skip.

What a reader does by hand is a method of `Reader`. It notes what no page may do: an error on the console, a request to
elsewhere. CHROMIUM names the program where it is not found by itself.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.async_api import async_playwright

from tests.plugins.pages import Pages, PagesMaker
from tests.plugins.rig import Remembered

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these, the browser asks its maker for updates, which tests may not.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PATIENCE = 15_000  # milliseconds that anything on a page may take


def find_chromium() -> str | None:
    """Return the browser of this machine."""
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@dataclass
class Reader:
    """Somebody with a browser, at one site."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    async def visit(self, path: str) -> None:
        """Open a page."""
        await self.page.goto(self.address + path)

    async def press(self, name: str) -> None:
        """Press a button by its words, and wait for what comes."""
        await self.page.get_by_role("button", name=name, exact=True).first.click()
        await self.page.wait_for_load_state()

    async def text(self) -> str:
        """Return what the page says."""
        return await self.page.inner_text("main")

    async def require_quiet(self) -> None:
        """Fail for an error on the console, a request to elsewhere, and a page wider than the window."""
        await self.page.wait_for_load_state()
        assert self.errors == []
        assert self.strangers == []
        wider = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wider <= 0, f"{self.page.url} is wider than the window by {wider} pixels"

    async def require_accessible(self) -> None:
        """Fail for what axe-core finds against WCAG 2.2 A and AA; needs a reader without the site's policy."""
        found = await Axe().run(self.page, options={"runOnly": {"type": "tag", "values": list(WCAG)}})
        assert found.response["violations"] == [], f"{self.page.url}\n{found.generate_report()}"


@dataclass
class Library:
    """Opens readers, closed with the test."""

    browser: Browser
    stack: AsyncExitStack

    async def reader(self, address: str, width: int = 1280, *, scripts: bool = True, **look: Any) -> Reader:
        """Return somebody new at an address; `look` is what Playwright's contexts take."""
        context: BrowserContext = await self.browser.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts, **look
        )
        self.stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE)
        reader = Reader(await context.new_page(), address)
        reader.page.on("console", lambda said: reader.errors.append(said.text) if said.type == "error" else None)
        reader.page.on("pageerror", lambda error: reader.errors.append(str(error)))
        reader.page.on(
            "request",
            lambda asked: None if asked.url.startswith((address, "data:")) else reader.strangers.append(asked.url),
        )
        return reader

    async def owner(self, pages: Pages, width: int = 1280, **look: Any) -> Reader:
        """Return an owner who was let in by the button of a link."""
        reader = await self.reader(pages.address, width, **look)
        await reader.visit(await pages.link(500))
        await reader.page.click("button.main")
        await reader.page.wait_for_url(f"{pages.address}/")
        return reader


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start the browser, once for a test process."""
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium here: install it, or name one by CHROMIUM")
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def library(browser: Browser) -> AsyncIterator[Library]:
    """Hand out readers."""
    async with AsyncExitStack() as stack:
        yield Library(browser, stack)


@pytest_asyncio.fixture(loop_scope="session")
async def serve_pages(tmp_path: Path, remembered_forms: Remembered) -> AsyncIterator[Callable[..., Awaitable[Pages]]]:
    """Hand out what serves pages to the browser: `PagesMaker.open`."""
    async with AsyncExitStack() as stack:
        yield PagesMaker(tmp_path, stack, remembered_forms).open
