"""What somebody does with the pages, from the first start on: the real program, a real newsroom, a real browser."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.cli.demo_newsroom import Newsroom, Piece
from tests.plugins.home import OUTLETS, Home, make_home
from tests.plugins.service import running

if TYPE_CHECKING:
    from tests.plugins.browser import Library, Reader

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.e2e]


@dataclass
class Installation:
    """A newsroom, and the program that reads it."""

    newsroom: Newsroom
    home: Home
    address: str


@pytest_asyncio.fixture(loop_scope="session")
async def installed(tmp_path: Path) -> AsyncIterator[Installation]:
    """Install the program beside a newsroom; it is not started yet."""
    async with Newsroom(OUTLETS) as newsroom:
        home = make_home(tmp_path, newsroom)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f"127.0.0.1:{probe.getsockname()[1]}"
        home.environ["NEWSWATCH_HTTP_LISTEN"] = listen
        yield Installation(newsroom, home, f"http://{listen}")
        await home.stop()


async def get_in(library: Library, installed: Installation) -> Reader:
    """Ask for a link on the command line, open it, press the button."""
    printed = await installed.home.run("web")
    assert printed.code == 0, printed.err
    reader = await library.reader(installed.address)
    await reader.page.goto(printed.out.strip())
    await reader.press("Let this browser in")
    return reader


async def read_until(reader: Reader, path: str, words: str, seconds: float = 40.0) -> None:
    """Look at a page until it says this."""
    text = ""
    try:
        async with asyncio.timeout(seconds):
            while words not in text:
                await reader.visit(path)
                text = await reader.text()
    except TimeoutError:
        raise AssertionError(f"{path} does not say {words!r} within {seconds} s but {text}") from None


async def test_the_first_sign_in(library: Library, installed: Installation) -> None:
    """From an empty folder to the page that says that it watches; the link is worth nothing afterwards."""
    async with running(installed.home) as service:
        await service.says("health endpoint is up")
        printed = await installed.home.run("web")
        stranger = await library.reader(installed.address)
        await stranger.visit("/")
        assert "newswatch web" in await stranger.text()
        await stranger.page.goto(printed.out.strip())
        await stranger.press("Let this browser in")
        await read_until(stranger, "/", "Watching 3 sources")
        await read_until(stranger, "/about", "this one")
        await stranger.page.goto(printed.out.strip())
        assert "used already" in await stranger.text()


async def test_a_source_dies_and_comes_back(library: Library, installed: Installation) -> None:
    """The page Now names it with its reason, its own page tries it, and both forget it when it is there again."""
    text = (installed.home.folder / "watchlists.yaml").read_text(encoding="utf-8")
    dead = installed.newsroom.feed("wire").replace("wire", "nowhere")
    async with running(installed.home) as service:
        await service.says("health endpoint is up")
        reader = await get_in(library, installed)
        installed.home.watch(text.replace(installed.newsroom.feed("wire"), dead))
        await read_until(reader, "/", "404")
        await reader.page.get_by_role("link", name="The Wire").first.click()
        await reader.press("Try it now")
        assert "404" in await reader.text()
        installed.home.watch(text)
        installed.newsroom.publish("wire", Piece("Kremlin names a day", "The summit is on Friday.", ()))
        await read_until(reader, "/sources/The%20Wire", "fine")
        await reader.require_quiet()


async def test_a_restored_record_goes_on(library: Library, installed: Installation) -> None:
    """The disk is lost, the backup put back: the pages are there again, and who was in has to come in anew."""
    home, backup = installed.home, str(installed.home.folder / "saved.db")
    async with running(home) as service:
        await service.says("health endpoint is up")
        reader = await get_in(library, installed)
        await read_until(reader, "/", "Watching 3 sources")
        assert (await home.run("db", "backup", backup)).code == 0
    for file in (home.folder / "data").iterdir():
        file.unlink()
    restored = await home.run("db", "restore", backup)
    assert restored.code == 0, restored.err
    async with running(home) as service:
        await service.says("health endpoint is up")
        await reader.visit("/")
        assert "for the owners of this installation" in await reader.text()
        again = await get_in(library, installed)
        await read_until(again, "/", "Watching 3 sources")
        await again.require_quiet()


async def test_why_did_i_not_get_this(library: Library, installed: Installation) -> None:
    """A headline that nobody was told of is found on record, and its source's page says what became of it."""
    async with running(installed.home) as service:
        await service.says("health endpoint is up")
        reader = await get_in(library, installed)
        await read_until(reader, "/", "Watching 3 sources")
        installed.newsroom.publish("wire", Piece("Harbour cranes stand still", "No ship was loaded on Monday.", ()))
        await read_until(reader, "/sources/The%20Wire", "Harbour cranes stand still")
        assert "in a story" not in await reader.text()
        await read_until(reader, "/query?q=harbour", "Harbour cranes stand still")


async def test_a_keyword_is_added_and_fires(library: Library, installed: Installation) -> None:
    """On the page of its watchlist, by a change that is shown first; the next report that fits is a story."""
    async with running(installed.home) as service:
        await service.says("health endpoint is up")
        reader = await get_in(library, installed)
        await read_until(reader, "/", "Watching 3 sources")
        await reader.visit("/watchlists/kremlin")
        await reader.page.fill("#keyword", "harbour")
        await reader.press("Look at the change")
        await reader.press("Save")
        assert "Saved" in await reader.text()
        assert "harbour" in (installed.home.folder / "watchlists.yaml").read_text(encoding="utf-8")
        await service.says("watchlists.yaml read again")
        installed.newsroom.publish("wire", Piece("Harbours stand still", "No ship was loaded on Monday.", ()))
        await read_until(reader, "/stories", "Harbours stand still")
        await reader.require_quiet()
