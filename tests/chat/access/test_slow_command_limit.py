"""Questions that take long: one for each person, two in all, and nobody else waits."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.chat.access.slow_command_limit import SLOW_AT_ONCE, SlowCommandLimit


async def test_two_questions_are_looked_at_and_nobody_else_waits(desk: Any, record: Any, write: Any) -> None:
    """Strangers who ask meanwhile are told so at once, and what costs little is answered as ever."""
    desk.access = "open"
    await record("Kremlin speaks")
    slots = desk.commands._slow_commands  # two who ask at length
    async with slots.slot(100), slots.slot(101):
        for number in range(12):
            assert "Others are asking" in (await desk.ask("/test Kremlin", user=200 + number)).replies[0].text
        assert "still looking" in (await desk.ask("/test Kremlin", user=100)).replies[0].text
        assert "still looking" in (await desk.ask("/why", user=101, chat=-1005550001)).replies[0].text
        assert "Not subscribed" in (await desk.ask("/mine", user=300)).replies[0].text
        watched = await desk.commands.answer(write("/watch Kremlin", user=300))
        assert "I watch for" in watched.replies[0].text
    assert "fires on" in (await desk.ask("/test Kremlin", user=100)).replies[0].text


async def test_twelve_who_watch_are_all_served(desk: Any, record: Any) -> None:
    """A change is never refused for what it costs to foretell: the forecasts wait for their turn."""
    desk.access = "open"
    await record("Kremlin speaks")
    asked = await asyncio.gather(*(desk.ask("/watch Kremlin", user=100 + number) for number in range(12)))
    assert all("It would have sent 1 alert" in answer.replies[0].text for answer in asked)


async def test_a_turn_ends_with_its_question() -> None:
    """Also with one that fails."""
    questions = SlowCommandLimit()
    for person in range(2 * SLOW_AT_ONCE):
        assert questions.busy(person) == ""
        try:
            async with questions.slot(person):
                assert questions.busy(person) == "yours"
                _fail()
        except ZeroDivisionError:
            continue


def _fail() -> None:
    raise ZeroDivisionError
