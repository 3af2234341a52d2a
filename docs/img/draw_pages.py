"""Take pictures of the pages over the demo's story, in a Chromium that is there; `make pictures` runs it."""  # noqa: INP001 - a script

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from bot import app
from bot.cli.demo import OUTLETS, SCENES, YESTERDAY, write_environment
from bot.cli.demo_newsroom import Newsroom
from bot.operations.page_wiring import page_services
from bot.process.clock import wall
from bot.process.heartbeat import Heartbeats
from bot.web.health import report, serve
from bot.web.pages.page_paths import enter_path
from bot.web.pages.site import add_pages

if TYPE_CHECKING:
    from playwright.async_api import Page

FOLDER = Path(__file__).parent
PORT = 18_431
ADDRESS = f"http://127.0.0.1:{PORT}"
WIDTH, HEIGHT = 1000, 760
BETWEEN = 2.5  # seconds between two scenes: each is polled and told
PICTURES = {
    "page-now.png": "/",
    "page-query.png": "/query?q=Kremlin+AND+summit",
}


@asynccontextmanager
async def served_demo(folder: Path) -> AsyncIterator[str]:
    """Play the demo without its stage, serve its pages, and give the path of a link."""
    async with Newsroom(OUTLETS) as newsroom:
        for outlet in OUTLETS:
            newsroom.publish(outlet.slug, *YESTERDAY)
        async with app.opened(write_environment(folder, newsroom)) as base:
            stop, wake, hearts = asyncio.Event(), asyncio.Event(), Heartbeats(time.monotonic)
            async with (
                app.poller(base, app.notices(base), wake.set) as poller,
                app.notifier(base, io.StringIO()) as medium,
            ):
                services = page_services(base, lambda: report(hearts), ("127.0.0.1", PORT))
                loops = [
                    asyncio.create_task(serve(("127.0.0.1", PORT), hearts, stop, lambda to: add_pages(to, services))),
                    asyncio.create_task(poller.run(stop, _quiet, _quiet_reason)),
                    asyncio.create_task(app.deliverer(base, medium, lambda _: None).run(stop, wake)),
                ]
                await asyncio.sleep(BETWEEN)
                for scene in SCENES:
                    for outlet, piece in scene.pieces:
                        newsroom.publish(outlet, piece)
                    await asyncio.sleep(BETWEEN)
                while await base.store.search.index_some():
                    pass
                yield enter_path(await base.store.sessions.create_link(None, wall()))
                stop.set()
                await asyncio.gather(*loops)


async def draw(program: str) -> None:
    """Write the pictures beside this file."""
    with tempfile.TemporaryDirectory(prefix="newswatch-pages-") as folder:
        async with served_demo(Path(folder)) as link, async_playwright() as player:
            browser = await player.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1)
            await page.goto(ADDRESS + link)
            await page.click("button.main")
            for name, path in PICTURES.items():
                await take(page, name, path)
            await browser.close()


async def take(page: Page, name: str, path: str) -> None:
    """Write one picture: what is seen without scrolling."""
    await page.goto(ADDRESS + path)
    await page.screenshot(path=FOLDER / name)


def _quiet() -> None:
    pass


def _quiet_reason(_: str | None) -> None:
    pass


def main(find: Callable[[str], str | None] = shutil.which) -> None:
    """Draw, or say that there is no browser to draw with."""
    program = os.environ.get("CHROMIUM") or find("chromium") or find("google-chrome")
    if program is None:
        sys.stderr.write("the pictures of the pages stay as they are: there is no Chromium here\n")
        return
    app.run(draw(program))


if __name__ == "__main__":
    main()
