"""News within seconds: a feed that names a hub, the running service, and Telegram's stand-in."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

import pytest

from tests.plugins.service import running, until

if TYPE_CHECKING:
    from tests.plugins.home import Home
    from tests.plugins.hub import Hub
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.e2e


async def test_what_a_hub_sends_is_told_without_any_poll(
    home: Home, hub: Hub, telegram_server: TelegramServer, unused_tcp_port: int
) -> None:
    """Subscribed, confirmed, sent, told: within a second of publication, while the feed is polled once an hour."""
    home.environ |= {
        "NEWSWATCH_TELEGRAM_TOKEN": telegram_server.token,
        "NEWSWATCH_TELEGRAM_API_URL": telegram_server.url,
        "NEWSWATCH_ALLOWED_PORTS": str(hub.port),
        "NEWSWATCH_HTTP_LISTEN": f"127.0.0.1:{unused_tcp_port}",
        "NEWSWATCH_WEB_URL": f"http://127.0.0.1:{unused_tcp_port}",
    }
    trees = ("oak", "elm", "ash", "fir", "yew")  # each watched for by a chat of its own: one gets a message a second
    watched = "".join(
        f"  {one}: {{keywords: [{one}], languages: [en], deliver_to: [{at}]}}\n" for at, one in enumerate(trees, 70)
    )
    home.watch(f"sources: [{{name: Hub Courier, url: '{hub.url()}', every: 1h}}]\nwatchlists:\n{watched}")
    took: list[float] = []
    async with running(home) as bot:
        await bot.says("a hub sends the news of a source")
        polls = hub.polls
        for chat, tree in enumerate(trees, 70):
            began = time.monotonic()
            await hub.publish(tree, f"The Kremlin's garden gets an {tree}, and the wall by the gate is mended")
            await until(lambda chat=chat: bool(telegram_server.sent(chat)), 20)  # type: ignore[misc]  # mypy cannot type a lambda's default
            took.append(time.monotonic() - began)
        assert hub.polls == polls
    assert statistics.median(took) < 3, took  # a tenth of that where nobody else works
