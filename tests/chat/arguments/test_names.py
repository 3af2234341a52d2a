"""What people mean by the names that they write."""

from __future__ import annotations

import pytest

from bot.chat.arguments.names import parse_chat
from bot.model import Chat


@pytest.mark.parametrize(
    ("words", "chat"),
    [
        ("-1001234567890", Chat(-1001234567890)),
        ("-1001234567890/7", Chat(-1001234567890, 7)),
        ("-1001234567890/1", Chat(-1001234567890)),
        ("77", Chat(77)),
        ("-1001234567890/0", None),
        ("-1001234567890/", None),
        ("newsroom", None),
    ],
)
def test_a_chat_is_its_id_and_a_topic(words: str, chat: Chat | None) -> None:
    """Topic 1 is General, which has no number that anything can be sent to."""
    assert parse_chat(words) == chat
