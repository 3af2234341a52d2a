"""A file on its way to Telegram: uploaded in parts, as the Bot API wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.model import Chat
from bot.notify.telegram.bot_api import Outgoing, TelegramClient

if TYPE_CHECKING:
    from tests.plugins.telegram import TelegramServer

pytestmark = pytest.mark.integration


async def test_a_file_arrives_as_it_is_with_its_name_and_text(telegram_server: TelegramServer, bot_token: str) -> None:
    """In the topic that asked; its bytes are not taken for text, and its text is HTML."""
    client = TelegramClient(bot_token, telegram_server.url, deadline=5.0)
    content = "\ufeffa,b\r\n«Ü»,1\r\n".encode() + b"\x00\xff"
    try:
        number = await client.send(
            Outgoing(Chat(-1001, 7), "📎 <b>2</b> lines", is_html=True, file=("newswatch-search.csv", content))
        )
    finally:
        await client.disconnect()
    (told,) = telegram_server.told
    assert (told.method, told.chat, told.message) == ("sendDocument", -1001, number)
    assert told.params["document"] == {"file_name": "newswatch-search.csv", "content": content}
    assert (told.params["caption"], told.params["parse_mode"]) == ("📎 <b>2</b> lines", "HTML")
    assert told.params["message_thread_id"] == 7
