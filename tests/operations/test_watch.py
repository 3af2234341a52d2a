"""Word of a database that fails, past the database: on a strict stand-in for Telegram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import StoreError
from bot.model import DisplayPreferences
from bot.notify.telegram.bot_api import TelegramClient
from bot.operations.watch import AGAIN, Watch

if TYPE_CHECKING:
    from tests.plugins.telegram import TelegramServer

REASON = "the disk with the database is full: free some space, and it goes on by itself"


async def _unread(_owner: int) -> DisplayPreferences:
    raise StoreError("full")


@pytest.mark.parametrize("speaks", [True, False])
async def test_case_82_owners_hear_of_a_full_disk_once(
    telegram_server: TelegramServer, fault: Any, *, speaks: bool
) -> None:
    """Case 82: in words, in the home language where theirs cannot be read; a message that fails is tried again."""
    now = [0.0]
    client = TelegramClient(telegram_server.token, telegram_server.url, deadline=5)
    home = lambda: DisplayPreferences(language="de")  # noqa: E731 - one value
    watch = Watch(client, (500, 501), _unread, home, lambda: speaks, clock=lambda: now[0])
    telegram_server.plan(fault(502, raw="<html>"), times=2, method="sendMessage")
    for at in range(0, 120, 5):
        now[0] = float(at)
        watch.record_failure(REASON)
        await watch.tell_news()
    await client.disconnect()
    assert AGAIN < 120
    assert [one.chat for one in telegram_server.sent()] == ([500, 501] if speaks else [])
    assert all(REASON in one.text and "Datenbank" in one.text for one in telegram_server.sent())
