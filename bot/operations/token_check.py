"""Whether Telegram knows the token, asked at the start: a wrong one ends the service with what to do.

One refusal may be a proxy's or a hiccup of Telegram's, so it takes three within half a minute. An answer that never
comes keeps the start open; once Telegram has known the token, later refusals are waited out elsewhere
(`delivery.attempt`, `chat.polling_backoff`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.errors import ConfigError, DeliveryError

log = logging.getLogger(__name__)

REFUSALS: Final = 3
WITHIN: Final = 30.0  # seconds
AGAIN: Final = 4.0  # seconds between two questions: three are asked well within the half minute
SETTING: Final = "NEWSWATCH_TELEGRAM_TOKEN"


def is_refused(refused_at: list[float], now: float) -> bool:
    """Return whether so many refusals (times of a steady clock, in seconds) are enough."""
    return len([at for at in refused_at if now - at < WITHIN]) >= REFUSALS


async def check_token(
    ask: Callable[[], Awaitable[object]], stop: asyncio.Event, clock: Callable[[], float], again: float = AGAIN
) -> None:
    """Ask until Telegram knows the token or `stop` is set; ConfigError, with the cure, when it refuses it.

    `ask` is a request that needs nothing but the token.
    """
    refused_at: list[float] = []
    while not stop.is_set():
        try:
            me = await ask()
        except DeliveryError as error:
            if error.verdict == "token":
                refused_at.append(clock())
                log.warning("Telegram refuses the token", extra={"reason": str(error), "times": len(refused_at)})
                if is_refused(refused_at, clock()):
                    raise ConfigError(cure(str(error))) from None
            elif error.verdict not in {"unsent", "unknown"}:
                return  # refused for another reason, such as too many requests: the token was known
        else:
            _introduce(me)
            return
        try:
            async with asyncio.timeout(again):
                await stop.wait()
        except TimeoutError:
            continue


def _introduce(me: object) -> None:
    name = me.get("username") if isinstance(me, Mapping) else None
    if isinstance(name, str) and name:
        log.info("I am @%s: open https://t.me/%s", name, name)


def cure(reason: str) -> str:
    """Return the line for a token that Telegram refuses."""
    return (
        f"{SETTING}: Telegram refuses it ({reason}): copy the whole token that @BotFather gave you, or ask it for the "
        "present one with /token; with a Bot API server of your own, check NEWSWATCH_TELEGRAM_API_URL too"
    )
