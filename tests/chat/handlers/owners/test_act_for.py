"""What an owner does for another chat: what is private stays so, and whose settings change is told."""

from __future__ import annotations

from typing import Any

import pytest

from bot.model import Chat
from bot.preferences import Mute

OWNER, READER = 11, 22
HERE = Chat(READER)


@pytest.fixture
async def reader(desk: Any) -> Any:
    """Give a desk with a reader who watches for something and mutes something."""
    await desk.store.chats.admit_chat(READER, OWNER, desk.now)
    await desk.ask("/watch my secret topic")
    await desk.store.preferences.add_mute(HERE, Mute("word", "secret"), desk.now, most=50)
    return desk


@pytest.mark.parametrize(
    "command", ["mine", "unwatch 1", "unwatch", "watch x", "mute", "unmute secret", "settings loud", "forget", "latest"]
)
async def test_the_own_queries_of_a_private_chat_are_neither_shown_nor_ended(reader: Any, command: str) -> None:
    """Nor what it mutes and was sent: the owner is told what they may do instead."""
    answer = await reader.ask(f"/for {READER} {command}", user=OWNER)
    shown = "".join(one.text + "".join(button.label + button.data for button in one.buttons) for one in answer.replies)
    assert "secret" not in shown.replace(command, "")
    assert len(await reader.store.queries.find_queries(HERE)) == 1
    assert [one.chat for one in answer.replies] == [Chat(OWNER)]


async def test_whose_settings_an_owner_changes_is_told(reader: Any) -> None:
    """In that chat, in its language, once it has really changed; not in a channel, where it would be a post."""
    answer = await reader.ask(f"/for {READER} subscribe kremlin", user=OWNER)
    told = [one for one in answer.replies if one.chat == HERE]
    assert ["/subscribe kremlin" in one.text.replace("\u2060", "") for one in told] == [True]
    again = await reader.ask(f"/for {READER} subscribe kremlin", user=OWNER)
    assert [one.chat for one in again.replies] == [Chat(OWNER)]
    channel = await reader.ask("/for -100777 subscribe kremlin", user=OWNER)
    assert [one.chat for one in channel.replies] == [Chat(OWNER)]
    own = await reader.ask(f"/for {OWNER} watch Kremlin", user=OWNER)
    assert "I watch for" in own.replies[0].text
