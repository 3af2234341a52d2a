"""From publishing to the message: the real program between a newsroom and a stand-in for Telegram, all on loopback.

One source that is asked every second, one reader; an item every two seconds. What is measured is the time from the
moment the feed has it to the moment the stand-in is asked to send it. A poll waits half a second for its turn on
average, so the least that the median can be is about that. Without `--pages` no article page is asked for: it would
share the second that is left between two requests to one host with the polls of the same source.

    python bench/delay.py [--items 20] [--pages] [--spacing 1]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import uvloop
from aiohttp import web

from bot.cli.demo_newsroom import Newsroom, Outlet, Piece

WANT = 1.5  # seconds, median
BASELINE = 3  # requests after which the source was seen for the first time, and that was written down
EVERY = 2.0  # seconds between two items: a chat gets one message a second at most
SYLLABLES = ("har", "bri", "cou", "the", "mus", "ele", "rail", "port", "orch", "gla", "dam", "sol", "vin", "tor", "mek")


class Telegram:
    """Accepts every message, and notes when each came."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        self._numbers = count(1)

    async def start(self) -> tuple[web.AppRunner, str]:
        """Listen on loopback; return the address."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.Response:
        text = str((await request.post()).get("text", ""))
        for line in text.splitlines():
            self.came.setdefault(line, time.monotonic())
        message = {"message_id": next(self._numbers), "date": 1, "chat": {"id": 1, "type": "private"}, "text": text}
        return web.json_response({"ok": True, "result": message})


async def measure(items: int, *, pages: bool, spacing: str) -> list[float]:
    """Return how long each item took, in seconds."""
    telegram, chance = Telegram(), random.Random(20261123)  # noqa: S311 - the same news in every run
    with tempfile.TemporaryDirectory() as folder:
        async with Newsroom((Outlet("courier", "Courier"),)) as newsroom:
            newsroom.publish("courier", Piece("An old story", "It is old.", ("It is old.",)))
            runner, url = await telegram.start()
            process = await _program(Path(folder), newsroom, url, pages=pages, spacing=spacing)
            try:
                async with asyncio.timeout(60):
                    while newsroom.requests < BASELINE:  # noqa: ASYNC110 - the newsroom only counts
                        await asyncio.sleep(0.1)
                published = dict[str, float]()
                for number in range(items):
                    words = ["".join(chance.sample(SYLLABLES, 3)) for _ in range(16)]  # so that no two tell one event
                    headline = f"Kremlin {' '.join(words[:4])}"
                    text = f"The {' '.join(words[4:])} met {number * 7919} times."
                    newsroom.publish("courier", Piece(headline, text, (text,)))
                    published[headline] = time.monotonic()
                    await asyncio.sleep(EVERY + chance.random())
                await asyncio.sleep(2 * EVERY)
            finally:
                process.terminate()
                await process.wait()
                await runner.cleanup()
    return [telegram.came[one] - at for one, at in published.items() if one in telegram.came]


async def _program(
    folder: Path, newsroom: Newsroom, telegram: str, *, pages: bool, spacing: str
) -> asyncio.subprocess.Process:
    (folder / "watchlists.yaml").write_text(
        f"defaults: {{max_per_hour: 0, full_text: {'matched' if pages else 'never'}}}\n"
        f"sources:\n  - {{name: Courier, publisher: courier, url: '{newsroom.feed('courier')}', every: 1s}}\n"
        "watchlists:\n  kremlin: {keywords: [Kremlin], languages: [en], deliver_to: [1]}\n",
        encoding="utf-8",
    )
    settings = {
        "DATABASE_URL": f"sqlite:///{folder}/newswatch.db",
        "WATCHLISTS": str(folder / "watchlists.yaml"),
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "ALLOWED_PORTS": str(newsroom.port),
        "TELEGRAM_TOKEN": "123456:bench-AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "TELEGRAM_API_URL": telegram,
        "HTTP_LISTEN": "off",
        "HOST_SPACING": spacing,
        "LOG_LEVEL": "WARNING",
    }
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    environ |= {f"NEWSWATCH_{name}": value for name, value in settings.items()}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--role", "poller,sender", env=environ, cwd=Path(__file__).parents[1]
    )


def main() -> int:
    """Measure, print, and say whether it is what we claim."""
    asked = argparse.ArgumentParser(description="From publishing to the message, on loopback.")
    asked.add_argument("--items", type=int, default=20)
    asked.add_argument("--pages", action="store_true")
    asked.add_argument("--spacing", default="1", help="HOST_SPACING, in seconds")
    chosen = asked.parse_args()
    items = chosen.items
    took = sorted(uvloop.run(measure(items, pages=chosen.pages, spacing=chosen.spacing)))
    if len(took) < items:
        print(f"only {len(took)} of {items} items were told")
        return 1
    median = statistics.median(took)
    print(f"publish to message: median {median:.2f} s, slowest {took[-1]:.2f} s, of {items} (wanted: {WANT} s)")
    return int(median > WANT)


if __name__ == "__main__":
    sys.exit(main())
