"""The token at the start: what counts as refused, and what is waited out."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable

import pytest

from bot.errors import ConfigError, DeliveryError, Verdict
from bot.operations.token_check import check_token, is_refused


def answers(*verdicts: Verdict | None) -> tuple[Callable[[], Awaitable[object]], list[object]]:
    """Return a question that is answered so, and the list of what was asked."""
    asked: list[object] = []
    following = iter(verdicts)

    async def ask() -> object:
        verdict = next(following)
        asked.append(verdict)
        if verdict is not None:
            raise DeliveryError("Unauthorized", verdict)
        return "the bot"

    return ask, asked


@pytest.mark.parametrize(
    ("times", "now", "refused"),
    [([], 0, False), ([0, 1], 1, False), ([0, 4, 8], 8, True), ([0, 20, 40], 40, False), ([0, 20, 29.9], 29.9, True)],
)
def test_three_refusals_within_half_a_minute_are_enough(times: list[float], now: float, *, refused: bool) -> None:
    """One or two may be a hiccup."""
    assert is_refused(times, now) is refused


async def test_a_token_that_is_refused_three_times_ends_the_start_with_the_cure() -> None:
    """Between the refusals the network may fail."""
    ask, asked = answers("token", "unsent", "token", "unknown", "token", None)
    ticks = itertools.count()
    with pytest.raises(ConfigError, match=r"NEWSWATCH_TELEGRAM_TOKEN: Telegram refuses it .*@BotFather"):
        await check_token(ask, asyncio.Event(), lambda: next(ticks), again=0.001)
    assert len(asked) == 5


@pytest.mark.parametrize("last", [None, "wait", "retry"])
async def test_a_token_that_is_known_is_asked_about_no_more(last: Verdict | None) -> None:
    """Two refusals, then any answer that only a known token gets."""
    ask, asked = answers("token", "token", last, "token")
    await check_token(ask, asyncio.Event(), lambda: 0.0, again=0.001)
    assert len(asked) == 3


async def test_the_start_says_who_the_bot_is(caplog: pytest.LogCaptureFixture) -> None:
    """With the address to open, for whoever has never seen it."""

    async def ask() -> object:
        return {"username": "summit_bot"}

    with caplog.at_level("INFO"):
        await check_token(ask, asyncio.Event(), lambda: 0.0)
    assert "I am @summit_bot: open https://t.me/summit_bot" in caplog.text
