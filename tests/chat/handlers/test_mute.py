"""Mutes as people ask for them: what may mean two things is asked about, and every mute ends as it was made."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.messages import Answer
from bot.model import Chat

READER = 22
HERE = Chat(READER)


@pytest.fixture
def open_desk(desk: Any) -> Any:
    """Give a desk with open access."""
    desk.access = "open"
    return desk


def said(answer: Answer) -> str:
    """Return the text of the one reply, or the toast."""
    return answer.replies[0].text if answer.replies else answer.toast


def offered(answer: Answer) -> list[str]:
    """Return what the buttons mean."""
    return [button.data for button in answer.replies[0].buttons]


async def muted(desk: Any) -> list[tuple[str, str]]:
    """Return what the reader has muted."""
    return [(one.kind, one.what) for one in (await desk.store.preferences.read_preferences(HERE)).mutes]


@pytest.mark.parametrize("words", ["all", "everything", "всё", "alles", "tout", "todo", "все"])
async def test_muting_all_asks_whether_a_pause_is_meant(open_desk: Any, words: str) -> None:
    """Nothing is muted before a button says what; the length that was said goes with it."""
    answer = await open_desk.ask(f"/mute {words} until friday")
    assert await muted(open_desk) == []
    assert offered(answer)[0] == "pause|until friday|"
    assert "Paused until 27 Nov 08:00" in said(await open_desk.press(offered(answer)[0]))


@pytest.mark.parametrize("words", ["hockey friday", "Black Friday", "Fashion Week", "хоккей пятница"])
async def test_a_day_at_the_end_is_asked_about(open_desk: Any, words: str) -> None:
    """It may be a time or a part of the name: a button each."""
    answer = await open_desk.ask(f"/mute {words}")
    assert await muted(open_desk) == []
    time, name = offered(answer)
    assert "until" in said(await open_desk.press(time))
    assert await muted(open_desk) == [("word", words.split(maxsplit=1)[0])]
    await open_desk.press(name)
    assert ("word", words) in await muted(open_desk)


async def test_until_friday_is_a_time(open_desk: Any) -> None:
    """Not a part of the phrase, in any language."""
    for words in ("hockey until friday", "Hockey bis Freitag", "хоккей до пятницы"):
        assert "27 Nov 08:00" in said(await open_desk.ask(f"/mute {words}"))
    assert {what for _, what in await muted(open_desk)} == {"hockey", "Hockey", "хоккей"}


@pytest.mark.parametrize("what", ["hockey", "HOCKEY", "word hockey", '"hockey"', "hockey off"])
async def test_a_mute_ends_by_its_name(open_desk: Any, what: str) -> None:
    """However it is spelled; alone, /unmute shows what is muted with buttons."""
    await open_desk.ask("/mute hockey")
    await open_desk.ask("/mute Kremlin site")
    panel = await open_desk.ask("/unmute")
    assert "mute|word hockey off|" in offered(panel)
    verb = "/mute" if what.endswith("off") else "/unmute"
    assert "told again" in said(await open_desk.ask(f"{verb} {what}"))
    assert await muted(open_desk) == [("source", "Kremlin site")]
    assert "told again" in said(await open_desk.ask("/unmute kremlin SITE"))
    assert "not muted" in said(await open_desk.ask("/unmute hockey"))


async def test_all_mutes_end_together(open_desk: Any) -> None:
    """By /unmute all, in any language."""
    await open_desk.ask("/mute hockey")
    assert "1 mute is over" in said(await open_desk.ask("/unmute всё"))
    assert await muted(open_desk) == []
