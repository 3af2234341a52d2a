"""The health endpoint, and what a container asks it, over loopback."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.config import setting_values
from bot.config.settings import Settings
from bot.errors import ConfigError
from bot.process.heartbeat import Heartbeats
from bot.web.health import report, serve
from bot.web.healthcheck import healthcheck


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def hearts(clock: Clock) -> Heartbeats:
    """Give the hearts of a bot with one loop."""
    hearts = Heartbeats(clock)
    hearts.expect("poller", 30.0)
    return hearts


@pytest.fixture
def free_port() -> int:
    """Give a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
async def serving(hearts: Heartbeats, free_port: int) -> AsyncIterator[str]:
    """Serve on loopback for the time of a test; gives the address."""
    stop, listen = asyncio.Event(), f"127.0.0.1:{free_port}"
    server = asyncio.create_task(serve(("127.0.0.1", free_port), hearts, stop))
    async with asyncio.timeout(5):
        while "web" not in hearts.pulses():
            await asyncio.sleep(0)
    yield listen
    stop.set()
    await server


async def get(listen: str, path: str) -> tuple[int, str]:
    """Ask the server."""
    import aiohttp

    async with aiohttp.ClientSession(trust_env=False) as session, session.get(f"http://{listen}{path}") as answer:
        return answer.status, await answer.text()


async def test_a_healthy_bot_says_so(serving: str) -> None:
    """With every loop in time the answer is 200, with the age and limit of each."""
    status, text = await get(serving, "/healthz")
    body = json.loads(text)
    assert (status, body["status"]) == (200, "ok")
    assert body["loops"]["poller"] == {"age": 0.0, "limit": 30.0, "stalled": False}


async def test_a_stalled_loop_turns_health_red(serving: str, clock: Clock) -> None:
    """A loop beyond its limit makes it 503, and is named."""
    clock.now = 29.0
    assert (await get(serving, "/healthz"))[0] == 200
    clock.now = 31.0
    status, text = await get(serving, "/healthz")
    assert (status, json.loads(text)["status"]) == (503, "stalled")
    assert json.loads(text)["loops"]["poller"]["stalled"] is True


async def test_case_23_a_loop_that_lives_in_vain_turns_health_red(serving: str, hearts: Heartbeats) -> None:
    """Case 23: a revoked token is no stall, and yet not health."""
    hearts.report_problem("listener", "Telegram refuses the token")
    status, text = await get(serving, "/healthz")
    assert (status, json.loads(text)["problems"]) == (503, {"listener": "Telegram refuses the token"})
    assert (await get(serving, "/livez"))[0] == 200  # a new start would not help


async def test_a_stalled_loop_asks_for_a_new_start(serving: str, clock: Clock) -> None:
    """What restarts the process asks /livez: red when a loop is silent for too long."""
    assert (await get(serving, "/livez"))[0] == 200
    clock.now = 31.0
    assert (await get(serving, "/livez"))[0] == 503


async def test_case_109_there_is_no_webhook(serving: str, bot_token: str) -> None:
    """Case 109: updates are fetched, so nothing takes any: no path, no method, however large or often it comes."""
    import aiohttp

    update = {"update_id": 1, "message": {"text": "/admit 22"}}
    async with aiohttp.ClientSession(trust_env=False) as session:
        for path in ("/", "/webhook", "/telegram", f"/{bot_token}", f"/bot{bot_token}", "/healthz"):
            for secret in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
                async with session.post(f"http://{serving}{path}", json=update, headers=secret) as answer:
                    assert answer.status in {404, 405}
                    assert bot_token not in await answer.text()
    code = [file.read_text(encoding="utf-8") for file in Path(__file__).parents[2].joinpath("bot").rglob("*.py")]
    assert not [text for text in code if "set_webhook" in text or "setWebhook" in text]


async def test_a_taken_port_is_one_clear_line(serving: str, hearts: Heartbeats) -> None:
    """A port that another program has is a mistake of the configuration that names the setting."""
    with pytest.raises(ConfigError, match=r"NEWSWATCH_HTTP_LISTEN: cannot listen on 127\.0\.0\.1"):
        await serve(("127.0.0.1", int(serving.rpartition(":")[2])), hearts, asyncio.Event())


def test_case_116_the_page_is_for_this_machine_and_holds_nothing_but_loops(hearts: Heartbeats) -> None:
    """Unless a setting says otherwise it listens on loopback; names, ages and limits are all that is told."""
    host, _ = Settings().http_listen or ("", 0)
    assert ip_address(host).is_loopback
    assert set(report(hearts)) == {"status", "loops", "problems"}
    assert report(hearts)["loops"] == {"poller": {"age": 0.0, "limit": 30.0, "stalled": False}}


async def test_case_90_a_blocked_event_loop_turns_health_red(
    hearts: Heartbeats, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a bug holds the loop the check is bad, since nobody answers it; afterwards it is good again."""
    monkeypatch.setattr("bot.web.healthcheck._PATIENCE", 0.2)
    stop, go_on = asyncio.Event(), threading.Event()
    blocked: list[asyncio.AbstractEventLoop] = []

    async def bot() -> None:
        blocked.append(asyncio.get_running_loop())
        await serve(("127.0.0.1", free_port), hearts, stop)

    listen = f"127.0.0.1:{free_port}"
    running = asyncio.create_task(asyncio.to_thread(asyncio.run, bot()))
    while not (await in_thread(healthcheck, listen))[0]:
        await asyncio.sleep(0.01)
    blocked[0].call_soon_threadsafe(go_on.wait)
    healthy, words = await in_thread(healthcheck, listen)
    go_on.set()
    assert not healthy
    assert "timed out" in words
    while not (await in_thread(healthcheck, listen))[0]:
        await asyncio.sleep(0.01)
    blocked[0].call_soon_threadsafe(stop.set)
    await running


async def in_thread(check: Callable[[str], tuple[bool, str]], listen: str) -> tuple[bool, str]:
    """Ask without holding up the server, which shares our loop."""
    asking: Awaitable[tuple[bool, str]] = asyncio.to_thread(check, listen)
    return await asking


async def test_case_117_the_check_of_a_container_follows_health(serving: str, clock: Clock, free_port: int) -> None:
    """Case 117: the check is good while the loops beat, and bad when one is silent or nobody answers."""
    assert (await in_thread(healthcheck, serving))[0]
    assert (await in_thread(healthcheck, f"0.0.0.0:{free_port}"))[0]
    clock.now = 100.0
    healthy, words = await in_thread(healthcheck, serving)
    assert not healthy
    assert "stalled" in words


def test_the_check_without_a_bot_is_bad_and_says_where_it_asked(free_port: int) -> None:
    """With nobody there the check fails, without a traceback; with `off` there is nothing to ask."""
    healthy, words = healthcheck(f"127.0.0.1:{free_port}")
    assert not healthy
    assert f"127.0.0.1:{free_port}" in words
    assert healthcheck("off")[0]
    assert not healthcheck("nonsense")[0]


@pytest.mark.parametrize("listen", [":8080", "8080", "::1:8080", "h:65536", "h:http", ""])
def test_the_check_reads_the_setting_as_the_bot_does(listen: str) -> None:
    """What the bot refuses to listen on, the check refuses to ask, in the same words."""
    with pytest.raises(ValueError, match="write") as refused:
        setting_values.listen(listen)
    assert healthcheck(listen) == (False, f"NEWSWATCH_HTTP_LISTEN: {refused.value}")


def test_the_check_is_a_program_with_an_exit_code(free_port: int) -> None:
    """`python -m bot.web.healthcheck` reads the setting, prints a line and exits 0 or 1, importing nothing heavy."""
    for listen, code in (("off", 0), (f"127.0.0.1:{free_port}", 1)):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "bot.web.healthcheck"],
            env=os.environ | {"NEWSWATCH_HTTP_LISTEN": listen},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert done.returncode == code
        assert len(done.stdout.splitlines()) == 1
        assert not any(f" {heavy}\n" in done.stderr for heavy in ("aiohttp", "telegram", "sqlalchemy", "asyncio"))
