"""The service in processes of its own: edits, signals, standbys, roles, and servers that mean harm."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import socket
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from tests.plugins.service import running, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cli.demo_newsroom import Newsroom, Piece
    from tests.plugins.home import Home
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.e2e

ADDRESS_WITH_SECRETS = "feed.xml?key=canary-key"


@pytest.fixture
def told(home: Home, telegram_server: TelegramServer) -> TelegramServer:
    """Give the installation Telegram's stand-in, an owner, and a baseline that need not be waited for."""
    home.environ |= {
        "NEWSWATCH_TELEGRAM_TOKEN": telegram_server.token,
        "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
        "NEWSWATCH_OWNERS": "500",
    }
    return telegram_server


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


async def health(port: int) -> tuple[int, str]:
    """Ask /healthz; return status and body."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        return answer.status, await answer.text()


async def test_an_edit_is_noticed_however_it_is_made_and_a_bad_one_changes_nothing(
    home: Home, newsroom: Newsroom, piece: type[Piece], told: TelegramServer
) -> None:
    """In place, by renaming, by swapping a link as Kubernetes does, at once on SIGHUP; SIGTERM ends it cleanly.

    Promise 7: with everything logged, neither token nor a feed's credentials are in any output, chat or health page.
    """
    port = free_port()
    text = (home.folder / "watchlists.yaml").read_text().replace("feed.xml", ADDRESS_WITH_SECRETS)
    text = text.replace("http://127.0.0.1", "http://user:canary-word@127.0.0.1", 1)
    versions = home.folder / "v1", home.folder / "v2"
    for folder in versions:
        folder.mkdir()
    (versions[0] / "w.yaml").write_text(text)
    (home.folder / "data..").symlink_to("v1")
    linked = home.folder / "linked.yaml"
    linked.symlink_to("data../w.yaml")

    def asked_for(word: str) -> str:
        return text.replace("[Kremlin, summit]", f"[Kremlin, {word}]")

    def replace_file() -> None:
        (versions[0] / "draft").write_text(asked_for("tariffs"))
        (versions[0] / "draft").replace(versions[0] / "w.yaml")

    def swap_link() -> None:
        (versions[1] / "w.yaml").write_text(asked_for("railway"))
        (home.folder / "data..new").symlink_to("v2")
        (home.folder / "data..new").replace(home.folder / "data..")

    edits: list[tuple[Callable[[], Any], str]] = [
        (lambda: (versions[0] / "w.yaml").write_text(asked_for("budget")), "Budget debate begins"),
        (replace_file, "New tariffs announced"),
        (swap_link, "A railway reopens"),
    ]
    environ = {
        "NEWSWATCH_WATCHLISTS": str(linked),
        "NEWSWATCH_HTTP_LISTEN": f"127.0.0.1:{port}",
        "NEWSWATCH_LOG_LEVEL": "DEBUG",
    }
    async with running(home, **environ) as bot:
        await bot.says("health endpoint is up")
        await until(lambda: newsroom.requests >= 3, 60)
        assert (await health(port))[0] == 200
        for count, (edit, headline) in enumerate(edits, start=1):
            edit()
            await bot.says("watchlists.yaml read again", times=count, seconds=10)
            newsroom.publish("courier", piece(headline, "x", (f"{headline}, and that is all there is to say.",)))
            await until(lambda wanted=headline: any(wanted in one.text for one in told.sent(77)), 20)  # type: ignore[misc]  # mypy cannot type a lambda's default
        (versions[1] / "w.yaml").write_text(asked_for("railway").replace("keywords", "keyword"))
        bot.process.send_signal(signal.SIGHUP)
        why = await bot.says("watchlists.yaml is wrong", seconds=5)
        assert "linked.yaml:" in why
        assert "keyword" in why
        newsroom.publish("courier", piece("The railway closes", "x", ("The railway closes again, for the winter.",)))
        await until(lambda: any("The railway closes" in one.text for one in told.sent(77)), 20)
        await until(lambda: bool(told.sent(500)), 20)
        status, page = await health(port)
        assert (status, json.loads(page)["status"]) == (200, "ok")
        bot.process.terminate()
        assert await bot.ends(10) == 0
    output = "".join(bot.said) + page + "".join(one.text for one in told.told)
    assert "Traceback" not in output
    assert "canary" not in output
    assert len(told.sent(77)) == len(edits) + 1


async def test_a_port_that_is_taken_is_one_line(home: Home) -> None:
    """Another program listens there: the process ends with 2 and says which setting to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with running(home, NEWSWATCH_HTTP_LISTEN=address) as bot:
            assert await bot.ends(60) == 2
    lines = [line for line in bot.said if "NEWSWATCH_HTTP_LISTEN" in line]
    assert len(lines) == 1, bot.said
    assert "cannot listen on" in lines[0]
    assert "Traceback" not in "".join(bot.said)


async def test_case_24_and_78_a_second_instance_stands_by_and_takes_over(
    home: Home, newsroom: Newsroom, piece: type[Piece], told: TelegramServer
) -> None:
    """Two processes on one database are one bot: one sends and listens, and when it is killed the other does."""
    async with running(home) as first:
        await until(lambda: bool(told.asked("getUpdates")), 60)
        async with running(home) as second:
            await second.says("standing by")
            newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken, at length.",)))
            await until(lambda: len(told.sent(77)) == 1, 20)
            told.say("/mine", chat=500, user=500)
            await until(lambda: len(told.sent(500)) == 1, 20)
            assert "Watchlists" not in told.sent(500)[0].text
            first.process.kill()
            await first.ends()
            newsroom.publish(
                "wire", piece("Summit called off", "x", ("The summit was called off, because it rained.",))
            )
            await until(lambda: len(told.sent(77)) == 2, 20, lambda: "".join(second.said))
            told.say("/lists", chat=500, user=500)  # what the first had answered may come again
            await until(lambda: any("Watchlists" in one.text for one in told.sent(500)), 30, lambda: told.sent(500))
            second.process.send_signal(signal.SIGINT)
            assert await second.ends(10) == 0
    assert "Traceback" not in "".join(first.said + second.said)
    assert "Conflict" not in "".join(first.said + second.said)


async def test_roles_split_the_service(
    home: Home, newsroom: Newsroom, piece: type[Piece], told: TelegramServer
) -> None:
    """One process polls, another sends; nobody listens, because nobody was told to. Each ends cleanly on SIGTERM."""
    async with running(home, "--role", "poller") as poller, running(home, "--role", "sender") as sender:
        await poller.says("watching")
        await until(lambda: newsroom.requests >= 3, 60)
        newsroom.publish("courier", piece("Kremlin speaks", "x", ("The Kremlin has spoken, at length.",)))
        await until(lambda: len(told.sent(77)) == 1, 20, lambda: "".join(poller.said + sender.said))
        for one in (poller, sender):
            one.process.terminate()
        assert [await one.ends(10) for one in (poller, sender)] == [0, 0]
    assert told.asked("getUpdates") == []
    assert "Traceback" not in "".join(poller.said + sender.said)


def hostile() -> web.Application:
    """Return a site where every feed means harm."""
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 1)
    item = "<item><title>Kremlin {0}</title><link>http://x.example/{0}</link></item>"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bodies = {
        "large": b"<rss><channel>" + b"<item><title>Kremlin</title></item>" * 600_000,
        "nested": f"<rss><channel><item><title>{'<b>' * 100_000}</title></item></channel></rss>".encode(),
        "deep": ("<rss><channel>" + "<x>" * 100_000 + item.format(1)).encode(),
        "laughs": f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><rss><channel><title>&l9;</title></channel></rss>'.encode(),
    }

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"<")
            await asyncio.sleep(0.2)

    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == "bomb":
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})
        if name == "inward":
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")
        return await drip(request) if name == "drip" else web.Response(body=bodies[name])

    app = web.Application()
    app.router.add_get("/{name}", answer)
    return app


def memory(pid: int) -> int:
    """Return the most memory that the largest of a process and its children has had, in MB."""
    pids = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    peaks = [line for one in pids for line in Path(f"/proc/{one}/status").read_text().splitlines() if "VmHWM" in line]
    return max(int(line.split()[1]) for line in peaks) // 1024


def tried(home: Home) -> set[str]:
    """Return the names of the sources whose first poll has ended, well or not."""
    with closing(sqlite3.connect(home.folder / "data" / "newswatch.db")) as file:
        return {name for (name,) in file.execute("SELECT name FROM sources WHERE tried_at IS NOT NULL")}


@pytest.mark.skipif(not Path(f"/proc/{os.getpid()}/status").exists(), reason="memory is measured in /proc")
async def test_cases_32_to_36_and_55_hostile_sources_cost_little_and_delay_nobody(
    home: Home, newsroom: Newsroom, piece: type[Piece], told: TelegramServer
) -> None:
    """Promise 6: floods, bombs, drips and towers of tags are failures; meanwhile the others are polled on time."""
    names = ("large", "nested", "deep", "laughs", "bomb", "inward", "drip")
    runner = web.AppRunner(hostile(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        lines, port = "", 0
        for number, name in enumerate(names, start=10):  # a host each: one at a time is asked of a host
            await web.TCPSite(runner, f"127.0.0.{number}", port).start()
            port = runner.addresses[0][1]
            lines += f"  - {{name: {name}, url: 'http://127.0.0.{number}:{port}/{name}', every: 1m}}\n"
        home.environ["NEWSWATCH_ALLOWED_PORTS"] += f",{port}"
        text = (home.folder / "watchlists.yaml").read_text()
        home.watch(text.replace("sources:\n", f"sources:\n{lines}"))
        async with running(home) as bot:
            await until(lambda: newsroom.requests >= 3, 60)
            for count in range(1, 4):
                newsroom.publish("courier", piece(f"Kremlin case {count}: {count * 7919}", "x", ()))
                await until(lambda wanted=count: len(told.sent(77)) == wanted, 20, lambda: "".join(bot.said))  # type: ignore[misc]  # mypy cannot type a lambda's default
            for name in ("large", "laughs", "bomb", "inward"):
                await bot.says(f"source={name} reason=")
            await until(lambda: tried(home) >= {*names} - {"drip"}, 20, lambda: tried(home))
            assert "not on the public internet" in await bot.says("source=inward reason=")
            assert memory(bot.process.pid) < 400
            bot.process.terminate()
            assert await bot.ends(10) == 0
    assert "Traceback" not in "".join(bot.said)


@pytest.mark.usefixtures("told")
async def test_a_wrong_token_ends_the_start(home: Home) -> None:
    """Refused three times within half a minute: exit code 2, one line with the cure, and no token in it."""
    async with running(home, NEWSWATCH_TELEGRAM_TOKEN="654321:canary-BBBBBBBBBBBBBBBBBBBBBBBBBBBB") as one:
        assert await one.ends(30) == 2
    assert "NEWSWATCH_TELEGRAM_TOKEN: Telegram refuses it" in one.said[-1]
    assert "@BotFather" in one.said[-1]
    assert "canary" not in "".join(one.said)
    assert "Traceback" not in "".join(one.said)
