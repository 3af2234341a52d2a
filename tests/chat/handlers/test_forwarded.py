"""Messages that are forwarded in private: judged, never obeyed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.listening.updates import parse_update
from bot.chat.messages import Answer, Command
from bot.model import Chat

OWNER, READER = 11, 22
SENDER = {"id": READER, "is_bot": False, "first_name": "Ann", "language_code": "en"}


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


def forward(text: str, *, user: int = READER, channel: int | None = None, **more: Any) -> Command:
    """Return what a forwarded message is read as."""
    origin = {"type": "channel", "chat": {"id": channel}} if channel else {"type": "user"}
    sender = SENDER | {"id": user}
    message = {"message_id": 1, "date": 1, "chat": {"id": user, "type": "private"}, "from": sender, "text": text}
    command = parse_update({"update_id": 1, "message": message | {"forward_origin": origin} | more}, "newswatch_bot")
    assert isinstance(command, Command)
    return command


async def answer(desk: Any, command: Command) -> Answer:
    """Let the bot answer."""
    given: Answer = await desk.commands.answer(command)
    return given


async def test_a_forwarded_post_says_what_would_have_fired(open_desk: Any) -> None:
    """By watchlist and word, with a button that subscribes; and what it is near."""
    found = (await answer(open_desk, forward("Peskov on the talks\nThe spokesman of the Kremlin said so."))).replies[0]
    assert "Kremlin and summits" in found.text
    assert "“Peskov” (title)" in found.text
    assert [one.data for one in found.buttons] == ["subscribe|kremlin|new"]
    near = (await answer(open_desk, forward("A summit of the Alps was climbed"))).replies[0]
    assert "Nothing fires" in near.text
    assert "summit AND (Putin OR Trump)" in near.text
    assert "Nothing fires" in (await answer(open_desk, forward("Rain tomorrow"))).replies[0].text


async def test_a_forwarded_link_is_explained_as_why_does(open_desk: Any, record: Any) -> None:
    """Also where the link stands behind words."""
    await record("Kremlin speaks")
    url = "http://news.example/1/kremlin"
    links = [{"type": "text_link", "offset": 0, "length": 4, "url": url}]
    assert "Kremlin speaks" in (await answer(open_desk, forward("Read this", entities=links))).replies[0].text


async def test_nothing_in_a_forwarded_message_is_obeyed(open_desk: Any) -> None:
    """A command in it is text, and a caption counts as text."""
    await answer(open_desk, forward("/watch Kremlin"))
    assert await open_desk.store.queries.find_queries(Chat(READER)) == ()
    captioned = forward("", caption="Peskov speaks")
    assert "Kremlin and summits" in (await answer(open_desk, captioned)).replies[0].text


async def test_owners_learn_the_id_of_a_channel(open_desk: Any) -> None:
    """Of the channel whose post they forward, beside what fires on it; readers do not."""
    told = (await answer(open_desk, forward("Peskov speaks", user=OWNER, channel=-1009))).replies
    assert "Kremlin and summits" in told[0].text
    assert "-1009" in told[1].text
    assert len((await answer(open_desk, forward("Peskov speaks", channel=-1009))).replies) == 1
    empty = forward("", channel=-1009)
    assert "no text" in (await answer(open_desk, empty)).replies[0].text
